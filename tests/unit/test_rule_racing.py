"""Clear, violating and borderline fixtures of Pasal 297."""

from collections.abc import Callable

import pytest

from detectors.datatypes.violations import Reason, Verdict, VerdictKind, WindowPhase
from detectors.violations.racing import Racing, RacingLimits
from tests.judgement import Place, at, drive
from tests.speeds import KMH, drives, measured_site

Path = Callable[[float], Place | None]


def told(found: list[Verdict]) -> list[tuple[int, VerdictKind, Reason | None]]:
    return sorted({(v.track_id, v.kind, v.reason) for v in found}, key=str)


def judged(paths: dict[int, Path], limit_kmh: float = 50.0) -> list[Verdict]:
    rule = Racing(measured_site(limit_kmh * KMH))
    return drive(rule, at(17), 30, paths, every_s=0.1)


def race(speed_kmh: float, riders: int = 2, apart_m: float = 10.0, start_s: float = 0.0) -> dict[int, Path]:
    return {100 + n: drives(speed_kmh, start_s, -100.0 - apart_m * n, y=1.5 * (n % 2)) for n in range(riders)}


def test_two_far_above_the_limit_side_by_side_race() -> None:
    found = judged(race(90.0), limit_kmh=40.0)
    assert told(found) == [(100, VerdictKind.VIOLATION, None), (101, VerdictKind.VIOLATION, None)]
    for track_id in (100, 101):
        phases = [v.phase for v in found if v.track_id == track_id]
        assert (phases[0], phases[-1]) == (WindowPhase.OPENED, WindowPhase.CLOSED)
        assert phases.count(WindowPhase.OPENED) == phases.count(WindowPhase.CLOSED) == 1
    first = found[0]
    assert (first.article, first.unit, first.place) == ("297", "km/h", "road")
    assert first.extremum == pytest.approx(90.0, abs=0.5)
    assert first.uncertainty is not None


def test_a_single_speeder_does_not_race() -> None:
    assert told(judged(race(90.0, riders=1))) == [(100, VerdictKind.CLEAR, None)]


def test_two_who_speed_far_apart_do_not_race() -> None:
    found = judged(race(90.0, apart_m=45.0))
    assert {v.kind for v in found} == {VerdictKind.CLEAR}


def test_a_queue_that_flows_fast_does_not_race() -> None:
    """Eight at 85 km/h, 20 m apart: fast, close, and there is nobody who drives otherwise."""
    found = judged({n: drives(85.0, 0.85 * n) for n in range(1, 9)})
    assert {(v.kind, v.reason) for v in found} == {(VerdictKind.UNDETERMINED, Reason.NO_TRAFFIC_TO_COMPARE)}


def test_two_who_are_hardly_faster_than_a_fast_traffic_do_not_race() -> None:
    others: dict[int, Path] = {n: drives(68.0, 3.0 * n, y=-3.0) for n in range(5)}
    found = judged(others | race(85.0, start_s=9.0))
    assert {v.kind for v in found if v.track_id >= 100} == {VerdictKind.CLEAR}


def test_a_race_of_a_dozen_is_not_compared_with_itself() -> None:
    slow: dict[int, Path] = {n: drives(45.0, 3.0 * n, y=-3.0) for n in range(4)}
    riders = {100 + n: drives(90.0, 9.0 + 0.8 * n) for n in range(12)}
    found = judged(slow | riders)
    assert {v.track_id for v in found if v.kind is VerdictKind.VIOLATION} == set(riders)


def test_two_on_an_empty_road_may_be_the_first_of_a_queue() -> None:
    found = judged(race(85.0))
    assert {(v.kind, v.reason) for v in found} == {(VerdictKind.UNDETERMINED, Reason.NO_TRAFFIC_TO_COMPARE)}


def test_a_group_among_slow_traffic_races() -> None:
    slow: dict[int, Path] = {n: drives(40.0, 3.0 * n, y=-3.0) for n in range(5)}
    found = judged(slow | race(90.0, start_s=9.0))
    assert told(found) == [(100, VerdictKind.VIOLATION, None), (101, VerdictKind.VIOLATION, None)]


def test_somewhat_above_the_limit_is_no_race() -> None:
    assert judged(race(60.0)) == []


def test_a_speed_of_which_it_cannot_be_said_whether_it_is_far_above_is_undetermined() -> None:
    found = judged(race(71.0))
    assert {(v.kind, v.reason) for v in found} == {(VerdictKind.UNDETERMINED, Reason.SPEED_NEAR_LIMIT)}


def test_a_group_that_was_seen_too_short_is_undetermined() -> None:
    paths: dict[int, Path] = {n: drives(90.0, from_m=-100.0 - 5 * n, to_m=-55.0) for n in (1, 2)}
    found = judged(paths)
    assert {(v.kind, v.reason) for v in found} == {(VerdictKind.UNDETERMINED, Reason.GROUP_SEEN_TOO_SHORT)}


def test_a_group_is_seen_together_where_it_is_not_measured_any_more() -> None:
    """At 110 km/h the measured stretch takes less than the time that a race has to last."""
    assert told(judged(race(110.0))) == [
        (100, VerdictKind.VIOLATION, None),
        (101, VerdictKind.VIOLATION, None),
    ]


def test_two_who_meet_where_they_are_not_measured_do_not_race() -> None:
    """The second comes up from 45 m behind once the first, and then he, have been measured."""

    def catches_up(t_s: float) -> Place | None:
        x = -145.0 + 25.0 * t_s + 10.0 * max(t_s - 5.0, 0.0)
        return (x, 1.5) if -100.0 <= x <= 25.0 else None

    found = judged({100: drives(90.0), 101: catches_up})
    assert VerdictKind.VIOLATION not in {v.kind for v in found}


def test_where_no_limit_was_written_down_nobody_races() -> None:
    rule = Racing(measured_site(None))
    assert drive(rule, at(17), 15, dict(race(90.0))) == []


def test_a_race_of_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        RacingLimits(group=1)
