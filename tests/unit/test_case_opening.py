import pytest

from detectors.cases.ladder import RefusedStep
from detectors.cases.opening import CaseBook, Circumstances
from detectors.cases.policy import Phase, Policy
from detectors.datatypes.cases import Case, CaseState, CaseTrack
from detectors.datatypes.frame import TimeBase
from detectors.datatypes.violations import VerdictKind, WindowPhase
from tests.judgement import SEEN, verdict

EXTENDED, CLOSED = WindowPhase.EXTENDED, WindowPhase.CLOSED


def climb(policy: Policy, *stood_s: float) -> Case:
    book = CaseBook(policy)
    book.take(verdict(), SEEN)
    case = book.warn(verdict(), "loudspeaker").case
    for stood in stood_s:
        entry = book.take(verdict(EXTENDED, stood_s=stood), SEEN)
        assert entry is not None
        case = entry.case
    return case


def states(case: Case) -> list[CaseState]:
    return [event.state for event in case.history]


def test_a_standing_vehicle_climbs_by_the_time_it_stood() -> None:
    case = climb(Policy(), 120, 599, 600, 660, 1800, 1860)
    assert states(case) == [CaseState.OPENED, CaseState.TEGURAN, CaseState.STIKER, CaseState.PENDEREKAN]
    assert case.extremum == 1860
    assert [e.ground for e in case.history] == [
        "violation",
        "loudspeaker",
        "stood-on-after-teguran",
        "stood-on-after-stiker",
    ]


def test_two_thresholds_passed_at_once_are_two_steps() -> None:
    assert states(climb(Policy(), 4000))[-2:] == [CaseState.STIKER, CaseState.PENDEREKAN]


def test_socialisation_goes_no_further_than_teguran() -> None:
    assert climb(Policy(phase="socialisation"), 600, 1800, 9000).state is CaseState.TEGURAN
    assert Policy(phase=Phase.SOCIALISATION).letter_ground == "warning-letter"
    assert Policy().letter_ground == "confirmation-letter"


def test_a_policy_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="sticker <= tow"):
        Policy(sticker_after_s=100, tow_after_s=50)
    with pytest.raises(ValueError, match="siesta"):
        Policy(phase="siesta")


def test_leaving_closes_and_nothing_reopens() -> None:
    book = CaseBook(Policy())
    book.take(verdict(), SEEN)
    book.warn(verdict(), "officer")
    entry = book.take(verdict(CLOSED, stood_s=90), SEEN)
    assert entry is not None
    assert entry.case.state is CaseState.CLOSED
    assert [e.ground for e in entry.events] == ["stand-ended"]
    for phase in WindowPhase:
        assert book.take(verdict(phase, stood_s=2000), SEEN) is None
    with pytest.raises(RefusedStep, match="no standing case"):
        book.warn(verdict(), "officer")


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
    book = CaseBook(Policy())
    entry = book.take(verdict(rule="red_light", stood_s=2), SEEN)
    assert entry is not None
    assert entry.case.enforcement is CaseTrack.MOVING
    assert states(entry.case) == [CaseState.OPENED, CaseState.REVIEW]
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
