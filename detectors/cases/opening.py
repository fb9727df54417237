"""Verdicts become cases: one case a window, and its way up the ladder by the time stood."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from detectors.cases.deeds import Actor, CaseStep, Deed
from detectors.cases.ladder import NO_SUCH_STEP, Refusal, RefusedStep, advance, refusal
from detectors.cases.needs import Facts
from detectors.cases.policy import STAND_IN, Policy
from detectors.datatypes.cases import Case, CaseEvent, CaseState, CaseTrack
from detectors.datatypes.frame import NS_PER_S, TimeBase
from detectors.datatypes.plates import PlateReading, Unread
from detectors.datatypes.violations import Verdict, VerdictKind, WindowPhase

ENFORCEMENT = {
    "kerb_parking": CaseTrack.STANDING,
    "red_light": CaseTrack.MOVING,
    "jump_start": CaseTrack.MOVING,
    "stop_line": CaseTrack.MOVING,
    "wrong_way": CaseTrack.MOVING,
    "prohibited_turn": CaseTrack.MOVING,
}
ENFORCEMENT |= dict.fromkeys(("speeding", "section_speed", "racing"), CaseTrack.MOVING)  # measured speed


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What holds for every case of one view: how its time is read and how it was seen."""

    utc_offset_s: int
    time_base: TimeBase
    simulated: bool
    oracle: bool

    def facts(self, policy: Policy, *, standing: bool) -> Facts:
        """Return what a camera knows when a step falls due."""
        return Facts(policy, self.time_base is TimeBase.UTC, self.utc_offset_s, standing)


@dataclass(frozen=True, slots=True)
class Entry:
    """A case as it now stands, and the steps that it took just now."""

    case: Case
    events: tuple[CaseEvent, ...]

    @property
    def opened(self) -> bool:
        """Whether the case is new."""
        return self.events == self.case.history


class CaseBook:
    """Opens and advances the cases of one view. One instance a view; numbers run by instance."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._number = 0
        self._seen: set[str] = set()
        self._standing: dict[str, Case] = {}
        self._unnamed: dict[str, Case] = {}  # whose plate is being looked at, by id

    def take(self, verdict: Verdict, circumstances: Circumstances) -> Entry | None:
        """Return what the verdict changed: a new case, steps of an open one, or None."""
        if verdict.kind is not VerdictKind.VIOLATION:
            return None
        if verdict.key not in self._seen:
            return None if self._policy.exempts(verdict.plate) else self._open(verdict, circumstances)
        case = self._standing.get(verdict.key)
        if case is None:
            return None
        return self._keep(verdict, case, self._climb(case, verdict, circumstances))

    def act(self, verdict: Verdict, deed: Deed, circumstances: Circumstances) -> Entry:
        """Return the standing case of `verdict` after a step, all of its history as events.

        Raises RefusedStep where no such case is open, or it cannot take the step.
        """
        case = self._standing.get(verdict.key)
        if case is None:
            line = f"no standing case is open for {verdict.key}; {deed.step} has nothing to act on"
            raise RefusedStep(Refusal(NO_SUCH_STEP, line))
        entry = self._keep(verdict, case, advance(case, deed, self._facts(verdict, circumstances)))
        return replace(entry, events=entry.case.history)

    def allows(self, verdict: Verdict, deed: Deed, circumstances: Circumstances) -> bool:
        """Return whether `act` would take the step."""
        case = self._standing.get(verdict.key)
        return case is not None and refusal(case, deed, self._facts(verdict, circumstances)) is None

    def _facts(self, verdict: Verdict, circumstances: Circumstances) -> Facts:
        return circumstances.facts(self._policy, standing=verdict.phase is not WindowPhase.CLOSED)

    def await_plate(self, case: Case) -> None:
        """Keep a case for `name`, whatever becomes of it until then."""
        self._unnamed[case.case_id] = case

    def name(self, case_id: str, reading: PlateReading | None, why: Unread | None = None) -> Case | None:
        """Return a case that waited for its plate as it now stands, with the reading; None for any other.

        None as a reading says that the plate is unreadable, and `why` that the case keeps the reason.
        """
        case = self._unnamed.pop(case_id, None)
        if case is None:
            return None
        plate = reading or case.plate
        named = replace(case, plate=plate, unread=None if plate else why)
        key = next((key for key, one in self._standing.items() if one.case_id == case_id), None)
        if key is not None:
            self._standing[key] = named
        return named

    def _open(self, verdict: Verdict, circumstances: Circumstances) -> Entry:
        self._seen.add(verdict.key)
        self._number += 1
        case = _case(verdict, circumstances, self._number)
        if case.enforcement is CaseTrack.STANDING:
            case = self._stand_in(case, circumstances)
            if verdict.phase is WindowPhase.CLOSED:
                case = self._climb(case, verdict, circumstances)
            else:
                self._standing[verdict.key] = case
        return Entry(case, case.history)

    def _stand_in(self, case: Case, circumstances: Circumstances) -> Case:
        """Accept a simulated case in the name of an officer who is not there, where the policy says so."""
        if not (self._policy.stand_in and circumstances.simulated):
            return case
        deed = Deed(CaseStep.ACCEPT, Actor.DISHUB, case.opened_ns, STAND_IN)
        return advance(case, deed, circumstances.facts(self._policy, standing=True))

    def _climb(self, case: Case, verdict: Verdict, circumstances: Circumstances) -> Case:
        """Return the case after what falls due: Dishub's orders by its policy, and the end of the stand.

        What cannot be taken stays due. A stand that ends leaves a case that nobody has reviewed to the
        officer.
        """
        climbed = replace(case, extremum=verdict.extremum, plate=verdict.plate or case.plate)
        facts = self._facts(verdict, circumstances)
        due = [(step, Actor.DISHUB, ground) for step, ground in self._policy.due(verdict.extremum)]
        if verdict.phase is WindowPhase.CLOSED:
            due.append((CaseStep.CLOSE, Actor.SYSTEM, "stand-ended"))
        for step, by, ground in due:
            deed = Deed(step, by, verdict.updated_ns, ground)
            if refusal(climbed, deed, facts) is None:
                climbed = advance(climbed, deed, facts)
        return climbed

    def _keep(self, verdict: Verdict, before: Case, after: Case) -> Entry:
        if verdict.phase is WindowPhase.CLOSED:
            del self._standing[verdict.key]
        else:
            self._standing[verdict.key] = after
        if after.case_id in self._unnamed:
            self._unnamed[after.case_id] = after
        return Entry(after, after.history[len(before.history) :])


class UntrackedRule(LookupError):  # noqa: N818 - reads as what happened
    """Nobody said which track of enforcement the violations of a rule take."""


def track_of(rule: str) -> CaseTrack:
    """Return the track of enforcement of a rule; raises UntrackedRule that lists the known ones."""
    if rule not in ENFORCEMENT:
        msg = f"no track of enforcement for rule {rule!r}; known rules: {', '.join(sorted(ENFORCEMENT))}"
        raise UntrackedRule(msg)
    return ENFORCEMENT[rule]


def _case(verdict: Verdict, circumstances: Circumstances, number: int) -> Case:
    case_id = _case_id(verdict, circumstances, number)
    return Case(
        case_id=case_id,
        enforcement=track_of(verdict.rule),
        rule=verdict.rule,
        article=verdict.article,
        view=verdict.view,
        place=verdict.place,
        track_id=verdict.track_id,
        vehicle_class=verdict.vehicle_class,
        opened_ns=verdict.updated_ns,
        offence_ns=verdict.opened_ns,
        simulated=circumstances.simulated,
        oracle=circumstances.oracle,
        plate=verdict.plate,
        extremum=verdict.extremum,
        unit=verdict.unit,
        history=(CaseEvent(case_id, verdict.updated_ns, CaseState.CAPTURED, "violation"),),
    )


def _case_id(verdict: Verdict, circumstances: Circumstances, number: int) -> str:
    """Return e.g. "kutai-north_kerb-parking_20260112T163105_0001"; fit to name a folder."""
    seconds = verdict.updated_ns // NS_PER_S
    if circumstances.time_base is TimeBase.UTC:
        local = datetime.fromtimestamp(seconds, UTC) + timedelta(seconds=circumstances.utc_offset_s)
        when = f"{local:%Y%m%dT%H%M%S}"
    else:
        when = f"media{seconds:06d}s"
    names = [re.sub(r"[^A-Za-z0-9.]+", "-", name).strip(".-") for name in (verdict.view, verdict.rule)]
    return "_".join([*names, when, f"{number:04d}"])
