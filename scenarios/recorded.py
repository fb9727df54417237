"""The engine on a recording: a video or a folder of pictures in; tracks, cases and pictures out."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from itertools import islice
from pathlib import Path

from detectors.archive.store import CaseStore
from detectors.datatypes.cases import Case
from detectors.datatypes.frame import Frame
from detectors.datatypes.site import WITA_OFFSET_S, SitePlan
from detectors.detection import registry
from detectors.engine import ViewEngine
from detectors.ports import Detector
from detectors.tracking.ground import GroundTracker
from detectors.tracking.pixels import PixelTracker
from detectors.violations.registry import rules_for
from detectors.violations.track_noise import track_noise
from hardware_adapters.recorded_signals import RecordedSignals, signals_file
from hardware_adapters.recorded_snapshots import RecordedSnapshots, snapshots_folder
from hardware_adapters.sources import Recorded, open_source, street_folder
from scenarios.errors import InputError
from scenarios.instruments import instruments_of
from scenarios.plate_readers import PlateReaderOnUse
from scenarios.progress import Progress, silent
from scenarios.recorded_results import Results
from scenarios.sealing import sealer
from scenarios.site_files import load_site
from scenarios.site_tables import clock_seconds
from scenarios.spec import check_detector
from scenarios.staging import staged

EXAMPLES = 40
UNDATED = date(1970, 1, 2)  # for a time of day without a date; the day after the epoch is never negative
LEAST_SIDE_PX = 64
NO_SITE = "No rule can be judged: a rule needs the site file of the camera (--site)."
NO_START = "The time of day is not known (--start): rules with a time window say UNDETERMINED."
NO_DATE = "The date is not known (--start): times carry 1970-01-02."
NO_SIGNALS = "No signal states were recorded: what a signal showed is not known."


@dataclass(frozen=True, slots=True)
class DetectOutcome:
    """What `detect` has to say; `undetermined` is (rule, reason, number), `notes` are English texts."""

    out: Path
    frames: int
    tracks: int
    cases: tuple[Case, ...]
    undetermined: tuple[tuple[str, str, int], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """What was recorded with a video: the snapshots that answer the engine, and the signals."""

    control: RecordedSnapshots | None
    signals: RecordedSignals | None

    @classmethod
    def of(cls, source: Path, view: str, *, simulated: bool) -> "Beside":
        """Look beside `source` for the folder of snapshots and the file of signals."""
        folder, file = snapshots_folder(source), signals_file(source)
        control = RecordedSnapshots(folder, view, simulated=simulated) if folder.is_dir() else None
        return cls(control, RecordedSignals(file) if file.is_file() else None)

    def due(self, timestamp_ns: int) -> tuple[Frame, ...]:
        """Return the snapshots that had been taken by `timestamp_ns`."""
        return self.control.due(timestamp_ns) if self.control else ()


def detect(
    source: Path,
    *,
    out: Path,
    site: str | None = None,
    start: str | None = None,
    detector: str = "motion",
    progress: Progress = silent,
) -> DetectOutcome:
    """Run the engine over a recording; `out` appears when all of it is there.

    `site` is the name or path of a site file, `start` the local time of the first frame ("16:30",
    or ISO with a date). Raises InputError, and SourceError where the recording cannot be read.
    """
    check_detector(detector, tuple(registry.DETECTORS))
    plan = load_site(site) if site else None
    start_ns = start_of(start, plan.utc_offset_s if plan else WITA_OFFSET_S) if start else None
    view = plan.view if plan else source.stem
    beside = Beside.of(source, view, simulated=plan is not None and plan.simulated)
    notes = _notes(plan, start, beside)
    video = open_source(source, view, start_ns, simulated=plan is not None and plan.simulated)
    with staged(out) as stage, CaseStore(stage, sealer=sealer()) as store:
        with Results(stage, view, video.fps, plan) as results:
            engine = _engine(
                plan, registry.build(detector, plan, _examples(video, source, view)), store, beside
            )
            for frame in _checked(video.frames(), plan):
                for snapshot in beside.due(frame.timestamp_ns):
                    results.note(engine.step(snapshot))
                results.take(frame, engine.step(frame))
                progress("detecting", min(1.0, results.frames / max(1, video.frame_count)))
            results.note(engine.finish())
        outcome = DetectOutcome(
            out, results.frames, results.tracks, store.cases(), results.undetermined, notes
        )
        _write_summary(stage, source, detector, outcome)
    return outcome


def start_of(text: str, utc_offset_s: int) -> int:
    """Return the timestamp of "HH:MM", "HH:MM:SS" or an ISO time; without a zone it is local.

    Raises InputError.
    """
    zone = timezone(timedelta(seconds=utc_offset_s))
    try:
        if "-" in text:
            at = datetime.fromisoformat(text)
            at = at if at.tzinfo else at.replace(tzinfo=zone)
        else:
            midnight = datetime(UNDATED.year, UNDATED.month, UNDATED.day, tzinfo=zone)
            at = midnight + timedelta(seconds=clock_seconds(text))
        whole_s = int(at.replace(microsecond=0).timestamp())
    except (ValueError, OverflowError) as error:
        msg = f"--start {text}: expected a time like 16:30 or 2025-11-27T16:30:00 ({error})"
        raise InputError(msg) from error
    return whole_s * 1_000_000_000 + at.microsecond * 1000


def _examples(video: Recorded, source: Path, view: str) -> Iterator[Frame]:
    """Yield pictures of the empty street that lie beside the recording, else EXAMPLES frames of its own.

    Those are spread over it: what shows in most of them is the street.
    """
    street = street_folder(source)
    if street.is_dir():
        return open_source(street, view, None, simulated=False).frames()
    every = max(1, video.frame_count // EXAMPLES)
    return islice(video.frames(), 0, EXAMPLES * every, every)


def _engine(plan: SitePlan | None, detector: Detector, store: CaseStore, beside: Beside) -> ViewEngine:
    return ViewEngine(
        site=plan,
        detector=detector,
        tracker=GroundTracker(plan) if plan else PixelTracker(),
        docket=store,
        rules=rules_for(plan, noise=track_noise(detector.name)) if plan else (),
        signals=beside.signals,
        control=beside.control,
        plates=PlateReaderOnUse(),
        instruments=instruments_of(detector, plan),
    )


def _checked(frames: Iterator[Frame], plan: SitePlan | None) -> Iterator[Frame]:
    """Yield the frames; InputError where they show too little, or not what was surveyed."""
    for frame in frames:
        width_px, height_px = frame.size_px
        got = f"frame {frame.index} is {width_px} x {height_px} px"
        if min(frame.size_px) < LEAST_SIDE_PX:
            msg = f"view {frame.view}: {got}: too small to tell a vehicle, give at least {LEAST_SIDE_PX} px"
            raise InputError(msg)
        if plan is not None and frame.size_px != (plan.camera.width_px, plan.camera.height_px):
            surveyed = f"{plan.camera.width_px} x {plan.camera.height_px} px"
            msg = f"site file of view {plan.view}: surveyed for pictures of {surveyed}, {got}"
            raise InputError(msg)
        yield frame


def _notes(plan: SitePlan | None, start: str | None, beside: Beside) -> tuple[str, ...]:
    if plan is None:
        return (NO_SITE,)
    found = []
    if start is None and any(zone.window for zone in plan.no_parking):
        found.append(NO_START)
    if start is not None and "-" not in start:
        found.append(NO_DATE)
    if plan.stop_lines and beside.signals is None:
        found.append(NO_SIGNALS)
    return tuple(found)


def _write_summary(stage: Path, source: Path, detector: str, outcome: DetectOutcome) -> None:
    cases = [
        {
            "case": case.case_id,
            "rule": case.rule,
            "article": case.article,
            "place": case.place,
            "track": case.track_id,
            "state": case.state.value,
            "plate": case.plate.text if case.plate else None,
            "plate_confidence": case.plate.confidence if case.plate else None,
            "plate_unread": case.unread.value if case.unread else None,
            "simulated": case.simulated,
        }
        for case in outcome.cases
    ]
    doubts = [{"rule": rule, "reason": reason, "number": n} for rule, reason, n in outcome.undetermined]
    summary = {
        "source": source.name,
        "detector": detector,
        "frames": outcome.frames,
        "tracks": outcome.tracks,
        "cases": cases,
        "undetermined": doubts,
        "notes": list(outcome.notes),
    }
    (stage / "summary.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
