"""Perception and judgement of one view: frames in, cases out, once and in order."""

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, field, replace

import numpy as np

from detectors.cases.deeds import Actor, CaseStep, Deed
from detectors.cases.evidence import Box, RecentFrames, Seen, box_in_crop, cropped, outlined, zoom_to_fill
from detectors.cases.naming import PlateLook, stays
from detectors.cases.opening import CaseBook, Circumstances, Entry
from detectors.cases.policy import Policy
from detectors.datatypes.arrays import BoolArray
from detectors.datatypes.cases import Case, CaseEvent, CaseState, CaseTrack, EvidencePicture, PictureKind
from detectors.datatypes.detections import Detections
from detectors.datatypes.evidence import EvidenceStatement, Instruments
from detectors.datatypes.frame import Frame
from detectors.datatypes.geometry import Areas
from detectors.datatypes.passages import Passage
from detectors.datatypes.plates import PlateSight
from detectors.datatypes.signals import SignalStates
from detectors.datatypes.site import WITA_OFFSET_S, SitePlan
from detectors.datatypes.steps import Observation, PlateRead, SnapshotRequest, StepRecord
from detectors.datatypes.tracks import Track
from detectors.datatypes.violations import Verdict
from detectors.plates.grammar import PlateRefused, admit
from detectors.ports import CameraControl, Detector, Docket, PlateReader, Rule, SignalSource, Tracker
from detectors.privacy.density import frame_densities
from detectors.reading.belief import LastSeen, believed, believed_in_view, closer_look
from detectors.reading.gate_looks import GateLooks
from detectors.reading.looks import PlateLooks
from detectors.violations.gate_watch import GateWatch
from detectors.violations.track_noise import track_noise

LOUDSPEAKER = "loudspeaker"
SIGNAL_ARTICLE = "287(2)"  # whose evidence is a picture before the line and one behind it
NOWHERE: Box = (0.0, 0.0, 0.0, 0.0)  # where a vehicle that is not seen stands: it is not read there
STOOD_S = 1.0  # who has not moved for so long is taken to be there still when the camera has zoomed [?]
BEGUN_AND_LATER = (PictureKind.EARLIER, PictureKind.LATER)


class FrameOrder(ValueError):  # noqa: N818 - reads as what happened
    """A frame is older than the one before it."""


@dataclass(slots=True)
class ViewEngine:
    """The engine of one view. `site` None means pixels only: tracks, but no rule can be judged.

    `signals` None means that no signal is known; `control` None that the camera can neither zoom
    nor speak: an officer has to give the teguran, and plates are looked for in the frames of the view;
    `plates` None that no plate is read. `instruments` stand in the evidence of every case. At the gates
    that are `timed` (they begin or end a section) plates are read and pictures kept of who passes. Frames
    come in the order of their time.
    """

    site: SitePlan | None
    detector: Detector
    tracker: Tracker
    rules: tuple[Rule, ...]
    docket: Docket
    _: KW_ONLY
    signals: SignalSource | None = None
    control: CameraControl | None = None
    plates: PlateReader | None = None
    policy: Policy = field(default_factory=Policy)
    instruments: Instruments = field(default_factory=Instruments)
    timed: frozenset[str] = frozenset()
    _book: CaseBook = field(init=False)
    _recent: RecentFrames = field(init=False, default_factory=RecentFrames)
    _asked: dict[str, PlateLook] = field(init=False, default_factory=dict)
    _looks: PlateLooks = field(init=False, default_factory=PlateLooks)
    _last: Frame | None = field(init=False, default=None)
    _oracle: bool = field(init=False, default=False)
    _ignored: Areas = field(init=False)
    _of_interest: Areas = field(init=False)
    _gates: GateWatch | None = field(init=False, default=None)
    _gate_looks: GateLooks | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._book = CaseBook(self.policy)
        if self.site is not None:
            self._ignored = Areas(self.site.ignore)
            on = (
                *(way.area for way in self.site.carriageways),
                *(zone.area for zone in self.site.no_parking),
                *(way.area for way in self.site.one_way),
            )
            self._of_interest = Areas(on)
            self._gates = (
                GateWatch(self.site, noise=track_noise(self.detector.name)) if self.site.gates else None
            )
            self._gate_looks = GateLooks(self.site, self.timed, self.plates) if self.timed else None

    def step(self, frame: Frame) -> StepRecord:
        """Take one frame through every stage; a snapshot goes to the case that asked for it."""
        if frame.snapshot is not None:
            return self._keep_snapshot(frame, frame.snapshot.request_id)
        if self._last is not None and frame.timestamp_ns < self._last.timestamp_ns:
            msg = (
                f"{frame.view}: frame {frame.index} of {frame.timestamp_ns} ns comes after frame "
                f"{self._last.index} of {self._last.timestamp_ns} ns"
            )
            raise FrameOrder(msg)
        self._last = frame
        detections = self._on_site(self.detector.detect(frame))
        self._oracle = detections.oracle
        tracks = self.tracker.update(detections, frame.timestamp_ns)
        self._recent.add(frame, tracks)
        signals = self.signals.states(frame.timestamp_ns) if self.signals else SignalStates()
        seen = Observation(frame.view, frame.timestamp_ns, frame.time_base, tracks, signals)
        verdicts = self._admitted(v for rule in self.rules for v in rule.judge(seen))
        events, requests = self._file(verdicts, frame)
        record = _record(frame, verdicts, events, detections=detections, tracks=tracks, requests=requests)
        return replace(record, plates=self._read_in_view(frame), passages=self._passed(frame, seen))

    def finish(self) -> StepRecord:
        """Close what is open at the end of the source."""
        if self._last is None:
            view = self.site.view if self.site else ""
            return StepRecord(view, 0, 0, 0, oracle=False, tracks=(), verdicts=(), events=())
        now_ns = self._last.timestamp_ns
        verdicts = self._admitted(v for rule in self.rules for v in rule.finish(now_ns))
        events, requests = self._file(verdicts, self._last)
        record = _record(self._last, verdicts, events, requests=requests)
        plates = tuple(self._read(case_id) for case_id in self._looks.waiting())
        passages = self._gates.finish() if self._gates else ()
        return replace(record, plates=plates, passages=self._with_looks(passages))

    def told_until_ns(self, now_ns: int) -> int:
        """Return up to when, at `now_ns` and without that instant, all passages of the gates are told."""
        return self._gates.told_until_ns(now_ns) if self._gates else now_ns

    def _passed(self, frame: Frame, seen: Observation) -> tuple[Passage, ...]:
        """Return who passed a gate, those of a section with what was read and seen of them."""
        if self._gates is None:
            return ()
        if self._gate_looks is not None:
            self._gate_looks.look(frame, seen.tracks)
        return self._with_looks(self._gates.watch(seen))

    def _with_looks(self, passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
        return self._gate_looks.named(passages) if self._gate_looks else passages

    def _on_site(self, detections: Detections) -> Detections:
        """Drop what stands in an ignored area, or outside every carriageway and zone."""
        if self.site is None or not len(detections):
            return detections
        x, y = self.site.camera.ground_points(detections.standing_px(), self.site.ground).T
        keep: BoolArray = np.logical_not(np.logical_or.reduce(self._ignored.contain(x, y), axis=0))
        if self.site.carriageways:
            keep &= np.logical_or.reduce(self._of_interest.contain(x, y), axis=0)
        return detections if keep.all() else detections.select(keep)

    def _admitted(self, verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
        return tuple(v if self._may_name(v) else replace(v, plate=None) for v in verdicts)

    def _may_name(self, verdict: Verdict) -> bool:
        """Return whether the plate, if any, is one that may be used here."""
        try:
            if verdict.plate is not None:
                admit(verdict.plate.text, simulated=self._simulated)
        except PlateRefused:
            return False
        return True

    @property
    def _simulated(self) -> bool:
        by_frame = self._last is not None and self._last.simulated
        return by_frame or (self.site is not None and self.site.simulated)

    def _file(
        self, verdicts: tuple[Verdict, ...], frame: Frame
    ) -> tuple[tuple[CaseEvent, ...], tuple[SnapshotRequest, ...]]:
        """Take verdicts to the docket: cases first, then what proves them."""
        offset_s = self.site.utc_offset_s if self.site else WITA_OFFSET_S
        around = Circumstances(offset_s, frame.time_base, simulated=self._simulated, oracle=self._oracle)
        events: list[CaseEvent] = []
        requests: list[SnapshotRequest] = []
        for verdict in verdicts:
            entry = self._book.take(verdict, around)
            if entry is None:
                continue
            if entry.opened and entry.case.state is CaseState.ACCEPTED:
                entry = self._announced(entry, verdict, around)
            self.docket.put(entry.case)
            events += entry.events
            if entry.opened:
                requests += self._prove(entry, verdict, frame)
        return tuple(events), tuple(requests)

    def _announced(self, entry: Entry, verdict: Verdict, around: Circumstances) -> Entry:
        """Give the teguran over the camera's loudspeaker, else leave it to an officer."""
        deed = Deed(CaseStep.ANNOUNCE, Actor.SYSTEM, verdict.updated_ns, LOUDSPEAKER)
        if self.control is None or not self._book.allows(verdict, deed, around):
            return entry
        said = self.control.announce(f"teguran.{verdict.rule}", verdict.updated_ns)
        return self._book.act(verdict, deed, around) if said else entry

    def _prove(self, entry: Entry, verdict: Verdict, frame: Frame) -> tuple[SnapshotRequest, ...]:
        """Attach what the view itself shows, and ask for a closer look at a vehicle that stands."""
        self._attest(entry, verdict)
        shown = self._recent.at(verdict.updated_ns, verdict.track_id)
        if shown is None:
            self._watch_plate(entry.case, NOWHERE)
            return ()
        box = shown.boxes_px[verdict.track_id]
        self._show_near(entry, shown, verdict.track_id)
        if entry.case.enforcement is CaseTrack.STANDING:
            before = self._recent.first_since(verdict.opened_ns, verdict.track_id)
            if before is not None and before.frame is not shown.frame:
                self._show(entry, PictureKind.EARLIER, before, verdict.track_id)
            self._show(entry, PictureKind.CONTEXT, shown, verdict.track_id)
            return self._ask_zoomed(entry, box, frame)
        kinds = BEGUN_AND_LATER
        if verdict.article == SIGNAL_ARTICLE:
            kinds = (PictureKind.BEFORE_LINE, PictureKind.IN_JUNCTION)
        elif verdict.unit == "km/h":  # a measured speed: where it begins and where it ends
            kinds = (PictureKind.MEASURED_FROM, PictureKind.MEASURED_TO)
        for kind, at_ns in zip(kinds, verdict.evidence_times_ns, strict=False):
            scene = self._recent.at(at_ns, verdict.track_id) or shown
            self._show(entry, kind, scene, verdict.track_id)
        return self._look_for_plate(entry, verdict.track_id, box, frame)

    def _look_for_plate(
        self, entry: Entry, track_id: int, box: Box, frame: Frame
    ) -> tuple[SnapshotRequest, ...]:
        """Look for the plate of a moving offence: who stands waits for the zoom, who drives is gone by then.

        Of the latter the frames that show it largest are read, as far as they are kept, and those to come.
        """
        if self.plates is None or entry.case.plate is not None:
            return ()
        stood = self._recent.stood(track_id, STOOD_S)
        now = self._recent.at(frame.timestamp_ns, track_id)
        if stood is not None and now is not None and stays(stood, now.boxes_px[track_id]):
            return self._ask_zoomed(entry, now.boxes_px[track_id], frame)
        camera = self.site.camera if self.site else None
        for seen in self._recent.nearest(track_id):
            last = LastSeen(seen.boxes_px[track_id], seen.others_px(track_id), camera)
            sight = believed_in_view(entry.case, seen.boxes_px[track_id], seen.frame, last, self.plates)
            self._show_plate(entry.case, seen.frame, sight)
            if not self._looks.note_passing(entry.case.case_id, sight):
                break
        self._watch_plate(entry.case, box)
        return ()

    def _watch_plate(self, case: Case, box: Box) -> None:
        """Look for a plate in the frames to come, until it is read or given up."""
        if self.plates is not None and case.plate is None and self._last is not None:
            self._book.await_plate(case)
            self._looks.watch(case, box, self._last.timestamp_ns)

    def _show_plate(self, case: Case, frame: Frame, sight: PlateSight) -> None:
        """Attach the part of a frame in which a plate was read."""
        if sight.reading is not None and sight.at_px is not None:
            taken = (case.case_id, PictureKind.PLATE, frame.timestamp_ns)
            part = cropped(frame.image_bgr, sight.at_px)
            here = box_in_crop(frame.image_bgr, sight.at_px)
            self.docket.attach(EvidencePicture(*taken, part, frame.simulated, here))

    def _attest(self, entry: Entry, verdict: Verdict) -> None:
        """Say what was measured, how well and by what, and keep the seconds before as a clip.

        A duration begins between two looks and ends between two: it is wrong by one of each at least. What a
        rule has measured comes with its own uncertainty, which may be more.
        """
        case_id, at_ns = entry.case.case_id, verdict.updated_ns
        apart_s = self._recent.spacing_s
        look_s = None if apart_s is None else max(apart_s, self.site.revisit_s if self.site else 0.0)
        within = verdict.uncertainty
        if look_s is not None and verdict.unit == "s":
            within = max(2 * look_s, within or 0.0)
        measured = (at_ns, verdict.extremum, verdict.unit, within, self.instruments)
        self.docket.attest(EvidenceStatement(case_id, *measured, simulated=entry.case.simulated))
        density = frame_densities(self.site, self._last) if self._last is not None else None
        clip = self._recent.clip(case_id, verdict.track_id, density)
        if clip is not None:
            self.docket.attach_clip(clip)

    def _show(self, entry: Entry, kind: PictureKind, seen: Seen, track_id: int) -> None:
        """Attach a whole frame with the vehicle outlined."""
        box, frame = seen.boxes_px[track_id], seen.frame
        taken = (
            entry.case.case_id,
            kind,
            frame.timestamp_ns,
            outlined(frame.image_bgr, box),
            frame.simulated,
        )
        density = frame_densities(self.site, frame)
        self.docket.attach(EvidencePicture(*taken, box, seen.others_px(track_id), density))

    def _show_near(self, entry: Entry, seen: Seen, track_id: int) -> None:
        """Attach what is around the vehicle."""
        box, frame = seen.boxes_px[track_id], seen.frame
        here = box_in_crop(frame.image_bgr, box)
        corner = box[0] - here[0], box[1] - here[1]
        others = seen.others_px(track_id, corner)
        part = cropped(frame.image_bgr, box)
        part_px = (*corner, corner[0] + part.shape[1], corner[1] + part.shape[0])
        density = frame_densities(self.site, frame, part_px)
        taken = (entry.case.case_id, PictureKind.VEHICLE, frame.timestamp_ns, part, frame.simulated)
        self.docket.attach(EvidencePicture(*taken, here, others, density))

    def _ask_zoomed(self, entry: Entry, box: Box, frame: Frame) -> tuple[SnapshotRequest, ...]:
        case_id = entry.case.case_id
        request = SnapshotRequest(
            request_id=f"{case_id}.zoomed",
            case_id=case_id,
            target_px=((box[0] + box[2]) / 2, (box[1] + box[3]) / 2),
            zoom=zoom_to_fill(frame.size_px, box),
            asked_ns=frame.timestamp_ns,
        )
        asked = self._ask(PlateLook(request, entry.case, box, box, frame.size_px))
        if asked and self.plates is not None and entry.case.plate is None:
            self._book.await_plate(entry.case)
        elif not asked:
            self._watch_plate(entry.case, box)
        return asked

    def _ask(self, look: PlateLook) -> tuple[SnapshotRequest, ...]:
        """Ask the camera for a picture; what it cannot give is not asked."""
        if self.control is None or not self.control.request(look.request):
            return ()
        self._asked[look.request.request_id] = look
        return (look.request,)

    def _keep_snapshot(self, frame: Frame, request_id: str) -> StepRecord:
        """Attach the answer to a request and read it; what was never asked for belongs to no case."""
        look = self._asked.pop(request_id, None)
        if look is None:
            return _record(frame, (), ())
        kind = PictureKind.PLATE if look.closer else PictureKind.ZOOMED
        case_id, at_ns = look.case.case_id, frame.timestamp_ns
        box_px = look.in_picture(frame)
        self.docket.attach(EvidencePicture(case_id, kind, at_ns, frame.image_bgr, frame.simulated, box_px))
        if self.plates is None or look.case.plate is not None:
            return _record(frame, (), ())
        return self._name(look, frame, self.plates)

    def _name(self, look: PlateLook, picture: Frame, plates: PlateReader) -> StepRecord:
        """Name the case by its plate, or ask for a closer look at it, or leave it without one."""
        seen = self._last_seen(look.case.track_id, picture.timestamp_ns)
        sight = believed(look, picture, seen, plates)
        self._looks.note(look.case.case_id, sight)
        closer = closer_look(look, picture, sight, seen)
        asked = self._ask(closer) if closer else ()
        if asked:
            return _record(picture, (), (), requests=asked)
        return replace(_record(picture, (), ()), plates=(self._read(look.case.case_id),))

    def _read_in_view(self, frame: Frame) -> tuple[PlateRead, ...]:
        """Look at those plates in a frame of which the camera gives no zoomed picture."""
        if self.plates is None:
            return ()
        done, now_ns = [], frame.timestamp_ns
        for look in self._looks.due(now_ns):
            shown = self._recent.at(now_ns, look.case.track_id)
            here = shown is not None and shown.frame is frame
            if not here and now_ns <= look.until_ns:
                continue  # the detector missed it in this frame: another may show it
            seen = self._last_seen(look.case.track_id, now_ns) if here else LastSeen(None, (), None)
            sight = believed_in_view(look.case, look.stood_px, frame, seen, self.plates)
            self._show_plate(look.case, frame, sight)
            if self._looks.note_in_view(look, sight, now_ns):
                done.append(self._read(look.case.case_id))
        return tuple(done)

    def _read(self, case_id: str) -> PlateRead:
        """Name a case by what all looks at its plate come to, or leave it without one."""
        vote = self._looks.vote(case_id)
        case = self._book.name(case_id, vote.reading, vote.why)
        if case is not None:
            self.docket.put(case)
        return PlateRead(case_id, vote.reading, vote.why)

    def _last_seen(self, track_id: int, timestamp_ns: int) -> LastSeen:
        camera = self.site.camera if self.site else None
        seen = self._recent.at(timestamp_ns, track_id)
        if seen is None:
            return LastSeen(None, (), camera)
        others = tuple(box for other, box in seen.boxes_px.items() if other != track_id)
        return LastSeen(seen.boxes_px[track_id], others, camera)


def _record(
    frame: Frame,
    verdicts: tuple[Verdict, ...],
    events: tuple[CaseEvent, ...],
    *,
    detections: Detections | None = None,
    tracks: tuple[Track, ...] = (),
    requests: tuple[SnapshotRequest, ...] = (),
) -> StepRecord:
    found, oracle = (0, False) if detections is None else (len(detections), detections.oracle)
    return StepRecord(
        frame.view, frame.index, frame.timestamp_ns, found, oracle, tracks, verdicts, events, requests
    )
