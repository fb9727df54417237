"""What several views know together: how fast somebody drove between two gates (section speed, 287(5)).

A vehicle is known again by its plate alone, read with confidence at both gates. Whatever speaks against one
vehicle having passed both leaves the verdict UNDETERMINED, with the reason: a cloned or misread plate must
not accuse anybody.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from detectors.cases.opening import CaseBook, Circumstances
from detectors.cases.policy import Policy
from detectors.datatypes.cases import Case, CaseEvent, EvidencePicture, PictureKind
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.evidence import EvidenceStatement, Instruments
from detectors.datatypes.frame import NS_PER_S, TimeBase
from detectors.datatypes.measures import KMH_PER_MPS, Interval
from detectors.datatypes.passages import GatePicture, Passage
from detectors.datatypes.site import WITA_OFFSET_S
from detectors.datatypes.steps import StepRecord
from detectors.datatypes.survey import SpeedSection
from detectors.datatypes.violations import Reason, Verdict, VerdictKind, WindowPhase
from detectors.ports import Docket

RULE = "section_speed"
ARTICLE = "287(5)"
EARTH_M = 6_371_000.0
FORGET_EVERY_S = 60.0
CITY = "city"  # what its records and its log are called
_Sight = tuple[str, str, int, str]  # view, gate, instant and plate of a passage


@dataclass(frozen=True, slots=True)
class CityLimits:
    """Parameters of what the city concludes; every number is [?].

    A plate counts where it was read with `sure`. `tolerance_mps` is let pass above the limit, intervals are
    `sigmas` standard errors wide to each side (2.6: 99 %). Nobody drives a section faster than
    `impossible_mps`, nor between any two gates; nobody takes longer for one than at `slowest_mps`, and a
    verdict waits for that long, since whoever else bears the plate must have come out by then. Two passages
    of one gate within `same_s` are one vehicle under two tracks. Sights are kept for `sights_s`, the doubt
    about a plate that was at two places for `doubt_s`.
    """

    sure: float = 0.9
    tolerance_mps: float = 5.0 / 3.6
    sigmas: float = 2.6
    impossible_mps: float = 160.0 / 3.6
    slowest_mps: float = 10.0 / 3.6
    same_s: float = 2.0
    sights_s: float = 3600.0
    doubt_s: float = 86400.0


DEFAULT_CITY = CityLimits()


@dataclass(frozen=True, slots=True)
class _Through:
    """Somebody's way through a section; `several` says that the plate came in more than once."""

    section: SpeedSection
    entry: Passage
    exit: Passage
    due_ns: int
    several: bool


class SectionSpeed:
    """Judges the passages of the gates of a city. One instance a city; passages of one view come in order."""

    def __init__(self, sections: Iterable[SpeedSection], limits: CityLimits = DEFAULT_CITY) -> None:
        self._limits = limits
        self._sights: dict[str, list[Passage]] = {}
        self._waiting: list[_Through] = []
        self._doubted_ns: dict[str, int] = {}
        self._sections = tuple(sections)
        self._forgot_ns = 0

    def take(self, passage: Passage) -> tuple[Verdict, ...]:
        """Note a passage and return the verdicts that have become due by then."""
        due = self.advance(passage.crossed_ns)
        if passage.plate is None:
            ends = (s for s in self._sections if (s.to_view, s.to_gate) == (passage.view, passage.gate))
            return (*due, *(_unread(section, passage) for section in ends))
        text = _bare(passage.plate.text)
        sights = self._sights.setdefault(text, [])
        if any(_same_gate(one, passage) and self._one_vehicle(one, passage) for one in sights):
            return due
        if any(self._impossible(one, passage) for one in sights):
            self._doubted_ns[text] = passage.crossed_ns
        for section in self._sections:
            if (section.to_view, section.to_gate) == (passage.view, passage.gate):
                self._enter(section, passage, sights)
        sights.append(passage)
        return due

    def advance(self, now_ns: int) -> tuple[Verdict, ...]:
        """Return the verdicts that are due at an instant; what is old is forgotten."""
        due = sorted((one for one in self._waiting if one.due_ns <= now_ns), key=lambda one: one.due_ns)
        self._waiting = [one for one in self._waiting if one.due_ns > now_ns]
        told = tuple(verdict for one in due for verdict in self._judge(one))
        self._forget(now_ns)
        return told

    def finish(self) -> tuple[Verdict, ...]:
        """Return what still waited when the day ended. Whoever might have come out later was not seen."""
        left, self._waiting = self._waiting, []
        return tuple(_verdict(one, None, (VerdictKind.UNDETERMINED, Reason.NOT_OBSERVED)) for one in left)

    def _enter(self, section: SpeedSection, passage: Passage, sights: list[Passage]) -> None:
        longest_ns = round(section.length_m / self._limits.slowest_mps * NS_PER_S)
        entries = [
            one
            for one in sights
            if (one.view, one.gate) == (section.from_view, section.from_gate)
            and 0 < passage.crossed_ns - one.crossed_ns <= longest_ns
        ]
        if entries:
            entry = max(entries, key=lambda one: one.crossed_ns)
            due_ns = entry.crossed_ns + longest_ns
            self._waiting.append(_Through(section, entry, passage, due_ns, len(entries) > 1))

    def _judge(self, way: _Through) -> tuple[Verdict, ...]:
        reason = self._doubt(way)
        speed = None if reason is Reason.CLOCK_UNKNOWN else self._speed(way)
        limit_mps = way.section.limit_mps
        if reason is None and (speed is None or speed.low > self._limits.impossible_mps):
            reason = Reason.IMPOSSIBLE_SPEED
        if reason is not None or speed is None:
            return (_verdict(way, speed, (VerdictKind.UNDETERMINED, reason)),)  # told with what was measured
        if speed.low > limit_mps + self._limits.tolerance_mps:
            opened = _verdict(way, speed, (VerdictKind.VIOLATION, None))
            return opened, replace(opened, phase=WindowPhase.CLOSED)
        if speed.high <= limit_mps:
            return (_verdict(way, speed, (VerdictKind.CLEAR, None)),)
        return (_verdict(way, speed, (VerdictKind.UNDETERMINED, Reason.SPEED_NEAR_LIMIT)),)

    def _doubt(self, way: _Through) -> Reason | None:
        """Return what speaks against one vehicle with this plate having driven from gate to gate."""
        entry, leave = way.entry, way.exit
        plates = [one.plate for one in (entry, leave) if one.plate is not None]
        text = _bare(plates[0].text)
        kinds = {entry.vehicle_class, leave.vehicle_class}
        media = TimeBase.MEDIA in {entry.time_base, leave.time_base}
        doubts = (
            (Reason.TIME_OF_DAY_UNKNOWN, media),
            (Reason.CLOCK_UNKNOWN, None in {entry.clock_s, leave.clock_s}),
            (Reason.PLATE_UNSURE, min(plate.confidence for plate in plates) < self._limits.sure),
            (Reason.PLATE_AT_TWO_PLACES, text in self._doubted_ns),
            (Reason.PLATE_SEEN_TWICE, way.several or self._came_out_again(way, text)),
            (Reason.CLASS_DIFFERS, len(kinds) > 1 or VehicleClass.UNKNOWN in kinds),
            (Reason.PLATE_LIKE_ANOTHER, self._like_another(way, text)),
        )
        return next((reason for reason, holds in doubts if holds), None)

    def _came_out_again(self, way: _Through, text: str) -> bool:
        """Return whether the plate passed the exit more than once for the one time that it came in."""
        exits = [
            one
            for one in self._sights.get(text, ())
            if _same_gate(one, way.exit) and way.entry.crossed_ns < one.crossed_ns <= way.due_ns
        ]
        return len(exits) > 1

    def _like_another(self, way: _Through, text: str) -> bool:
        """Return whether a plate one character off passed one of the gates alone: it may have been misread.

        So long as the other comes in and goes out under his own number, nobody is mistaken.
        """
        section = way.section
        came_in = 2 * way.entry.crossed_ns - way.due_ns, way.exit.crossed_ns
        came_out = way.entry.crossed_ns, way.due_ns
        for other, sights in self._sights.items():
            if not _alike(text, other):
                continue
            entered = _passed(sights, section.from_view, section.from_gate, came_in)
            left = _passed(sights, section.to_view, section.to_gate, came_out)
            if entered != left:
                return True
        return False

    def _speed(self, way: _Through) -> Interval | None:
        """Return the mean speed in m/s; None where it took no longer than the time may be wrong by.

        Clocks are bounded, so that their offsets count in full; what is a standard error is added in
        quadrature and counts `sigmas` times.
        """
        entry, leave, section = way.entry, way.exit, way.section
        took_s = (leave.crossed_ns - entry.crossed_ns) / NS_PER_S
        wide_s = self._limits.sigmas * math.hypot(entry.time_sigma_s, leave.time_sigma_s)
        wide_s += (entry.clock_s or 0.0) + (leave.clock_s or 0.0)
        wide_m = self._limits.sigmas * math.hypot(section.sigma_m, entry.place_sigma_m, leave.place_sigma_m)
        if took_s <= wide_s:
            return None
        low = max(section.length_m - wide_m, 0.0) / (took_s + wide_s)
        return Interval(section.length_m / took_s, low, (section.length_m + wide_m) / (took_s - wide_s))

    def _one_vehicle(self, one: Passage, other: Passage) -> bool:
        return abs(one.crossed_ns - other.crossed_ns) <= self._limits.same_s * NS_PER_S

    def _impossible(self, one: Passage, other: Passage) -> bool:
        """Return whether no vehicle can have been at both, as the crow flies; both read with confidence."""
        readings = (one.plate, other.plate)
        if any(reading is None or reading.confidence < self._limits.sure for reading in readings):
            return False
        if one.clock_s is None or other.clock_s is None or _same_gate(one, other):
            return False
        apart_s = abs(one.crossed_ns - other.crossed_ns) / NS_PER_S + one.clock_s + other.clock_s
        margin_m = self._limits.sigmas * math.hypot(one.place_sigma_m, other.place_sigma_m)
        return _apart_m(one.lonlat, other.lonlat) - margin_m > self._limits.impossible_mps * apart_s

    def _forget(self, now_ns: int) -> None:
        if now_ns - self._forgot_ns < FORGET_EVERY_S * NS_PER_S:
            return
        self._forgot_ns = now_ns
        since_ns = now_ns - self._limits.sights_s * NS_PER_S
        old = [text for text, sights in self._sights.items() if sights[-1].crossed_ns < since_ns]
        for text in old:
            del self._sights[text]
        since_ns = now_ns - self._limits.doubt_s * NS_PER_S
        self._doubted_ns = {text: at for text, at in self._doubted_ns.items() if at >= since_ns}


class CityWide:
    """Passages of all views to cases, in one order of time. One instance a city.

    A case has the pictures of both gates, as far as the views kept them. Passages that come to nothing are
    forgotten with their pictures; no record names a plate.
    """

    def __init__(
        self,
        sections: Iterable[SpeedSection],
        docket: Docket,
        policy: Policy | None = None,
        utc_offset_s: int = WITA_OFFSET_S,
        limits: CityLimits = DEFAULT_CITY,
    ) -> None:
        self._sections = {one.name: one for one in sections}
        self._speeds = SectionSpeed(self._sections.values(), limits)
        self._docket = docket
        self._book = CaseBook(policy or Policy())
        self._instruments: dict[str, Instruments] = {}
        self._utc_offset_s = utc_offset_s
        self._simulated = False
        self._records = 0
        longest_m = max((one.length_m for one in self._sections.values()), default=0.0)
        self._keeps_ns = round(longest_m / limits.slowest_mps * NS_PER_S)
        self._shown: dict[_Sight, GatePicture] = {}

    def measured_by(self, view: str, instruments: Instruments) -> None:
        """Note by what a view measures, for the evidence of what it takes part in."""
        self._instruments[view] = instruments

    def take(self, passages: Iterable[Passage]) -> StepRecord:
        """Note passages and file what has become due; what any of them simulates stays simulated."""
        verdicts: list[Verdict] = []
        now_ns = 0
        for passage in passages:
            now_ns = passage.crossed_ns
            self._simulated |= passage.simulated
            if passage.picture is not None and passage.plate is not None:
                sight = passage.view, passage.gate, passage.crossed_ns, _bare(passage.plate.text)
                self._shown[sight] = passage.picture
            verdicts += self._speeds.take(passage)
        return self._file(verdicts, now_ns)

    def advance(self, now_ns: int) -> StepRecord:
        """File what is due at an instant."""
        return self._file(self._speeds.advance(now_ns), now_ns)

    def finish(self, now_ns: int) -> StepRecord:
        """File what is due when the sources end; what still waits for others was not seen to its end."""
        return self._file((*self._speeds.advance(now_ns), *self._speeds.finish()), now_ns)

    def _file(self, verdicts: Iterable[Verdict], now_ns: int) -> StepRecord:
        told, events = tuple(verdicts), list[CaseEvent]()
        for verdict in told:
            oracle = verdict.plate is not None and verdict.plate.oracle
            around = Circumstances(self._utc_offset_s, TimeBase.UTC, simulated=self._simulated, oracle=oracle)
            entry = self._book.take(verdict, around)
            if entry is None:
                continue
            self._docket.put(entry.case)
            if entry.opened:
                self._prove(entry.case, verdict)
            events += entry.events
        for sight in [one for one in self._shown if now_ns - one[2] > self._keeps_ns + NS_PER_S]:
            del self._shown[sight]
        oracle = any(one.plate is not None and one.plate.oracle for one in told)
        self._records += 1
        return StepRecord(CITY, self._records - 1, now_ns, 0, oracle, (), told, tuple(events))

    def _prove(self, case: Case, verdict: Verdict) -> None:
        """Say what was measured and by what, and attach the pictures of both gates."""
        section = self._sections[verdict.place]
        measured = (verdict.updated_ns, verdict.extremum, verdict.unit, verdict.uncertainty)
        by = self._measured_on(section)
        self._docket.attest(EvidenceStatement(case.case_id, *measured, by, simulated=case.simulated))
        text = _bare(verdict.plate.text) if verdict.plate else ""
        ends = (
            (PictureKind.MEASURED_FROM, (section.from_view, section.from_gate, verdict.opened_ns, text)),
            (PictureKind.MEASURED_TO, (section.to_view, section.to_gate, verdict.updated_ns, text)),
        )
        for kind, sight in ends:
            shown = self._shown.get(sight)
            if shown is not None:
                taken = (case.case_id, kind, shown.taken_ns, shown.image_bgr, case.simulated)
                self._docket.attach(EvidencePicture(*taken, shown.box_px, shown.others_px))

    def _measured_on(self, section: SpeedSection) -> Instruments:
        """Return by what a section measures: the exit's instruments, with the calibration of both views."""
        entry, leave = (
            self._instruments.get(view, Instruments()) for view in (section.from_view, section.to_view)
        )
        both = " ".join(one.calibration for one in (entry, leave) if one.calibration)
        return replace(leave, calibration=both)


def _unread(section: SpeedSection, passage: Passage) -> Verdict:
    """Return what is to be said of somebody who came out of a section with an unreadable plate."""
    way = _Through(section, passage, passage, passage.crossed_ns, several=False)
    return _verdict(way, None, (VerdictKind.UNDETERMINED, Reason.PLATE_UNREAD))


def _verdict(way: _Through, speed: Interval | None, said: tuple[VerdictKind, Reason | None]) -> Verdict:
    kind, reason = said
    accuses = kind is VerdictKind.VIOLATION
    kmh = speed.times(KMH_PER_MPS) if speed is not None else None
    return Verdict(
        rule=RULE,
        article=ARTICLE,
        view=way.exit.view,
        place=way.section.name,
        track_id=way.exit.track_id,
        vehicle_class=way.exit.vehicle_class,
        kind=kind,
        phase=WindowPhase.OPENED if accuses else WindowPhase.CLOSED,
        opened_ns=way.entry.crossed_ns,
        updated_ns=way.exit.crossed_ns,
        extremum=0.0 if kmh is None else kmh.value,
        unit="km/h",
        evidence_times_ns=(way.entry.crossed_ns, way.exit.crossed_ns) if accuses else (),
        reason=reason,
        plate=way.exit.plate,
        uncertainty=None if kmh is None else kmh.uncertainty,
    )


def _passed(sights: list[Passage], view: str, gate: str, between_ns: tuple[int, int]) -> bool:
    low_ns, high_ns = between_ns
    return any((p.view, p.gate) == (view, gate) and low_ns <= p.crossed_ns <= high_ns for p in sights)


def _alike(one: str, other: str) -> bool:
    """Return whether two numbers differ in one character."""
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1


def _same_gate(one: Passage, other: Passage) -> bool:
    return (one.view, one.gate) == (other.view, other.gate)


def _bare(plate: str) -> str:
    return plate.replace(" ", "").upper()


def _apart_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the great-circle distance of two places (lon, lat in degrees; haversine)."""
    lon0, lat0, lon1, lat1 = map(math.radians, (*one, *other))
    half = math.sin((lat1 - lat0) / 2) ** 2
    half += math.cos(lat0) * math.cos(lat1) * math.sin((lon1 - lon0) / 2) ** 2
    return 2 * EARTH_M * math.asin(math.sqrt(half))
