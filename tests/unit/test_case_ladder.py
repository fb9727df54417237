"""Every state x every step of both tracks, the refused ones included, and every guard of every step."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest

from detectors.cases.deeds import Actor, CaseStep, Deed
from detectors.cases.ladder import CLOCK, NO_POWER, NO_SUCH_STEP, RefusedStep, advance, refusal
from detectors.cases.needs import PREDICATES, Facts, Need
from detectors.cases.policy import Phase, Policy, ProcedureDays
from detectors.cases.powers import POWERS
from detectors.cases.tracks import FINAL, TRACKS
from detectors.datatypes.cases import Case, CaseState, CaseTrack
from tests.enforcement import ALL_KNOWN, case_in, deed, without_plate

S, E, N = CaseState, CaseStep, Need
REVIEW = """
captured: accept>accepted reject>rejected ask-picture>picture-asked
picture-asked: add-picture>captured accept>accepted reject>rejected
"""
AFTER_THE_TICKET = """
tilang: pay>paid appeal>appealed block>blocked
appealed: uphold>tilang annul>cancelled
blocked: pay>paid appeal>appealed
paid: release>released close>closed
cancelled: release>released close>closed
released: close>closed
warning-letter: close>closed
"""
EXPECTED = {
    CaseTrack.STANDING: REVIEW + AFTER_THE_TICKET + """
accepted: announce>teguran warn>teguran send-warning>warning-letter close>closed
teguran: sticker>stiker ticket>tilang close>closed
stiker: deflate>penggembosan ticket>tilang tow>penderekan close>closed
penggembosan: ticket>tilang tow>penderekan close>closed
tilang: tow>penderekan
penderekan: pay>paid appeal>appealed block>blocked close>closed
""",
    CaseTrack.MOVING: REVIEW + AFTER_THE_TICKET + """
accepted: send-letter>letter send-warning>warning-letter cancel>cancelled
letter: confirm>confirmed disown>disowned report-clone>clone-reported block>blocked cancel>cancelled
blocked: confirm>confirmed disown>disowned report-clone>clone-reported cancel>cancelled
disowned: readdress>letter hold>confirmed cancel>cancelled
clone-reported: hold>confirmed cancel>cancelled
confirmed: ticket>tilang cancel>cancelled
""",
}  # fmt: skip
HELD = {  # what has to lie behind a case for a need to hold
    N.EVER_TICKETED: S.TILANG,
    N.PAYMENT_OVERDUE: S.TILANG,
    N.EVER_BLOCKED: S.BLOCKED,
    N.ANSWER_OVERDUE: S.LETTER,
}
SOCIALISATION = Policy(phase=Phase.SOCIALISATION)
LACKING: dict[Need, Callable[[Case, Deed, Facts], tuple[Case, Deed, Facts]]] = {
    N.REASON_GIVEN: lambda c, d, f: (c, replace(d, ground=" "), f),
    N.REVIEW_ACCEPTED: lambda c, d, f: (_without(c, S.ACCEPTED), d, f),
    N.PLATE_READABLE: lambda c, d, f: (without_plate(c), d, f),
    N.PICTURE_SEALED: lambda c, d, f: (c, d, replace(f, picture_sealed=False)),
    N.SANCTION_KNOWN: lambda c, d, f: (replace(c, article="999"), d, f),
    N.ENFORCEMENT_PHASE: lambda c, d, f: (c, d, replace(f, policy=SOCIALISATION)),
    N.VEHICLE_STANDS: lambda c, d, f: (c, d, replace(f, standing=False)),
    N.DRIVER_PRESENT: lambda c, d, f: (c, d, replace(f, driver_present=False)),
    N.DRIVER_ABSENT: lambda c, d, f: (c, d, replace(f, driver_present=True)),
    N.POLICE_IN_CREW: lambda c, d, f: (c, d, replace(f, police_in_crew=False)),
    N.LETTER_IN_TIME: lambda c, d, f: (
        c,
        replace(d, timestamp_ns=deed(d.step, d.by, days=4).timestamp_ns),
        f,
    ),
    N.ANSWER_OVERDUE: lambda c, d, f: (
        c,
        replace(d, timestamp_ns=deed(d.step, d.by, days=8).timestamp_ns),
        f,
    ),
    N.PAYMENT_OVERDUE: lambda c, d, f: (
        c,
        replace(d, timestamp_ns=deed(d.step, d.by, days=7).timestamp_ns),
        f,
    ),
    N.EVER_TICKETED: lambda c, d, f: (_without(c, S.TILANG), d, f),
    N.NEVER_TICKETED: lambda c, d, f: (_behind(c, S.TILANG), d, f),
    N.NEVER_APPEALED: lambda c, d, f: (_behind(c, S.APPEALED), d, f),
    N.EVER_BLOCKED: lambda c, d, f: (_without(c, S.BLOCKED), d, f),
    N.NEVER_BLOCKED: lambda c, d, f: (_behind(c, S.BLOCKED), d, f),
}


def _without(case: Case, state: CaseState) -> Case:
    return replace(case, history=tuple(event for event in case.history if event.state is not state))


def _behind(case: Case, state: CaseState) -> Case:
    first = case.history[0]
    return replace(case, history=(first, replace(first, state=state), *case.history[1:]))


def expected(track: CaseTrack) -> dict[tuple[CaseState, CaseStep], CaseState]:
    found = {}
    for line in EXPECTED[track].strip().splitlines():
        state, _, steps = line.partition(": ")
        for step, _, to in (one.partition(">") for one in steps.split()):
            found[S(state), E(step)] = S(to)
    return found


def ready(track: CaseTrack, state: CaseState, step: CaseStep) -> tuple[Case, Facts, float]:
    """Return a case in a state for which a step may be taken, the facts, and after how many days."""
    transition = TRACKS[track].get((state, step))
    needs = transition.needs if transition else ()
    behind = [HELD[need] for need in needs if need in HELD and HELD[need] is not state]
    review = [S.CAPTURED] if state is S.ACCEPTED else [S.CAPTURED, S.ACCEPTED]
    facts = replace(ALL_KNOWN, driver_present=N.DRIVER_ABSENT not in needs)
    late = N.ANSWER_OVERDUE in needs or N.PAYMENT_OVERDUE in needs
    return case_in(*review, *behind, state, track=track), facts, 40.0 if late else 1.0


def able(track: CaseTrack, step: CaseStep) -> Actor:
    return next(power.actor for power in POWERS if (power.track, power.step) == (track, step))


@pytest.mark.parametrize(("track", "state"), list(product(CaseTrack, CaseState)))
def test_every_state_and_every_step_by_everybody(track: CaseTrack, state: CaseState) -> None:
    leads = expected(track)
    for step, by in product(CaseStep, Actor):
        case, facts, days = ready(track, state, step)
        done = deed(step, by, days=days)
        found = refusal(case, done, facts)
        granted = any((p.actor, p.track, p.step) == (by, track, step) for p in POWERS)
        if (state, step) not in leads:
            assert found is not None, (state, step, by)
            assert (found.code, found.undetermined) == (NO_SUCH_STEP, False)
            assert f"a {track} case that is {state} refuses it" in found.line
        elif granted:
            assert found is None, found
            after = advance(case, done, facts)
            assert after.state is leads[state, step]
            assert after.history[:-1] == case.history
        else:
            assert found is not None
            assert found.code == NO_POWER


@pytest.mark.parametrize("track", CaseTrack)
def test_every_guard_of_every_step_refuses_on_its_own(track: CaseTrack) -> None:
    tried = 0
    for (state, step), transition in TRACKS[track].items():
        for need in transition.needs:
            case, facts, days = ready(track, state, step)
            done = deed(step, able(track, step), days=days)
            case, done, facts = LACKING[need](case, done, facts)
            found = refusal(case, done, facts)
            assert found is not None, (state, step, need)
            assert found.code == need, (state, step, need, found)
            with pytest.raises(RefusedStep, match=need):
                advance(case, done, facts)
            tried += 1
    assert tried > 20


def test_every_guard_is_used_and_has_its_predicate() -> None:
    used = {need for table in TRACKS.values() for one in table.values() for need in one.needs}
    assert used == set(Need) == set(PREDICATES) == set(LACKING)


@pytest.mark.parametrize(
    ("unknown", "step", "need"),
    [
        ({"driver_present": None}, E.TICKET, N.DRIVER_PRESENT),
        ({"driver_present": None}, E.DEFLATE, N.DRIVER_ABSENT),
        ({"police_in_crew": None}, E.TICKET, N.POLICE_IN_CREW),
        ({"picture_sealed": None}, E.TICKET, N.PICTURE_SEALED),
        ({"standing": None}, E.TOW, N.VEHICLE_STANDS),
        ({"dated": False}, E.TICKET, N.SANCTION_KNOWN),
    ],
)
def test_what_is_not_known_is_undetermined_and_not_guessed(
    unknown: dict[str, bool | None], step: CaseStep, need: Need
) -> None:
    case, facts, days = ready(CaseTrack.STANDING, S.STIKER, step)
    known = deed(step, able(CaseTrack.STANDING, step), days=days)
    assert refusal(case, known, facts) is None
    found = refusal(case, known, replace(facts, **unknown))
    assert found is not None
    assert (found.code, found.undetermined) == (need, True)
    assert "UNDETERMINED" in found.line


def test_an_article_that_the_law_does_not_have_is_undetermined_and_the_case_stays() -> None:
    case = replace(case_in(S.CAPTURED, S.ACCEPTED, S.CONFIRMED, track=CaseTrack.MOVING), article="1000")
    found = refusal(case, deed(E.TICKET, Actor.POLICE), ALL_KNOWN)
    assert found is not None
    assert (found.code, found.undetermined) == (N.SANCTION_KNOWN, True)


def test_a_clock_that_goes_backwards_is_refused_with_both_times() -> None:
    case = case_in(S.CAPTURED)
    with pytest.raises(RefusedStep, match=r"is before \d+ ns; check the clock") as told:
        advance(case, deed(E.ACCEPT, Actor.DISHUB, days=-1), ALL_KNOWN)
    assert told.value.refusal.code == CLOCK


def test_who_has_no_power_is_told_who_has() -> None:
    case = case_in(S.CAPTURED, S.ACCEPTED, S.STIKER)
    with pytest.raises(RefusedStep, match=r"ticket by dishub: no power .* may: police since 2009-06-22"):
        advance(case, deed(E.TICKET, Actor.DISHUB), ALL_KNOWN)
    early = replace(case, history=tuple(replace(e, timestamp_ns=0) for e in case.history))
    with pytest.raises(RefusedStep, match=r"tow by dishub: no power .* may: dishub since 2026-01-05"):
        advance(early, deed(E.TOW, Actor.DISHUB, days=-8), ALL_KNOWN)
    undated = refusal(case, deed(E.TOW, Actor.DISHUB), replace(ALL_KNOWN, dated=False))
    assert undated is not None
    assert (undated.code, undated.undetermined) == (NO_POWER, True)


def test_socialisation_knows_warnings_only() -> None:
    facts = replace(ALL_KNOWN, policy=SOCIALISATION)
    done = set()
    for track, (state, step) in ((t, pair) for t in CaseTrack for pair in TRACKS[t]):
        case, _, days = ready(track, state, step)
        if refusal(case, deed(step, able(track, step), days=days), facts) is None:
            done.add(step)
    assert not done & {E.STICKER, E.DEFLATE, E.TOW, E.SEND_LETTER, E.TICKET}
    assert {E.ANNOUNCE, E.WARN, E.SEND_WARNING} <= done


@pytest.mark.parametrize("track", CaseTrack)
def test_what_is_final_stays_and_all_else_can_end(track: CaseTrack) -> None:
    table = TRACKS[track]
    assert not {state for state, _ in table} & set(FINAL)
    reach = {S.CAPTURED}
    while more := {one.to for (state, _), one in table.items() if state in reach} - reach:
        reach |= more
    assert reach - set(FINAL) == {state for state, _ in table if state in reach}
    for state in reach - set(FINAL):
        onward = {state}
        while more := {one.to for (at, _), one in table.items() if at in onward} - onward:
            onward |= more
        assert onward & set(FINAL), state


def test_a_moving_offence_never_reaches_the_kerb() -> None:
    kerb = {S.TEGURAN, S.STIKER, S.PENGGEMBOSAN, S.PENDEREKAN}
    assert not kerb & {one.to for one in TRACKS[CaseTrack.MOVING].values()}


@pytest.mark.parametrize(
    ("days", "after_letter", "after_ticket"), [(7, False, False), (8, True, False), (15, True, False)]
)
def test_the_days_of_the_procedure_are_parameters(days: int, after_letter: bool, after_ticket: bool) -> None:
    moving = CaseTrack.MOVING
    sent = case_in(S.CAPTURED, S.ACCEPTED, S.LETTER, track=moving)
    paid_late = case_in(S.CAPTURED, S.ACCEPTED, S.LETTER, S.CONFIRMED, S.TILANG, track=moving)
    shorter = replace(ALL_KNOWN, policy=Policy(days=ProcedureDays(answer_by=7)))
    block = deed(E.BLOCK, Actor.POLICE, days=days)
    assert (refusal(sent, block, shorter) is None) is after_letter
    assert (refusal(paid_late, block, shorter) is None) is after_ticket
    assert refusal(paid_late, deed(E.BLOCK, Actor.POLICE, days=16), shorter) is None


def test_a_ticket_on_the_spot_is_overdue_after_its_own_days_and_one_upheld_anew() -> None:
    case = case_in(S.CAPTURED, S.ACCEPTED, S.TEGURAN, S.TILANG)
    assert refusal(case, deed(E.BLOCK, Actor.POLICE, days=7), ALL_KNOWN) is not None
    assert refusal(case, deed(E.BLOCK, Actor.POLICE, days=8), ALL_KNOWN) is None
    appealed = advance(case, deed(E.APPEAL, Actor.OWNER, days=6), ALL_KNOWN)
    upheld = advance(appealed, deed(E.UPHOLD, Actor.COURT, days=20), ALL_KNOWN)
    assert refusal(upheld, deed(E.BLOCK, Actor.POLICE, days=27), ALL_KNOWN) is not None
    assert refusal(upheld, deed(E.BLOCK, Actor.POLICE, days=28), ALL_KNOWN) is None
    again = refusal(upheld, deed(E.APPEAL, Actor.OWNER, days=21), ALL_KNOWN)
    assert again is not None
    assert again.code == N.NEVER_APPEALED


def test_days_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="answer_by <= unpaid_by"):
        ProcedureDays(answer_by=20)
    with pytest.raises(ValueError, match="from 0 on"):
        ProcedureDays(letter_within=-1)
