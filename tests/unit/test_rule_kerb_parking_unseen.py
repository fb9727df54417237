"""Pasal 287(1) where nobody looked: before the source began, between two looks of a tour."""

from collections.abc import Callable
from dataclasses import replace

from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.violations import Reason, VerdictKind
from detectors.violations.kerb_parking import KerbParking
from tests.judgement import Place, at, observe, site, stands, track

UNDETERMINED = (VerdictKind.UNDETERMINED, Reason.NOT_OBSERVED)
CLEAR = (VerdictKind.CLEAR, None)
EVERY_S = 0.5
Look = tuple[float, float]


def told(
    path: Callable[[float], Place],
    looks: list[Look],
    start_ns: int,
    revisit_s: float = 0.0,
    track_of: Callable[[float], int] = lambda _at_s: 1,
) -> list[tuple[VerdictKind, Reason | None]]:
    """Judge a car on a path that is seen at 2 Hz in `looks` (seconds from, to)."""
    rule = KerbParking(replace(site(), revisit_s=revisit_s))
    found, last_ns = [], start_ns
    for from_s, to_s in looks:
        for tick in range(round(from_s / EVERY_S), round(to_s / EVERY_S)):
            now_s, last_ns = tick * EVERY_S, start_ns + round(tick * EVERY_S * NS_PER_S)
            here, before = path(now_s), path(now_s - EVERY_S)
            speed = ((here[0] - before[0]) / EVERY_S, 0.0)
            found += rule.judge(observe(last_ns, track(track_of(now_s), last_ns, here, speed)))
    found += rule.finish(last_ns)
    return [(verdict.kind, verdict.reason) for verdict in found]


def test_who_stood_already_when_the_source_began_may_have_stood_long() -> None:
    assert told(stands(-100, 40), [(0, 60)], at(17)) == [UNDETERMINED]


def test_before_the_window_nobody_has_to_look() -> None:
    assert told(stands(-100, 40), [(0, 60)], at(16)) == [CLEAR]


def test_who_is_seen_to_come_and_to_go_within_one_look_is_clear() -> None:
    looks = [(0.0, 40.0), (110.0, 150.0)]
    assert told(stands(120, 140), looks, at(17), revisit_s=70.0) == [CLEAR]


def test_who_stands_when_the_first_look_of_a_short_tour_begins_may_have_stood() -> None:
    looks = [(start, start + 4.0) for start in range(10, 100, 14)]
    assert told(stands(1, 66), looks, at(17), revisit_s=10.0) == [UNDETERMINED]


def test_a_gap_shorter_than_five_seconds_counts_on_a_tour() -> None:
    looks = [(0.0, 10.0), (14.0, 90.0)]
    assert told(stands(11, 72), looks, at(17), revisit_s=4.0) == [UNDETERMINED]


def test_another_track_in_the_same_place_after_a_gap_may_be_the_same_vehicle() -> None:
    looks = [(0.0, 25.0), (55.0, 90.0)]
    seen = told(stands(5, 70), looks, at(17), 30.0, track_of=lambda at_s: 1 if at_s < 30 else 2)
    assert seen == [UNDETERMINED, UNDETERMINED]


def test_who_stood_before_the_window_and_left_unseen_in_it_is_clear_only_in_the_tolerance() -> None:
    path = stands(5, 50)
    before_long, before_short = [(0.0, 30.0), (150.0, 160.0)], [(0.0, 30.0), (80.0, 90.0)]
    assert told(path, before_long, at(15, 59), revisit_s=120.0) == [UNDETERMINED]
    assert told(path, before_short, at(15, 59), revisit_s=50.0) == [CLEAR]


def test_who_is_found_after_the_window_may_have_stood_in_it() -> None:
    path = stands(20, 240)
    assert told(path, [(0.0, 10.0), (180.0, 260.0)], at(18, 58), revisit_s=170.0) == [UNDETERMINED]
    assert told(path, [(0.0, 10.0), (180.0, 260.0)], at(18, 59), revisit_s=170.0) == [CLEAR]
