"""One view at work: scenes in, frames through the engine, cases and their truth out."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

import cv2

from detectors.archive.store import CaseStore
from detectors.cases.policy import Policy
from detectors.datatypes.cases import Case, CaseEvent, CaseState, EvidencePicture
from detectors.datatypes.evidence import EvidenceClip, EvidenceStatement
from detectors.datatypes.frame import NS_PER_S, Frame
from detectors.datatypes.passages import Passage
from detectors.datatypes.signals import SignalState, SignalStates
from detectors.datatypes.steps import SnapshotRequest, StepRecord
from detectors.detection import registry
from detectors.engine import ViewEngine
from detectors.ports import Detector
from detectors.tracking.ground import GroundTracker
from detectors.violations.registry import rules_for
from detectors.violations.track_noise import track_noise
from scenarios.attributing import LastSights, attributed, shown_in
from scenarios.instruments import instruments_of
from scenarios.offences import KTL_WINDOW
from scenarios.plate_readers import PlateReaderOnUse
from scenarios.reports.overlay import draw_overlay
from scenarios.results import Attribution, ViewResult
from scenarios.sealing import sealer
from scenarios.sections import Told, TrueGates
from scenarios.shown_speeds import SpeedsShown
from twin.cameras.head import CameraHead
from twin.cameras.plans import Camera, ViewSpec
from twin.cameras.survey import site_plan
from twin.environment.weather import CLEAR, Weather
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.rendering.oracle import OracleDetector
from twin.rendering.source import TwinView, VirtualControl
from twin.rendering.truth_boxes import FrameTruth, frame_truth
from twin.truth import Scene, VehicleStates

COMMISSIONING_FRAMES = 12
PICTURES_PER_VIEW = 2
AFTER_ALL_NS = 2**62  # later than any passage


@dataclass(frozen=True, slots=True)
class ViewJob:
    """All that a worker process needs to build the pipeline of one view.

    `plates` says whether it reads them, `stand_in` that standing cases are accepted as they are opened:
    a run has no officer at the desk. `timed` are the gates at which sections begin or end.
    """

    network: RoadNetwork
    spec: ViewSpec
    seed: Seed
    detector: str
    phase: str
    out: Path
    start_ns: int
    picture_times_ns: tuple[int, ...]
    camera: Camera | None = None
    weather: Weather = CLEAR
    plates: bool = True
    stand_in: bool = True
    timed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What a view made of one scene: its frame if it was looked at, snapshots due, signals as heard."""

    frame: Frame | None
    record: StepRecord | None
    snapshots: tuple[tuple[SnapshotRequest, Frame], ...]
    signals: tuple[SignalState, ...]


class SceneSignals:
    """SignalSource of the twin: the aspects of the last scene, since the scene that changed them."""

    def __init__(self) -> None:
        self._states: dict[str, SignalState] = {}

    def take(self, scene: Scene) -> None:
        """Hear what the signals show now."""
        for group, aspect in scene.aspects:
            known = self._states.get(group)
            if known is None or known.aspect is not aspect:
                self._states[group] = SignalState(group, aspect, scene.timestamp_ns)

    def states(self, timestamp_ns: int) -> SignalStates:  # noqa: ARG002 - the port's signature
        """Return the aspects as last heard."""
        return SignalStates(tuple(self._states.values()))


class CaseLog:
    """Docket that stores cases and remembers the last state of each."""

    def __init__(self, store: CaseStore) -> None:
        self._store = store
        self.cases: dict[str, Case] = {}

    def put(self, case: Case) -> None:
        """Store the case, then remember it."""
        self._store.put(case)
        self.cases[case.case_id] = case

    def attach(self, picture: EvidencePicture) -> None:
        """Store an evidence picture."""
        self._store.attach(picture)

    def attach_clip(self, clip: EvidenceClip) -> None:
        """Store a clip."""
        self._store.attach_clip(clip)

    def attest(self, statement: EvidenceStatement) -> None:
        """Store what was measured."""
        self._store.attest(statement)


class ViewAtWork:
    """The pipeline of one view; `take` scenes in order of time, then `finish`.

    `head` is what the view shares with the others of its camera (see `heads`).
    """

    def __init__(self, job: ViewJob, head: CameraHead | None = None) -> None:
        cv2.setNumThreads(1)
        self._job = job
        self.site = replace(
            site_plan(job.network, job.spec, job.seed, window=KTL_WINDOW), revisit_s=_revisit_s(job)
        )
        self._view = TwinView(job.network, job.spec, job.seed, job.weather)
        self._control = VirtualControl(self._view, head)
        self._signals = SceneSignals()
        self._store = CaseStore(job.out, sealer=sealer())
        self._docket = CaseLog(self._store)
        self._scene: Scene | None = None
        self._speeds = SpeedsShown(self.site, job.spec.fps)
        self._detector = self._make_detector()
        self._engine = ViewEngine(
            self.site,
            self._detector,
            GroundTracker(self.site),
            rules_for(self.site, noise=track_noise(self._detector.name)),
            self._docket,
            control=self._control,
            signals=self._signals,
            plates=PlateReaderOnUse() if job.plates else None,
            policy=Policy(phase=job.phase, stand_in=job.stand_in),
            instruments=instruments_of(self._detector, self.site),
            timed=job.timed,
        )
        self._gates = TrueGates(job.spec.name, (one for one in self.site.gates if one.name in job.timed))
        self._passages: list[Passage] = []
        self._vehicle_of: dict[int, tuple[int, float]] = {}
        self._now_ns = 0
        self._log = open_log(job.out, job.spec.name)
        self._frames = 0
        self._asked: dict[str, SnapshotRequest] = {}
        self._events: list[CaseEvent] = []
        self._attributions: list[Attribution] = []
        self._sights = LastSights[Scene]()
        self._pictures: list[tuple[str, bytes]] = []
        self._times_left = sorted(job.picture_times_ns)

    def _make_detector(self) -> Detector:
        if self._job.detector == "oracle":
            return OracleDetector(self._truth_now)
        return registry.build(self._job.detector, self.site, self.empty_street())

    def empty_street(self) -> Iterator[Frame]:
        """Yield pictures of the street without traffic, as an installer takes them at commissioning."""
        for number in range(COMMISSIONING_FRAMES):
            moment_ns = self._job.start_ns + number * NS_PER_S
            yield self._view.frame(Scene(moment_ns, VehicleStates.none()), number)

    def _truth_now(self, _frame: Frame) -> FrameTruth:
        """Look truth up, for the oracle and for attribution: only where asked, it costs a rendering."""
        if self._scene is None:
            msg = f"view {self._job.spec.name}: truth was asked for before the first scene"
            raise RuntimeError(msg)
        return self._view.truth(self._scene)

    @property
    def view(self) -> TwinView:
        """The camera of the twin behind the pipeline."""
        return self._view

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases so far, in the order of their opening."""
        return tuple(self._docket.cases.values())

    def truly(self, case_id: str) -> int | None:
        """Return which true vehicle stood behind a case when it was opened, None for nobody."""
        return next((one.vehicle_id for one in self._attributions if one.case_id == case_id), None)

    def take(self, scene: Scene) -> Seen:
        """Render the scene, take the frame and the snapshots that are due through the engine.

        A view that its camera does not look at has no frame.
        """
        self._signals.take(scene)
        self._scene = scene
        self._now_ns = scene.timestamp_ns + self._job.spec.clock_error_ns
        self._gates.see(scene)
        snapshots = self._control.due(scene)
        for snapshot in snapshots:
            self._note(self._engine.step(snapshot))
        frame, record = self._step(scene) if self._control.looks(scene) else (None, None)
        answered = tuple((self._asked[f.snapshot.request_id], f) for f in snapshots if f.snapshot)
        return Seen(frame, record, answered, self._signals.states(scene.timestamp_ns).states)

    def _step(self, scene: Scene) -> tuple[Frame, StepRecord]:
        self._speeds.note(scene)
        frame = self._view.frame(scene, self._frames)
        record = self._engine.step(frame)
        self._frames += 1
        self._sights.note(record, scene)
        self._note(record)
        if self._job.timed and record.tracks:
            self._know_who(scene, record)
        if self._times_left and scene.timestamp_ns >= self._times_left[0]:
            self._times_left.pop(0)
            self._keep_picture(frame, record)
        return frame, record

    def _note(self, record: StepRecord) -> None:
        self._log.write(record.json_line() + "\n")
        self._asked.update((request.request_id, request) for request in record.requests)
        self._events.extend(record.events)
        self._passages.extend(record.passages if self._job.timed else ())
        for event in record.events:
            if event.state is CaseState.CAPTURED:
                self._attribute(self._docket.cases[event.case_id])

    def _attribute(self, case: Case) -> None:
        sights = self._sights.of(case.track_id)
        self._attributions.append(attributed(case.case_id, sights, self._view.truth))

    def _know_who(self, scene: Scene, record: StepRecord) -> None:
        """Note which true vehicle each track is, by the frame in which both agree best: for the score."""
        truth = frame_truth(scene, self._view.camera)
        for track in record.tracks:
            found, overlap = shown_in(track.box_px, truth) if track.observed else (None, 0.0)
            if found is not None and overlap > self._vehicle_of.get(track.track_id, (0, 0.0))[1]:
                self._vehicle_of[track.track_id] = found, overlap

    def told(self) -> Told:
        """Return what the city has not been told yet of the gates of its sections, and how far it goes."""
        passages, self._passages = tuple(self._passages), []
        who = self._vehicle_of
        known = ((p.track_id, *who[p.track_id]) for p in passages if p.track_id in who)
        until_ns = AFTER_ALL_NS if self._log.closed else self._engine.told_until_ns(self._now_ns)
        return Told(self._job.spec.name, passages, until_ns, self._engine.instruments, tuple(known))

    def _keep_picture(self, frame: Frame, record: StepRecord) -> None:
        picture = draw_overlay(frame.image_bgr, record, self.site)
        done, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 88])
        if done:
            self._pictures.append((str(frame.timestamp_ns), jpeg.tobytes()))

    def leave(self) -> None:
        """Go in the middle of the evening: cases that are open stay open, for an officer to decide."""
        self._log.flush()
        os.fsync(self._log.fileno())
        self._log.close()
        self._store.close()

    def finish(self) -> ViewResult:
        """Close what is open and return what the view saw."""
        self._note(self._engine.finish())
        self.leave()
        return ViewResult(
            view=self._job.spec.name,
            site=self.site,
            detector=self._detector.name,
            oracle=self._job.detector == "oracle",
            frames=self._frames,
            cases=tuple(self._docket.cases.values()),
            events=tuple(self._events),
            attributions=tuple(self._attributions),
            pictures=tuple(self._pictures),
            crossings=tuple(self._gates.crossings),
            speeds=self._speeds.told(),
        )


def heads(jobs: Iterable[ViewJob]) -> dict[str, CameraHead]:
    """Return the heads by the names of the views; the views of one camera have one in common."""
    by_camera: dict[str, CameraHead] = {}
    found = {}
    for job in jobs:
        if job.camera is None:
            found[job.spec.name] = CameraHead()
        else:
            found[job.spec.name] = by_camera.setdefault(job.camera.name, CameraHead.of(job.camera))
    return found


def _revisit_s(job: ViewJob) -> float:
    """Return how long the tour of the camera leaves the view unseen at most."""
    if job.camera is None or job.camera.tour is None:
        return 0.0
    return job.camera.tour.longest_gap_ns(job.spec.name) / NS_PER_S


def open_log(out: Path, view: str) -> TextIO:
    """Open the run log of a view in the folder of a result."""
    folder = out / "run"
    folder.mkdir(parents=True, exist_ok=True)
    return (folder / f"{view}.jsonl").open("w", encoding="utf-8", newline="\n")
