"""Trials of a detector on rendered views of which everything is true: where sightings come from.

The detector works inside the engine (site plan, filter, tracker) as it does in a run, afresh for each
view and light, on the pictures of the empty street that an installer takes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from scipy.optimize import linear_sum_assignment

from detectors.archive.memory import ListDocket
from detectors.datatypes.arrays import BoolArray, Float64Array
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.detections import Detections
from detectors.datatypes.frame import NS_PER_S, Frame, TimeBase
from detectors.datatypes.tracks import Track
from detectors.detection import registry
from detectors.engine import ViewEngine
from detectors.ports import Detector, Tracker
from detectors.tracking.ground import GroundTracker
from scenarios.boxes import overlaps
from scenarios.datasets.random_views import random_views
from scenarios.experiments.kept_trials import kept
from scenarios.experiments.replicate import replicate
from scenarios.experiments.sightings import FRAME, SIGHTING, Sightings, joined_views, pooled
from scenarios.offences import KTL_WINDOW
from scenarios.progress import Progress, silent
from scenarios.results import Scenario
from twin.cameras.appearance import STANDS_MPS, light_number, lone_share
from twin.cameras.plans import ViewSpec
from twin.cameras.survey import site_plan
from twin.clock import from_local, seconds
from twin.environment.sun import ambient
from twin.environment.weather import Sky, Weather
from twin.network import library
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.rendering.oracle import LEAST_PX, LEAST_VISIBLE, OracleDetector
from twin.rendering.source import TwinView
from twin.rendering.truth_boxes import FrameTruth
from twin.truth import Scene, VehicleStates
from twin.world import Watch, World

MATCH_IOU = 0.3  # the overlap by which cases, too, are given to vehicles
REACH_M = 160.0
LEAST_SHOWN = 0.05  # of a vehicle: less is no sighting
IGNORED_SHARE = 0.5  # of a detection lies on what nobody is held to see: no false alarm
COMMISSIONING_FRAMES = 12
MORE_HFOV_DEG = (28.0, 85.0)  # with the long lenses that plans have
HOURS = ((8.0, 16.8), (17.3, 17.86), (17.92, 18.35), (18.7, 21.0))  # of day, low sun, dusk, night in November
WEATHER_APART_S = 900.0  # so much later begins the evening of each next weather: other traffic
INTENSITY = 0.5  # of rain and haze
APART = 1 << 32  # so far apart are the ids of the vehicles of two weathers


@dataclass(frozen=True, slots=True)
class TrialSpec:
    """What to watch: `views`, or `cameras` random ones a seed, `lasting_s` in the light of each hour.

    Without `hours` each seed draws one in each of HOURS. All of it again in each of `weathers`. Of its
    frames the detector sees all, and every `noted`-th is held beside the truth.
    """

    scenario: Scenario
    detector: str
    cameras: int = 4
    views: tuple[ViewSpec, ...] = ()
    hours: tuple[float, ...] = ()
    lasting_s: float = 20.0
    fps: float = 2.0
    noted: int = 2
    weathers: tuple[Sky, ...] = (Sky.CLEAR,)


def trials(
    spec: TrialSpec,
    seeds: tuple[int, ...],
    workers: int = 1,
    progress: Progress = silent,
    cache: Path | None = None,
) -> tuple[Sightings, ...]:
    """Return the sightings of each seed, in their order; what lies in `cache` is not watched again."""
    return replicate(partial(trial, spec, cache=cache), seeds, workers, progress)


def trial(spec: TrialSpec, seed: int, cache: Path | None = None) -> Sightings:
    """Return the sightings of one seed: an evening's traffic in each weather, in the light of each hour."""
    parts = [kept(cache, spec, (seed, str(sky)), partial(_evening, spec, seed, sky)) for sky in spec.weathers]
    return joined_views(parts)


def _evening(spec: TrialSpec, seed: int, sky: Sky) -> Sightings:
    cv2.setNumThreads(1)
    network = library.resolve(spec.scenario.network)
    drawn = random_views(network, Seed(seed, ("calibrate",)), spec.cameras, MORE_HFOV_DEG)
    begin_ns = from_local(spec.scenario.day, spec.scenario.start)
    start_ns = begin_ns + seconds(WEATHER_APART_S) * tuple(Sky).index(sky)
    world = World(network, spec.scenario.demand, Seed(seed), start_ns, spec.scenario.warmup_s)
    for _ in world.warm_up():
        pass
    hours = spec.hours or _hours(seed)
    watched = {view.name: _Watched(network, view, seed, (spec, sky, hours)) for view in spec.views or drawn}
    watches = [one.watch(spec.fps) for one in watched.values()]
    end_ns = start_ns + seconds(spec.lasting_s) * len(hours)
    for name, scene in world.scenes(watches, end_ns):
        part = int((scene.timestamp_ns - start_ns) // seconds(spec.lasting_s))
        watched[name].take(scene, part, start_ns)
    return pooled([one.sightings() for one in watched.values()])


def _hours(seed: int) -> tuple[float, ...]:
    draw = Seed(seed).generator("calibrate", "hours")
    return tuple(float(draw.uniform(*between)) for between in HOURS)


class _Overheard:
    """A tracker that lets one listen to what the engine gives it."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self.heard: Detections | None = None

    def update(self, detections: Detections, timestamp_ns: int) -> tuple[Track, ...]:
        self.heard = detections
        return self._tracker.update(detections, timestamp_ns)


class _Watched:
    """One view under trial."""

    def __init__(
        self, network: RoadNetwork, spec: ViewSpec, seed: int, under: tuple[TrialSpec, Sky, tuple[float, ...]]
    ) -> None:
        root = Seed(seed).child("view", spec.name)
        self._spec, (self._trial, sky, self._hours) = spec, under
        self._weather = tuple(Sky).index(sky)
        self._view = TwinView(network, spec, root, Weather(sky, INTENSITY))
        self._site = site_plan(network, spec, root, window=KTL_WINDOW)
        self._part = -1
        self._index = 0
        self._oracle = self._trial.detector == "oracle"
        self._truth: FrameTruth | None = None
        self._first_ns: dict[int, int] = {}
        self._moved_ns: dict[int, int] = {}
        self._rows: dict[str, list[Float64Array]] = {name: [] for name in SIGHTING}
        self._frames: dict[str, list[float]] = {name: [] for name in FRAME}

    def watch(self, fps: float) -> Watch:
        """Return what the world has to show it."""
        camera = self._view.camera
        forward = camera.rotation_camera_world()[2, :2]
        ahead = camera.position_m[:2] + 0.7 * REACH_M * forward / max(float(np.hypot(*forward)), 1e-6)
        return Watch(self._spec.name, (float(ahead[0]), float(ahead[1])), REACH_M, seconds(1 / fps))

    def take(self, scene: Scene, part: int, start_ns: int) -> None:
        """Show it a scene, in the light of the hour of that part."""
        midnight_ns = from_local(self._trial.scenario.day, self._trial.scenario.start.min)
        elapsed_ns = scene.timestamp_ns - start_ns - part * seconds(self._trial.lasting_s)
        lit = replace(scene, timestamp_ns=midnight_ns + seconds(self._hours[part] * 3600) + elapsed_ns)
        if part != self._part:
            self._part = part
            self._begin(lit.timestamp_ns)
        noted = self._index % self._trial.noted == 0
        if noted or self._oracle:
            self._truth = self._view.truth(lit)
        record = self._engine.step(self._frame(lit))
        self._index += 1
        heard, truth = self._tracker.heard, self._truth
        if noted and heard is not None and truth is not None:
            self._note(lit, truth, heard, record.tracks)

    def _frame(self, scene: Scene) -> Frame:
        """Return what the camera shows; nothing is drawn for an oracle, who does not look."""
        if not self._oracle:
            return self._view.frame(scene, self._index)
        width, height = self._spec.size_px
        blank = np.zeros((height, width, 3), dtype=np.uint8)
        stamp_ns = scene.timestamp_ns + self._spec.clock_error_ns
        return Frame(self._spec.name, self._index, stamp_ns, blank, simulated=True, time_base=TimeBase.UTC)

    def _begin(self, start_ns: int) -> None:
        empty = (
            self._view.frame(Scene(start_ns - (COMMISSIONING_FRAMES - n) * NS_PER_S, VehicleStates.none()), n)
            for n in range(COMMISSIONING_FRAMES)
        )
        self._tracker = _Overheard(GroundTracker(self._site))
        detector = self._detector(empty)
        self._engine = ViewEngine(self._site, detector, self._tracker, (), ListDocket())
        self._first_ns, self._moved_ns = {}, {}

    def _detector(self, empty: Iterator[Frame]) -> Detector:
        if self._oracle:
            return OracleDetector(lambda _: self._truth)  # type: ignore[return-value, arg-type]
        return registry.build(self._trial.detector, self._site, empty)

    def _note(self, scene: Scene, truth: FrameTruth, heard: Detections, tracks: tuple[Track, ...]) -> None:
        by_id = {int(one): row for row, one in enumerate(scene.vehicles.vehicle_id)}
        rows = np.array([by_id[int(one)] for one in truth.vehicle_id], dtype=np.int64)
        at_m = scene.vehicles.position_m[rows]
        sizes = truth.boxes_px[:, 2:] - truth.boxes_px[:, :2]
        on_site = self._on_site(at_m[:, :2])
        speed_mps = scene.vehicles.speed_mps[rows]
        self._remember(truth.vehicle_id, speed_mps, scene.timestamp_ns)
        held = on_site & (truth.visible >= LEAST_VISIBLE) & (sizes.max(axis=1, initial=0) >= LEAST_PX)
        overlap, own = _matched(truth.boxes_px, heard.boxes_px.astype(np.float64))
        track, along, across = self._tracked(at_m, own, heard, tracks)
        light = int(light_number(np.array([ambient(scene.timestamp_ns)]), self._weather)[0])
        n = len(rows)
        columns = {
            "view": np.zeros(n), "vehicle": truth.vehicle_id + APART * self._weather,
            "light": np.full(n, light), "frame": np.full(n, len(self._frames["frame_ns"])),
            "weather": np.full(n, self._weather), "height_px": sizes[:, 1], "visible": truth.visible,
            "lone": lone_share(truth.boxes_px),
            "kind": truth.vehicle_class, "speed_mps": speed_mps,
            "age_s": self._since_s(self._first_ns, truth.vehicle_id, scene.timestamp_ns),
            "still_s": self._since_s(self._moved_ns, truth.vehicle_id, scene.timestamp_ns),
            **_posed(scene.vehicles.select(rows), self._view.camera),
            "distance_m": np.linalg.norm(at_m - self._view.camera.position_m, axis=1),
            "held": held, "overlap": overlap, "track": track, "along_m": along, "across_m": across,
        }  # fmt: skip
        kept = on_site & (truth.visible >= LEAST_SHOWN)
        for name, column in columns.items():
            self._rows[name].append(np.asarray(column, dtype=np.float64)[kept])
        false = _false_alarms(truth.boxes_px, overlap, own, held, heard)
        told = (0, light, self._weather, int(kept.sum()), false, scene.timestamp_ns)
        for name, value in zip(FRAME, told, strict=True):
            self._frames[name].append(value)

    def _remember(self, vehicle: np.ndarray, speed_mps: Float64Array, now_ns: int) -> None:
        """Note since when each vehicle shows, and when it last moved."""
        for one, speed in zip(vehicle.tolist(), speed_mps.tolist(), strict=True):
            self._first_ns.setdefault(one, now_ns)
            if speed > STANDS_MPS or one not in self._moved_ns:
                self._moved_ns[one] = now_ns

    @staticmethod
    def _since_s(when_ns: dict[int, int], vehicle: np.ndarray, now_ns: int) -> list[float]:
        return [(now_ns - when_ns[one]) / NS_PER_S for one in vehicle.tolist()]

    def _on_site(self, at_m: Float64Array) -> BoolArray:
        """Return (N,) which places the engine would not drop."""
        areas = [*(c.area for c in self._site.carriageways), *(z.area for z in self._site.no_parking)]
        inside = np.zeros(len(at_m), dtype=np.bool_)
        for area in areas:
            inside |= area.contains(at_m)
        return inside

    def _tracked(
        self, at_m: Float64Array, own: np.ndarray, heard: Detections, tracks: tuple[Track, ...]
    ) -> tuple[np.ndarray, Float64Array, Float64Array]:
        """Return of each vehicle the id of the track at its detection, and the error of that track."""
        by_box = {t.box_px: t for t in tracks if t.observed}
        ids, along, across = np.full(len(own), -1), np.full(len(own), np.nan), np.full(len(own), np.nan)
        for row, which in enumerate(own.tolist()):
            track = by_box.get(_corners(heard, which)) if which >= 0 else None
            if track is None or track.position_m is None:
                continue
            ids[row] = track.track_id
            sight = at_m[row, :2] - self._view.camera.position_m[:2]
            sight = sight / max(float(np.hypot(*sight)), 1e-6)
            error = np.asarray(track.position_m) - at_m[row, :2]
            along[row], across[row] = error @ sight, error @ np.array([-sight[1], sight[0]])
        return ids, along, across

    def sightings(self) -> Sightings:
        """Return all that was noted."""
        columns: dict[str, Any] = {name: np.concatenate(parts) for name, parts in self._rows.items()}
        columns |= {name: np.array(values) for name, values in self._frames.items()}
        return Sightings(**columns, views=(self._spec.name,))


def _posed(vehicles: VehicleStates, camera: PinholeCamera) -> dict[str, Float64Array]:
    """Return how vehicles are turned, how steeply one looks at them, and how bright they are."""
    sight = camera.position_m - vehicles.position_m
    flat = np.hypot(sight[:, 0], sight[:, 1])
    ahead = np.column_stack((np.cos(vehicles.heading_rad), np.sin(vehicles.heading_rad)))
    return {
        "toward": (ahead * sight[:, :2]).sum(axis=1) / np.maximum(flat, 1e-6),
        "down_rad": np.arctan2(sight[:, 2], flat),
        "shade": vehicles.colour_bgr.mean(axis=1) / 255.0,
    }


def _corners(heard: Detections, row: int) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = heard.boxes_px[row].tolist()
    return x0, y0, x1, y1


def _matched(truth: Float64Array, found: Float64Array) -> tuple[Float64Array, np.ndarray]:
    """Return of each box (N, 4) the overlap with its own detection, and the row of that, -1 for none."""
    overlap, own = np.zeros(len(truth)), np.full(len(truth), -1)
    if len(truth) and len(found):
        iou = overlaps(truth, found)
        mine, theirs = linear_sum_assignment(-iou)
        good = iou[mine, theirs] >= MATCH_IOU
        overlap[mine], own[mine[good]] = iou[mine, theirs], theirs[good]
    return overlap, own


def _false_alarms(
    truth: Float64Array, overlap: Float64Array, own: np.ndarray, held: BoolArray, heard: Detections
) -> int:
    """Return how many detections are nobody's, those on vehicles that nobody is held to see left out."""
    nobodys = np.setdiff1d(np.arange(len(heard)), own[overlap >= MATCH_IOU])
    others = truth[~held]
    if not len(nobodys) or not len(others):
        return len(nobodys)
    boxes = heard.boxes_px[nobodys].astype(np.float64)
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=2).max(axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    return int((common < IGNORED_SHARE * areas).sum())
