from dataclasses import replace
from datetime import date

import pytest

from detectors.cases.deeds import Actor, CaseStep, Deed
from detectors.cases.ladder import RefusedStep
from detectors.cases.opening import CaseBook, Circumstances, UntrackedRule
from detectors.cases.policy import Policy
from detectors.cases.powers import towing_since
from detectors.datatypes.cases import Case, CaseState, CaseTrack
from detectors.datatypes.frame import TimeBase
from detectors.datatypes.plates import PlateReading
from detectors.datatypes.violations import VerdictKind, WindowPhase
from tests.judgement import SEEN, verdict

EXTENDED, CLOSED = WindowPhase.EXTENDED, WindowPhase.CLOSED
STAND_IN = Policy(stand_in=True)


def spoken(by: Actor = Actor.SYSTEM) -> Deed:
    step = CaseStep.ANNOUNCE if by is Actor.SYSTEM else CaseStep.WARN
    return Deed(step, by, verdict().updated_ns, "loudspeaker" if by is Actor.SYSTEM else "officer")


def climb(policy: Policy, *stood_s: float) -> Case:
    book = CaseBook(policy)
    book.take(verdict(), SEEN)
    case = book.act(verdict(), spoken(), SEEN).case
    for stood in stood_s:
        entry = book.take(verdict(EXTENDED, stood_s=stood), SEEN)
        assert entry is not None
        case = entry.case
    return case


def states(case: Case) -> list[CaseState]:
    return [event.state for event in case.history]


def test_a_standing_vehicle_climbs_by_the_time_it_stood() -> None:
    case = climb(STAND_IN, 120, 599, 600, 660, 1800, 1860)
    assert states(case) == [
        CaseState.CAPTURED,
        CaseState.ACCEPTED,
        CaseState.TEGURAN,
        CaseState.STIKER,
        CaseState.PENDEREKAN,
    ]
    assert case.extremum == 1860
    assert [e.ground for e in case.history] == [
        "violation",
        "stand-in-accepted",
        "loudspeaker",
        "stood-on-after-teguran",
        "stood-on-after-stiker",
    ]


def test_two_thresholds_passed_at_once_are_two_steps() -> None:
    assert states(climb(STAND_IN, 4000))[-2:] == [CaseState.STIKER, CaseState.PENDEREKAN]


def test_socialisation_goes_no_further_than_teguran() -> None:
    policy = Policy(phase="socialisation", stand_in=True)
    assert climb(policy, 600, 1800, 9000).state is CaseState.TEGURAN


def test_nobody_is_towed_before_towing_is_in_force() -> None:
    later = replace(STAND_IN, powers=towing_since(date(2026, 1, 13)))  # the verdict is of the 12th
    assert climb(later, 9000).state is CaseState.STIKER
    assert climb(replace(later, powers=towing_since(date(2026, 1, 12))), 9000).state is CaseState.PENDEREKAN


def test_without_a_review_nothing_is_done_and_the_end_of_the_stand_closes_nothing() -> None:
    for policy, seen in ((Policy(), SEEN), (STAND_IN, replace(SEEN, simulated=False))):
        book = CaseBook(policy)
        book.take(verdict(), seen)
        assert not book.allows(verdict(), spoken(), seen)
        with pytest.raises(RefusedStep, match="captured refuses it; possible: accept, reject"):
            book.act(verdict(), spoken(), seen)
        entry = book.take(verdict(CLOSED, stood_s=4000), seen)
        assert entry is not None
        assert entry.events == ()
        assert (entry.case.state, entry.case.extremum) == (CaseState.CAPTURED, 4000)


def test_an_officer_at_the_desk_accepts_and_the_street_goes_on() -> None:
    book = CaseBook(Policy())
    book.take(verdict(), SEEN)
    accept = Deed(CaseStep.ACCEPT, Actor.DISHUB, verdict().updated_ns, "officer-accepted")
    assert book.act(verdict(), accept, SEEN).case.state is CaseState.ACCEPTED
    assert book.act(verdict(), spoken(Actor.POLICE), SEEN).case.state is CaseState.TEGURAN
    entry = book.take(verdict(EXTENDED, stood_s=700), SEEN)
    assert entry is not None
    assert entry.case.state is CaseState.STIKER


def test_who_has_left_gets_no_sticker_however_long_he_stood() -> None:
    book = CaseBook(STAND_IN)
    book.take(verdict(), SEEN)
    book.act(verdict(), spoken(), SEEN)
    entry = book.take(verdict(CLOSED, stood_s=4000), SEEN)
    assert entry is not None
    assert states(entry.case)[-2:] == [CaseState.TEGURAN, CaseState.CLOSED]


def test_a_stand_that_is_told_when_it_is_over_is_closed_at_once() -> None:
    entry = CaseBook(STAND_IN).take(verdict(CLOSED, stood_s=700), SEEN)
    assert entry is not None
    assert states(entry.case) == [CaseState.CAPTURED, CaseState.ACCEPTED, CaseState.CLOSED]


def test_a_rule_without_a_track_of_enforcement_lists_the_known_ones() -> None:
    with pytest.raises(UntrackedRule, match=r"'u_turn'; known rules: .*kerb_parking, .*red_light"):
        CaseBook(Policy()).take(verdict(rule="u_turn"), SEEN)


def test_a_policy_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="sticker <= tow"):
        Policy(sticker_after_s=100, tow_after_s=50)
    with pytest.raises(ValueError, match="siesta"):
        Policy(phase="siesta")


def test_leaving_closes_and_nothing_reopens() -> None:
    book = CaseBook(STAND_IN)
    book.take(verdict(), SEEN)
    book.act(verdict(), spoken(Actor.POLICE), SEEN)
    entry = book.take(verdict(CLOSED, stood_s=90), SEEN)
    assert entry is not None
    assert entry.case.state is CaseState.CLOSED
    assert [e.ground for e in entry.events] == ["stand-ended"]
    for phase in WindowPhase:
        assert book.take(verdict(phase, stood_s=2000), SEEN) is None
    with pytest.raises(RefusedStep, match="no standing case"):
        book.act(verdict(), spoken(Actor.POLICE), SEEN)


def test_one_case_a_window_and_none_without_a_violation() -> None:
    book = CaseBook(Policy())
    for kind in (VerdictKind.CLEAR, VerdictKind.UNDETERMINED):
        assert book.take(verdict(kind=kind), SEEN) is None
    first, again = book.take(verdict(), SEEN), book.take(verdict(), SEEN)
    assert first is not None
    assert first.opened
    assert again is not None
    assert not again.opened
    assert again.case.case_id == first.case.case_id


def test_a_moving_offence_waits_for_an_officer() -> None:
    book = CaseBook(STAND_IN)
    entry = book.take(verdict(rule="red_light", stood_s=2), SEEN)
    assert entry is not None
    assert entry.case.enforcement is CaseTrack.MOVING
    assert states(entry.case) == [CaseState.CAPTURED]
    assert book.take(verdict(CLOSED, rule="red_light", stood_s=2), SEEN) is None


def test_ids_tell_view_rule_local_time_and_number() -> None:
    book = CaseBook(Policy())
    ids = [entry.case.case_id for n in (1, 2) if (entry := book.take(verdict(track_id=n), SEEN))]
    assert ids == [
        "view-1_kerb-parking_20260112T163100_0001",
        "view-1_kerb-parking_20260112T163100_0002",
    ]


def test_without_a_time_of_day_the_id_says_so() -> None:
    media = Circumstances(8 * 3600, TimeBase.MEDIA, simulated=False, oracle=False)
    entry = CaseBook(Policy()).take(verdict(opened_ns=0), media)
    assert entry is not None
    assert entry.case.case_id == "view-1_kerb-parking_media000060s_0001"


def test_no_case_is_opened_against_an_emergency_vehicle_that_the_city_told_of() -> None:
    bears = PlateReading("KX 7001 LX", 0.99)
    told = Policy(stand_in=True, exempt_plates=frozenset({"kx 7001lx"}))
    for rule in ("kerb_parking", "speeding"):
        charged = replace(verdict(rule=rule), plate=bears)
        assert CaseBook(told).take(charged, SEEN) is None
        assert CaseBook(told).take(replace(charged, plate=PlateReading("KX 7002 LX", 0.99)), SEEN) is not None
        assert CaseBook(told).take(replace(charged, plate=None), SEEN) is not None
        assert CaseBook(STAND_IN).take(charged, SEEN) is not None
