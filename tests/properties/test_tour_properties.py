"""A guard tour: one view at a time, shares that sum to at most one, periodic; no CLEAR by silence."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.violations import Verdict, VerdictKind
from detectors.violations.kerb_parking import KerbParking
from tests.judgement import at, observe, site, stands, track
from twin.cameras.ptz import Aim, Drive, GuardTour, Look, guard_tour
from twin.clock import seconds

NAMES = ("a", "b", "c", "d")
durations_ns = st.integers(1, 90 * NS_PER_S)
looks = st.builds(Look, st.sampled_from(NAMES), st.integers(0, 20 * NS_PER_S), durations_ns)
tours = st.builds(
    GuardTour, st.lists(looks, min_size=1, max_size=7).map(tuple), st.integers(-(10**12), 10**12)
)
instants_ns = st.integers(-(10**19), 10**19)


def changes_ns(tour: GuardTour) -> list[int]:
    """Return the instants of one period at which what is looked at can change."""
    found, now_ns = [tour.begins_ns], tour.begins_ns
    for look in tour.looks:
        for length_ns in (look.move_ns, look.dwell_ns):
            now_ns += length_ns
            found.append(now_ns)
    return found


@given(tour=tours, at_ns=instants_ns)
def test_one_view_at_most_is_looked_at(tour: GuardTour, at_ns: int) -> None:
    seen = tour.looked_at(at_ns)
    assert seen is None or seen in {look.view for look in tour.looks}


@given(tour=tours, at_ns=instants_ns, rounds=st.integers(-1000, 1000))
def test_a_tour_is_periodic(tour: GuardTour, at_ns: int, rounds: int) -> None:
    assert tour.looked_at(at_ns) == tour.looked_at(at_ns + rounds * tour.period_ns)


@given(tour=tours)
def test_the_shares_are_those_of_the_time_and_sum_to_one_at_most(tour: GuardTour) -> None:
    spans = list(pairwise(changes_ns(tour)))
    for name in NAMES:
        looked_ns = sum(until - since for since, until in spans if tour.looked_at(since) == name)
        assert looked_ns / tour.period_ns == tour.duty(name)
    assert sum(map(tour.duty, NAMES)) <= 1 + 1e-12


@given(tour=tours)
def test_no_gap_is_longer_than_the_longest(tour: GuardTour) -> None:
    edges = changes_ns(tour)
    edges += [edge + tour.period_ns for edge in edges[1:]]
    for name in {look.view for look in tour.looks}:
        unseen_ns, longest_ns = 0, 0
        for since, until in pairwise(edges):
            unseen_ns = 0 if tour.looked_at(since) == name and until > since else unseen_ns + until - since
            longest_ns = max(longest_ns, unseen_ns)
        assert longest_ns == tour.longest_gap_ns(name)


angles = st.builds(Aim, st.floats(-10, 10), st.floats(-1, 1.5))


@given(
    aims=st.lists(angles, min_size=2, max_size=4), slew=st.floats(0.1, 7), settle_ns=st.integers(0, 5 * 10**9)
)
def test_a_move_takes_the_turn_and_the_settling(aims: list[Aim], slew: float, settle_ns: int) -> None:
    poses = dict(zip(NAMES, aims, strict=False))
    drive = Drive(slew, slew, 2.0, settle_ns)
    tour = guard_tour([(name, NS_PER_S) for name in poses], poses, drive)
    half_turn_ns = seconds(3.1416 / slew + slew / 2.0 + 2.6) + 1  # a ramp more, or never at its rate
    assert all(settle_ns <= look.move_ns <= settle_ns + half_turn_ns for look in tour.looks)


def judged(tour: GuardTour, from_s: float, to_s: float, lasts_s: int) -> list[Verdict]:
    """Judge a car that stands from `from_s` to `to_s`, seen at 2 Hz while view "a" is looked at."""
    rule = KerbParking(replace(site(), revisit_s=tour.longest_gap_ns("a") / NS_PER_S))
    path, found = stands(from_s, to_s), []
    for tick in range(2 * lasts_s):
        now_ns = at(17) + tick * NS_PER_S // 2
        if tour.looked_at(now_ns) == "a":
            here, before = path(tick / 2), path(max(0.0, (tick - 1) / 2))
            speed = (2 * (here[0] - before[0]), 0.0)
            found += rule.judge(observe(now_ns, track(1, now_ns, here, speed)))
    return found + list(rule.finish(at(17) + lasts_s * NS_PER_S))


@settings(deadline=None, max_examples=40)
@given(
    dwell_s=st.floats(4, 40),
    away_s=st.floats(1, 250),
    begins_s=st.floats(0, 300),
    from_s=st.floats(1, 60),
    stood_s=st.floats(65, 300),
)
@example(dwell_s=4.0, away_s=9.0, begins_s=4.0, from_s=1.0, stood_s=65.0)
@example(dwell_s=5.0, away_s=8.0, begins_s=6.0, from_s=2.0, stood_s=65.0)
def test_a_stand_of_a_minute_is_never_clear_whatever_the_tour(
    dwell_s: float, away_s: float, begins_s: float, from_s: float, stood_s: float
) -> None:
    stops = (Look("a", 0, seconds(dwell_s)), Look("b", seconds(1), seconds(away_s)))
    tour = GuardTour(stops, at(17) - seconds(begins_s))
    kinds = {verdict.kind for verdict in judged(tour, from_s, from_s + stood_s, round(from_s + stood_s) + 40)}
    assert VerdictKind.CLEAR not in kinds
