"""The innocent-hunter: known rates are found, planted faults are, and scenes come back as they were."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.datatypes.arrays import Float64Array
from detectors.datatypes.violations import VerdictKind
from scenarios.errors import InputError
from scenarios.hunting.fixtures import accused_again, told_of
from scenarios.hunting.hunt import PLANTS, QUARRIES, Asked, quarry_of
from scenarios.hunting.nuisance import happens, lognormal, normal, one_of, uniform, wavering
from scenarios.hunting.scenes import Quarry, judged
from scenarios.hunting.splitting import climb, counted

RULES = tuple(QUARRIES)


def beyond(threshold: float) -> tuple[object, float]:
    """Return a score of which the rate is known: the first number is more than a threshold."""
    return lambda place: float(place[0]) - threshold, 0.5 * math.erfc(threshold / math.sqrt(2))


@pytest.mark.parametrize("threshold", [2.0, 3.7, 4.5])
def test_a_climb_comes_to_the_rate_that_is_known(threshold: float) -> None:
    score, rate = beyond(threshold)
    draw = np.random.default_rng(7)
    rates = [climb(score, 5, 200, draw).rate for _ in range(30)]  # type: ignore[arg-type]
    assert np.mean(rates) == pytest.approx(rate, rel=0.35)


def test_plain_counting_is_the_share_of_what_was_drawn() -> None:
    score, rate = beyond(1.0)
    found = counted(score, 3, 4000, np.random.default_rng(1))  # type: ignore[arg-type]
    assert found.rate == pytest.approx(rate, abs=0.02)
    assert found.worst[0].score == max(point.score for point in found.worst)


def test_a_climb_on_a_plain_ends_and_says_that_it_did_not_arrive() -> None:
    found = climb(lambda _: -1.0, 3, 100, np.random.default_rng(1))
    assert not found.arrived
    assert found.rate == 0.0
    assert found.scenes < 400


@given(z=st.floats(-5, 5))
def test_quantiles_keep_their_laws(z: float) -> None:
    assert 2.0 <= uniform(2.0, 3.0)(z) <= 3.0
    assert lognormal(10.0, 0.5)(z) > 0
    assert normal(2.0, 1.0)(z) == pytest.approx(1.0 + 2.0 * z)
    assert happens(0.3)(z) in (0.0, 1.0)
    assert one_of(0.2, 0.3, 0.5)(z) in (0.0, 1.0, 2.0)


def test_shares_of_kinds_are_kept() -> None:
    draws = np.random.default_rng(1).standard_normal(20_000)
    kinds = np.array([one_of(0.2, 0.3, 0.5)(z) for z in draws])
    assert np.bincount(kinds.astype(int)) / len(kinds) == pytest.approx([0.2, 0.3, 0.5], abs=0.02)


def test_wavering_noise_has_the_spread_of_its_knots() -> None:
    draw = np.random.default_rng(2)
    times = np.arange(0.0, 20.0, 0.2)
    noise = np.array([wavering(draw.standard_normal(12), times, 2.0) for _ in range(4000)])
    assert noise.std(axis=0) == pytest.approx(np.ones(len(times)), abs=0.06)


def drawn(quarry: Quarry, count: int, seed: int = 3) -> list[Float64Array]:
    draw = np.random.default_rng(seed)
    return [draw.standard_normal(quarry.dims) for _ in range(count)]


@pytest.mark.parametrize("rule", RULES)
def test_a_scene_is_the_same_whenever_its_place_is(rule: str) -> None:
    quarry, again = quarry_of(Asked(rule)), quarry_of(Asked(rule))
    for place in drawn(quarry, 3):
        first, second = judged(quarry, quarry.scene(place)), judged(again, again.scene(place))
        assert first.score == second.score
        assert np.array_equal(first.believed_m, second.believed_m, equal_nan=True)


@pytest.mark.parametrize("rule", RULES)
def test_a_score_from_nought_on_is_a_verdict_against_an_innocent(rule: str) -> None:
    for plant in ("", *PLANTS[rule]):
        quarry = quarry_of(Asked(rule, plant=plant))
        for place in drawn(quarry, 12):
            said = judged(quarry, quarry.scene(place))
            assert (said.score >= 0) == bool(said.accused)
            assert all(one.kind is VerdictKind.VIOLATION for one in said.verdicts)


@pytest.mark.parametrize(("rule", "plant"), [(rule, plant) for rule in RULES for plant in PLANTS[rule]])
def test_a_planted_fault_is_found_in_one_climb(rule: str, plant: str) -> None:
    quarry = quarry_of(Asked(rule, plant=plant))

    def score(place: Float64Array) -> float:
        return judged(quarry, quarry.scene(place)).score

    assert climb(score, quarry.dims, 40, np.random.default_rng(1)).arrived


@pytest.mark.parametrize("rule", RULES)
def test_a_scene_that_was_kept_is_judged_again_as_it_was(rule: str) -> None:
    quarry = quarry_of(Asked(rule, plant="plates"))
    for place in drawn(quarry, 8):
        scene = quarry.scene(place)
        said = judged(quarry, scene)
        told = json.loads(json.dumps(told_of(rule, scene, said, said.score)))
        assert accused_again(told, scene.site) == said.accused


KEPT = sorted((Path(__file__).parents[1] / "golden" / "hunted").glob("*.json"))


@pytest.mark.parametrize("file", KEPT, ids=lambda file: file.stem)
def test_nobody_is_accused_in_a_scene_that_was_found_before(file: Path) -> None:
    told = json.loads(file.read_text(encoding="utf-8"))
    assert accused_again(told, quarry_of(Asked(told["rule"])).street.site) == ()


def test_a_rule_or_fault_that_there_is_not_is_told_with_those_that_there_are() -> None:
    with pytest.raises(InputError, match="kerb_parking"):
        quarry_of(Asked("kerb_parkin"))
    with pytest.raises(InputError, match="lag"):
        quarry_of(Asked("red_light", plant="log"))
