"""Whatever several views told of one violation, what an officer does next is kept, in its place and once."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.archive.identity import combined, told_onward
from detectors.datatypes.cases import Case, CaseEvent, CaseState
from tests.enforcement import OPENED_NS, case_in

S = CaseState
LADDER = (S.CAPTURED, S.ACCEPTED, S.TEGURAN, S.STIKER)
DONE = (S.PICTURE_ASKED, S.CAPTURED, S.ACCEPTED, S.TILANG, S.APPEALED, S.TILANG, S.PAID)


@st.composite
def views(draw: st.DrawFn) -> list[Case]:
    """Return what two or three views told: how far each saw the engine go, when, and whether it ended."""
    told = []
    for number in range(draw(st.integers(2, 3))):
        far = draw(st.integers(1, len(LADDER)))
        times = sorted(draw(st.lists(st.integers(0, 50), min_size=far + 1, max_size=far + 1)))
        states = (*LADDER[:far], S.CLOSED) if draw(st.booleans()) else LADDER[:far]
        case_id = f"case-{number}"
        history = tuple(
            CaseEvent(case_id, OPENED_NS + at, state, "engine")
            for at, state in zip(times, states, strict=False)
        )
        told.append(replace(case_in(S.CAPTURED), case_id=case_id, history=history))
    return told


def done(whole: Case, state: CaseState, after_ns: int) -> Case:
    at_ns = whole.history[-1].timestamp_ns + after_ns
    event = CaseEvent(whole.case_id, at_ns, state, "desk", "police", "P-1")
    return replace(whole, history=(*whole.history, event))


@settings(deadline=None, max_examples=150)
@given(
    told=views(),
    steps=st.lists(st.tuples(st.sampled_from(DONE), st.integers(60, 90)), min_size=1, max_size=5),
)
def test_every_step_at_the_desk_is_kept(told: list[Case], steps: Sequence[tuple[CaseState, int]]) -> None:
    for state, after_ns in steps:
        before = combined(told)
        if before.state is S.CLOSED:
            return
        whole = done(before, state, after_ns)
        after = told_onward(whole, told)
        assert after is not None
        told = [after if one.case_id == after.case_id else one for one in told]
        assert combined(told).history == whole.history
    closed = done(combined(told), S.CLOSED, 90)
    after = told_onward(closed, told)
    assert after is not None
    told = [after if one.case_id == after.case_id else one for one in told]
    assert combined(told).state is S.CLOSED
    assert [event.state for event in combined(told).history].count(S.CLOSED) == 1


def test_a_step_under_the_id_of_one_view_takes_nothing_from_what_another_told() -> None:
    """Found by the property above: the third told of ACCEPTED before the step, and after it no more."""
    rungs = ((S.CAPTURED, S.CLOSED), (S.CAPTURED,), (S.CAPTURED, S.ACCEPTED, S.CLOSED))
    told = []
    for number, states in enumerate(rungs):
        case_id = f"case-{number}"
        at_ns = OPENED_NS + (number == 1)
        history = tuple(CaseEvent(case_id, at_ns, state, "engine") for state in states)
        told.append(replace(case_in(S.CAPTURED), case_id=case_id, history=history))
    before = combined(told)
    assert [event.state for event in before.history] == [S.CAPTURED, S.ACCEPTED]
    whole = done(before, S.PICTURE_ASKED, 60)
    after = told_onward(whole, told)
    assert after is not None
    assert combined([after if one.case_id == after.case_id else one for one in told]).history == whole.history
