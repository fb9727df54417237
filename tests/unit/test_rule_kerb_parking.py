"""Clear, violating and borderline fixtures of Pasal 287(1)."""

from collections.abc import Callable

import pytest

from detectors.datatypes.frame import NS_PER_S, TimeBase
from detectors.datatypes.violations import Reason, Verdict, VerdictKind, WindowPhase
from detectors.violations.kerb_parking import KerbParking
from tests.judgement import Place, at, creeps, drive, observe, site, stands, track

OPENED = (VerdictKind.VIOLATION, WindowPhase.OPENED)
EXTENDED = (VerdictKind.VIOLATION, WindowPhase.EXTENDED)
CLOSED = (VerdictKind.VIOLATION, WindowPhase.CLOSED)
CLEAR = (VerdictKind.CLEAR, WindowPhase.CLOSED)
UNDETERMINED = (VerdictKind.UNDETERMINED, WindowPhase.CLOSED)


def told(found: list[Verdict]) -> list[tuple[VerdictKind, WindowPhase]]:
    return [(v.kind, v.phase) for v in found]


def test_a_stand_in_the_window_is_opened_extended_and_closed() -> None:
    found = drive(KerbParking(site()), at(17), 220, {1: stands(5, 205)}, every_s=0.5)
    assert told(found) == [OPENED, EXTENDED, EXTENDED, CLOSED]
    assert {v.key for v in found} == {found[0].key}
    assert found[0].extremum == pytest.approx(60, abs=1.0)
    assert found[-1].extremum == pytest.approx(200, abs=1.5)
    assert found[0].article == "287(1)"
    assert found[0].place == "strip"
    assert found[0].evidence_times_ns == (found[0].opened_ns, found[0].updated_ns)


def test_a_short_stand_is_clear() -> None:
    assert told(drive(KerbParking(site()), at(17), 70, {1: stands(5, 55)}, every_s=0.5)) == [CLEAR]


def test_passing_by_is_not_worth_a_verdict() -> None:
    assert drive(KerbParking(site()), at(17), 30, {1: stands(100, 200)}, every_s=0.5) == []


def test_out_of_the_window_is_clear() -> None:
    assert told(drive(KerbParking(site()), at(12), 150, {1: stands(5, 120)}, every_s=0.5)) == [CLEAR]


def test_out_of_the_zone_is_nobodys_business() -> None:
    lane = stands(5, 120, place=(-50.0, 0.0))
    assert drive(KerbParking(site()), at(17), 150, {1: lane}, every_s=0.5) == []


def test_time_counts_from_the_beginning_of_the_window() -> None:
    found = drive(KerbParking(site()), at(15, 58), 240, {1: stands(5, 230)}, every_s=0.5)
    assert told(found) == [OPENED, CLOSED]
    assert found[0].opened_ns == at(16)
    assert found[0].updated_ns == at(16, 1)


def test_the_end_of_the_window_closes() -> None:
    found = drive(KerbParking(site()), at(18, 57, 30), 240, {1: stands(5, 230)}, every_s=0.5)
    assert told(found) == [OPENED, EXTENDED, CLOSED]
    assert found[-1].updated_ns == at(19)


def test_one_stand_of_two_days_is_two_windows() -> None:
    rule = KerbParking(site())
    found = []
    for n in range(0, 27 * 3600, 20):
        now_ns = at(15) + n * NS_PER_S
        found += rule.judge(observe(now_ns, track(1, now_ns, (-50.0, 5.5))))
    opened = [v.opened_ns for v in found if v.phase is WindowPhase.OPENED]
    assert opened == [at(16), at(40)]


def test_a_zone_without_a_window_judges_always_even_without_a_time_of_day() -> None:
    rule = KerbParking(site(window=None))
    found = drive(rule, 0, 100, {1: stands(5, 90)}, every_s=0.5, time_base=TimeBase.MEDIA)
    assert told(found) == [OPENED, CLOSED]


def test_without_a_time_of_day_a_window_cannot_be_judged_and_says_so_once() -> None:
    found = drive(KerbParking(site()), 0, 300, {1: stands(5, 290)}, every_s=0.5, time_base=TimeBase.MEDIA)
    assert told(found) == [UNDETERMINED]
    assert found[0].reason is Reason.TIME_OF_DAY_UNKNOWN


def test_a_short_stand_is_clear_at_any_hour() -> None:
    found = drive(KerbParking(site()), 0, 60, {1: stands(5, 25)}, every_s=0.5, time_base=TimeBase.MEDIA)
    assert told(found) == [CLEAR]


def hidden(from_s: float, gone_s: tuple[float, float]) -> Callable[[float], Place | None]:
    base = stands(from_s, 1e9)

    def path(t_s: float) -> Place | None:
        return None if gone_s[0] < t_s < gone_s[1] else base(t_s)

    return path


def test_a_short_gap_is_bridged_when_the_vehicle_is_seen_again_in_place() -> None:
    found = drive(KerbParking(site()), at(17), 80, {1: hidden(5, (20, 45))}, every_s=0.5)
    assert told(found)[0] == OPENED
    assert found[0].extremum == pytest.approx(60, abs=1.0)


def test_a_long_gap_is_not_observed() -> None:
    found = drive(KerbParking(site()), at(17), 92, {1: hidden(5, (20, 90))}, every_s=0.5)
    assert told(found) == [UNDETERMINED]
    assert found[0].reason is Reason.NOT_OBSERVED
    assert found[0].extremum == pytest.approx(15, abs=1.0)


def test_a_bridged_track_proves_nothing() -> None:
    rule = KerbParking(site())
    found = []
    for n in range(100):
        now_ns = at(17, 0, n)
        found += rule.judge(observe(now_ns, track(1, now_ns, (-50.0, 5.5), observed=n < 20)))
    assert told(found) == [UNDETERMINED]


def test_a_violation_that_is_lost_is_closed_at_its_last_sight() -> None:
    found = drive(KerbParking(site()), at(17), 200, {1: hidden(5, (100, 1e9))}, every_s=0.5)
    assert told(found) == [OPENED, CLOSED]
    assert found[-1].updated_ns == at(17, 1, 40)


def test_left_during_the_gap_that_would_have_made_the_difference_is_undetermined() -> None:
    base = stands(5, 65)
    found = drive(
        KerbParking(site()),
        at(17),
        90,
        {1: lambda t_s: None if 50 < t_s < 70 else base(t_s)},
        every_s=0.5,
    )
    assert [v.reason for v in found] == [Reason.NOT_OBSERVED]


def test_the_end_of_the_source_leaves_a_started_stand_undetermined() -> None:
    assert told(drive(KerbParking(site()), at(17), 40, {1: stands(5, 1e9)})) == [UNDETERMINED]


def test_one_stray_position_ends_nothing() -> None:
    base = stands(5, 1e9)
    found = drive(
        KerbParking(site()),
        at(17),
        70,
        {1: lambda t_s: (base(t_s)[0] + (8.0 if abs(t_s - 30) < 0.05 else 0.0), 5.5)},
    )
    assert told(found)[0] == OPENED


def test_a_creeping_queue_is_no_stand() -> None:
    found = drive(KerbParking(site()), at(17), 120, {1: lambda t_s: (-75.0 + 0.3 * t_s, 5.5)})
    assert all(kind is not VerdictKind.VIOLATION for kind, _ in told(found))


def test_a_place_that_wavers_does_not_put_off_the_beginning() -> None:
    """A small far box, looked at once a second: its place moves by a metre from one look to the next."""
    base, wavers = stands(5, 1e9), (0.0, 0.9, -0.9, 0.0, 0.9, -0.9, 0.9, 0.0)

    def path(t_s: float) -> Place:
        x, y = base(t_s)
        return x + (wavers[int(t_s) - 5] if 5 <= t_s < 13 else 0.0), y

    found = drive(KerbParking(site()), at(17), 90, {1: path}, every_s=1.0)
    assert told(found)[0] == OPENED
    assert found[0].opened_ns == at(17, 0, 5)


def test_the_last_metres_before_it_stands_are_no_stand() -> None:
    found = drive(KerbParking(site()), at(17), 90, {1: stands(5, 1e9)}, every_s=0.2)
    assert at(17, 0, 5) <= found[0].opened_ns <= at(17, 0, 5.5)


@pytest.mark.parametrize("every_s", [0.2, 0.5, 1.0])
def test_the_slow_way_in_and_out_is_not_held_against_anybody(every_s: float) -> None:
    """In place for 60.7 s, of which it stood for 55: whether that is too long cannot be said."""
    found = drive(KerbParking(site()), at(17), 100, {1: creeps(55.0)}, every_s=every_s)
    assert told(found) == [UNDETERMINED]
    assert found[0].reason in (Reason.STAND_NEAR_LIMIT, Reason.NOT_OBSERVED)
    if every_s < 1.0:
        assert found[0].reason is Reason.STAND_NEAR_LIMIT
        assert found[0].extremum - (found[0].uncertainty or 0.0) <= 55.0


def test_a_stand_says_by_how_much_it_may_have_been_shorter() -> None:
    found = drive(KerbParking(site()), at(17), 200, {1: creeps(130.0)}, every_s=0.5)
    assert told(found)[0] == OPENED
    assert told(found)[-1] == CLOSED
    for one in found:
        assert one.uncertainty is not None
        assert one.extremum - one.uncertainty <= 130.5
    assert found[0].extremum - (found[0].uncertainty or 0.0) == pytest.approx(60.0, abs=0.5)


def test_a_place_that_never_comes_to_rest_is_proved_a_few_seconds_later() -> None:
    """A box that wavers by a metre from look to look never has the speed of one that stands."""
    base, wavers = stands(5, 1e9), (0.0, 0.9, -0.9, 0.0, 0.9, -0.9, 0.9, 0.0)

    def path(t_s: float) -> Place:
        x, y = base(t_s)
        return x + (wavers[int(t_s) % 8] if t_s >= 5 else 0.0), y + (0.4 if int(t_s) % 2 else 0.0)

    found = drive(KerbParking(site()), at(17), 120, {1: path}, every_s=1.0)
    assert told(found)[0] == OPENED
    assert found[0].extremum <= 60.0 + 2 * 5.0 + 1.0


def test_the_window_ends_before_a_slow_stand_is_proved() -> None:
    found = drive(KerbParking(site()), at(18, 58, 40.5), 200, {1: creeps(150.0)}, every_s=0.5)
    assert told(found) == [UNDETERMINED]
    assert found[0].reason is Reason.STAND_NEAR_LIMIT
