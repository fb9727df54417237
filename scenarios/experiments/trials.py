"""Trials of a detector on rendered views of which everything is true: where sightings come from.

The detector works inside the engine (site plan, filter, tracker) as it does in a run, afresh for each
view and light, on the pictures of the empty street that an installer takes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import cv2
import numpy as np
from scipy.optimize import linear_sum_assignment

from detectors.archive.memory import ListDocket
from detectors.datatypes.arrays import BoolArray, Float64Array
from detectors.datatypes.detections import Detections
from detectors.datatypes.frame import NS_PER_S, Frame
from detectors.datatypes.tracks import Track
from detectors.detection import registry
from detectors.engine import ViewEngine
from detectors.ports import Detector, Tracker
from detectors.tracking.ground import GroundTracker
from scenarios.datasets.metrics import overlaps
from scenarios.datasets.random_views import random_views
from scenarios.experiments.replicate import replicate
from scenarios.experiments.sightings import FRAME, SIGHTING, Sightings, pooled
from scenarios.offences import KTL_WINDOW
from scenarios.progress import Progress, silent
from scenarios.results import Scenario
from twin.cameras.appearance import light_number, lone_share
from twin.cameras.plans import ViewSpec
from twin.cameras.survey import site_plan
from twin.clock import from_local, seconds
from twin.environment.sun import ambient
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
HOURS = (9.0, 12.5, 16.6, 17.45, 18.2, 19.5)  # day three times, low sun, dusk, night


@dataclass(frozen=True, slots=True)
class TrialSpec:
    """What to watch: `views`, or `cameras` random ones a seed, `lasting_s` in the light of each hour."""

    scenario: Scenario
    detector: str
    cameras: int = 4
    views: tuple[ViewSpec, ...] = ()
    hours: tuple[float, ...] = HOURS
    lasting_s: float = 40.0
    fps: float = 2.0


def trials(
    spec: TrialSpec, seeds: tuple[int, ...], workers: int = 1, progress: Progress = silent
) -> Sightings:
    """Return the sightings of all seeds, in their order."""
    return pooled(replicate(partial(trial, spec), seeds, workers, progress))


def trial(spec: TrialSpec, seed: int) -> Sightings:
    """Return the sightings of one seed: one evening's traffic, watched in the light of each hour."""
    cv2.setNumThreads(1)
    network = library.resolve(spec.scenario.network)
    views = spec.views or random_views(network, Seed(seed, ("calibrate",)), spec.cameras)
    start_ns = from_local(spec.scenario.day, spec.scenario.start)
    world = World(network, spec.scenario.demand, Seed(seed), start_ns, spec.scenario.warmup_s)
    for _ in world.warm_up():
        pass
    watched = {view.name: _Watched(network, view, seed, spec) for view in views}
    watches = [one.watch(spec.fps) for one in watched.values()]
    end_ns = start_ns + seconds(spec.lasting_s) * len(spec.hours)
    for name, scene in world.scenes(watches, end_ns):
        part = int((scene.timestamp_ns - start_ns) // seconds(spec.lasting_s))
        watched[name].take(scene, part, start_ns)
    return pooled([one.sightings() for one in watched.values()])


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

    def __init__(self, network: RoadNetwork, spec: ViewSpec, seed: int, trial: TrialSpec) -> None:
        root = Seed(seed).child("view", spec.name)
        self._spec, self._trial = spec, trial
        self._view = TwinView(network, spec, root)
        self._site = site_plan(network, spec, root, window=KTL_WINDOW)
        self._part = -1
        self._scene: Scene | None = None
        self._first_ns: dict[int, int] = {}
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
        lit = replace(scene, timestamp_ns=midnight_ns + seconds(self._trial.hours[part] * 3600) + elapsed_ns)
        if part != self._part:
            self._part = part
            self._begin(lit.timestamp_ns)
        self._scene = lit
        truth = self._view.truth(lit)
        frame = self._view.frame(lit, len(self._frames["frame_ns"]))
        record = self._engine.step(frame)
        heard = self._tracker.heard
        if heard is not None:
            self._note(lit, truth, heard, record.tracks)

    def _begin(self, start_ns: int) -> None:
        empty = (
            self._view.frame(Scene(start_ns - (COMMISSIONING_FRAMES - n) * NS_PER_S, VehicleStates.none()), n)
            for n in range(COMMISSIONING_FRAMES)
        )
        self._tracker = _Overheard(GroundTracker(self._site))
        detector = self._detector(empty)
        self._engine = ViewEngine(self._site, detector, self._tracker, (), ListDocket())
        self._first_ns = {}

    def _detector(self, empty: Iterator[Frame]) -> Detector:
        if self._trial.detector == "oracle":
            return OracleDetector(lambda _: self._view.truth(self._scene))  # type: ignore[arg-type]
        return registry.build(self._trial.detector, self._site, empty)

    def _note(self, scene: Scene, truth: FrameTruth, heard: Detections, tracks: tuple[Track, ...]) -> None:
        by_id = {int(one): row for row, one in enumerate(scene.vehicles.vehicle_id)}
        rows = np.array([by_id[int(one)] for one in truth.vehicle_id], dtype=np.int64)
        at_m = scene.vehicles.position_m[rows]
        sizes = truth.boxes_px[:, 2:] - truth.boxes_px[:, :2]
        on_site = self._on_site(at_m[:, :2])
        for one in truth.vehicle_id.tolist():
            self._first_ns.setdefault(one, scene.timestamp_ns)
        held = on_site & (truth.visible >= LEAST_VISIBLE) & (sizes.max(axis=1, initial=0) >= LEAST_PX)
        overlap, own = _matched(truth.boxes_px, heard.boxes_px.astype(np.float64))
        track, along, across = self._tracked(at_m, own, heard, tracks)
        light = int(light_number(np.array([ambient(scene.timestamp_ns)]))[0])
        n = len(rows)
        columns = {
            "view": np.zeros(n), "vehicle": truth.vehicle_id, "light": np.full(n, light),
            "frame": np.full(n, len(self._frames["frame_ns"])), "weather": np.zeros(n),
            "height_px": sizes[:, 1], "visible": truth.visible, "lone": lone_share(truth.boxes_px),
            "kind": truth.vehicle_class, "speed_mps": scene.vehicles.speed_mps[rows],
            "age_s": [(scene.timestamp_ns - self._first_ns[i]) / NS_PER_S for i in truth.vehicle_id.tolist()],
            "distance_m": np.linalg.norm(at_m - self._view.camera.position_m, axis=1),
            "held": held, "overlap": overlap, "track": track, "along_m": along, "across_m": across,
        }  # fmt: skip
        kept = on_site & (truth.visible >= LEAST_SHOWN)
        for name, column in columns.items():
            self._rows[name].append(np.asarray(column, dtype=np.float64)[kept])
        false = _false_alarms(truth.boxes_px, overlap, own, held, heard)
        told = (0, light, int(kept.sum()), false, scene.timestamp_ns)
        for name, value in zip(FRAME, told, strict=True):
            self._frames[name].append(value)

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
