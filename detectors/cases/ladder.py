"""The two tracks of enforcement as tables: which step leads where, everything else is refused."""

from dataclasses import replace
from enum import StrEnum

from detectors.datatypes.cases import Case, CaseEvent, CaseState, CaseTrack


class CaseStep(StrEnum):
    """What can be done with a case."""

    WARN = "warn"
    STICKER = "sticker"
    TOW = "tow"
    REVIEW = "review"
    SEND = "send"
    CLOSE = "close"


class RefusedStep(ValueError):  # noqa: N818 - reads as what happened
    """The ladder has no such rung from where the case stands."""


STANDING = {
    (CaseState.OPENED, CaseStep.WARN): CaseState.TEGURAN,
    (CaseState.TEGURAN, CaseStep.STICKER): CaseState.STIKER,
    (CaseState.STIKER, CaseStep.TOW): CaseState.PENDEREKAN,
    (CaseState.OPENED, CaseStep.CLOSE): CaseState.CLOSED,
    (CaseState.TEGURAN, CaseStep.CLOSE): CaseState.CLOSED,
    (CaseState.STIKER, CaseStep.CLOSE): CaseState.CLOSED,
    (CaseState.PENDEREKAN, CaseStep.CLOSE): CaseState.CLOSED,
}
MOVING = {
    (CaseState.OPENED, CaseStep.REVIEW): CaseState.REVIEW,
    (CaseState.REVIEW, CaseStep.SEND): CaseState.LETTER,
    (CaseState.OPENED, CaseStep.CLOSE): CaseState.CLOSED,
    (CaseState.REVIEW, CaseStep.CLOSE): CaseState.CLOSED,
    (CaseState.LETTER, CaseStep.CLOSE): CaseState.CLOSED,
}
LADDERS = {CaseTrack.STANDING: STANDING, CaseTrack.MOVING: MOVING}


def next_state(track: CaseTrack, state: CaseState, step: CaseStep) -> CaseState:
    """Return where `step` leads; RefusedStep names what would be possible instead."""
    ladder = LADDERS[track]
    if (state, step) not in ladder:
        possible = ", ".join(s for at, s in ladder if at is state) or "nothing"
        msg = f"a {track} case that is {state} refuses {step}; possible: {possible}"
        raise RefusedStep(msg)
    return ladder[state, step]


def advance(case: Case, step: CaseStep, timestamp_ns: int, ground: str) -> Case:
    """Return the case one step on; `ground` is the code of the reason.

    Raises RefusedStep where the ladder has no such step or time would run backwards.
    """
    state = next_state(case.enforcement, case.state, step)
    if timestamp_ns < case.history[-1].timestamp_ns:
        msg = f"{case.case_id}: {step} at {timestamp_ns} ns is before {case.history[-1].timestamp_ns} ns"
        raise RefusedStep(msg)
    return replace(case, history=(*case.history, CaseEvent(case.case_id, timestamp_ns, state, ground)))
