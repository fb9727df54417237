"""Runs a scenario: one world, many views, a pipeline a view, then score and report."""

import multiprocessing as mp
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import time
from functools import partial
from importlib.metadata import version
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from detectors.cases.policy import Policy
from scenarios.city_run import CityAtWork
from scenarios.errors import InputError
from scenarios.experiments.replicate import replicate
from scenarios.progress import Progress, silent
from scenarios.reports.report import write_report
from scenarios.results import RunResult, Scenario, ViewResult
from scenarios.score import Score, passed, pooled, score
from scenarios.sections import MeasuredSection, Told, sections_of, timed_gates, true_section_speeding
from scenarios.staging import staged
from scenarios.watching import ViewAtWork, ViewJob, heads
from twin.cameras.plans import Camera, CameraPlan, ViewSpec, by_view
from twin.clock import from_local, seconds
from twin.network import library
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.rendering.source import TwinView, drawing_is_compiled
from twin.traffic.simulation import Census
from twin.traffic.trajectories import Track, lasting_s
from twin.truth import Scene, VehicleStates
from twin.world import Watch, World

SIGHT_M = 170.0
Tell = Callable[[Told], None]
VERSIONED = ("bconnect-twin", "numpy", "opencv-python-headless", "numba", "simpy", "onnxruntime", "rapidocr")


@dataclass(frozen=True, slots=True)
class RunSpec:
    """One run to make: a scenario, its cameras, and which part of the evening.

    Where there are `tracks` they are the traffic, from the first instant on; the run ends with them.
    Without the `stand_in` cases wait for an officer at the desk, and none is closed by the engine.
    """

    scenario: Scenario
    plan: CameraPlan
    short: bool
    tracks: tuple[Track, ...] = ()
    stand_in: bool = True

    def span_ns(self) -> tuple[int, int]:
        """Return the first and last instant that the cameras look."""
        s = self.scenario
        first, last = (s.short_start, s.short_end) if self.short else (s.start, s.end)
        start_ns, end_ns = self._at(first), self._at(last)
        if self.tracks:
            end_ns = min(end_ns, start_ns + seconds(max(1.0, lasting_s(self.tracks))))
        return start_ns, end_ns

    def _at(self, moment: time) -> int:
        return from_local(self.scenario.day, moment)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What `validate` has to say: where the report is, whether the gate is passed, the scores."""

    report_path: Path
    passed: bool
    scores: tuple[Score, ...]


def validate(
    spec: RunSpec,
    *,
    seeds: tuple[int, ...],
    workers: int,
    out: Path,
    lang: str = "en",
    progress: Progress = silent,
) -> Outcome:
    """Run every seed, score it, and write the report; `out` appears when all of it is there."""
    with staged(out) as stage:
        results = _run_all(spec, seeds, workers, stage, progress)
        scores = tuple(score(result) for result in results)
        report = write_report(results, scores, stage, lang)
        verdict = passed(pooled(scores), spec.scenario)
        return Outcome(out / report.relative_to(stage), verdict, scores)


def _run_all(
    spec: RunSpec, seeds: tuple[int, ...], workers: int, stage: Path, progress: Progress
) -> tuple[RunResult, ...]:
    if len(seeds) == 1:
        return (run_once(spec, seeds[0], stage, workers=workers, progress=progress),)
    job = partial(_run_seed, spec, stage)
    return replicate(job, seeds, workers, progress)


def _run_seed(spec: RunSpec, stage: Path, seed: int) -> RunResult:
    return run_once(spec, seed, stage / f"seed-{seed}", workers=1)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A warmed-up world and the jobs of the views that will look at it."""

    world: World
    network: RoadNetwork
    jobs: tuple[ViewJob, ...]
    watches: tuple[Watch, ...]
    start_ns: int
    end_ns: int
    sections: tuple[MeasuredSection, ...] = ()


def prepared(
    spec: RunSpec,
    seed: int,
    out: Path,
    views: tuple[ViewSpec, ...],
    progress: Progress = silent,
) -> Prepared:
    """Build the world of a run and warm it up; raises InputError for a view off the map."""
    network = library.resolve(spec.scenario.network)
    start_ns, end_ns = spec.span_ns()
    root = Seed(seed)
    watches = tuple(_watch(network, view) for view in views)
    cameras = by_view(_touring(camera, root) for camera in spec.plan.cameras)
    scenario = spec.scenario
    there = {view.name for view in views}
    asked = sections_of(scenario, spec.plan.views, network, root)
    found = tuple(one for one in asked if {one.section.from_view, one.section.to_view} <= there)
    ends = tuple(one.section for one in found)
    jobs = tuple(
        replace(_job(spec, view, cameras[view.name], network, root, out), timed=timed_gates(view.name, ends))
        for view in views
    )
    world = World(network, scenario.demand, root, start_ns, scenario.warmup_s, tracks=spec.tracks)
    for fraction in world.warm_up():
        progress("warm-up", fraction)
    return Prepared(world, network, jobs, watches, start_ns, end_ns, found)


def run_once(
    spec: RunSpec, seed: int, out: Path, *, workers: int = 1, progress: Progress = silent
) -> RunResult:
    """Make one run and return what it left behind; files go to `out`."""
    drawing = _compiling_ahead(spec, workers)
    run = prepared(spec, seed, out, spec.plan.views, progress)
    if drawing is not None:
        drawing.join()
    views = _watched(spec, run, out, workers, progress)
    crossings = (one for view in views for one in view.crossings)
    sped = true_section_speeding(run.sections, crossings, run.end_ns)
    return RunResult(
        scenario=spec.scenario,
        plan=spec.plan,
        network=run.network,
        seed=seed,
        short=spec.short,
        start_ns=run.start_ns,
        end_ns=run.end_ns,
        views=views,
        violations=(*run.world.violations(), *sped),
        census=_rows(run.world.census()),
        out=out,
        versions=tuple((name, version(name)) for name in VERSIONED),
        stand_in=spec.stand_in,
    )


def _watched(
    spec: RunSpec, run: Prepared, out: Path, workers: int, progress: Progress
) -> tuple[ViewResult, ...]:
    """Let the views, and the city over their sections, watch the world until the end."""
    ends = tuple(one.section for one in run.sections)
    policy = Policy(phase=spec.scenario.phase, stand_in=spec.stand_in)
    city = CityAtWork(ends, out, policy) if ends else None
    with _crew(run.jobs, workers, city.take if city else _unheard) as crew:
        for name, scene in run.world.scenes(run.watches, run.end_ns):
            crew.give(name, scene)
            progress("watching", (scene.timestamp_ns - run.start_ns) / (run.end_ns - run.start_ns))
        views = crew.finish()
    if city is None:
        return views
    city.finish(run.end_ns)
    return city.onto(views)


def _compiling_ahead(spec: RunSpec, workers: int) -> BaseProcess | None:
    """Compile what draws beside the warm-up of the traffic, once, where nothing was compiled before."""
    if workers <= 1 or drawing_is_compiled() or not spec.plan.views:
        return None
    process = mp.get_context("spawn").Process(target=_draw_once, args=(spec,), daemon=True)
    process.start()
    return process


def _draw_once(spec: RunSpec) -> None:
    network, view = library.resolve(spec.scenario.network), spec.plan.views[0]
    start_ns, _ = spec.span_ns()
    TwinView(network, view, Seed(0), spec.scenario.weather).frame(Scene(start_ns, VehicleStates.none()), 0)


def _rows(census: Census) -> tuple[tuple[str, int], ...]:
    names = ("inserted", "active", "finished", "waiting")
    return tuple((name, int(getattr(census, name))) for name in names)


def _touring(camera: Camera, root: Seed) -> Camera:
    """Let a guard tour begin wherever it happens to be: no camera waits for the scenario."""
    if camera.tour is None:
        return camera
    begins_ns = int(root.uniform("tour", camera.name) * camera.tour.period_ns)
    return replace(camera, tour=replace(camera.tour, begins_ns=begins_ns))


def _job(
    spec: RunSpec, view: ViewSpec, camera: Camera, network: RoadNetwork, root: Seed, out: Path
) -> ViewJob:
    start_ns, end_ns = spec.span_ns()
    moments = tuple(start_ns + (end_ns - start_ns) * part // 10 for part in (3, 9))
    seed = root.child("view", view.name)
    scenario = spec.scenario
    return ViewJob(
        network=network,
        spec=view,
        seed=seed,
        detector=scenario.detector,
        phase=scenario.phase,
        out=out,
        start_ns=start_ns,
        picture_times_ns=moments,
        camera=camera,
        weather=scenario.weather,
        plates=scenario.plates,
        stand_in=spec.stand_in,
    )


def _watch(network: RoadNetwork, view: ViewSpec) -> Watch:
    road = network.road_of.get(view.aimed_road)
    if road is None:
        msg = f"plan: view {view.name}: road {view.aimed_road!r} is not on the network {network.name}"
        raise InputError(msg)
    x, y, _ = road.point_at(view.aim_along_m, view.aim_offset_m)
    return Watch(view.name, (x, y), SIGHT_M, seconds(1 / view.fps))


def _unheard(_told: Told) -> None:
    """Nobody measures over a section."""


class _Inline:
    """All views in this process; those with a gate of a section `tell` the city of it."""

    def __init__(self, jobs: tuple[ViewJob, ...], tell: Tell) -> None:
        head_of = heads(jobs)
        self._views = {job.spec.name: ViewAtWork(job, head_of[job.spec.name]) for job in jobs}
        self._timed = {job.spec.name for job in jobs if job.timed}
        self._tell = tell

    def give(self, name: str, scene: Scene) -> None:
        self._views[name].take(scene)
        if name in self._timed:
            self._tell(self._views[name].told())

    def finish(self) -> tuple[ViewResult, ...]:
        found = tuple(view.finish() for view in self._views.values())
        for name in sorted(self._timed):
            self._tell(self._views[name].told())
        return found

    def stop(self) -> None:
        """Nothing to stop."""


class _Processes:
    """The views shared out over worker processes; a full pipe holds the world back.

    A thread a worker takes in what it says, so that no worker waits for a parent that waits for it; the city
    is told in the parent's own thread.
    """

    def __init__(self, jobs: tuple[ViewJob, ...], workers: int, tell: Tell) -> None:
        context = mp.get_context("spawn")
        self._order = [job.spec.name for job in jobs]
        self._pipe_of: dict[str, Connection] = {}
        self._pipes: list[Connection] = []
        self._processes = []
        self._tell = tell
        self._heard: SimpleQueue[Told] = SimpleQueue()
        self._found: dict[str, ViewResult] = {}
        self._listeners: list[Thread] = []
        for share in _shares(jobs, workers):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(share, theirs), daemon=True)
            process.start()
            theirs.close()
            self._processes.append(process)
            self._pipes.append(ours)
            self._pipe_of.update(dict.fromkeys((job.spec.name for job in share), ours))
            self._listeners.append(Thread(target=self._listen, args=(ours,), daemon=True))
            self._listeners[-1].start()

    def give(self, name: str, scene: Scene) -> None:
        self._pipe_of[name].send((name, scene))
        self._pass_on()

    def finish(self) -> tuple[ViewResult, ...]:
        for pipe in self._pipes:
            pipe.send(None)
        for listener in self._listeners:
            listener.join()
        self._pass_on()
        missing = [name for name in self._order if name not in self._found]
        if missing:
            msg = f"a worker process ended before its views did: {', '.join(missing)}; what it said is above"
            raise RuntimeError(msg)
        return tuple(self._found[name] for name in self._order)

    def _listen(self, pipe: Connection) -> None:
        """Take in what a worker says, until its results."""
        with suppress(EOFError, OSError):
            while isinstance(said := pipe.recv(), Told):
                self._heard.put(said)
            self._found.update({view.view: view for view in said})

    def _pass_on(self) -> None:
        while not self._heard.empty():
            self._tell(self._heard.get())

    def stop(self) -> None:
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join(10)
            process.terminate()


def _shares(jobs: tuple[ViewJob, ...], workers: int) -> list[tuple[ViewJob, ...]]:
    """Share the cameras out so that every worker gets about as many frames a second.

    The views of one camera stay together: they share its lens.
    """
    by_camera: dict[str, list[ViewJob]] = {}
    for job in jobs:
        by_camera.setdefault(job.camera.name if job.camera else job.spec.name, []).append(job)
    shares: list[list[ViewJob]] = [[] for _ in range(min(workers, len(by_camera)))]
    for group in sorted(by_camera.values(), key=lambda g: -sum(map(_frame_rate, g))):
        min(shares, key=lambda share: sum(map(_frame_rate, share))).extend(group)
    return [tuple(share) for share in shares]


def _frame_rate(job: ViewJob) -> float:
    tour = job.camera.tour if job.camera else None
    return job.spec.fps * (tour.duty(job.spec.name) if tour else 1.0)


def _work(jobs: tuple[ViewJob, ...], pipe: Connection) -> None:
    crew = _Inline(jobs, pipe.send)
    while (item := pipe.recv()) is not None:
        crew.give(*item)
    pipe.send(crew.finish())


@contextmanager
def _crew(jobs: tuple[ViewJob, ...], workers: int, tell: Tell) -> Iterator[_Inline | _Processes]:
    crew = _Inline(jobs, tell) if min(workers, len(jobs)) <= 1 else _Processes(jobs, workers, tell)
    try:
        yield crew
    finally:
        crew.stop()
