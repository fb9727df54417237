"""Clear, violating and borderline fixtures of riding against the traffic."""

from collections.abc import Callable

import pytest

from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.violations import Reason, Verdict, VerdictKind, WindowPhase
from detectors.violations.fronts import margin_m
from detectors.violations.wrong_way import DEFAULT_LIMITS, WrongWay
from tests.judgement import Place, at, drive, signed_site

T0 = at(17)
CAR, RIDER = VehicleClass.CAR, VehicleClass.MOTORCYCLE
NEEDED_M = DEFAULT_LIMITS.distance_m + 2 * margin_m(signed_site().one_way[0].sigma_m)


def run(
    path: Callable[[float], Place | None], kind: VehicleClass = RIDER, every_s: float = 0.2
) -> list[Verdict]:
    return drive(WrongWay(signed_site()), T0, 40, {1: path}, kind=kind, every_s=every_s)


def rides(speed_mps: float, way_m: float, from_x: float = -20.0, y: float = 6.0) -> Callable[[float], Place]:
    """Rides west, against the traffic that goes east, for a way, then stands."""
    return lambda t_s: (from_x - min(speed_mps * t_s, way_m), y)


def test_riding_against_the_traffic_is_a_violation_with_the_metres_ridden() -> None:
    found = run(rides(4.5, 60.0))
    assert [(v.kind, v.phase) for v in found] == [
        (VerdictKind.VIOLATION, WindowPhase.OPENED),
        (VerdictKind.VIOLATION, WindowPhase.CLOSED),
    ]
    assert (found[0].article, found[0].unit, found[0].place) == ("287(1)", "m", "main")
    assert found[1].extremum == pytest.approx(60.0, abs=1.0)
    assert found[0].opened_ns == pytest.approx(T0, abs=3e8)


def test_riding_with_the_traffic_is_clear() -> None:
    assert [v.kind for v in run(lambda t_s: (-79.0 + 8.0 * t_s, 0.0))] == [VerdictKind.CLEAR]


@pytest.mark.parametrize(
    ("way_m", "kind"), [(12.0, None), (20.0, "undetermined"), (NEEDED_M + 1, "violation")]
)
def test_the_way_decides_as_far_as_it_is_known(way_m: float, kind: str | None) -> None:
    found = run(rides(4.5, way_m))
    assert (found[0].kind if found else None) == kind
    if kind == "undetermined":
        assert found[0].reason is Reason.PLACE_UNCERTAIN


def test_a_car_that_may_reverse_is_not_accused_and_a_motorcycle_cannot() -> None:
    assert [v.reason for v in run(rides(2.0, 40.0), CAR)] == [Reason.MAY_REVERSE]
    assert run(rides(2.0, 40.0), RIDER)[0].kind is VerdictKind.VIOLATION
    assert run(rides(8.0, 60.0), CAR)[0].kind is VerdictKind.VIOLATION


def test_backing_into_a_place_and_parking_say_nothing() -> None:
    assert run(rides(1.5, 8.0), CAR) == []
    assert run(lambda _t: (-50.0, 5.0), CAR) == []


def test_a_parked_vehicle_whose_place_drifts_is_not_accused() -> None:
    assert run(lambda t_s: (-20.0 - 0.7 * t_s, 5.0), CAR) == []


def test_a_track_that_leaps_to_another_vehicle_is_no_ride() -> None:
    found = run(lambda t_s: (-30.0 if t_s < 10 else -60.0, 3.0))
    assert [v.reason for v in found] == [Reason.TRACK_LEAPS]


def test_what_went_unseen_is_not_counted() -> None:
    assert run(lambda t_s: None if 5 < t_s < 9 else (-30.0 if t_s < 7 else -60.0, 3.0)) == []


def test_off_the_stretch_nobody_is_judged() -> None:
    assert run(rides(4.5, 60.0, y=20.0)) == []


def test_a_ride_over_several_pieces_of_a_road_is_one() -> None:
    found = run(rides(4.5, 90.0, from_x=-4.0))  # from one piece into the other
    assert [v.phase for v in found] == [WindowPhase.OPENED, WindowPhase.CLOSED]
    assert found[1].extremum > 60


def test_two_frames_a_second_are_enough() -> None:
    assert run(rides(4.5, 60.0), every_s=0.5)[0].kind is VerdictKind.VIOLATION


def test_once_a_second_a_queue_that_drives_on_may_seem_to_go_backward() -> None:
    """Ten metres from one to the next at 5 m/s: the nearest to where one was is the one behind him."""
    found = run(lambda t_s: (-20.0 - 5.0 * t_s, 3.0), every_s=1.0)
    assert [(v.kind, v.reason) for v in found] == [(VerdictKind.UNDETERMINED, Reason.NOT_OBSERVED)]
