"""Pictures of the twin with their exact truth, and who may learn from which."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array, UInt8Array
from scenarios.datasets.backdrops import backdrop
from scenarios.datasets.randomise import (
    random_fleet,
    random_hours,
    random_mix,
    random_pose,
    random_weather,
    varied,
    vehicle_mask,
)
from scenarios.errors import InputError
from scenarios.progress import Progress, silent
from scenarios.results import Scenario
from twin.cameras.plans import ViewSpec
from twin.clock import NS_PER_S, from_local
from twin.environment.weather import Weather
from twin.network import library
from twin.randomness import Seed
from twin.rendering.light import light_at
from twin.rendering.oracle import LEAST_PX, LEAST_VISIBLE
from twin.rendering.osd import write_osd
from twin.rendering.plate_boxes import plate_boxes
from twin.rendering.source import TwinView
from twin.rendering.truth_boxes import FrameTruth
from twin.truth import Scene, VehicleStates
from twin.world import Watch, World

REACH_M = 160.0
MOST_HOURS = 12  # a seed: lighting a street anew takes longer than a picture of it
PLATE_FROM_PX = 14.0  # wide: a smaller plate is a pale spot, and no detector is held to see it
BACKDROPS = 0.4  # of the pictures by day where everything varies, if there are photographs
DARK = 0.5  # lamps are on for more than half: night


@dataclass(frozen=True, slots=True)
class ShotSpec:
    """What to photograph: every view each `every_s` seconds, `frames` times, once for each seed.

    `light_hours`, ascending, are hours of the day whose light the pictures get one after another,
    whatever the traffic of the scenario; none leaves the time as it is. `randomise` varies cameras,
    light, weather, streets and fleets by seed beyond what is real (see `randomise`); `photos` are what
    stands behind the vehicles in some of these pictures, by day. `visiting` gives all vehicles bodies that
    the streets of the twin do not have otherwise.
    """

    scenario: Scenario
    views: tuple[ViewSpec, ...]
    seeds: tuple[int, ...]
    frames: int
    every_s: float
    light_hours: tuple[float, ...] = ()
    randomise: bool = False
    photos: tuple[Path, ...] = ()
    visiting: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One picture: `labelled` (N,) says which vehicles of `truth` a detector is held to see.

    `plates_px` (N, 4) is the box of the plate of each, NaN where it does not show in full. `ground_m`
    (N, 3) is where each stands in the frame of the network, `signals` the aspect of each signal group.
    """

    view: str
    seed: int
    index: int
    timestamp_ns: int
    light: str
    weather: str
    image_bgr: UInt8Array
    truth: FrameTruth
    labelled: BoolArray
    plates_px: Float64Array
    ground_m: Float64Array
    signals: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """Name of its files."""
        return f"{self.view}_seed{self.seed}_{self.index:04d}"

    @property
    def plates_labelled(self) -> BoolArray:
        """Return (N,) whose plate a detector is held to see: that of a labelled vehicle, large enough."""
        wide = self.plates_px[:, 2] - self.plates_px[:, 0]
        return np.asarray(self.labelled & (np.nan_to_num(wide) >= PLATE_FROM_PX))


def shots(spec: ShotSpec, progress: Progress = silent) -> Iterator[Shot]:
    """Yield the pictures, seed after seed, in order of time; raises InputError for nothing to see."""
    if not spec.views or not spec.seeds or spec.frames < 1:
        msg = "dataset: expected at least one view, one seed and one frame"
        raise InputError(msg)
    total = len(spec.seeds) * len(spec.views) * spec.frames
    done = 0
    for seed in spec.seeds:
        progress("warm-up", done / total)
        for shot in _of_seed(randomised(spec, seed) if spec.randomise else spec, seed):
            yield shot
            done += 1
            progress("photographing", done / total)


def randomised(spec: ShotSpec, seed: int) -> ShotSpec:
    """Return what is photographed under one seed where everything varies: poses, hours, shares of classes."""
    root = Seed(seed, ("randomise",))
    network = library.resolve(spec.scenario.network)
    demand = spec.scenario.demand
    mix = random_mix(demand.mix, root.generator("mix"))
    views = tuple(random_pose(network, view, root.generator("pose", view.name)) for view in spec.views)
    hours = random_hours(root, min(spec.frames, MOST_HOURS))
    scenario = replace(spec.scenario, demand=replace(demand, mix=mix))
    return replace(spec, scenario=scenario, views=views, light_hours=hours)


def _of_seed(spec: ShotSpec, seed: int) -> Iterator[Shot]:
    network = library.resolve(spec.scenario.network)
    start_ns = from_local(spec.scenario.day, spec.scenario.start)
    period_ns = round(spec.every_s * NS_PER_S)
    root = Seed(seed)
    views = {
        view.name: TwinView(network, view, _street(root, view, spec), weather_of(spec, seed, view.name))
        for view in spec.views
    }
    counts = dict.fromkeys(views, 0)
    world = World(network, spec.scenario.demand, root, start_ns, spec.scenario.warmup_s)
    for _ in world.warm_up():
        pass
    watches = [_watch(view, period_ns) for view in views.values()]
    for name, scene in world.scenes(watches, start_ns + spec.frames * period_ns):
        index = counts[name]
        counts[name] += 1
        moment_ns = _lit(spec, scene.timestamp_ns, start_ns, index)
        lit = replace(scene, timestamp_ns=moment_ns)
        sky = weather_of(spec, seed, name).sky.value
        yield _shot(views[name], lit, (seed, index, sky), spec)


def weather_of(spec: ShotSpec, seed: int, view: str) -> Weather:
    """Return the weather over a camera: the scenario's, or one of its own where everything varies."""
    if not spec.randomise:
        return spec.scenario.weather
    return random_weather(Seed(seed, ("randomise",)).generator("weather", view))


def _street(root: Seed, view: ViewSpec, spec: ShotSpec) -> Seed:
    """Return the seed of what stands in the street: another one for each camera where everything varies."""
    if not spec.randomise:
        return root
    return Seed(int(root.generator("randomise", "street", view.name).integers(1 << 31)))


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


def _shot(view: TwinView, scene: Scene, which: tuple[int, int, str], spec: ShotSpec) -> Shot:
    """Photograph a scene; `which` are its seed, its number and the weather."""
    seed, index, weather = which
    own = Seed(seed, ("randomise", view.spec.name))
    if spec.visiting:
        everybody = np.ones(len(scene.vehicles), dtype=np.bool_)
        scene = replace(scene, vehicles=replace(scene.vehicles, visiting=everybody))
    light = "night" if light_at(scene.timestamp_ns).lamps > DARK else "day"
    if spec.randomise:
        scene = replace(scene, vehicles=random_fleet(scene.vehicles, own))
    frame, truth = view.frame(scene, index), view.truth(scene)
    image = frame.image_bgr
    if spec.randomise:
        street = view.frame(replace(scene, vehicles=VehicleStates.none()), index).image_bgr
        mask, draw = vehicle_mask(view.camera, scene.vehicles), own.generator("picture", index)
        photo = spec.photos and light == "day" and draw.random() < BACKDROPS
        image = varied(image, street, mask, draw, backdrop(spec.photos, street, draw) if photo else None)
        write_osd(image, view.spec.name, frame.timestamp_ns)
    sizes = truth.boxes_px[:, 2:] - truth.boxes_px[:, :2]
    labelled = (truth.visible >= LEAST_VISIBLE) & (sizes.max(axis=1, initial=0.0) >= LEAST_PX)
    order = np.argsort(scene.vehicles.vehicle_id)
    rows = order[np.searchsorted(scene.vehicles.vehicle_id[order], truth.vehicle_id)]
    return Shot(
        view=view.spec.name,
        seed=seed,
        index=index,
        timestamp_ns=frame.timestamp_ns,
        light=light,
        weather=weather,
        image_bgr=image,
        truth=truth,
        labelled=np.asarray(labelled),
        plates_px=plate_boxes(view.camera, scene.vehicles.select(rows)),
        ground_m=scene.vehicles.position_m[rows],
        signals=tuple((group, aspect.name.lower()) for group, aspect in scene.aspects),
    )
