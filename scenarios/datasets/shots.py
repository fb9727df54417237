"""Pictures of the twin with their exact truth, and who may learn from which."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from detectors.datatypes.arrays import BoolArray, UInt8Array
from scenarios.errors import InputError
from scenarios.progress import Progress, silent
from scenarios.results import Scenario
from twin.cameras.plans import ViewSpec
from twin.clock import NS_PER_S, from_local
from twin.network import library
from twin.randomness import Seed
from twin.rendering.light import light_at
from twin.rendering.oracle import LEAST_PX, LEAST_VISIBLE
from twin.rendering.source import TwinView
from twin.rendering.truth_boxes import FrameTruth
from twin.truth import Scene
from twin.world import Watch, World

REACH_M = 160.0
DARK = 0.5  # lamps are on for more than half: night


@dataclass(frozen=True, slots=True)
class ShotSpec:
    """What to photograph: every view each `every_s` seconds, `frames` times, once for each seed.

    `light_hours`, ascending, are hours of the day whose light the pictures get one after another,
    whatever the traffic of the scenario; none leaves the time as it is.
    """

    scenario: Scenario
    views: tuple[ViewSpec, ...]
    seeds: tuple[int, ...]
    frames: int
    every_s: float
    light_hours: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One picture: `labelled` (N,) says which vehicles of `truth` a detector is held to see."""

    view: str
    seed: int
    index: int
    timestamp_ns: int
    light: str
    image_bgr: UInt8Array
    truth: FrameTruth
    labelled: BoolArray

    @property
    def name(self) -> str:
        """Name of its files."""
        return f"{self.view}_seed{self.seed}_{self.index:04d}"


def shots(spec: ShotSpec, progress: Progress = silent) -> Iterator[Shot]:
    """Yield the pictures, seed after seed, in order of time; raises InputError for nothing to see."""
    if not spec.views or not spec.seeds or spec.frames < 1:
        msg = "dataset: expected at least one view, one seed and one frame"
        raise InputError(msg)
    network = library.resolve(spec.scenario.network)
    start_ns = from_local(spec.scenario.day, spec.scenario.start)
    period_ns = round(spec.every_s * NS_PER_S)
    total = len(spec.seeds) * len(spec.views) * spec.frames
    done = 0
    for seed in spec.seeds:
        root = Seed(seed)
        views = {view.name: TwinView(network, view, root, spec.scenario.weather) for view in spec.views}
        counts = dict.fromkeys(views, 0)
        world = World(network, spec.scenario.demand, root, start_ns, spec.scenario.warmup_s)
        for _ in world.warm_up():
            progress("warm-up", done / total)
        watches = [_watch(view, period_ns) for view in views.values()]
        for name, scene in world.scenes(watches, start_ns + spec.frames * period_ns):
            index = counts[name]
            counts[name] += 1
            moment_ns = _lit(spec, scene.timestamp_ns, start_ns, index)
            yield _shot(views[name], replace(scene, timestamp_ns=moment_ns), seed, index)
            done += 1
            progress("photographing", done / total)


def _watch(view: TwinView, period_ns: int) -> Watch:
    x, y = view.camera.position_m[:2]
    forward = view.camera.rotation_camera_world()[2, :2]
    ahead = 0.7 * REACH_M * forward / max(float(np.hypot(*forward)), 1e-6)
    return Watch(view.spec.name, (float(x + ahead[0]), float(y + ahead[1])), REACH_M, period_ns)


def _lit(spec: ShotSpec, timestamp_ns: int, start_ns: int, index: int) -> int:
    """Return the moment whose light a picture gets."""
    if not spec.light_hours:
        return timestamp_ns
    hour = spec.light_hours[index * len(spec.light_hours) // spec.frames]
    midnight_ns = from_local(spec.scenario.day, spec.scenario.start.min)
    return midnight_ns + round(hour * 3600) * NS_PER_S + timestamp_ns - start_ns


def _shot(view: TwinView, scene: Scene, seed: int, index: int) -> Shot:
    frame, truth = view.frame(scene, index), view.truth(scene)
    sizes = truth.boxes_px[:, 2:] - truth.boxes_px[:, :2]
    labelled = (truth.visible >= LEAST_VISIBLE) & (sizes.max(axis=1, initial=0.0) >= LEAST_PX)
    light = "night" if light_at(frame.timestamp_ns).lamps > DARK else "day"
    return Shot(
        view.spec.name, seed, index, frame.timestamp_ns, light, frame.image_bgr, truth, np.asarray(labelled)
    )
