"""The run log: what went into judgement for one frame, and what each stage concluded."""

import json
from dataclasses import dataclass
from typing import Any

from detectors.datatypes.cases import CaseEvent
from detectors.datatypes.frame import TimeBase
from detectors.datatypes.passages import Passage
from detectors.datatypes.plates import PlateReading, Unread
from detectors.datatypes.signals import SignalStates
from detectors.datatypes.tracks import Track
from detectors.datatypes.violations import Verdict


@dataclass(frozen=True, slots=True)
class Observation:
    """What judgement sees of one instant: tracks and signals, no pictures."""

    view: str
    timestamp_ns: int
    time_base: TimeBase
    tracks: tuple[Track, ...]
    signals: SignalStates


@dataclass(frozen=True, slots=True)
class SnapshotRequest:
    """A zoomed picture that the engine asked its camera for."""

    request_id: str
    case_id: str
    target_px: tuple[float, float]
    zoom: float
    asked_ns: int


@dataclass(frozen=True, slots=True)
class PlateRead:
    """That the plate of a case was looked at for good; `reading` None: it is unreadable, and `why`."""

    case_id: str
    reading: PlateReading | None
    why: Unread | None = None


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One frame through the engine."""

    view: str
    index: int
    timestamp_ns: int
    detections: int
    oracle: bool
    tracks: tuple[Track, ...]
    verdicts: tuple[Verdict, ...]
    events: tuple[CaseEvent, ...]
    requests: tuple[SnapshotRequest, ...] = ()
    plates: tuple[PlateRead, ...] = ()
    passages: tuple[Passage, ...] = ()

    def json_line(self) -> str:
        """Return the record as one line of JSON: keys sorted, floats rounded, same every time."""
        record = {
            "view": self.view,
            "index": self.index,
            "timestamp_ns": self.timestamp_ns,
            "detections": self.detections,
            "oracle": self.oracle,
            "tracks": [_track(track) for track in self.tracks],
            "verdicts": [_verdict(verdict) for verdict in self.verdicts],
            "events": [
                {"case": e.case_id, "t": e.timestamp_ns, "state": e.state.value, "ground": e.ground}
                for e in self.events
            ],
            "requests": [
                {"id": r.request_id, "case": r.case_id, "px": _round(r.target_px, 1), "zoom": r.zoom}
                for r in self.requests
            ],
            "plates": [_plate(read) for read in self.plates],
        }
        if self.passages:
            record["passages"] = [_passage(passage) for passage in self.passages]
        return json.dumps(record, sort_keys=True, separators=(",", ":"))


def _round(values: tuple[float, ...] | None, digits: int) -> list[float] | None:
    return None if values is None else [round(float(v), digits) for v in values]


def _plate(read: PlateRead) -> dict[str, Any]:
    found = read.reading
    confidence = None if found is None else round(found.confidence, 3)
    text = found.text if found else None
    return {"case": read.case_id, "plate": text, "confidence": confidence, "why": read.why}


def _passage(passage: Passage) -> dict[str, Any]:
    """Return a passage without its plate: whoever broke no rule is not named in a log (DOMAIN 3, privacy)."""
    return {"gate": passage.gate, "track": passage.track_id, "t": passage.crossed_ns}


def _track(track: Track) -> dict[str, Any]:
    return {
        "id": track.track_id,
        "class": track.vehicle_class.name.lower(),
        "box": _round(track.box_px, 1),
        "at": _round(track.position_m, 2),
        "v": _round(track.velocity_mps, 2),
        "seen": track.observed,
        "plate": track.plate.text if track.plate else None,
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "rule": verdict.rule,
        "place": verdict.place,
        "track": verdict.track_id,
        "kind": verdict.kind.value,
        "phase": verdict.phase.value,
        "opened_ns": verdict.opened_ns,
        "extremum": round(verdict.extremum, 3),
        "unit": verdict.unit,
        "reason": verdict.reason.value if verdict.reason else None,
    }
