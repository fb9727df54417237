"""Clear, violating and borderline fixtures of Pasal 287(2)."""

from collections.abc import Callable

import pytest

from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.signals import Aspect, SignalStates
from detectors.datatypes.violations import Reason, Verdict, VerdictKind, WindowPhase
from detectors.violations.red_light import RedLight
from detectors.violations.track_noise import DEFAULT_NOISE, MOTION, TWIN, TrackNoise
from tests.judgement import Place, at, cruises, drive, lights, observe, site, track

T0 = at(17)
RED_AT_10 = lights((at(16, 59), Aspect.GREEN), (at(17, 0, 7), Aspect.YELLOW), (at(17, 0, 10), Aspect.RED))
ALWAYS_RED = lights((at(16, 59), Aspect.RED))


def run(
    path: Callable[[float], Place | None],
    signals: Callable[[int], SignalStates] = RED_AT_10,
    *,
    left_on_red: bool = False,
    kind: VehicleClass = VehicleClass.CAR,
) -> list[Verdict]:
    return drive(RedLight(site(left_on_red=left_on_red)), T0, 30, {1: path}, signals=signals, kind=kind)


def kinds(found: list[Verdict]) -> list[VerdictKind]:
    return [v.kind for v in found if v.phase is not WindowPhase.CLOSED or v.kind is not VerdictKind.VIOLATION]


def test_running_the_red_is_a_violation_with_the_seconds_into_red() -> None:
    found = run(cruises(10, 12.0))
    assert [(v.kind, v.phase) for v in found] == [
        (VerdictKind.VIOLATION, WindowPhase.OPENED),
        (VerdictKind.VIOLATION, WindowPhase.CLOSED),
    ]
    first = found[0]
    assert first.extremum == pytest.approx(2.0, abs=0.02)
    assert first.opened_ns == pytest.approx(at(17, 0, 12), abs=2e7)
    before_ns, inside_ns = first.evidence_times_ns
    assert before_ns < first.opened_ns
    assert 0.5e9 <= inside_ns - first.opened_ns <= 1.5e9
    assert found[1].key == first.key


@pytest.mark.parametrize(
    ("line_at_s", "kind", "reason"),
    [
        (5.0, VerdictKind.CLEAR, None),  # green
        (8.5, VerdictKind.CLEAR, None),  # yellow
        (9.8, VerdictKind.UNDETERMINED, Reason.NEAR_SIGNAL_CHANGE),
        (10.2, VerdictKind.UNDETERMINED, Reason.NEAR_SIGNAL_CHANGE),
        (10.4, VerdictKind.VIOLATION, None),
    ],
)
def test_the_signal_at_the_line_decides(line_at_s: float, kind: VerdictKind, reason: Reason | None) -> None:
    found = run(cruises(10, line_at_s))
    assert kinds(found) == [kind]
    assert found[0].reason is reason


def test_without_a_signal_feed_nothing_can_be_said() -> None:
    found = run(cruises(10, 12.0), signals=lights())
    assert [v.reason for v in found] == [Reason.SIGNAL_UNKNOWN]


def test_a_vehicle_that_stops_before_the_line_is_not_judged() -> None:
    assert run(lambda t_s: (min(5.0 * (t_s - 12), -3.0), 0.0)) == []


def over_the_line(goes_at_s: float) -> Callable[[float], Place]:
    """Stops with its front 1.2 m over the line, goes on later."""

    def path(t_s: float) -> Place:
        return min(5.0 * (t_s - 12), -1.0) + max(0.0, 4.0 * (t_s - goes_at_s)), 0.0

    return path


def test_stopping_over_the_line_and_waiting_for_green_is_no_red_light_violation() -> None:
    signals = lights((at(16, 59), Aspect.RED), (at(17, 0, 20), Aspect.GREEN))
    assert run(over_the_line(21), signals) == []  # the rule of jump starts has it, and says CLEAR


def test_stopping_over_the_line_for_good_is_not_judged_here() -> None:
    assert run(over_the_line(1e9), ALWAYS_RED) == []


def test_a_lorry_shorter_than_its_class_that_rolls_to_a_stop_over_the_line_has_not_entered() -> None:
    """Found on an evening: 4.1 m of his class would be over the line, of this light lorry were 2.1 m."""

    def path(t_s: float) -> Place:
        return 0.45 - 0.25 * max(0.0, 20.0 - t_s) ** 2, 0.0

    assert run(path, ALWAYS_RED, kind=VehicleClass.TRUCK) == []


def test_going_on_long_before_green_is_running_the_red() -> None:
    signals = lights((at(16, 59), Aspect.RED), (at(17, 0, 25), Aspect.GREEN))
    found = run(over_the_line(18), signals)
    assert kinds(found) == [VerdictKind.VIOLATION]
    assert found[0].opened_ns == pytest.approx(at(17, 0, 18), abs=2e8)


def test_jitter_around_the_line_while_waiting_is_no_violation() -> None:
    wobble = [0.0, 0.3, -0.2, 0.25, -0.3]

    def path(t_s: float) -> Place:
        return -2.2 + wobble[round(t_s * 10) % 5], 0.0

    assert kinds(run(path, ALWAYS_RED)) == []


def test_passing_beside_the_line_belongs_to_another_approach() -> None:
    assert run(cruises(10, 12.0, y=9.0), ALWAYS_RED) == []


def test_oncoming_traffic_is_not_judged() -> None:
    assert run(lambda t_s: (60.0 - 10.0 * t_s, 3.0), ALWAYS_RED) == []


def test_a_track_that_begins_just_past_a_red_line_is_undetermined() -> None:
    def path(t_s: float) -> Place | None:
        return (1.0 + 8.0 * (t_s - 12), 0.0) if t_s > 12 else None

    found = run(path)
    assert [(v.kind, v.reason) for v in found] == [(VerdictKind.UNDETERMINED, Reason.TRACK_BEGAN_PAST_LINE)]


@pytest.mark.parametrize(("first_m", "kind"), [(-3.0, "undetermined"), (-5.0, "violation")])
def test_only_who_was_seen_to_approach_is_accused(first_m: float, kind: str) -> None:
    path = cruises(8, 14.0)
    found = run(lambda t_s: path(t_s) if path(t_s)[0] + 2.2 >= first_m else None)
    assert kinds(found) == [VerdictKind(kind)]
    assert found[0].reason is (Reason.TRACK_BEGAN_AT_LINE if kind == "undetermined" else None)


def test_a_leap_over_the_line_just_before_it_is_lost_is_no_proof() -> None:
    found = run(lambda t_s: (-7.0, 0.0) if t_s < 14 else ((4.5, 0.0) if t_s < 14.3 else None))
    assert [v.reason for v in found] == [Reason.NOT_OBSERVED]


def test_a_track_that_begins_past_a_green_line_is_not_worth_a_verdict() -> None:
    def path(t_s: float) -> Place | None:
        return (1.0 + 8.0 * (t_s - 2), 0.0) if t_s > 2 else None

    assert run(path) == []


def test_a_gap_that_spans_the_change_is_undetermined() -> None:
    base = cruises(5, 11.0)
    found = run(lambda t_s: None if 9.5 < t_s < 11.9 else base(t_s))
    assert [v.reason for v in found] == [Reason.NEAR_SIGNAL_CHANGE]


@pytest.mark.parametrize(("lost_s", "kind"), [(12.42, "undetermined"), (12.62, "violation")])
def test_a_vehicle_lost_before_the_second_picture_is_not_accused(lost_s: float, kind: str) -> None:
    base = cruises(15, 12.0)
    found = run(lambda t_s: base(t_s) if t_s < lost_s else None)
    assert kinds(found) == [VerdictKind(kind)]


def turning_left(t_s: float) -> Place:
    if t_s < 13.5:
        return 5.0 * (t_s - 12) - 2.2, 0.0
    return 5.3, 5.0 * (t_s - 13.5)


def test_left_on_red_where_a_sign_permits_it_is_clear() -> None:
    assert kinds(run(turning_left, left_on_red=True)) == [VerdictKind.CLEAR]


def test_left_on_red_without_a_sign_is_a_violation() -> None:
    assert kinds(run(turning_left)) == [VerdictKind.VIOLATION]


def test_straight_on_where_only_left_is_permitted_is_a_violation() -> None:
    assert kinds(run(cruises(10, 12.0), left_on_red=True)) == [VerdictKind.VIOLATION]


def test_lost_before_it_could_turn_is_not_observed() -> None:
    base = cruises(10, 12.0)
    found = run(lambda t_s: base(t_s) if t_s < 13 else None, left_on_red=True)
    assert [v.reason for v in found] == [Reason.NOT_OBSERVED]


def test_the_front_of_a_bus_is_further_ahead_than_its_middle() -> None:
    found = run(cruises(10, 12.0), kind=VehicleClass.BUS)
    assert found[0].extremum == pytest.approx(2.0 - (5.5 - 2.2) / 10, abs=0.02)


def seen_in(box_px: tuple[float, float, float, float]) -> list[Verdict]:
    """Run the red with a box that stays where it is in the picture, whatever the place."""
    rule, path = RedLight(site()), cruises(10, 12.0)
    found: list[Verdict] = []
    for tick in range(300):
        now_ns = T0 + tick * 100_000_000
        one = track(1, now_ns, path(tick / 10), (10.0, 0.0), box_px=box_px)
        found += rule.judge(observe(now_ns, one, signals=RED_AT_10(now_ns)))
    return found


@pytest.mark.parametrize("box_px", [(300, 250, 400, 360), (0, 200, 60, 260), (600, 200, 640, 260)])
def test_where_a_vehicle_is_that_the_edge_of_the_picture_cuts_is_not_known(
    box_px: tuple[float, float, float, float],
) -> None:
    assert kinds(seen_in((300, 200, 400, 260))) == [VerdictKind.VIOLATION]
    assert seen_in(box_px) == []


def test_a_place_that_leaps_while_the_vehicle_stands_over_the_line_is_no_moving_on() -> None:
    """Found by the hunt for innocents: a place that is 3 m off took one who waited for one who went on."""

    def path(t_s: float) -> Place:
        return (min(5.0 * (t_s - 12), -1.0) + (4.0 if 20 < t_s < 24 else 0.0), 0.0)

    rule = RedLight(site())
    found: list[Verdict] = []
    for tick in range(280):
        now_ns = T0 + tick * 100_000_000
        moves = 5.0 if tick < 118 else 0.0
        one = track(1, now_ns, path(tick / 10), (moves, 0.0))
        found += rule.judge(observe(now_ns, one, signals=RED_AT_10(now_ns)))
    assert not [one for one in found if one.kind is VerdictKind.VIOLATION]


@pytest.mark.parametrize(("noise", "accuses"), [(DEFAULT_NOISE, True), (TWIN, False)])
def test_who_stands_over_the_line_and_whose_foot_is_then_hidden_has_not_moved_on(
    noise: TrackNoise, accuses: bool
) -> None:
    """Found in a lesson of the trainer: a car drew up behind a rider, whose box then ended at its roof."""
    hider, hidden = (90.0, 115.0, 170.0, 180.0), (100.0, 100.0, 112.0, 116.0)

    def path(t_s: float) -> Place:
        return min(5.0 * (t_s - 12), 0.7) + (4.0 if t_s > 20 else 0.0), 0.0

    rule, found = RedLight(site(), noise=noise), list[Verdict]()
    for tick in range(280):
        now_ns, t_s = T0 + tick * 100_000_000, tick / 10
        moves = 5.0 if tick < 121 or 200 < tick < 205 else 0.0
        box_px = hidden if t_s > 20 else None
        rider = track(1, now_ns, path(t_s), (moves, 0.0), kind=VehicleClass.MOTORCYCLE, box_px=box_px)
        behind = track(2, now_ns, (-5.0, 0.0), box_px=hider if t_s > 20 else (600, 200, 630, 220))
        found += rule.judge(observe(now_ns, rider, behind, signals=RED_AT_10(now_ns)))
    assert any(one.kind is VerdictKind.VIOLATION and one.track_id == 1 for one in found) is accuses


def test_a_detector_that_errs_by_more_accuses_nobody_who_was_not_surely_before_and_past_the_line() -> None:
    def told(noise: TrackNoise, from_m: float) -> set[VerdictKind]:
        path = cruises(10, 12.0)
        paths = {1: lambda t_s: path(t_s) if from_m <= path(t_s)[0] + 2.2 <= 30.0 else None}
        return set(kinds(drive(RedLight(site(), noise=noise), T0, 30, paths, signals=RED_AT_10)))

    # 60 m away places of `motion` are 4.5 m off along the sight
    for noise in (DEFAULT_NOISE, TWIN, MOTION):
        assert told(noise, -40.0) == {VerdictKind.VIOLATION}
    assert told(DEFAULT_NOISE, -5.0) == {VerdictKind.VIOLATION}
    assert told(MOTION, -5.0) == {VerdictKind.UNDETERMINED}
