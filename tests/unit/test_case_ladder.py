"""Every state x every step, the refused ones included."""

from itertools import product

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from detectors.cases.ladder import LADDERS, CaseStep, RefusedStep, advance, next_state
from detectors.cases.opening import CaseBook
from detectors.cases.policy import Policy
from detectors.datatypes.cases import Case, CaseState, CaseTrack
from tests.judgement import SEEN, verdict

S, E = CaseState, CaseStep
ALLOWED = {
    CaseTrack.STANDING: {
        (S.OPENED, E.WARN): S.TEGURAN,
        (S.TEGURAN, E.STICKER): S.STIKER,
        (S.STIKER, E.TOW): S.PENDEREKAN,
        **{(state, E.CLOSE): S.CLOSED for state in (S.OPENED, S.TEGURAN, S.STIKER, S.PENDEREKAN)},
    },
    CaseTrack.MOVING: {
        (S.OPENED, E.REVIEW): S.REVIEW,
        (S.REVIEW, E.SEND): S.LETTER,
        **{(state, E.CLOSE): S.CLOSED for state in (S.OPENED, S.REVIEW, S.LETTER)},
    },
}


def fresh(track: CaseTrack) -> Case:
    name = "kerb_parking" if track is CaseTrack.STANDING else "red_light"
    entry = CaseBook(Policy()).take(verdict(rule=name), SEEN)
    assert entry is not None
    return entry.case


@pytest.mark.parametrize(("track", "state", "step"), list(product(CaseTrack, CaseState, CaseStep)))
def test_every_state_and_step(track: CaseTrack, state: CaseState, step: CaseStep) -> None:
    if (state, step) in ALLOWED[track]:
        assert next_state(track, state, step) is ALLOWED[track][state, step]
    else:
        with pytest.raises(RefusedStep, match=f"{track} case that is {state} refuses {step}"):
            next_state(track, state, step)


def test_a_moving_offence_never_gets_a_sticker_or_a_tow() -> None:
    assert not {S.STIKER, S.PENDEREKAN, S.TEGURAN} & set(LADDERS[CaseTrack.MOVING].values())


def test_time_does_not_run_backwards() -> None:
    case = fresh(CaseTrack.STANDING)
    with pytest.raises(RefusedStep, match="is before"):
        advance(case, CaseStep.WARN, case.opened_ns - 1, "officer")


class LadderMachine(RuleBasedStateMachine):
    """Whatever is tried on a case: history only grows, and what is closed stays closed."""

    @initialize(track=st.sampled_from(CaseTrack))
    def open(self, track: CaseTrack) -> None:
        self.case = fresh(track)
        self.closed = False

    @rule(step=st.sampled_from(CaseStep), later_ns=st.integers(0, 10**12))
    def attempt(self, step: CaseStep, later_ns: int) -> None:
        before = self.case
        try:
            self.case = advance(before, step, before.history[-1].timestamp_ns + later_ns, "test")
        except RefusedStep:
            return
        assert not self.closed
        assert self.case.history[:-1] == before.history
        self.closed = self.case.state is CaseState.CLOSED

    @invariant()
    def stays_closed(self) -> None:
        if getattr(self, "closed", False):
            assert self.case.state is CaseState.CLOSED


TestLadder = LadderMachine.TestCase
TestLadder.settings = settings(deadline=None, max_examples=40, stateful_step_count=12)
