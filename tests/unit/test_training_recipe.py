"""Recipes of weights: what a file may say, which pictures follow from it, what its card tells."""

from dataclasses import replace
from pathlib import Path

import pytest

from scenarios.errors import InputError
from scenarios.toml_files import Kind, known_names
from scenarios.training.model_card import STREET, card
from scenarios.training.pictures import parts
from scenarios.training.recipe_files import load_recipe
from twin.environment.weather import Sky

SMOKE = Path(__file__).parents[2] / "scenarios" / "recipes" / "smoke.toml"


def changed(tmp_path: Path, *pairs: tuple[str, str]) -> str:
    text = SMOKE.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)


@pytest.mark.parametrize("name", known_names(Kind.RECIPE))
def test_recipes_of_the_package_keep_what_teaches_apart_from_what_tries(name: str) -> None:
    recipe = replace(load_recipe(name), backdrops=())  # photographs are not everywhere
    shots = {split.name: parts(recipe, split) for split in recipe.splits}
    assert list(shots)[:3] == ["train", "val", "test"]
    assert [name for name, found in shots.items() if any(spec.visiting for _, spec in found)] == list(shots)[
        3:
    ]
    seeds = [seed for found in shots.values() for _, spec in found for seed in spec.seeds]
    cameras = [
        repr(replace(view, name="")) for found in shots.values() for _, spec in found for view in spec.views
    ]
    assert len(set(seeds)) == len(seeds)
    assert len(set(cameras)) == len(cameras)
    assert not any(spec.randomise for name in ("val", "test") for _, spec in shots[name])


def test_so_many_seeds_as_said_vary_in_everything_and_weathers_take_turns() -> None:
    recipe = replace(load_recipe("twin"), backdrops=())  # photographs are not everywhere
    taught = [spec for _, spec in parts(recipe, recipe.splits[0])]
    assert sum(spec.randomise for spec in taught) == 69  # 0.6 of 115
    skies = [spec.scenario.weather.sky for spec in taught]
    assert skies[:4] == [Sky.CLEAR, Sky.CLEAR, Sky.RAIN, Sky.HAZE]
    assert len({spec.light_hours for spec in taught}) > 6


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("seeds = [201, 201]", "seeds = [102, 201]", "seed 102 is in train as well"),
        ("seeds = [101, 102]", "seeds = [102, 101]", "expected the first and the last"),
        ("mix = [0.50", "mix = [0.60", "add up to 1, got 1.1"),
        ("[learning]", "[lerning]", "did you mean 'learning'"),
        ('weathers = ["clear"]', 'weathers = ["snow"]', "weathers"),
        ("epochs = 1", "epochs = 0", "greater than or equal to 1"),
    ],
)
def test_a_recipe_that_cannot_be_is_told_by_file_and_place(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    with pytest.raises(InputError, match=expected) as told:
        load_recipe(changed(tmp_path, (old, new)))
    assert "mine.toml" in str(told.value)


def test_a_card_tells_figures_of_both_splits_the_recipe_and_what_is_unproved(tmp_path: Path) -> None:
    weights = tmp_path / "smoke.onnx"
    weights.write_bytes(bytes(2_000_000))
    figure = {"what": "mAP50", "value": 0.5, "low": 0.4, "high": None, "n": 9, "of": "vehicles"}
    cell = {"where": {"class": "car"}, "recall": 0.25, "hits": 1, "n": 4, "low": 0.1, "high": 0.6}
    told = {"on": {"pictures": 8}, "detectors": [{"figures": [figure], "recall": [cell]}]}
    only = {**figure, "what": "AP50, bus", "value": None}
    tried = {"on": {"pictures": 3}, "detectors": [{"figures": [{**figure, "high": 0.6}, only], "recall": []}]}
    recipe = load_recipe(str(SMOKE))
    text = card(recipe, weights, (("val", told), ("test", tried)))
    assert "| mAP50 | 0.500 | 0.500 (0.400 to 0.600) |" in text
    assert "| AP50, bus | - | - |" in text
    assert "| class car | 0.250 (0.100 to 0.600) | 4 |" in text
    assert "2.0 MB" in text
    assert STREET in text
    assert recipe.text.strip() in text
