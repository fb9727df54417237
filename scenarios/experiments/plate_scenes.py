"""Zoomed snapshots of vehicles at a kerb, of which everything is true: what plate reading is measured on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from functools import lru_cache

import numpy as np

from detectors.cases.evidence import Box, zoom_to_fill
from detectors.cases.naming import PlateLook
from detectors.datatypes.arrays import Float64Array
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.cases import Case, CaseEvent, CaseState, CaseTrack
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.frame import Frame
from detectors.datatypes.steps import SnapshotRequest
from detectors.reading.belief import LastSeen
from scenarios.datasets.random_views import random_views
from twin.cameras.plans import ViewSpec
from twin.cameras.survey import surveyed
from twin.clock import from_local
from twin.environment.weather import CLEAR, Sky, Weather
from twin.network.model import Road, RoadNetwork
from twin.randomness import Seed
from twin.rendering.plate_truth import PlateTruth
from twin.rendering.plates import FACE_PX, NUMBER_FOOT_PX, Plate, plate_face
from twin.rendering.source import TwinView
from twin.traffic.drivers import Registry, Vehicle
from twin.truth import Scene, VehicleStates

NETWORK = "mt-haryono"
DAY = date(2025, 11, 27)
CLASSES = (VehicleClass.MOTORCYCLE, VehicleClass.CAR, VehicleClass.BUS, VehicleClass.TRUCK)
TRIES = 4  # scenes that are made for one that shows
NEIGHBOUR, PASSES = 0.6, 0.35  # how often somebody stands ahead, and behind; drives by beside
GAP_M, BESIDE_M, AROUND_M = (0.8, 4.0), (-9.0, 9.0), (-7.0, 7.0)
ASKEW_RAD, BOX_SPREAD = 0.05, 0.06  # of who stands there; of the box of a detector, in parts of its size
LEAST_VISIBLE = 0.4
HFOV_DEG = (26.0, 62.0)  # lenses of kerb views in plans
FRAME_ROWS = 10  # of a plate's face, above which there is nothing but its frame
HALF_INK = 127
SHOWS_FROM = 0.99  # of a plate: what hides less, hides no part of a letter that matters


class PlateLight(StrEnum):
    """The light that a picture is taken in."""

    DAY = "day"
    NIGHT = "night"
    RAIN = "rain"


WEATHER_OF = {PlateLight.DAY: CLEAR, PlateLight.NIGHT: CLEAR, PlateLight.RAIN: Weather(Sky.RAIN, 0.5)}
HOURS = {PlateLight.DAY: (8.0, 16.5), PlateLight.NIGHT: (18.8, 21.0), PlateLight.RAIN: (8.0, 16.5)}


@dataclass(frozen=True, slots=True, eq=False)
class KerbScene:
    """A vehicle at a kerb before a camera that has been asked for a snapshot of it, as an engine asks.

    `look` and `seen` are what the engine knows of it: boxes as a detector might have them, the camera as
    surveyed. `text` is the plate of the vehicle, `light` what the picture is taken in.
    """

    view: TwinView
    scene: Scene
    light: PlateLight
    look: PlateLook
    seen: LastSeen
    text: str

    def take(self, request: SnapshotRequest) -> tuple[Frame, float]:
        """Return the snapshot, and how tall the characters of the plate are in it.

        They are 0 px tall where the plate does not show, or something covers a part of it.
        """
        truth = self.view.snapshot_plate(self.scene, request, self.text)
        return self.view.snapshot(self.scene, request), letters_px(truth)


def kerb_scenes(network: RoadNetwork, root: Seed, light: PlateLight, count: int) -> Iterator[KerbScene]:
    """Yield up to `count` scenes before one camera, all classes in turn: those that it shows."""
    draw = root.generator("view")
    (spec,) = random_views(network, root, 1, HFOV_DEG)
    view = TwinView(network, spec, root, WEATHER_OF[light])
    camera = surveyed(view.camera, spec, root)
    at_ns = from_local(DAY, time(0)) + round(float(draw.uniform(*HOURS[light])) * 3600e9)
    registry = Registry(root, (1.0, 1.0, 1.0, 1.0))
    road, made = network.road_of[spec.aimed_road], 0
    for trial in range(TRIES * count):
        kind = CLASSES[trial % len(CLASSES)]
        scene = Scene(at_ns, _street(road, spec, registry, kind, root.generator("scene", trial)))
        found = _asked(view, camera, scene, light, root.generator("box", trial))
        if found is not None:
            yield found
            made += 1
        if made == count:
            return


@dataclass(frozen=True, slots=True)
class _Stands:
    """A vehicle and where: metres along the road and to the left of its middle, aside by radians."""

    vehicle: Vehicle
    along_m: float
    offset_m: float
    askew_rad: float = 0.0
    speed_mps: float = 0.0


def _street(
    road: Road, spec: ViewSpec, registry: Registry, kind: VehicleClass, draw: np.random.Generator
) -> VehicleStates:
    """Return who stands and drives around one vehicle at the kerb, which comes first."""
    edge_m = road.lanes * road.lane_width_m / 2
    along = float(np.clip(spec.aim_along_m + draw.uniform(*AROUND_M), 15.0, road.length_m - 15.0))
    own = registry.resident(1, kind, int(draw.integers(300)))
    found = [_Stands(own, along, edge_m + road.kerb_m / 2, float(draw.normal(0.0, ASKEW_RAD)))]
    for side in (-1, 1):
        if draw.random() < NEIGHBOUR:
            other = registry.issue(len(found) + 1, with_bus=False)
            gap_m = (own.size_m[0] + other.size_m[0]) / 2 + draw.uniform(*GAP_M)
            found.append(_Stands(other, along + side * gap_m, edge_m + road.kerb_m / 2))
    if draw.random() < PASSES:
        other = registry.issue(len(found) + 1)
        lane_m = edge_m - road.lane_width_m / 2
        found.append(_Stands(other, along + draw.uniform(*BESIDE_M), lane_m, 0.0, 8.0))
    return _states(road, found)


def _states(road: Road, found: list[_Stands]) -> VehicleStates:
    n = len(found)
    return VehicleStates(
        vehicle_id=np.arange(n) + 1,
        vehicle_class=np.array([one.vehicle.kind for one in found], dtype=np.int8),
        position_m=np.array([road.point_at(one.along_m, one.offset_m) for one in found]),
        heading_rad=np.array([road.heading_at(one.along_m) + one.askew_rad for one in found]),
        pitch_rad=np.zeros(n),
        speed_mps=np.array([one.speed_mps for one in found]),
        size_m=np.array([one.vehicle.size_m for one in found]),
        colour_bgr=np.array([one.vehicle.colour_bgr for one in found], dtype=np.uint8),
        braking=np.zeros(n, dtype=bool),
        at_kerb=np.array([one.speed_mps == 0.0 for one in found]),
        plates=tuple(one.vehicle.plate for one in found),
    )


def _asked(
    view: TwinView, camera: PinholeCamera, scene: Scene, light: PlateLight, draw: np.random.Generator
) -> KerbScene | None:
    """Return the scene with what an engine asks for, None where the view hardly shows the first vehicle."""
    truth = view.truth(scene)
    shown = truth.visible >= LEAST_VISIBLE
    rows = np.flatnonzero((truth.vehicle_id == 1) & shown)
    if not len(rows):
        return None
    boxes = [_as_detected(box, draw) for box in truth.boxes_px]
    own = boxes[rows[0]]
    text = scene.vehicles.plates[0]
    case = _case(view.spec.name, text, VehicleClass(int(scene.vehicles.vehicle_class[0])), scene.timestamp_ns)
    target = ((own[0] + own[2]) / 2, (own[1] + own[3]) / 2)
    zoom = zoom_to_fill(view.spec.size_px, own)
    request = SnapshotRequest(f"{case.case_id}.zoomed", case.case_id, target, zoom, scene.timestamp_ns)
    others = tuple(boxes[row] for row in np.flatnonzero((truth.vehicle_id != 1) & shown))
    look = PlateLook(request, case, own, own, view.spec.size_px)
    return KerbScene(view, scene, light, look, LastSeen(own, others, camera), text)


def _as_detected(box: Float64Array, draw: np.random.Generator) -> Box:
    """Return a box (4,) as a detector might have it: each side off by a few parts of a hundred."""
    sides = np.tile(box[2:] - box[:2], 2)
    x0, y0, x1, y1 = (box + BOX_SPREAD * sides * draw.normal(0.0, 1.0, 4).clip(-2, 2)).tolist()
    return x0, y0, x1, y1


def _case(view: str, text: str, kind: VehicleClass, now_ns: int) -> Case:
    """Return a standing case of a vehicle of which nobody knows the plate."""
    case_id = f"{view}_{text.replace(' ', '-')}"
    opened = CaseEvent(case_id, now_ns, CaseState.CAPTURED, "violation")
    return Case(
        case_id, CaseTrack.STANDING, "kerb_parking", "287(1)", view, NETWORK, 1, kind, now_ns, now_ns,
        simulated=True, oracle=False, plate=None, extremum=60.0, unit="s", history=(opened,),
    )  # fmt: skip


def letters_px(truth: PlateTruth | None) -> float:
    """Return how tall the characters of a plate are, 0 where it does not show in full."""
    if truth is None or truth.shown < SHOWS_FROM:
        return 0.0
    low_left, low_right, high_right, high_left = truth.corners_px
    tall_px = np.linalg.norm((high_left + high_right - low_left - low_right) / 2)
    return float(tall_px) * letters_share(truth.plate)


@lru_cache(maxsize=256)
def letters_share(plate: Plate) -> float:
    """Return how much of the height of a plate its characters take."""
    face = plate_face(plate.number, plate.until)
    number = face[FRAME_ROWS : NUMBER_FOOT_PX + 2, FRAME_ROWS:-FRAME_ROWS]
    written = np.flatnonzero((number > HALF_INK).any(axis=1))
    return float(written[-1] - written[0] + 1) / FACE_PX[1] if len(written) else 0.0
