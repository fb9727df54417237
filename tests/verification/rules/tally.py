"""What one evening came to, small enough to keep: acts, cases, doubts, and why acts were missed."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from detectors.datatypes.violations import Verdict, VerdictKind
from detectors.violations.stop_line import DEFAULT_LIMITS as WAITING_LIMITS
from scenarios.moving_offences import STOP_LINE
from scenarios.offences import KERB_PARKING, SCORED, Offence
from scenarios.results import RunResult
from scenarios.score import Match, Seen, score, scored_as
from scenarios.speed_offences import MEASURED, SECTION_SPEED
from tests.verification.rules.looking import Note, Witness
from twin.clock import NS_PER_S, seconds
from twin.truth import TrueViolation

NEAR_NS = seconds(10.0)
SHOWS = 0.5  # of its frames in which an oracle could find somebody, else it is hidden
SHORT_S = 2.0
EDGE_NS = seconds(10.0)
STAND_S = WAITING_LIMITS.stand_s + 0.5
RULES = tuple(rule for rule in SCORED if rule != SECTION_SPEED)  # that has a proof of its own


@dataclass(frozen=True, slots=True)
class Act:
    """A true violation in view that counts; `cause` says why it was missed, "" where it was found."""

    rule: str
    vehicle: int
    found: bool
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Accused:
    """A case: whose it truly is, None nobody's, and what it is worth."""

    rule: str
    vehicle: int | None
    match: Match
    what: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """One evening: its acts in view, its cases, how often each rule said what and why.

    `cut` counts acts in view that count neither way, with why, `unseen` those out of view.
    """

    kind: str
    seed: int
    minutes: float
    frames: int
    acts: tuple[Act, ...]
    cases: tuple[Accused, ...]
    said: tuple[tuple[tuple[str, str, str], int], ...]
    cut: tuple[tuple[tuple[str, str], int], ...]
    unseen: tuple[tuple[str, int], ...]


def tally(kind: str, result: RunResult, witnesses: tuple[Witness, ...], seen: Seen = Seen.ANALYTIC) -> Tally:
    """Return what an evening came to."""
    scored = score(result, seen)
    caught = {one.offence for one in scored.matches if one.match is Match.CORRECT}
    notes = [note for witness in witnesses for note in witness.notes()]
    cut = {one: _cut(one, result, witnesses) for one in scored.offences if one.in_view}
    here = [one for one, why in cut.items() if not why]
    acts = tuple(
        Act(
            one.violation.rule,
            one.violation.vehicle_id,
            one in caught,
            "" if one in caught else _cause(one, notes, witnesses),
        )
        for one in here
    )
    whose = {one.case_id: one.vehicle_id for view in result.views for one in view.attributions}
    cases = tuple(
        Accused(one.rule, whose.get(one.case_id), one.match, _what(one.match, one.case_id, result))
        for one in scored.matches
    )
    return Tally(
        kind, result.seed, (result.end_ns - result.start_ns) / NS_PER_S / 60,
        sum(view.frames for view in result.views), acts, cases, _said(notes),
        tuple(sorted(Counter((one.violation.rule, why) for one, why in cut.items() if why).items())),
        _counted(one for one in scored.offences if not one.in_view),
    )  # fmt: skip


def _cut(act: Offence, result: RunResult, witnesses: tuple[Witness, ...]) -> str:
    """Return why an act in view counts neither way, "" where it counts; whether it was found plays no part.

    An evening is a piece cut out of a longer one: who stood before a camera when it began to look, and what
    happens in the last seconds, is not seen whole. A stand beyond the line is one after some seconds.
    """
    if act.borderline or _near_at_change(act.violation, witnesses):
        return "within the errors that the rule states"
    rule, at_ns = act.violation.rule, act.violation.opened_ns
    if rule not in (*MEASURED, KERB_PARKING):
        if at_ns > result.end_ns - EDGE_NS:
            return "in the last 10 s of the evening"
        seen = [one for w in witnesses if (one := w.sights.get(act.violation.vehicle_id)) is not None]
        if any(one.first_ns == result.start_ns and one.last_ns >= at_ns for one in seen):
            return "before a camera when it began to look"
        if (
            rule == STOP_LINE
            and witnesses
            and max((one.stood_s(at_ns) for one in seen), default=0.0) < STAND_S
        ):
            return "stood for less than the rule asks for, and half a second"
    return ""


def _near_at_change(act: TrueViolation, witnesses: tuple[Witness, ...]) -> bool:
    """Return whether nobody who sees the line can tell if a front had passed it when the red ended."""
    if act.left_s is None:
        return False
    over_ns = act.opened_ns + seconds(act.left_s)
    seen = [witness.near[act.place] for witness in witnesses if act.place in witness.near]
    who = act.vehicle_id
    return bool(seen) and all(
        any(one == who and abs(then - over_ns) < NEAR_NS for one, then in near) for near in seen
    )


def _counted(of: Iterable[Offence]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(one.violation.rule for one in of).items()))


def _said(notes: list[Note]) -> tuple[tuple[tuple[str, str, str], int], ...]:
    counts = Counter(
        (
            note.verdict.rule,
            note.verdict.kind.value,
            "" if (why := note.verdict.reason) is None else why.value,
        )
        for note in notes
    )
    return tuple(sorted(counts.items()))


def _what(match: Match, case_id: str, result: RunResult) -> str:
    """Return what a case says, for those that are wrong."""
    if match in (Match.CORRECT, Match.BORDERLINE, Match.REPEATED):
        return ""
    case = next(one for view in result.views for one in view.cases if one.case_id == case_id)
    at_s = (case.offence_ns - result.start_ns) / NS_PER_S
    return f"{case.rule} at {case.place}, {case.extremum:.1f} {case.unit}, {at_s:.0f} s after the start"


def _cause(act: Offence, notes: list[Note], witnesses: tuple[Witness, ...]) -> str:
    """Return why nobody was accused: what the rule said of the vehicle then, else how well it showed."""
    rule, vehicle = act.violation.rule, act.violation.vehicle_id
    said = [
        note.verdict
        for note in notes
        if note.vehicle == vehicle and scored_as(note.verdict.rule) == rule and _then(note.verdict, act)
    ]
    for kind in (VerdictKind.VIOLATION, VerdictKind.UNDETERMINED, VerdictKind.CLEAR):
        for one in said:
            if one.kind is kind:
                return _in_words(one)
    return f"nothing said: {_sight(vehicle, witnesses)}"


def _then(verdict: Verdict, act: Offence) -> bool:
    opened_ns, until_ns = act.violation.opened_ns, max(act.until_ns, act.since_ns)
    from_ns = min(opened_ns, act.since_ns) if act.violation.rule != KERB_PARKING else act.since_ns
    return verdict.updated_ns >= from_ns - NEAR_NS and verdict.opened_ns <= until_ns + NEAR_NS


def _in_words(verdict: Verdict) -> str:
    if verdict.kind is VerdictKind.VIOLATION:
        return f"accused by {verdict.rule}, but not of this act, or once already"
    if verdict.kind is VerdictKind.UNDETERMINED:
        return f"UNDETERMINED: {verdict.reason.value if verdict.reason else 'no reason'}"
    return "CLEAR"


def _sight(vehicle: int, witnesses: tuple[Witness, ...]) -> str:
    """Return how well a vehicle showed in the view that had it longest."""
    if not witnesses:
        return "nobody noted how well it showed"
    best = max(witnesses, key=lambda w: w.sights[vehicle].frames if vehicle in w.sights else 0)
    seen = best.sights.get(vehicle)
    if seen is None:
        return "it never was in a picture"
    if seen.found < SHOWS * seen.frames:
        return "hidden in most pictures"
    if (seen.last_ns - seen.first_ns) / NS_PER_S < SHORT_S:
        return f"in view for less than {SHORT_S:.0f} s"
    tracks = best.told_of(vehicle)
    return "followed as one track" if tracks == 1 else "followed as several tracks, or as none"
