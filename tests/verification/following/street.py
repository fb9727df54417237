"""What cameras of the corridor have before them in the evening: who shows where, and who covers whom.

Nothing is rendered: silhouettes are laid over one another as the truth of rendered frames does it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import radians
from typing import Any

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.site import SitePlan
from scenarios.bench.pictures import followed
from scenarios.cli.validation import make_spec
from scenarios.experiments.trials import _posed
from scenarios.offences import KTL_WINDOW
from twin.cameras.appearance import STANDS_MPS, Appearance, lone_share
from twin.cameras.plans import ViewSpec
from twin.cameras.survey import site_plan
from twin.clock import NS_PER_S, from_local, seconds
from twin.network import library
from twin.randomness import Seed
from twin.rendering.oracle import LEAST_PX, LEAST_VISIBLE
from twin.rendering.source import TwinView
from twin.rendering.truth_boxes import FrameTruth
from twin.traffic.land_use import DwellMix
from twin.truth import Scene
from twin.world import Watch, World

ZONE = "beruang-madu"
REACH_M = 160.0
LONG_STANDS: dict[str, Any] = {"stops_per_km_h": 60.0, "dwell": (DwellMix(1.0, 2700.0, 0.3),)}


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One instant before one camera: N vehicles that show at least a little, as columns.

    `boxes_px` (N, 4) and `held` as in the labels of a dataset, `at_m` (N, 2) on the ground, `seen` by day.
    """

    timestamp_ns: int
    vehicle: Int64Array
    boxes_px: Float64Array
    at_m: Float64Array
    at_kerb: BoolArray
    held: BoolArray
    on_site: BoolArray
    seen: Appearance

    def in_light(self, light: int) -> Appearance:
        """Return how they appear in the light of a row of LIGHTS."""
        return replace(self.seen, light=np.full(len(self.vehicle), light, dtype=np.int64))


@dataclass(slots=True)
class Eye:
    """One camera and all that was before it."""

    spec: ViewSpec
    site: SitePlan
    shots: list[Shot]


def across(name: str, road: int, along_m: float, way: str, height_m: float, fps: float = 1.0) -> ViewSpec:
    """Return a low camera that looks over the traffic of its own side at the kerb beyond the median."""
    other = "-" if way == "+" else "+"
    ahead_m = 34.0
    length_m = library.named("mt-haryono").road_of[f"mth-1.{road}{way}"].length_m
    return ViewSpec(
        name, f"mth-1.{road}{way}", along_m, 7.5, height_m, length_m - along_m - ahead_m, 5.0, radians(58.0),
        fps, aim_road=f"mth-1.{road}{other}",
    )  # fmt: skip


def plan_views(prefix: str, fps: float = 1.0) -> list[ViewSpec]:
    """Return the views of the plan of the zone whose names begin so."""
    views = make_spec(ZONE, None, None, short=False).plan.views
    return [replace(view, fps=fps) for view in views if view.name.startswith(prefix)]


def evening(
    specs: Sequence[ViewSpec], seed: int, lasting_s: float, hour: float = 17.0, *, parked: bool = True
) -> list[Eye]:
    """Return what cameras have before them for so long from an hour on; many long stands, if `parked`."""
    scenario = make_spec(ZONE, None, None, short=False).scenario
    network = library.resolve(scenario.network)
    start_ns = from_local(scenario.day, scenario.start.min) + seconds(3600 * hour)
    demand = replace(scenario.demand, **LONG_STANDS) if parked else scenario.demand
    world = World(network, demand, Seed(seed), start_ns, scenario.warmup_s)
    for _ in world.warm_up():
        pass
    views = {spec.name: TwinView(network, spec, Seed(seed).child("view", spec.name)) for spec in specs}
    eyes = {}
    for spec in specs:
        site = site_plan(network, spec, Seed(seed).child("view", spec.name), window=KTL_WINDOW)
        eyes[spec.name] = Eye(spec, site, [])
    watches = [_watch(view) for view in views.values()]
    for name, scene in world.scenes(watches, start_ns + seconds(lasting_s)):
        truth = views[name].truth(replace(scene, timestamp_ns=start_ns))  # one light: nothing is painted anew
        eyes[name].shots.append(shot(scene, truth, eyes[name].site, views[name].camera))
    return list(eyes.values())


def _watch(view: TwinView) -> Watch:
    forward = view.camera.rotation_camera_world()[2, :2]
    ahead = view.camera.position_m[:2] + 0.7 * REACH_M * forward / max(float(np.hypot(*forward)), 1e-6)
    return Watch(view.spec.name, (float(ahead[0]), float(ahead[1])), REACH_M, seconds(1 / view.spec.fps))


def shot(scene: Scene, truth: FrameTruth, site: SitePlan, camera: PinholeCamera) -> Shot:
    """Return an instant before a camera, with who shows in `truth`, as the error model takes it by day."""
    row_of = {int(one): row for row, one in enumerate(scene.vehicles.vehicle_id)}
    vehicles = scene.vehicles.select(np.array([row_of[int(one)] for one in truth.vehicle_id], dtype=np.int64))
    sizes = truth.boxes_px[:, 2:] - truth.boxes_px[:, :2]
    posed, none = _posed(vehicles, camera), np.zeros(len(vehicles), dtype=np.int64)
    seen = Appearance(
        sizes[:, 1], truth.visible, lone_share(truth.boxes_px), truth.vehicle_class.astype(np.int64),
        none, none, posed["toward"], (vehicles.speed_mps < STANDS_MPS).astype(np.float64), posed["down_rad"],
    )  # fmt: skip
    return Shot(
        scene.timestamp_ns,
        truth.vehicle_id,
        truth.boxes_px,
        vehicles.position_m[:, :2],
        vehicles.at_kerb,
        (truth.visible >= LEAST_VISIBLE) & (sizes.max(axis=1, initial=0.0) >= LEAST_PX),
        followed(site, vehicles.position_m[:, :2]),
        seen,
    )


def spans(shots: Sequence[Shot]) -> Iterator[float]:
    """Yield the seconds since the first shot."""
    for shot in shots:
        yield (shot.timestamp_ns - shots[0].timestamp_ns) / NS_PER_S
