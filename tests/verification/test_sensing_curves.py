"""Analytic sensing against rendered runs, on views that the curves were not fitted on.

What is judged stands in the file of the curves: `bconnect detector calibrate` renders for half an hour and
writes there how its curves did on views that took no part in the fit, nor in the choice of its form.
"""

import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest
from _pytest.mark import ParameterSet

from scenarios.experiments.calibrate import tried_on
from scenarios.experiments.held_out import Foretold
from scenarios.experiments.sightings import pooled
from scenarios.experiments.tracks_beside import Beside
from scenarios.experiments.trials import TrialSpec, trials
from scenarios.spec import load_scenario
from tests.verification.extent import LONG
from twin.cameras.appearance import LIGHTS, WEATHERS
from twin.cameras.curves import curves_of, fitted_detectors
from twin.environment.weather import Sky

Record = Callable[[str, object], None]

POINTS, FACTOR, FEWEST = 0.05, 1.5, 1000
NO_ALARM = 0.05  # false alarms a frame: below this a factor says nothing
FROM_12_PX = ("12-20 px", "20-40 px", "40-80 px", "80 px and more")
OTHER, LEFT_OUT = "other views", "views of the fit, each left out"
NEW_SEEDS, CAMERAS = (901,), 6


def told(detector: str) -> list[dict[str, Any]]:
    """Return the tables of the file of curves."""
    file = files("twin.cameras").joinpath("fitted", f"{detector}.json")
    tables: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["tables"]
    return tables


def rows_of(detector: str, what: str, where: str = OTHER) -> list[Foretold]:
    """Return a table of the file: "recall" or "false alarms"."""
    chosen = [row for row in told(detector) if row["what"] == what and row["where"] == where]
    return [Foretold(**{k: v for k, v in row.items() if k not in ("what", "where")}) for row in chosen]


def tracks_of(detector: str) -> list[Beside]:
    """Return what the file tells of analytic tracks beside rendered ones."""
    chosen = [row for row in told(detector) if row["what"] == "tracks"]
    return [Beside(**{k: v for k, v in row.items() if k not in ("what", "where")}) for row in chosen]


def tell(record_property: Record, what: str, rows: list[Foretold]) -> None:
    for row in rows:
        record_property(f"{what}, {row.part}: measured", round(row.measured, 3))
        record_property(f"{what}, {row.part}: said", round(row.said, 3))


def beyond(rows: list[Foretold]) -> dict[str, float]:
    """Return the parts that are off by more than 5 points and whose two bands lie further apart than that.

    One band is that of what other views of the same kind would have measured, the other that of the fit:
    where they are wide, no more can be told from so many views.
    """
    return {
        row.part: round(row.off, 3)
        for row in rows
        if abs(row.off) > POINTS and max(row.said_low - row.high, row.low - row.said_high) > POINTS
    }


@pytest.mark.parametrize("detector", fitted_detectors())
def test_the_views_that_the_curves_are_tried_on_are_others_and_enough(
    detector: str, record_property: Record
) -> None:
    curves = curves_of(detector)
    assert curves is not None
    everything = next(row for row in rows_of(detector, "recall") if row.part == "all")
    record_property("views of the fit", len(curves.fitted_on.views))
    record_property("other views", everything.views)
    record_property("sightings on other views", everything.n)
    assert everything.n >= FEWEST
    assert everything.views >= 12


def each_where() -> list[ParameterSet]:
    """Return detectors and the views that curves are tried on, with what is known not to hold."""
    known = pytest.mark.xfail(
        reason="12 other views were easier than the 36 of the fit: 0.87 (0.80 to 0.93), the curves say 0.82",
        strict=True,
    )
    return [
        pytest.param(
            detector,
            where,
            marks=[known] if (detector, where) == ("twin", OTHER) else [],
        )
        for detector in fitted_detectors()
        for where in (OTHER, LEFT_OUT)
    ]


@pytest.mark.parametrize(("detector", "where"), each_where())
def test_recall_from_12_px_by_height_by_light_and_by_weather_is_within_5_points(
    detector: str, where: str, record_property: Record
) -> None:
    judged = [
        row
        for row in rows_of(detector, "recall", where)
        if row.part in (*FROM_12_PX, *LIGHTS, *WEATHERS, "all") and (row.n >= FEWEST or detector == "oracle")
    ]
    tell(record_property, f"recall of {detector}", judged)
    assert {row.part for row in judged} >= {"all", "12-20 px", "20-40 px", *LIGHTS}
    assert {row.part: round(row.off, 3) for row in judged if abs(row.off) > POINTS} == {}


@pytest.mark.parametrize("where", [OTHER, LEFT_OUT])
@pytest.mark.parametrize("detector", fitted_detectors())
def test_recall_from_12_px_by_two_at_once_is_within_5_points_or_its_bands_are(
    detector: str, where: str, record_property: Record
) -> None:
    both = [
        row for row in rows_of(detector, "recall", where) if ", " in row.part and "0-12 px" not in row.part
    ]
    near = [row for row in both if abs(row.off) <= POINTS]
    record_property("parts", len(both))
    record_property("parts within 5 points", len(near))
    record_property("furthest off (points)", round(100 * max(abs(row.off) for row in both), 1))
    assert beyond(both) == {}


@pytest.mark.xfail(
    reason="boxes lower than 12 px are wide: cars far off, of which the fit saw too few; curves know no width"
)
@pytest.mark.parametrize("detector", ["motion"])
def test_recall_below_12_px_is_within_5_points(detector: str, record_property: Record) -> None:
    below = [row for row in rows_of(detector, "recall") if "0-12 px" in row.part]
    tell(record_property, f"recall of {detector}", below)
    assert {row.part: round(row.off, 3) for row in below if abs(row.off) > POINTS} == {}


@pytest.mark.parametrize("detector", fitted_detectors())
def test_false_alarms_are_within_a_factor_of_one_and_a_half_on_views_of_the_fit_left_out(
    detector: str, record_property: Record
) -> None:
    alarms = [row for row in rows_of(detector, "false alarms", LEFT_OUT) if ", " not in row.part]
    tell(record_property, f"false alarms a frame of {detector}", alarms)
    assert len(alarms) >= 1 + len(LIGHTS)
    assert all(1 / FACTOR <= (row.said + NO_ALARM) / (row.measured + NO_ALARM) <= FACTOR for row in alarms)


@pytest.mark.parametrize("detector", fitted_detectors())
def test_false_alarms_on_other_views_are_within_a_factor_of_one_and_a_half_of_their_band(
    detector: str, record_property: Record
) -> None:
    alarms = [row for row in rows_of(detector, "false alarms") if ", " not in row.part]
    tell(record_property, f"false alarms a frame of {detector}", alarms)
    assert all(row.low / FACTOR - NO_ALARM <= row.said <= row.high * FACTOR + NO_ALARM for row in alarms)


@pytest.mark.parametrize("detector", fitted_detectors())
def test_analytic_tracks_are_found_as_often_as_rendered_ones(detector: str, record_property: Record) -> None:
    tracks = tracks_of(detector)
    assert tracks
    for row in tracks:
        record_property(f"{row.measure}: rendered", round(row.rendered, 3))
        record_property(f"{row.measure}: analytic", round(row.analytic, 3))
    shares = [row for row in tracks if not row.measure.endswith(" m")]
    assert all(row.low - 2 * POINTS <= row.analytic <= row.high + 2 * POINTS for row in shares)


@pytest.mark.skipif(not LONG, reason="renders six views: in the long form only")
@pytest.mark.parametrize("detector", fitted_detectors())
def test_views_of_a_new_seed_are_foretold_as_far_as_their_band_can_tell(
    detector: str, record_property: Record
) -> None:
    curves = curves_of(detector)
    assert curves is not None
    weathers = tuple(sky for row, sky in enumerate(Sky) if curves.knows_weather(row))
    spec = TrialSpec(load_scenario("beruang-madu"), detector, cameras=CAMERAS, weathers=weathers)
    held = tried_on(pooled(trials(spec, NEW_SEEDS)), curves)
    recall = [row for row in held.recall if row.part in (*FROM_12_PX, *LIGHTS, *WEATHERS, "all")]
    tell(record_property, f"recall of {detector}", recall)
    assert recall[0].n >= FEWEST
    assert all(row.low - POINTS <= row.said <= row.high + POINTS for row in recall)
