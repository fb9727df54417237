"""When two cases are one violation: told by two views, or told again after a restart."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from detectors.datatypes.cases import Case, CaseEvent, CaseState, CaseTrack
from detectors.datatypes.frame import NS_PER_S

SAME_START_NS = 30 * NS_PER_S  # two views see a beginning apart by this at most: a look of a tour
RESUMED_NS = 900 * NS_PER_S  # after a restart a stand is seen to begin; so much later it is another one


@dataclass(frozen=True, slots=True)
class Identity:
    """Who did what where, from when; `by_plate` says whether the vehicle is known beyond its view."""

    rule: str
    place: str
    vehicle: str
    simulated: bool
    start_ns: int
    by_plate: bool


def identities(case: Case) -> tuple[Identity, ...]:
    """Return the names under which a violation may be known: by its track, and by its plate if it has one."""
    track = Identity(
        case.rule, case.place, f"{case.view}/{case.track_id}", case.simulated, case.offence_ns, by_plate=False
    )
    if case.plate is None:
        return (track,)
    return track, replace(track, vehicle=case.plate.text, by_plate=True)


def same(earlier: Case, later: Case, *, by_plate: bool) -> bool:
    """Return whether cases of one rule, place and vehicle are one violation.

    Numbers of tracks begin anew with an engine: they say something only where the instant agrees too.
    A stand that was not seen to end is the same stand when it is seen to begin a little later.
    """
    apart_ns = later.offence_ns - earlier.offence_ns
    if not by_plate:
        return apart_ns == 0
    if abs(apart_ns) <= SAME_START_NS:
        return True
    stands = earlier.enforcement is CaseTrack.STANDING and earlier.state is not CaseState.CLOSED
    return stands and apart_ns > 0 and later.offence_ns - earlier.history[-1].timestamp_ns <= RESUMED_NS


def combined(told: Sequence[Case]) -> Case:
    """Return one case of what several told of it: the first, with what the others know beyond it.

    A step that it has not taken yet follows where it came later; what somebody did under the id of another
    view (`CaseStore.put_whole`) has its place by its time. It is closed when a person closed it, or when all
    say so, by the last to say it: one view may lose sight of what another still sees.
    """
    first, *others = told
    if not others:
        return first
    history = [event for event in first.history if event.state is not CaseState.CLOSED]
    for by_people in (False, True):  # what somebody did under one id is no later step of the others
        for case in others:
            history += _beyond(history, case, by_people=by_people)
            history.sort(key=lambda event: event.timestamp_ns)
    end = _end(told)
    if end is not None:
        history = [event for event in history if event.timestamp_ns <= end.timestamp_ns]
        history.append(replace(end, case_id=first.case_id))
    same_unit = [case.extremum for case in told if case.unit == first.unit]
    plate = next((case.plate for case in told if case.plate is not None), None)
    return replace(
        first,
        plate=plate,
        unread=first.unread if plate is None else None,
        extremum=max(same_unit),
        history=tuple(history),
    )


def _end(told: Sequence[Case]) -> CaseEvent | None:
    """Return the event that closes a violation as a whole, None where it is open."""
    ends = [case.history[-1] for case in told if case.state is CaseState.CLOSED]
    by_person = [event for event in ends if event.officer]
    if not by_person and len(ends) < len(told):
        return None
    return max(by_person or ends, key=lambda event: event.timestamp_ns)


def _beyond(history: list[CaseEvent], case: Case, *, by_people: bool) -> list[CaseEvent]:
    """Return what a case knows beyond a history, but for its end: what people did, or what came later."""
    taken = {event.state for event in history}
    since_ns = max(event.timestamp_ns for event in history)
    own = [replace(e, case_id=history[0].case_id) for e in case.history if e.state is not CaseState.CLOSED]
    if by_people:
        return [e for e in own if e.officer and e not in history]
    return [e for e in own if not e.officer and e.state not in taken and e.timestamp_ns >= since_ns]


def told_onward(whole: Case, told: Sequence[Case]) -> Case | None:
    """Return the next state of one of those who told of a violation that brings it to a `whole` state.

    That is of the first whose part has not ended; None where none of them would bring it there.
    """
    new = whole.history[len(combined(told).history) :]
    open_ones = [one for one in told if one.state is not CaseState.CLOSED]
    for one in open_ones or told:
        for events in (whole.history, (*one.history, *new)):
            history = tuple(replace(event, case_id=one.case_id) for event in events)
            after = replace(one, history=history)
            others = [after if other is one else other for other in told]
            if history[: len(one.history)] == one.history and combined(others).history == whole.history:
                return after
    return None


def continues(told: Case, before: Case) -> bool | None:
    """Return True where a history goes on from another, None where it says less of the same, else False."""
    known, new = before.history, told.history
    if new[: len(known)] == known:
        return True
    return None if known[: len(new)] == new else False
