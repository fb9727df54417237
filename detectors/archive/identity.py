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

    A step that it has not taken yet follows where it came later. It is closed when all say so: one view
    may lose sight of what another still sees.
    """
    first, *others = told
    history = list(first.history)
    for case in others:
        history += _beyond(history, case)
    if len(told) > 1 and any(case.state is not CaseState.CLOSED for case in told):
        history = [event for event in history if event.state is not CaseState.CLOSED]
    same_unit = [case.extremum for case in told if case.unit == first.unit]
    return replace(
        first,
        plate=next((case.plate for case in told if case.plate is not None), None),
        extremum=max(same_unit),
        history=tuple(history),
    )


def _beyond(history: list[CaseEvent], case: Case) -> list[CaseEvent]:
    taken = {event.state for event in history}
    open_ns = (event.timestamp_ns for event in history if event.state is not CaseState.CLOSED)
    since_ns = max(open_ns, default=0)
    new = (e for e in case.history if e.state not in taken and e.timestamp_ns >= since_ns)
    return [replace(event, case_id=history[0].case_id) for event in new]


def continues(told: Case, before: Case) -> bool | None:
    """Return True where a history goes on from another, None where it says less of the same, else False."""
    known, new = before.history, told.history
    if new[: len(known)] == known:
        return True
    return None if known[: len(new)] == new else False
