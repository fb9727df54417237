"""Analytic sensing against rendered runs, on views that the curves were not fitted on."""

import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest

from scenarios.experiments.held_out import Foretold, false_alarm_table, recall_table, said_of
from scenarios.experiments.trials import TrialSpec, trials
from scenarios.spec import load_scenario
from tests.verification.extent import LONG
from twin.cameras.appearance import LIGHTS
from twin.cameras.curves import curves_of, fitted_detectors

Record = Callable[[str, object], None]

POINTS, FACTOR, FEWEST = 0.05, 1.5, 1000
FROM_12_PX = ("12-20 px", "20-40 px", "40-80 px", "80 px and more")
NEW_SEEDS, CAMERAS = (601, 602), 6


def tables(detector: str) -> tuple[list[Foretold], list[Foretold]]:
    """Return what the file of curves tells of views left out: recall, and false alarms."""
    file = files("twin.cameras").joinpath("fitted", f"{detector}.json")
    told: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["recall"]
    parts: dict[str, list[Foretold]] = {"recall": [], "false alarms a frame": []}
    for row in told:
        parts[row.pop("what")].append(Foretold(**row))
    return parts["recall"], parts["false alarms a frame"]


def tell(record_property: Record, what: str, rows: list[Foretold]) -> None:
    for row in rows:
        record_property(f"{what}, {row.part}: measured", round(row.measured, 3))
        record_property(f"{what}, {row.part}: band from", round(row.low, 3))
        record_property(f"{what}, {row.part}: band to", round(row.high, 3))
        record_property(f"{what}, {row.part}: said", round(row.said, 3))


@pytest.mark.parametrize("detector", fitted_detectors())
def test_recall_by_height_from_12_px_and_by_light_is_within_5_points_on_views_left_out(
    detector: str, record_property: Record
) -> None:
    recall, _ = tables(detector)
    judged = [row for row in recall if row.part in (*FROM_12_PX, *LIGHTS, "all")]
    tell(record_property, f"recall of {detector}", judged)
    assert next(row for row in recall if row.part == "all").n >= FEWEST
    assert {row.part for row in judged} >= {"12-20 px", "20-40 px", "40-80 px", "day", "night"}
    assert {row.part: row.off for row in judged if abs(row.off) > POINTS} == {}


@pytest.mark.parametrize("detector", fitted_detectors())
def test_false_alarms_are_within_a_factor_of_one_and_a_half_on_views_left_out(
    detector: str, record_property: Record
) -> None:
    _, alarms = tables(detector)
    tell(record_property, f"false alarms a frame of {detector}", alarms)
    assert len(alarms) == 1 + len(LIGHTS)
    assert all(1 / FACTOR <= max(row.said, 0.01) / max(row.measured, 0.01) <= FACTOR for row in alarms)


@pytest.mark.xfail(
    reason="of 20 parts by light and height at once, 8 are up to 14 points off: 8 views are too few"
)
@pytest.mark.parametrize("detector", ["motion"])
def test_recall_by_height_and_light_at_once_is_within_5_points(
    detector: str, record_property: Record
) -> None:
    recall, _ = tables(detector)
    both = [row for row in recall if ", " in row.part]
    near = [row for row in both if abs(row.off) <= POINTS]
    record_property("parts", len(both))
    record_property("parts within 5 points", len(near))
    record_property("furthest off (points)", round(100 * max(abs(row.off) for row in both), 1))
    assert len(near) == len(both)


@pytest.mark.skipif(not LONG, reason="renders twelve views: in the long form only")
@pytest.mark.parametrize("detector", fitted_detectors())
def test_views_of_other_seeds_are_foretold_as_far_as_their_band_can_tell(
    detector: str, record_property: Record
) -> None:
    curves = curves_of(detector)
    assert curves is not None
    seen = trials(TrialSpec(load_scenario("beruang-madu"), detector, cameras=CAMERAS), NEW_SEEDS)
    known = seen.in_conditions(curves.conditions)
    assert not set(known.views) & set(curves.fitted_on.views)
    said = said_of(known, curves)
    recall = [
        row
        for row in recall_table(known, said, curves.fitted_on.overlap)
        if row.part in (*FROM_12_PX, *LIGHTS, "all")
    ]
    alarms = list(false_alarm_table(known, said))
    tell(record_property, f"recall of {detector}", recall)
    tell(record_property, f"false alarms a frame of {detector}", alarms)
    assert recall[0].n >= FEWEST
    assert all(row.low - POINTS <= row.said <= row.high + POINTS for row in recall)
    assert all(row.low / FACTOR <= row.said <= max(row.high, 0.02) * FACTOR for row in alarms)
