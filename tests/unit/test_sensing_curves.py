"""Curves: a planted truth is found again, views are the unit, what was not fitted is refused."""

from dataclasses import replace
from datetime import date, time
from pathlib import Path

import numpy as np
import pytest

from detectors.datatypes.camera import PinholeCamera
from scenarios.cli.main import main
from scenarios.errors import InputError
from scenarios.experiments.calibrate import fitted, write_curves
from scenarios.experiments.curve_fit import FitSpec, fit_curves
from scenarios.experiments.pooled_fit import ALONE, Parted, Shrink, pooled_fit, rate_mean
from scenarios.experiments.sightings import Sightings, pooled
from twin.cameras.appearance import LIGHTS, WEATHERS, Appearance, light_number, lone_share
from twin.cameras.curves import (
    CurvesError,
    DetectorCurves,
    curves_of,
    features,
    fitted_detectors,
    load_curves,
)
from twin.cameras.plate_reading import plate_chance
from twin.cameras.sensing import CURVES, Acts, SensingView, capture_by_view, curves_for
from twin.clock import from_local
from twin.environment.sun import ambient
from twin.environment.weather import Sky, Weather
from twin.rendering.light import light_at

SPEC = FitSpec("made-up", "2026-11-26", (1, 2), 0.3, draws=6)
STEP_NS = 500_000_000


def watched(
    views: int = 6, vehicles: int = 40, frames: int = 20, lights: int = 2, seed: int = 1
) -> Sightings:
    """Return sightings whose chance is logistic in size alone, 0.8 logits less for each next light."""
    draw = np.random.default_rng(seed)
    n = views * lights * frames * vehicles
    view, light, frame, vehicle = (
        part.ravel()
        for part in np.meshgrid(range(views), range(lights), range(frames), range(vehicles), indexing="ij")
    )
    height = np.exp(draw.uniform(np.log(14), np.log(90), n))
    chance = 1 / (1 + np.exp(-(0.3 + 2.0 * np.log(height / 30) - 0.8 * light)))
    found = draw.random(n) < chance
    per_frame = views * lights * frames
    frame_light = np.tile(np.repeat(np.arange(lights), frames), views)
    return Sightings(
        view=view, vehicle=vehicle + 100 * light, frame=(view * lights + light) * frames + frame, light=light,
        weather=np.zeros(n), height_px=height, visible=np.ones(n), lone=np.ones(n), kind=np.ones(n),
        toward=np.zeros(n), still_s=np.zeros(n), down_rad=np.zeros(n), shade=np.zeros(n),
        frame_weather=np.zeros(per_frame), speed_mps=np.ones(n), age_s=np.ones(n),
        distance_m=np.full(n, 30.0), held=np.ones(n, bool),
        overlap=np.where(found, 0.7, 0.0), track=np.where(found, vehicle, -1),
        along_m=np.where(found, draw.normal(0.5, 2.0, n), np.nan),
        across_m=np.where(found, draw.normal(0, 1, n), np.nan),
        frame_view=np.repeat(np.arange(views), lights * frames), frame_light=frame_light,
        frame_vehicles=np.full(per_frame, vehicles), frame_false=draw.poisson(0.5 + frame_light),
        frame_ns=np.tile(np.arange(lights * frames) * STEP_NS, views),
        views=tuple(f"view-{number}" for number in range(views)),
    )  # fmt: skip


SEEN = watched()
CURVES_OF_IT = fit_curves(SEEN, SPEC)


def cars(*heights_px: float, light: int = 0, weather: int = 0) -> Appearance:
    n = len(heights_px)
    ones, numbers = np.ones(n), np.ones(n, dtype=np.int64)
    none = np.zeros(n)
    return Appearance(
        np.array(heights_px), ones, ones, numbers, light * numbers, weather * numbers, none, none, none
    )


def test_a_planted_curve_is_found_again_in_every_light() -> None:
    for light in (0, 1):
        said = CURVES_OF_IT.chance(cars(20, 30, 45, 60, light=light))
        true = 1 / (1 + np.exp(-(0.3 + 2.0 * np.log(np.array([20, 30, 45, 60]) / 30) - 0.8 * light)))
        assert np.abs(said - true).max() < 0.04
        assert np.abs(CURVES_OF_IT.typical_chance(cars(20, 30, 45, 60, light=light)) - true).max() < 0.04


def test_so_are_false_alarms_errors_on_the_ground_and_runs_of_misses() -> None:
    none = np.zeros(2, dtype=np.int64)
    said = CURVES_OF_IT.false_per_frame(np.array([0, 1]), none, np.array([40, 40]))
    assert said == pytest.approx([0.5, 1.5], rel=0.15)
    mean, along, across, count = CURVES_OF_IT.error_m[1]
    assert (mean, along, across) == pytest.approx((0.5, 2.0, 1.0), abs=0.1)
    assert count == (SEEN.track >= 0).sum()
    share = (SEEN.overlap[SEEN.light == 0] > 0).mean()  # frames are drawn apart: runs as chance makes them
    assert CURVES_OF_IT.missing_s[0, 0] == pytest.approx(0.5 / share, rel=0.1)
    assert CURVES_OF_IT.switches_per_min == 0.0


def test_other_views_are_foretold_within_the_band() -> None:
    done = fitted(SEEN, SPEC)
    parts = {row.part: row for row in done.by_others.recall}
    assert {"all", "day", "low sun", "20-40 px", "day, 20-40 px"} <= parts.keys()
    assert abs(parts["all"].off) < 0.02
    assert parts["all"].n == len(SEEN)
    assert parts["all"].vehicles == 6 * 80
    assert all(row.low <= row.measured <= row.high for row in done.by_others.recall)
    assert all(0.8 < row.said / row.measured < 1.25 for row in done.by_others.false_alarms)
    assert done.tried is None


def test_a_view_that_is_unlike_the_others_is_told_to_be() -> None:
    odd = np.where(SEEN.view == 3, 0.0, SEEN.overlap)
    table = fitted(replace(SEEN, overlap=odd), SPEC).by_others.recall
    assert table[0].high - table[0].low > 0.15  # whole views are drawn, and one of six is blind


def test_views_not_frames_make_the_spread() -> None:
    """Each view ten times over is no more known than once: the spread over views stays."""
    again = pooled([SEEN] * 3)
    one_view = replace(again, view=again.view % 6, frame_view=again.frame_view % 6, views=SEEN.views)
    before = CURVES_OF_IT.draws.std(axis=0)[0, 0]
    assert fit_curves(one_view, SPEC).draws.std(axis=0)[0, 0] > 0.6 * before


def test_what_was_not_fitted_is_refused_by_name() -> None:
    with pytest.raises(
        CurvesError, match=r"made-up: not fitted for night, clear; fitted for day, clear, low sun"
    ):
        CURVES_OF_IT.chance(cars(30, light=3))
    with pytest.raises(CurvesError, match="day, rain"):
        CURVES_OF_IT.chance(cars(30, weather=1))


def test_too_little_says_so() -> None:
    few = SEEN.of_rows(np.arange(len(SEEN)) < 50)
    with pytest.raises(InputError, match="expected 200 sightings or more in one light, got day, clear: 50"):
        fit_curves(few, SPEC)
    with pytest.raises(InputError, match="got none"):
        fit_curves(pooled([]), SPEC)


def test_a_file_gives_back_what_was_fitted(tmp_path: Path) -> None:
    done = fitted(SEEN, SPEC)
    write_curves(done, tmp_path / "made-up.json")
    back = load_curves(tmp_path / "made-up.json")
    assert back.fitted_on == done.curves.fitted_on
    assert np.allclose(back.chance(cars(20, 50)), done.curves.chance(cars(20, 50)), atol=1e-3)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no curves"),
        ("{}", "fitted_on"),
        ("[1]", "no curves"),
        ('{"fitted_on": {}, "features": []}', "other features"),
    ],
)
def test_a_bad_file_is_one_line(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "bad.json").write_text(text)
    with pytest.raises(CurvesError, match=says) as caught:
        load_curves(tmp_path / "bad.json")
    assert "\n" not in str(caught.value)
    with pytest.raises(CurvesError, match="cannot be read"):
        load_curves(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("detector", "calibrate", "motoin", "--date", "2026-11-26", "--out", "x.json"),
            "unknown detector 'motoin'",
        ),
        (("detector", "calibrate", "motion", "--date", "yesterday", "--out", "x.json"), "yesterday"),
        (
            ("compare", "today", "beller", "--scenario", "beller", "--curves", "motoin"),
            "did you mean 'motion'?",
        ),
        (("compare", "today", "beller", "--scenario", "beller", "--curves", "no.json"), "cannot be read"),
    ],
)
def test_bad_input_is_told_before_anything_is_rendered(
    arguments: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert says in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_logistic_and_rate_fits_have_their_known_answers() -> None:
    ones = np.ones((1000, 1))
    share = (np.arange(1000) < 200).astype(float)
    both = Parted(np.array([0, 1]), (ones, ones), (share, 1 - share))
    assert pooled_fit(both, ALONE)[:, 0] == pytest.approx([np.log(0.25), np.log(4)], abs=0.01)
    weights = [np.where(share > 0, 4.0, 1.0), np.ones(1000)]
    assert pooled_fit(both, ALONE, weights=weights)[0, 0] == pytest.approx(0, abs=0.01)
    rates = Parted(np.array([0]), (ones,), (np.full(1000, 3.0),))
    assert pooled_fit(rates, ALONE, rate_mean)[0, 0] == pytest.approx(np.log(3), abs=0.01)


def test_a_condition_of_which_little_is_known_leans_on_the_others() -> None:
    draw = np.random.default_rng(3)
    size = draw.normal(0, 1, 4000)
    found = (draw.random(4000) < 1 / (1 + np.exp(-2.0 * size))).astype(float)
    columns = np.column_stack((np.ones(4000), size))
    few = Parted(np.array([0, 1]), (columns, columns[:12]), (found, 1 - found[:12]))  # twelve that contradict
    apart = pooled_fit(few, ALONE)[:, 1]
    together = pooled_fit(few, Shrink(common=1.0, own=30.0))[:, 1]
    assert apart[0] == pytest.approx(2.0, abs=0.2)
    assert together[0] == pytest.approx(2.0, abs=0.2)
    assert apart[1] < 0
    assert together[1] > 1.0


def test_a_share_of_its_own_box() -> None:
    boxes = np.array([[0, 0, 10, 10], [12, 0, 22, 10], [100, 0, 110, 10.0]])
    assert lone_share(boxes).tolist() == pytest.approx([10 / 22, 10 / 22, 1.0])
    assert lone_share(np.zeros((0, 4))).tolist() == []
    levels = np.array([1.0, 0.95, 0.9, 0.43, 0.3, 0.1, 0.0])
    assert light_number(levels).tolist() == [0, 0, 1, 1, 2, 2, 3]
    assert light_number(levels, WEATHERS.index("rain")).tolist() == [0, 0, 1, 2, 2, 2, 3]


@pytest.mark.parametrize("sky", Sky)
def test_dusk_begins_when_the_street_lamps_come_on_in_each_weather(sky: Sky) -> None:
    for minute in range(17 * 60, 19 * 60):
        at_ns = from_local(date(2025, 11, 27), time(minute // 60, minute % 60))
        level = np.array([ambient(at_ns)])
        dusk = light_number(level, WEATHERS.index(sky.value))[0] >= LIGHTS.index("dusk")
        assert dusk == (light_at(at_ns, Weather(sky)).lamps > 0.1)
    assert features(cars(8, 5)).tolist()[0] == features(cars(8, 5)).tolist()[1]  # no size below the least


def acts(*distances_m: float, lasting_s: float = 60.0, daylight: float = 1.0, approach: int = -1) -> Acts:
    n = len(distances_m)
    return Acts(
        np.column_stack((distances_m, np.zeros(n), np.zeros(n))), np.ones(n), np.full(n, daylight),
        np.full(n, lasting_s), np.full(n, approach),
    )  # fmt: skip


def view(max_zoom: float = 25.0) -> SensingView:
    camera = PinholeCamera.from_hfov((640, 360), np.radians(60), [0.0, 0.0, 9.0], 0.0, np.radians(15))
    return SensingView("one", camera, fps=2.0, max_zoom=max_zoom)


def test_fitted_curves_carry_to_captures() -> None:
    chance = capture_by_view([view()], acts(30, 60, 90, 130, -30, lasting_s=1.0), (), CURVES_OF_IT)[0]
    assert (np.diff(chance[:3]) < 0).all()
    assert chance[3] == chance[4] == 0.0  # beyond what a surveyor draws, and behind
    short, long = (capture_by_view([view()], acts(60, lasting_s=s), (), CURVES_OF_IT)[0, 0] for s in (1, 300))
    assert short < long
    line = np.array([[30, 3, 0], [30, -3, 0], [25, 3, 0], [25, -3, 0.0]])
    crossing = capture_by_view([view()], acts(30, lasting_s=0.0, approach=0), [line], CURVES_OF_IT)[0, 0]
    assert 0 < crossing < chance[0]


def test_a_plate_is_read_near_and_zoomed_and_never_of_a_crossing() -> None:
    near, far = plate_chance(view(max_zoom=6.0), acts(25, 110))
    assert near > 0.8
    assert near > far
    assert plate_chance(view(max_zoom=1.0), acts(25))[0] < 0.05
    assert plate_chance(view(), acts(25, approach=0))[0] == 0.0
    assert plate_chance(view(), acts(9.0))[0] < near  # from too steep


def test_a_detector_without_curves_has_stated_ones() -> None:
    assert curves_for("my_detector:BrightSpot") is CURVES
    assert not CURVES.calibrated
    for name in fitted_detectors():
        found = curves_of(name)
        assert isinstance(found, DetectorCurves)
        assert found.calibrated
        assert found.detector == name
        assert found.fitted_on.sightings > 1000
