"""A running street with two cameras and the engine behind them, and what an instructor can do to it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from detectors.archive.store import CaseStore
from detectors.cases.deeds import Actor, CaseStep, Deed
from detectors.cases.ladder import advance
from detectors.cases.needs import Facts
from detectors.cases.policy import Policy
from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.cases import Case
from detectors.datatypes.frame import NS_PER_S
from scenarios.errors import InputError
from scenarios.reports.overlay import draw_overlay
from scenarios.run import RunSpec, prepared
from scenarios.score import scored_as
from scenarios.watching import ViewAtWork, heads
from twin.cameras.plans import ViewSpec
from twin.clock import NS_PER_S as CLOCK_NS
from twin.truth import Scene

INJECTS = ("red-runner", "parking-wave", "nightfall")
NIGHT_NS = 4 * 3600 * CLOCK_NS
DARED, PARKED = 6, 4


@dataclass(frozen=True, slots=True)
class Look:
    """The last picture of a camera, with what the engine concluded drawn in, and the bare one."""

    view: str
    picture: UInt8Array
    bare: UInt8Array
    timestamp_ns: int


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """All that a screen shows of a session at one moment; nothing in it changes any more."""

    now_ns: int
    scene: Scene
    looks: dict[str, Look]
    cases: tuple[Case, ...]
    views: tuple[str, ...]
    out: Path


class Session:
    """Two views of a scenario, one kerb and one signal, run step by step; raises InputError for fewer."""

    def __init__(self, spec: RunSpec, seed: int, out: Path) -> None:
        self.spec, self.seed, self.out = spec, seed, out
        views = two_views(spec.plan.views)
        run = prepared(replace(spec, short=True), seed, out, views)
        self.world, self.network, self.end_ns = run.world, run.network, run.end_ns
        shared = heads(run.jobs)
        # the trainee is the officer at the desk: nobody accepts in his place
        self.work = {
            job.spec.name: ViewAtWork(replace(job, stand_in=False), shared[job.spec.name]) for job in run.jobs
        }
        self.views = {view.name: view for view in views}
        self.looks: dict[str, Look] = {}
        self.scenes: dict[str, Scene] = {}
        self.now_ns = run.start_ns
        self.injected: list[str] = []
        self._scenes: Iterator[tuple[str, Scene]] = run.world.scenes(run.watches, run.end_ns)
        self._closed = False

    def step(self) -> bool:
        """Take one picture of one camera through the engine; return False at the end of the session."""
        found = next(self._scenes, None)
        if found is None:
            return False
        name, scene = found
        self.now_ns, self.scenes[name] = scene.timestamp_ns, scene
        seen = self.work[name].take(scene)
        if seen.frame is not None and seen.record is not None:
            drawn = draw_overlay(seen.frame.image_bgr, seen.record, self.work[name].site)
            self.looks[name] = Look(name, drawn, seen.frame.image_bgr, scene.timestamp_ns)
        return True

    def snapshot(self) -> Snapshot:
        """Return what there is to show now."""
        scene = self.world.everything()
        return Snapshot(self.now_ns, scene, dict(self.looks), self.cases, tuple(self.views), self.out)

    def inject(self, what: str) -> int:
        """Do something to the street; the engine is not told. Return how many vehicles it concerns."""
        self.injected.append(what)
        kerb, signal = (self.views[name] for name in self.views)
        if what == "red-runner":
            return self.world.dare(signal.aim_road or signal.road, DARED)
        if what == "parking-wave":
            return self.world.park(kerb.aim_road or kerb.road, PARKED)
        for at_work in self.work.values():
            at_work.view.darken(NIGHT_NS)
        return 0

    @property
    def cases(self) -> tuple[Case, ...]:
        """All cases so far, oldest first."""
        found = [case for at_work in self.work.values() for case in at_work.cases]
        return tuple(sorted(found, key=lambda case: (case.opened_ns, case.case_id)))

    def is_right(self, case: Case) -> bool:
        """Return whether the twin knows of that offence by that vehicle."""
        vehicle = self.work[case.view].truly(case.case_id)
        return any(
            v.rule == scored_as(case.rule) and v.vehicle_id == vehicle and v.opened_ns <= case.opened_ns
            for v in self.world.violations()
        )

    def decide(self, case: Case, *, accept: bool, ground: str) -> Case:
        """Take an officer's review down: accepted, or rejected with its ground; return the case then."""
        step = CaseStep.ACCEPT if accept else CaseStep.REJECT
        deed = Deed(step, Actor.POLICE, max(self.now_ns, case.history[-1].timestamp_ns), ground)
        after = advance(case, deed, Facts(Policy(phase=self.spec.scenario.phase)))
        with CaseStore(self.out, create=False) as store:
            store.put(after)
        return after

    def close(self) -> None:
        """End the session; cases that are open stay open, decisions come after that."""
        if not self._closed:
            for at_work in self.work.values():
                at_work.leave()
            self._closed = True

    @property
    def seconds_left(self) -> float:
        """How long the session still runs, in seconds of its own time."""
        return (self.end_ns - self.now_ns) / NS_PER_S


def two_views(views: tuple[ViewSpec, ...]) -> tuple[ViewSpec, ViewSpec]:
    """Return a view of a kerb and one of a signal: by the names that plans give them."""
    kerbs = [view for view in views if view.name.startswith("kerb")]
    signals = [view for view in views if view.name.startswith("simpang")]
    if not kerbs or not signals:
        msg = "trainer: expected a plan with a view kerb-... and a view simpang-...; try beruang-madu"
        raise InputError(msg)
    return kerbs[min(1, len(kerbs) - 1)], signals[-1]
