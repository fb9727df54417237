"""A scenario as a source: its cameras rendered on the fly, in several lights and weathers, with the truth."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from detectors.datatypes.frame import NS_PER_S, Frame
from scenarios.bench.pictures import Clip, Labels, Picture, SourceFacts, followed
from scenarios.offences import KTL_WINDOW
from scenarios.results import Scenario
from twin.cameras.appearance import LIGHTS, light_number
from twin.cameras.plans import ViewSpec
from twin.cameras.survey import site_plan
from twin.clock import from_local, seconds
from twin.environment.sun import ambient
from twin.environment.weather import Weather
from twin.network import library
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.rendering.oracle import LEAST_PX, LEAST_VISIBLE
from twin.rendering.source import TwinView
from twin.truth import Scene, VehicleStates
from twin.world import Watch, World

REACH_M = 160.0
STREET_FRAMES = 12
HOURS = (12.0, 17.6, 18.1, 20.0)  # day, low sun, dusk, night in November


@dataclass(frozen=True, slots=True)
class TwinSpec:
    """What to render: each view for `lasting_s` in the light of each hour, for each seed and weather."""

    scenario: Scenario
    views: tuple[ViewSpec, ...]
    seeds: tuple[int, ...] = (1,)
    lasting_s: float = 10.0
    fps: float = 2.0
    hours: tuple[float, ...] = HOURS
    weathers: tuple[Weather, ...] = ()

    @property
    def skies(self) -> tuple[Weather, ...]:
        """The weathers, else that of the scenario."""
        return self.weathers or (self.scenario.weather,)

    @property
    def pictures(self) -> int:
        """How many pictures there will be."""
        each = len(self.hours) * int(np.ceil(self.lasting_s * self.fps))
        return len(self.seeds) * len(self.skies) * len(self.views) * each


class TwinSource:
    """Source of rendered pictures of a scenario."""

    def __init__(self, spec: TwinSpec) -> None:
        self._spec = spec
        self.facts = SourceFacts(
            "scenario", spec.scenario.name, simulated=True, labelled=True, pictures=spec.pictures
        )

    def pictures(self) -> Iterator[tuple[Clip, Picture]]:
        """Yield pictures of all cameras in turn, evening after evening."""
        for seed in self._spec.seeds:
            for weather in self._spec.skies:
                yield from self._evening(seed, weather)

    def _evening(self, seed: int, weather: Weather) -> Iterator[tuple[Clip, Picture]]:
        spec, network = self._spec, library.resolve(self._spec.scenario.network)
        start_ns = from_local(spec.scenario.day, spec.scenario.start)
        world = World(network, spec.scenario.demand, Seed(seed), start_ns, spec.scenario.warmup_s)
        for _ in world.warm_up():
            pass
        booths = {view.name: _Booth(network, view, seed, weather, spec) for view in spec.views}
        watches = [booth.watch() for booth in booths.values()]
        end_ns = start_ns + seconds(spec.lasting_s) * len(spec.hours)
        for name, scene in world.scenes(watches, end_ns):
            part = int((scene.timestamp_ns - start_ns) // seconds(spec.lasting_s))
            elapsed_ns = scene.timestamp_ns - start_ns - part * seconds(spec.lasting_s)
            yield booths[name].photograph(scene, part, elapsed_ns)


class _Booth:
    """One camera under one seed and weather."""

    def __init__(
        self, network: RoadNetwork, view: ViewSpec, seed: int, weather: Weather, spec: TwinSpec
    ) -> None:
        root = Seed(seed).child("view", view.name)
        self._name, self._seed, self._spec, self._weather = view.name, seed, spec, weather
        self._view = TwinView(network, view, root, weather)
        self._site = site_plan(network, view, root, window=KTL_WINDOW)
        midnight_ns = from_local(spec.scenario.day, spec.scenario.start.min)
        self._begins_ns = [midnight_ns + seconds(hour * 3600) for hour in spec.hours]
        self._clips = [self._clip(part) for part in range(len(spec.hours))]
        self._index = 0

    def watch(self) -> Watch:
        """Return what the world has to show it."""
        camera = self._view.camera
        forward = camera.rotation_camera_world()[2, :2]
        ahead = camera.position_m[:2] + 0.7 * REACH_M * forward / max(float(np.hypot(*forward)), 1e-6)
        middle = float(ahead[0]), float(ahead[1])
        return Watch(self._name, middle, REACH_M, seconds(1 / self._spec.fps))

    def photograph(self, scene: Scene, part: int, elapsed_ns: int) -> tuple[Clip, Picture]:
        """Return the picture of a scene, so long after the beginning of a part, in the light of its hour."""
        lit = replace(scene, timestamp_ns=self._begins_ns[part] + elapsed_ns)
        frame = self._view.frame(lit, self._index)
        self._index += 1
        light = LIGHTS[int(light_number(np.array([ambient(lit.timestamp_ns)]))[0])]
        return self._clips[part], Picture(frame, self._labels(lit), light, self._weather.sky.value)

    def _clip(self, part: int) -> Clip:
        camera = f"{self._name} seed {self._seed}"
        name = f"{camera} {self._weather.sky.value} part {part}"
        return Clip(name, camera, 1 / self._spec.fps, self._site, lambda: self._street(part))

    def _street(self, part: int) -> Iterator[Frame]:
        """Yield the empty street before a part, as an installer photographs it."""
        for number in range(STREET_FRAMES):
            moment_ns = self._begins_ns[part] - (STREET_FRAMES - number) * NS_PER_S
            yield self._view.frame(Scene(moment_ns, VehicleStates.none()), number)

    def _labels(self, scene: Scene) -> Labels:
        truth = self._view.truth(scene)
        row_of = {int(one): row for row, one in enumerate(scene.vehicles.vehicle_id)}
        rows = [row_of[int(one)] for one in truth.vehicle_id]
        sizes = truth.boxes_px[:, 2:] - truth.boxes_px[:, :2]
        held = (truth.visible >= LEAST_VISIBLE) & (sizes.max(axis=1, initial=0.0) >= LEAST_PX)
        on_site = followed(self._site, scene.vehicles.position_m[rows, :2])
        return Labels(
            truth.boxes_px,
            truth.vehicle_class.astype(np.int64),
            truth.vehicle_id,
            truth.visible,
            held,
            on_site,
        )
