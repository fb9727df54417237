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
from tests.synthetic_run import Accusation, at, plate, run
from twin.truth import TrueViolation

ROAD = Carriageway("ax", Polygon(np.array([[0, -6], [300, -6], [300, 6], [0, 6.0]])), 0.0, 50 / 3.6)


def act(rule: str, vehicle: int, when: str, over: float, east_m: float = 150.0) -> TrueViolation:
    return TrueViolation(rule, vehicle, 0, plate(vehicle), "ax", (east_m, 0.0), at(when), None, over)


def measured(violations: tuple[TrueViolation, ...], *accused: Accusation) -> RunResult:
    """Return the run with a limit on the road that the first view shows."""
    result = run(violations, accused)
    first = result.views[0]
    view = replace(first, site=replace(first.site, carriageways=(ROAD,)))
    return replace(result, views=(view, *result.views[1:]))


def test_a_case_on_the_road_before_it_is_left_is_about_the_speed_there() -> None:
    speeding = act("speeding", 1, "17:00:20", 20.0)
    found = score(measured((speeding,), Accusation("speeding", 1, "17:00:05", "17:00:08"))).rule("speeding")
    assert (found.view_recall.hits, found.view_recall.trials) == (1, 1)
    assert (found.precision.hits, found.precision.trials) == (1, 1)


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
    result = measured(
        (act("speeding", 1, "17:00:20", 10.0),), Accusation("speeding", 1, "17:00:05", "17:00:08")
    )
    found = score(result)
    assert found.rule("speeding").view_recall.trials == 0
    assert [one.match for one in found.matches] == [Match.BORDERLINE]


def test_a_peak_that_no_view_shows_is_not_in_view() -> None:
    found = score(measured((act("speeding", 1, "17:00:20", 20.0, east_m=900.0),))).rule("speeding")
    assert found.view_recall.trials == 0
    assert found.system_recall.trials == 1


def test_a_race_is_in_view_where_one_who_raced_sped() -> None:
    raced = tuple(act("racing", n, "17:00:00", 120.0, east_m=0.0) for n in (1, 2))
    sped = act("speeding", 1, "17:00:20", 60.0)
    found = score(measured((*raced, sped), Accusation("racing", 1, "17:00:10", "17:00:14"))).rule("racing")
    assert (found.view_recall.hits, found.view_recall.trials) == (1, 1)
    assert found.system_recall.trials == 2


def test_every_scored_rule_has_its_mark_on_the_map() -> None:
    assert MARKERS.keys() == set(SCORED)
    raced = act("racing", 1, "17:00:00", 120.0)
    result = measured((raced, act("speeding", 1, "17:00:20", 60.0)))
    assert "<svg" in zone_map(result, score(result), Words("en"))


def test_an_emergency_vehicle_may() -> None:
    exempt = replace(act("speeding", 1, "17:00:20", 40.0), exempt=True)
    assert score(measured((exempt,))).offences == ()
