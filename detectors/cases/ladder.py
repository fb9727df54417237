"""One step of a case: taken, refused, or undetermined, and the line that says why."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from detectors.cases.deeds import Deed
from detectors.cases.needs import PREDICATES, Facts
from detectors.cases.powers import holders, may
from detectors.cases.tracks import TRACKS
from detectors.datatypes.cases import Case, CaseEvent

NO_SUCH_STEP, CLOCK, NO_POWER = "no-such-step", "clock-backwards", "no-power"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a step was not taken: `code` is a Need, or one of the codes above; `line` is for people.

    `undetermined` says that what is missing is knowledge, so that the step may still come.
    """

    code: str
    line: str
    undetermined: bool = False


class RefusedStep(ValueError):  # noqa: N818 - reads as what happened
    """A step was not taken; the case is as it was."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.line)
        self.refusal = refusal


def refusal(case: Case, deed: Deed, facts: Facts) -> Refusal | None:
    """Return the first reason why a step cannot be taken, None where it can."""
    return next(refusals(case, deed, facts), None)


def refusals(case: Case, deed: Deed, facts: Facts) -> Iterator[Refusal]:
    """Yield all that keeps a step from being taken; needs are asked only of who has the power."""
    what = f"{case.case_id}: {deed.step} by {deed.by}"
    last_ns = case.history[-1].timestamp_ns
    if deed.timestamp_ns < last_ns:
        yield Refusal(CLOCK, f"{what} at {deed.timestamp_ns} ns is before {last_ns} ns; check the clock")
        return
    table = TRACKS[case.enforcement]
    transition = table.get((case.state, deed.step))
    if transition is None:
        possible = ", ".join(step for at, step in table if at is case.state) or "nothing"
        line = f"{what}: a {case.enforcement} case that is {case.state} refuses it; possible: {possible}"
        yield Refusal(NO_SUCH_STEP, line)
        return
    powerless = _powerless(case, deed, facts, what)
    if powerless is not None:
        yield powerless
        return
    for need in transition.needs:
        held = PREDICATES[need](case, deed, facts)
        if not held:
            lack = "UNDETERMINED, it is not known whether" if held is None else "refused, it needs"
            yield Refusal(need, f"{what}: {lack} {need}", undetermined=held is None)


def advance(case: Case, deed: Deed, facts: Facts) -> Case:
    """Return the case one step on; RefusedStep tells what is missing."""
    refused = refusal(case, deed, facts)
    if refused is not None:
        raise RefusedStep(refused)
    state = TRACKS[case.enforcement][case.state, deed.step].to
    event = CaseEvent(case.case_id, deed.timestamp_ns, state, deed.ground, deed.by.value, deed.officer)
    return replace(case, history=(*case.history, event))


def _powerless(case: Case, deed: Deed, facts: Facts, what: str) -> Refusal | None:
    """Return the refusal of who has no power for a step on that day."""
    day, powers = facts.day(deed.timestamp_ns), facts.policy.powers
    held = may(deed.by, case.enforcement, deed.step, day, powers)
    if held:
        return None
    lack = "UNDETERMINED, the day is not known" if held is None else f"no power for it on {day}"
    line = f"{what}: {lack}; may: {who_may(case, deed, facts)}"
    return Refusal(NO_POWER, line, undetermined=held is None)


def who_may(case: Case, deed: Deed, facts: Facts) -> str:
    """Return who has the power for a step and since when, "nobody" where nobody has."""
    powers = holders(case.enforcement, deed.step, facts.policy.powers)
    return ", ".join(f"{p.actor} since {p.valid_from}" for p in powers) or "nobody"
