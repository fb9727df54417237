"""A run of a scenario without pictures: the whole engine but for the camera, told the truth by an oracle."""

from collections import Counter
from pathlib import Path

import numpy as np

from detectors.cases.policy import Policy
from detectors.datatypes.cases import Case, CaseState, EvidencePicture
from detectors.datatypes.evidence import EvidenceClip, EvidenceStatement
from detectors.datatypes.frame import Frame, TimeBase
from detectors.datatypes.steps import StepRecord
from detectors.engine import ViewEngine
from detectors.ports import Detector
from detectors.tracking.ground import GroundTracker
from detectors.violations.registry import rules_for
from scenarios.attributing import LastSights, attributed
from scenarios.offences import KTL_WINDOW
from scenarios.results import Attribution, RunResult, ViewResult
from scenarios.run import RunSpec, prepared
from scenarios.shown_speeds import SpeedsShown
from scenarios.watching import SceneSignals, ViewJob
from twin.cameras.survey import mount, site_plan
from twin.rendering.oracle import OracleDetector
from twin.rendering.truth_boxes import FrameTruth, frame_truth
from twin.truth import Scene


class Notes:
    """A docket that keeps the last state of each case and no picture."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}

    def put(self, case: Case) -> None:
        self.cases[case.case_id] = case

    def attach(self, picture: EvidencePicture) -> None: ...

    def attach_clip(self, clip: EvidenceClip) -> None: ...

    def attest(self, statement: EvidenceStatement) -> None: ...


class UnrenderedView:
    """One view at work on scenes; `verdicts` counts by rule, kind and reason."""

    def __init__(self, job: ViewJob) -> None:
        self._job = job
        self._camera = mount(job.network, job.spec)
        self.site = site_plan(job.network, job.spec, job.seed, window=KTL_WINDOW)
        self._blank = np.zeros((self._camera.height_px, self._camera.width_px, 3), np.uint8)
        self._signals, self.docket = SceneSignals(), Notes()
        self._truth: FrameTruth | None = None
        self._frames = 0
        self._speeds = SpeedsShown(self.site, job.spec.fps)
        self.verdicts: Counter[tuple[str, str, str]] = Counter()
        self._found: list[Attribution] = []
        self._sights = LastSights[FrameTruth]()
        self._engine = ViewEngine(
            self.site, self._detector(), GroundTracker(self.site), rules_for(self.site),
            self.docket, signals=self._signals, policy=Policy(phase=job.phase, stand_in=True),
        )  # fmt: skip

    def _detector(self) -> Detector:
        return OracleDetector(self._known)

    def _known(self, _frame: Frame) -> FrameTruth:
        if self._truth is None:
            msg = "truth was asked for before the first scene"
            raise RuntimeError(msg)
        return self._truth

    def take(self, scene: Scene) -> None:
        """Take a scene through the engine."""
        self._signals.take(scene)
        self._speeds.note(scene)
        self._truth = frame_truth(scene, self._camera)
        frame = Frame(self.site.view, self._frames, scene.timestamp_ns, self._blank, True, TimeBase.UTC)
        self._frames += 1
        self._note(self._engine.step(frame))

    def _note(self, record: StepRecord) -> None:
        if self._truth is not None:
            self._sights.note(record, self._truth)
        for verdict in record.verdicts:
            self.verdicts[verdict.rule, verdict.kind.value, str(verdict.reason or verdict.phase.value)] += 1
        for event in record.events:
            if event.state is CaseState.CAPTURED:
                case = self.docket.cases[event.case_id]
                self._found.append(attributed(case.case_id, self._sights.of(case.track_id), _itself))

    def finish(self) -> ViewResult:
        """Close what is open and return what the view saw."""
        self._note(self._engine.finish())
        cases = tuple(self.docket.cases.values())
        events = tuple(event for case in cases for event in case.history)
        return ViewResult(
            self.site.view,
            self.site,
            "oracle",
            True,
            self._frames,
            cases,
            events,
            tuple(self._found),
            speeds=self._speeds.told(),
        )


def _itself(truth: FrameTruth) -> FrameTruth:
    return truth


def run_unrendered(spec: RunSpec, seed: int, out: Path) -> tuple[RunResult, Counter[tuple[str, str, str]]]:
    """Return the result of a run, and how many verdicts of each kind there were."""
    run = prepared(spec, seed, out, spec.plan.views)
    views = {job.spec.name: UnrenderedView(job) for job in run.jobs}
    for name, scene in run.world.scenes(run.watches, run.end_ns):
        views[name].take(scene)
    told = tuple(view.finish() for view in views.values())
    verdicts = sum((view.verdicts for view in views.values()), Counter())
    result = RunResult(
        spec.scenario, spec.plan, run.network, seed, spec.short, run.start_ns, run.end_ns, told,
        run.world.violations(), (), out, (),
    )  # fmt: skip
    return result, verdicts
