"""Whatever is tried, by whomever, in whatever order: what may never happen does not."""

from dataclasses import replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from detectors.cases.deeds import Actor, CaseStep, Deed
from detectors.cases.ladder import RefusedStep, advance, refusal
from detectors.cases.needs import Facts
from detectors.cases.policy import Phase, Policy
from detectors.cases.powers import POWERS
from detectors.cases.tracks import FINAL, TRACKS
from detectors.datatypes.cases import Case, CaseState, CaseTrack
from tests.enforcement import ALL_KNOWN, DAY_NS, OWN, case_in

S = CaseState
KERB = {S.TEGURAN, S.STIKER, S.PENGGEMBOSAN, S.PENDEREKAN}
SANCTIONS = {S.STIKER, S.PENGGEMBOSAN, S.PENDEREKAN, S.LETTER, S.TILANG}
known = st.sampled_from((True, True, False, None))
policies = st.sampled_from((Policy(), Policy(), Policy(phase=Phase.SOCIALISATION)))
days = st.integers(-1, 10)
FLAWS: list[tuple[str, Any]] = [
    *[("", None)] * 4,
    *((name, value) for name in ("standing", "police_in_crew", "picture_sealed") for value in (False, None)),
    ("policy", Policy(phase=Phase.SOCIALISATION)),
    ("dated", False),
]
BEGINNING = {
    CaseTrack.STANDING: (CaseStep.ACCEPT, CaseStep.WARN, CaseStep.STICKER),
    CaseTrack.MOVING: (CaseStep.ACCEPT, CaseStep.SEND_LETTER, CaseStep.CONFIRM),
}


def able(track: CaseTrack, step: CaseStep) -> list[Actor]:
    return [power.actor for power in POWERS if (power.track, power.step) == (track, step)]


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    return Facts(
        policy=draw(policies),
        dated=draw(st.sampled_from((True, True, True, False))),
        standing=draw(known),
        driver_present=draw(known),
        police_in_crew=draw(known),
        picture_sealed=draw(known),
    )


@st.composite
def nearly_all_hold(draw: st.DrawFn) -> Facts:
    """Facts under which most steps may be taken, but for one of them at times."""
    driver = draw(st.booleans())
    name, value = draw(st.sampled_from(FLAWS))
    return replace(ALL_KNOWN, driver_present=driver, **({name: value} if name else {}))


class Enforcement(RuleBasedStateMachine):
    """One case, and everybody at it."""

    @initialize(
        track=st.sampled_from(CaseTrack),
        readable=st.sampled_from((True, True, False)),
        far=st.sampled_from((0, 1, 2, 3, 3, 3)),
    )
    def open(self, track: CaseTrack, readable: bool, far: int) -> None:
        """Open a case and try the first steps of the usual way: from there the rest is in reach."""
        self.case: Case = case_in(S.CAPTURED, track=track, plate=OWN if readable else None)
        for step in BEGINNING[track][:far]:
            self.attempt(Deed(step, able(track, step)[0], self.now_ns, "reason"), ALL_KNOWN)

    @rule(
        step=st.sampled_from(CaseStep),
        by=st.sampled_from(Actor),
        later=days,
        around=st.one_of(facts(), nearly_all_hold()),
        ground=st.sampled_from(("reason", "")),
    )
    def anything(self, step: CaseStep, by: Actor, later: int, around: Facts, ground: str) -> None:
        self.attempt(Deed(step, by, self.now_ns + later * DAY_NS, ground), around)

    @precondition(lambda self: self.case.state not in FINAL)
    @rule(data=st.data(), later=st.sampled_from((0, 0, 1, 9, 20)), around=nearly_all_hold())
    def something_that_leads_on(self, data: st.DataObject, later: int, around: Facts) -> None:
        """Steps that the table has, by those who may: without them few sequences come far."""
        track = self.case.enforcement
        table = TRACKS[track]
        steps = [step for at, step in table if at is self.case.state]
        onward = [step for step in steps if table[self.case.state, step].to not in FINAL]
        step = data.draw(st.sampled_from(onward or steps))
        by = data.draw(st.sampled_from(able(track, step)))
        self.attempt(Deed(step, by, self.now_ns + later * DAY_NS, "reason"), around)

    @rule(by=st.sampled_from((Actor.POLICE, Actor.POLICE, *Actor)), around=nearly_all_hold())
    def a_ticket_is_tried(self, by: Actor, around: Facts) -> None:
        self.attempt(Deed(CaseStep.TICKET, by, self.now_ns, "reason"), around)

    @property
    def now_ns(self) -> int:
        return self.case.history[-1].timestamp_ns

    @rule()
    def plate_is_read(self) -> None:
        self.case = replace(self.case, plate=OWN)

    def attempt(self, deed: Deed, around: Facts) -> None:
        before, refused = self.case, refusal(self.case, deed, around)
        try:
            self.case = advance(before, deed, around)
        except RefusedStep:
            assert refused is not None
            assert "\n" not in refused.line
            assert self.case is before
            return
        assert refused is None
        assert before.state not in FINAL
        assert self.case.history[:-1] == before.history
        assert deed.timestamp_ns >= before.history[-1].timestamp_ns
        self.lawful(before, deed, around)

    def lawful(self, before: Case, deed: Deed, around: Facts) -> None:
        state, past = self.case.state, {event.state for event in before.history}
        if deed.step is CaseStep.TICKET:
            assert state is S.TILANG
            assert S.ACCEPTED in past
            assert before.plate is not None
            assert around.picture_sealed is True
            assert deed.by is Actor.POLICE
        elif state is S.TILANG:
            assert S.TILANG in past  # upheld, not issued
            assert deed.by is Actor.COURT
        if state in SANCTIONS and deed.step not in (CaseStep.READDRESS, CaseStep.UPHOLD):
            assert around.policy.phase == Phase.ENFORCEMENT
        if state in KERB:
            assert before.enforcement is CaseTrack.STANDING
            assert S.ACCEPTED in past
        if state is S.REJECTED:
            assert deed.ground

    @invariant()
    def time_runs_on_and_review_comes_first(self) -> None:
        history = self.case.history
        assert [e.timestamp_ns for e in history] == sorted(e.timestamp_ns for e in history)
        reached = [event.state for event in history]
        review = {S.CAPTURED, S.PICTURE_ASKED, S.ACCEPTED, S.REJECTED}
        beyond = [row for row, state in enumerate(reached) if state not in review]
        assert not beyond or S.ACCEPTED in reached[: beyond[0]]
        assert S.REJECTED not in reached[:-1]


TestEnforcement = Enforcement.TestCase
TestEnforcement.settings = settings(deadline=None, max_examples=150, stateful_step_count=25)
