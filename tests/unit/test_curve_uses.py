"""Fitted curves where decisions are made: comparison, placement, gates; what is said of them."""

from dataclasses import replace

import numpy as np
import pytest

from scenarios.curve_names import curves_named, said_of_curves, short_of_curves
from scenarios.errors import InputError
from scenarios.experiments.intervals import Interval
from scenarios.planning.compare import held_against, rows, widened
from scenarios.planning.gate_simulation import _in_rain
from scenarios.planning.reach import reach_of
from scenarios.texts import Texts
from tests.evenings import compared, evening, plan, setting, town
from tests.unit.test_sensing_curves import CURVES_OF_IT
from twin.cameras.curves import DetectorCurves, condition
from twin.cameras.sensing import CURVES
from twin.cameras.survey import mount
from twin.placement.candidates import REACH, Demand, Reach, covered

ONE, MORE = plan("one", 40.0, 262.0), plan("more", 40.0, 120.0, 200.0, 262.0)
CLEAR, RAIN = 0, 1


def everywhere(weathers: int = 2, rain_less: float = 3.0) -> DetectorCurves:
    """The planted curve in every light of two weathers, so many logits less in rain."""
    codes = tuple(range(4 * weathers))
    less = np.where(np.array(codes) >= 4, rain_less, 0.0)
    spread = np.random.default_rng(1).normal(0.0, 0.5, (6, len(codes)))

    def laid(one: np.ndarray) -> np.ndarray:
        return np.repeat(one, len(codes), axis=0)

    base, plain = laid(CURVES_OF_IT.weights[:1]), laid(CURVES_OF_IT.typical[:1])
    base[:, 0] -= less
    plain[:, 0] -= less
    draws, typical_draws = np.repeat(base[None], 6, axis=0), np.repeat(plain[None], 6, axis=0)
    draws[..., 0] += spread
    typical_draws[..., 0] += spread
    return replace(
        CURVES_OF_IT, conditions=codes, weights=base, typical=plain, draws=draws, typical_draws=typical_draws,
        false_alarms=laid(CURVES_OF_IT.false_alarms[:1]), missing_s=laid(CURVES_OF_IT.missing_s[:1]),
        found_s=laid(CURVES_OF_IT.found_s[:1]),
    )  # fmt: skip


def test_the_interval_of_a_difference_holds_the_error_of_the_curves() -> None:
    spec = replace(compared(ONE, MORE, 1).spec, curves=everywhere())
    pairs = [held_against(spec, evening(seed)) for seed in range(1, 6)]
    main = rows(pairs, 0.02)[0]
    sure = rows([replace(one, drawn_a=one.drawn_a[:0], drawn_b=one.drawn_b[:0]) for one in pairs], 0.02)[0]
    assert pairs[0].drawn_a.shape == (6, len(pairs[0].evening.acts))
    assert main.difference is not None
    assert sure.difference is not None
    assert main.curves_sd > 0 == sure.curves_sd
    assert main.difference.estimate == sure.difference.estimate
    assert main.difference.high - main.difference.low > sure.difference.high - sure.difference.low
    stated = compared(ONE, MORE, 3)
    assert stated.main.curves_sd == 0.0


def test_two_independent_errors_add_as_squares() -> None:
    wide = widened(Interval(1.0, -2.0, 4.0, 10), 4.0 / 1.96)
    assert wide is not None
    assert (wide.low, wide.high) == pytest.approx((-4.0, 6.0))
    assert widened(None, 1.0) is None


def test_the_gate_knows_rain_where_the_curves_do() -> None:
    spec = replace(compared(ONE, MORE, 1).spec, curves=everywhere())
    pairs = [held_against(spec, evening(1))]
    wet = _in_rain(spec, pairs, 0.8)
    assert wet[0].evening.acts.weather == RAIN
    assert wet[0].chance_b.sum() < pairs[0].chance_b.sum()
    dry_only = replace(spec, curves=everywhere(weathers=1))
    assert dry_only.curves.knows_weather(CLEAR)
    assert not dry_only.curves.knows_weather(RAIN)
    stated = [held_against(replace(spec, curves=replace(CURVES, weather=0.8)), evening(1))]
    assert np.array_equal(_in_rain(dry_only, pairs, 0.8)[0].chance_b, stated[0].chance_b)


def test_a_place_is_covered_where_the_detector_catches_half_of_what_it_can() -> None:
    camera = mount(town(), plan("one", 100.0).views[0])
    kerb = np.array([[134.0, 4.5, 0], [250.0, 4.5, 0], [60.0, 4.5, 0]])
    demand = Demand(kerb, np.ones(3), (), np.zeros(0))
    assert covered(camera, demand, Reach(curves=everywhere())).tolist() == [0]
    blind = Reach(curves=everywhere(rain_less=0.0), share=1.5)
    assert covered(camera, demand, blind).tolist() == []
    reach = reach_of(setting(), everywhere())
    assert reach.curves is not None
    assert len(reach.daylight) > 1
    assert reach_of(setting(), CURVES) is REACH


@pytest.mark.parametrize("lang", ["en", "id"])
def test_what_was_never_calibrated_is_called_stated(lang: str) -> None:
    texts = Texts(lang)
    assert CURVES_OF_IT.detector in said_of_curves(CURVES_OF_IT, texts)
    assert CURVES_OF_IT.fitted_on.made_on in short_of_curves(CURVES_OF_IT, texts)
    assert (
        short_of_curves(CURVES, texts)
        == {"en": "stated, not calibrated", "id": "asumsi, belum dikalibrasi"}[lang]
    )
    assert curves_named(None, "my_detector:BrightSpot") is CURVES
    assert curves_named("stated", "motion") is CURVES
    with pytest.raises(InputError, match="unknown curves 'motoin'"):
        curves_named("motoin", "motion")


def test_a_condition_has_one_code() -> None:
    light, weather = np.meshgrid(range(4), range(3))
    assert len(np.unique(condition(light.ravel(), weather.ravel()))) == 12
