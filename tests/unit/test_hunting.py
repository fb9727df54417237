"""The innocent-hunter: known rates are found, planted faults are, and scenes come back as they were."""

import json
import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.datatypes.arrays import Float64Array
from detectors.datatypes.violations import VerdictKind
from scenarios.errors import InputError
from scenarios.hunting.fixtures import accused_again, told_of
from scenarios.hunting.hunt import PLANTS, QUARRIES, Asked, Bag, quarry_of
from scenarios.hunting.kerb import BESIDE, HALF_WIDE_M, QUEUES
from scenarios.hunting.nuisance import happens, lognormal, normal, one_of, uniform, wavering
from scenarios.hunting.scenes import NOT_ASKED, STANDS_MPS, Quarry, Scene, judged, observations
from scenarios.hunting.splitting import Point, climb, counted
from scenarios.hunting.street import APART_M, LENGTHS_M, Strip, follows_s, stopping
from tests.verification import hunt_page
from twin.environment.furniture import PAVEMENT_M

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
            counted_only = judged(quarry, quarry.scene(place), how_near=False)
            assert counted_only.accused == said.accused
            assert counted_only.score == (0.0 if said.accused else NOT_ASKED)
            assert all(one.kind is VerdictKind.VIOLATION for one in said.verdicts)


@pytest.mark.parametrize(("rule", "plant"), [(rule, plant) for rule in RULES for plant in PLANTS[rule]])
def test_a_planted_fault_is_found_in_one_climb(rule: str, plant: str) -> None:
    quarry = quarry_of(Asked(rule, plant=plant))

    def score(place: Float64Array) -> float:
        return judged(quarry, quarry.scene(place)).score

    assert climb(score, quarry.dims, 60, np.random.default_rng(1)).arrived


@pytest.mark.parametrize("rule", RULES)
def test_a_scene_that_was_kept_is_judged_again_as_it_was(rule: str) -> None:
    quarry = quarry_of(Asked(rule, plant="plates"))
    for place in drawn(quarry, 8):
        scene = quarry.scene(place)
        said = judged(quarry, scene)
        told = json.loads(json.dumps(told_of(rule, scene, said, said.score)))
        assert accused_again(told, scene.site) == said.accused


def kind_of_kerb(kind: int, count: int) -> list[Scene]:
    quarry = quarry_of(Asked("kerb_parking"))
    scenes = [quarry.scene(place) for place in drawn(quarry, 12 * count)]
    return [scene for scene in scenes if scene.values["kind"] == kind][:count]


def test_who_stands_beside_the_zone_has_no_wheel_on_the_pavement() -> None:
    """The sign forbids to stop on carriageway and pavement: who stands there is not innocent."""
    quarry = quarry_of(Asked("kerb_parking"))
    zone = max(quarry.street.site.no_parking, key=lambda zone: zone.area.area_m2())
    strip = Strip.of(zone.area)
    kerb_m = strip.at(np.linspace(0.0, strip.length_m, 400), strip.width_m)
    scenes = kind_of_kerb(BESIDE, 6)
    assert len(scenes) == 6
    for scene in scenes:
        stands = scene.actors[0].at_m[np.hypot(*scene.actors[0].speed_mps.T) < STANDS_MPS]
        off_m = np.hypot(*(kerb_m - stands[0]).T).min()
        assert off_m >= PAVEMENT_M + HALF_WIDE_M[int(scene.values["class"])] - 0.05
        assert not zone.area.contains(stands).any()


@pytest.mark.parametrize("long_m", LENGTHS_M)
def test_the_next_in_a_place_touches_nobody_who_leaves_it(long_m: float) -> None:
    """Found by the hunt: two stood in one place within 2.1 s of each other, one body in the other."""
    times_s = np.arange(0.0, 40.0, 0.01)
    leaves = stopping(times_s, 10.0, 20.0, 50.0)
    comes = stopping(times_s, 20.0 + follows_s(long_m), 35.0, 50.0)
    assert (leaves - comes)[times_s > 19.0].min() == pytest.approx(long_m + APART_M, abs=0.01)


def test_speeds_told_are_those_of_the_places_told_a_second_before() -> None:
    quarry = quarry_of(Asked("kerb_parking"))
    scene = kind_of_kerb(QUEUES, 1)[0]
    seen = [one.tracks[0] for one in observations(scene, judged(quarry, scene).believed_m) if one.tracks]
    assert len(seen) > 20
    for before, now in pairwise(seen):
        elapsed_s = (now.timestamp_ns - before.timestamp_ns) / 1e9
        assert now.position_m is not None
        assert before.position_m is not None
        way_m = np.subtract(now.position_m, before.position_m)
        assert np.asarray(now.velocity_mps) * elapsed_s == pytest.approx(way_m, abs=1e-6)


@pytest.mark.parametrize("rule", RULES)
def test_of_the_guilty_in_scenes_of_a_hunt_some_are_accused(rule: str) -> None:
    """Where a rule has nothing to say, that it accuses no innocent says nothing of it."""
    assert hunt_page.guilty_of(rule, 10).caught >= 2


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


def bag(found: int = 0, scenes: int = 40_000, first_s: float | None = None, plant: str = "") -> Bag:
    """Return a bag of `speeding` without climbs, its bound by the rule of three."""
    bound = (3.0 + 2.0 * found) / scenes
    worst = (Point(-1.0, np.zeros(quarry_of(Asked("speeding")).dims)),)
    return Bag(Asked("speeding", plant=plant), scenes, found, bound, 0, 0, 0, None, None, worst, 9.0, first_s)


AWAKE, ASLEEP = hunt_page.Guilty("speeding", 100, 90), hunt_page.Guilty("speeding", 100, 10)


@pytest.mark.parametrize(
    ("hunted", "guilty", "planted", "holds", "said"),
    [
        (bag(), AWAKE, bag(1, first_s=9.0, plant="limit"), True, "is shown (95 %)"),
        (bag(scenes=400), AWAKE, bag(1, first_s=9.0, plant="limit"), True, "not shown by so many"),
        (bag(9), AWAKE, bag(1, first_s=9.0, plant="limit"), False, "not so by the estimates"),
        (bag(), AWAKE, bag(plant="limit"), False, "0 of 1 planted faults"),
        (bag(), AWAKE, bag(1, first_s=500.0, plant="limit"), False, "1 of 1 planted faults"),
        (bag(), ASLEEP, bag(1, first_s=9.0, plant="limit"), False, "is shown (95 %)"),
    ],
    ids=["holds", "too few", "too many", "blind", "slow", "silent"],
)
def test_the_proof_fails_on_finds_on_a_blind_hunter_and_on_a_silent_rule(
    hunted: Bag, guilty: hunt_page.Guilty, planted: Bag, holds: bool, said: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(hunt_page, "_pictures", lambda _bags, _out: "")
    shown = hunt_page.finding(hunt_page.Hunted((hunted,), (guilty,), (planted,)), tmp_path)
    assert shown.holds is holds
    assert said in shown.sentence


def test_a_picture_of_the_page_is_small_even_where_nothing_repeats() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (720, 1280, 3)).astype(np.uint8)
    assert len(hunt_page.small(noise)) <= hunt_page.MOST_BYTES


def test_a_scene_in_which_an_innocent_is_accused_is_left_beside_the_page(tmp_path: Path) -> None:
    asked = Asked("red_light", plant="plates")
    quarry, draw = quarry_of(asked), np.random.default_rng(1)
    places = (draw.normal(size=quarry.dims) for _ in range(50))
    place = next(one for one in places if judged(quarry, quarry.scene(one)).accused)
    found = replace(bag(found=1), asked=asked, worst=(Point(0.0, place),))
    assert "hunt-red-light-1.json is for tests/golden/hunted" in hunt_page._pictures((found,), tmp_path)
    kept = json.loads((tmp_path / "hunt-red-light-1.json").read_text(encoding="utf-8"))
    assert kept["accused"]
    assert (kept["rule"], kept["view"]) == ("red_light", quarry.street.site.view)
