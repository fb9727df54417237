"""Which true speeds count, and which cases are about them."""

from dataclasses import replace

import numpy as np
import pytest

from detectors.datatypes.geometry import Polygon
from detectors.datatypes.site import Carriageway
from scenarios.offences import SCORED
from scenarios.reports.wording import Words
from scenarios.reports.zone_map import MARKERS, zone_map
from scenarios.results import RunResult
from scenarios.score import Match, score
from scenarios.shown_speeds import ShownSpeed, SpeedsShown
from tests.speeds import measured_site
from tests.synthetic_run import Accusation, at, plate, run
from twin.clock import NS_PER_S
from twin.truth import Scene, TrueViolation, VehicleStates

ROAD = Carriageway("ax", Polygon(np.array([[0, -6], [300, -6], [300, 6], [0, 6.0]])), 0.0, 50 / 3.6)


def act(rule: str, vehicle: int, when: str, over: float, east_m: float = 150.0) -> TrueViolation:
    return TrueViolation(rule, vehicle, 0, plate(vehicle), "ax", (east_m, 0.0), at(when), None, over)


def shown(vehicle: int, first: str, last: str, over: float, *beside: int, both: float = 60.0) -> ShownSpeed:
    place, when = ("ax", (150.0, 0.0)), (at(first), at(last))
    return ShownSpeed(vehicle, 0, plate(vehicle), *place, over, *when, dict.fromkeys(beside, both))


def measured(
    violations: tuple[TrueViolation, ...], *accused: Accusation, speeds: tuple[ShownSpeed, ...] = ()
) -> RunResult:
    """Return the run with a limit on the road that the first view shows, and who was too fast there."""
    result = run(violations, accused)
    first = result.views[0]
    view = replace(first, site=replace(first.site, carriageways=(ROAD,)), speeds=speeds)
    return replace(result, views=(view, *result.views[1:]))


def test_a_case_while_a_view_shows_somebody_too_fast_is_about_that() -> None:
    speeding, seen = act("speeding", 1, "17:00:20", 20.0), shown(1, "17:00:04", "17:00:09", 19.0)
    accused = Accusation("speeding", 1, "17:00:05", "17:00:08")
    found = score(measured((speeding,), accused, speeds=(seen,))).rule("speeding")
    assert (found.view_recall.hits, found.view_recall.trials) == (1, 1)
    assert (found.system_recall.hits, found.system_recall.trials) == (1, 1)  # one act, told of twice
    assert (found.precision.hits, found.precision.trials) == (1, 1)


def test_who_was_slower_where_the_view_measures_was_not_in_view() -> None:
    speeding, seen = act("speeding", 1, "17:00:20", 20.0), shown(1, "17:00:04", "17:00:09", 8.0)
    accused = Accusation("speeding", 1, "17:00:05", "17:00:08")
    found = score(measured((speeding,), accused, speeds=(seen,)))
    assert found.rule("speeding").view_recall.trials == 0
    assert found.rule("speeding").system_recall.trials == 1
    assert [one.match for one in found.matches] == [Match.BORDERLINE]  # of a limit that he did exceed


def test_a_case_of_somebody_who_has_not_left_the_road_when_the_run_ends_is_right() -> None:
    seen = shown(1, "19:14:50", "19:14:55", 25.0)
    found = score(measured((), Accusation("speeding", 1, "19:14:51", "19:14:54"), speeds=(seen,)))
    assert [one.match for one in found.matches] == [Match.CORRECT]


def test_a_case_is_about_the_view_and_not_about_the_next_road() -> None:
    next_road = act("speeding", 1, "17:00:40", 30.0, east_m=280.0)
    seen = shown(1, "17:00:04", "17:00:09", 19.0)
    accused = Accusation("speeding", 1, "17:00:05", "17:00:08")
    result = score(measured((replace(next_road, place="xb"),), accused, speeds=(seen,)))
    assert (result.rule("speeding").view_recall.hits, result.rule("speeding").view_recall.trials) == (1, 1)


@pytest.mark.parametrize(
    ("vehicle", "offence", "opened", "match"),
    [
        (1, "17:30:00", "17:30:03", Match.WRONG_VEHICLE),  # half an hour later
        (2, "17:00:05", "17:00:08", Match.WRONG_VEHICLE),  # somebody else
        (None, "17:00:05", "17:00:08", Match.NOBODY),
    ],
)
def test_a_case_about_anything_else_is_wrong(
    vehicle: int | None, offence: str, opened: str, match: Match
) -> None:
    result = measured(
        (act("speeding", 1, "17:00:20", 20.0),), Accusation("speeding", vehicle, offence, opened)
    )
    (one,) = score(result).matches
    assert one.match is match


def test_what_is_within_tolerance_counts_neither_way() -> None:
    seen = shown(1, "17:00:04", "17:00:09", 10.0)
    found = score(measured((), Accusation("speeding", 1, "17:00:05", "17:00:08"), speeds=(seen,)))
    assert found.rule("speeding").view_recall.trials == 0
    assert [one.match for one in found.matches] == [Match.BORDERLINE]


def test_what_no_view_measures_counts_in_the_zone_alone() -> None:
    found = score(measured((act("speeding", 1, "17:00:20", 20.0),))).rule("speeding")
    assert found.view_recall.trials == 0
    assert found.system_recall.trials == 1


@pytest.mark.parametrize(("beside", "in_view"), [((2,), 1), ((), 0), ((9,), 0)])
def test_a_race_is_in_view_where_a_view_showed_another_of_it_beside(
    beside: tuple[int, ...], in_view: int
) -> None:
    raced = tuple(act("racing", n, "17:00:00", 120.0, east_m=0.0) for n in (1, 2))
    seen = shown(1, "17:00:08", "17:00:12", 60.0, *beside)
    accused = Accusation("racing", 1, "17:00:10", "17:00:14")
    found = score(measured(raced, accused, speeds=(seen,))).rule("racing")
    assert (found.view_recall.hits, found.view_recall.trials) == (in_view, in_view)
    assert found.system_recall.trials == 2


@pytest.mark.parametrize(
    ("both_kmh", "in_view", "borderline"), [(19.0, 0, 0), (21.0, 1, 1), (29.0, 1, 1), (31.0, 1, 0)]
)
def test_who_is_held_up_is_not_seen_to_race(both_kmh: float, in_view: int, borderline: int) -> None:
    raced = tuple(act("racing", n, "17:00:00", 120.0, east_m=0.0) for n in (1, 2))
    seen = shown(1, "17:00:08", "17:00:12", 60.0, 2, both=both_kmh)
    told = [one for one in score(measured(raced, speeds=(seen,))).offences if one.in_view]
    races = [one for one in told if one.violation.rule == "racing"]
    assert (len(races), sum(one.borderline for one in races)) == (in_view, borderline)


def test_every_scored_rule_has_its_mark_on_the_map() -> None:
    assert MARKERS.keys() == set(SCORED)
    raced = act("racing", 1, "17:00:00", 120.0)
    result = measured((raced,), speeds=(shown(1, "17:00:08", "17:00:12", 60.0),))
    assert "<svg" in zone_map(result, score(result), Words("en"))


def test_one_passage_before_two_views_is_one_act_and_the_second_case_repeats_it() -> None:
    both = shown(1, "17:00:04", "17:00:09", 19.0), shown(1, "17:00:08", "17:00:12", 25.0)
    again = shown(1, "17:10:00", "17:10:04", 30.0)
    cases = [Accusation("speeding", 1, f"17:00:{s:02}", f"17:00:{s + 3:02}") for s in (5, 9)]
    result = score(measured((), *cases, speeds=(*both, again)))
    found = result.rule("speeding")
    assert (found.view_recall.hits, found.view_recall.trials) == (1, 2)
    assert [one.match for one in result.matches] == [Match.CORRECT, Match.REPEATED]
    assert max(one.violation.amount for one in result.offences) == 30.0


def test_an_emergency_vehicle_may() -> None:
    exempt, seen = (
        replace(act("speeding", 1, "17:00:20", 40.0), exempt=True),
        shown(1, "17:00:04", "17:00:09", 40.0),
    )
    assert score(measured((exempt,), speeds=(seen,))).offences == ()


def scene(east_m: float, speed_mps: float, second: float, vehicle: int = 7) -> Scene:
    vehicles = VehicleStates(
        vehicle_id=np.array([vehicle], np.int64), vehicle_class=np.array([1], np.int8),
        position_m=np.array([[east_m, 0.0, 0.0]]), heading_rad=np.zeros(1), pitch_rad=np.zeros(1),
        speed_mps=np.array([speed_mps]), size_m=np.array([[4.3, 1.75, 1.5]]),
        colour_bgr=np.zeros((1, 3), np.uint8), braking=np.zeros(1, np.bool_), at_kerb=np.zeros(1, np.bool_),
        plates=(plate(vehicle),),
    )  # fmt: skip
    return Scene(round(second * NS_PER_S), vehicles)


def watched(fps: float, *scenes: Scene) -> tuple[ShownSpeed, ...]:
    """Return what is told of scenes before a camera 100 m from the end of a measured road."""
    shows = SpeedsShown(measured_site(), fps)
    for one in scenes:
        shows.note(one)
    return shows.told()


def test_the_highest_speed_on_the_stretch_is_told_with_when_it_was_passed() -> None:
    drive = [scene(-100 + 4 * n, v, n / 5) for n, v in enumerate((15.0, 20.0, 18.0))]
    (one,) = watched(5.0, *drive)
    assert one.over_kmh == pytest.approx((20.0 - 50 / 3.6) * 3.6)
    assert (one.from_ns, one.until_ns, one.place) == (0, round(0.4 * NS_PER_S), "road")
    assert one.position_m == (-96.0, 0.0)


def test_who_else_was_too_fast_beside_somebody_is_told() -> None:
    shows = SpeedsShown(measured_site(), 5.0)
    there = {6: (-105.0, 25.0), 7: (-70.0, 25.0), 8: (-80.0, 25.0), 9: (-75.0, 10.0)}
    for n in range(3):
        scenes = [scene(x_m + 4 * n, speed, n / 5, who) for who, (x_m, speed) in there.items()]
        vehicles = scenes[0].vehicles
        for one in scenes[1:]:
            vehicles = vehicles.joined(one.vehicles)
        shows.note(Scene(scenes[0].timestamp_ns, vehicles))
    beside = {one.vehicle_id: one.beside for one in shows.told()}
    told = {who: {other: round(both) for other, both in of.items()} for who, of in beside.items()}
    assert told == {6: {8: 40}, 7: {8: 40}, 8: {6: 40, 7: 40}}  # 9 is slow, 6 and 7 are 35 m apart


def test_who_comes_again_passes_anew() -> None:
    again = watched(5.0, scene(-80.0, 20.0, 0.0), scene(-80.0, 21.0, 60.0))
    assert len(again) == 2


@pytest.mark.parametrize(
    ("fps", "east_m", "speed_mps"),
    [
        (5.0, -80.0, 50 / 3.6 + 1.0),  # within what is let pass
        (5.0, -80.0, 10.0),
        (1.0, -80.0, 25.0),  # too few pictures a second to measure
        (5.0, 35.0, 25.0),  # beyond the carriageway
        (5.0, -119.0, 25.0),  # under the camera, out of the picture
    ],
)
def test_what_no_view_can_measure_or_nobody_is_accused_of_is_not_shown(
    fps: float, east_m: float, speed_mps: float
) -> None:
    assert watched(fps, scene(east_m, speed_mps, 0.0)) == ()
