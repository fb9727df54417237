"""The whole way from a recipe to weights, with the training itself: minutes, and weights good for nothing."""

from pathlib import Path

import pytest

from scenarios.bench.document import figure_of
from scenarios.bench.figures import MAIN
from scenarios.training.making import make
from scenarios.training.recipe_files import load_recipe


def test_the_smoke_recipe_gives_weights_that_a_bench_can_try(tmp_path: Path) -> None:
    pytest.importorskip("ultralytics", reason="ultralytics, the extra `yolo`, is not installed")
    made = make(load_recipe("smoke"), tmp_path / "work")
    assert made.weights.stat().st_size < 6_000_000
    assert [split for split, _ in made.benches] == ["val", "test"]
    assert all(figure_of(told["detectors"][0], MAIN) is not None for _, told in made.benches)
    assert str(tmp_path) not in made.card.read_text(encoding="utf-8")
