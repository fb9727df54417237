"""What was watched is kept: an interrupted calibration goes on, and nothing stale is taken for an answer."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scenarios.experiments import calibrate as calibrate_module
from scenarios.experiments import kept_trials
from scenarios.experiments.calibrate import Asked, tried_on
from scenarios.experiments.curve_forms import FORMS
from scenarios.experiments.kept_trials import kept
from scenarios.experiments.sightings import Sightings, joined_views, pooled
from scenarios.experiments.trials import TrialSpec
from scenarios.spec import load_scenario
from tests.unit.test_sensing_curves import CURVES_OF_IT, SEEN, watched


def watch(times: list[int]) -> Sightings:
    times.append(1)
    return SEEN


def test_what_is_kept_is_not_watched_again(tmp_path: Path) -> None:
    times: list[int] = []
    first = kept(tmp_path, "question", (401, "clear"), lambda: watch(times))
    again = kept(tmp_path, "question", (401, "clear"), lambda: watch(times))
    assert len(times) == 1
    assert (again.overlap == first.overlap).all()
    assert again.views == first.views
    kept(tmp_path, "question", (401, "rain"), lambda: watch(times))
    kept(tmp_path, "another question", (401, "clear"), lambda: watch(times))
    assert len(times) == 3
    assert kept(None, "question", (401, "clear"), lambda: watch(times)) is SEEN


def test_half_a_file_is_watched_again(tmp_path: Path) -> None:
    times: list[int] = []
    kept(tmp_path, "question", (1, "clear"), lambda: watch(times))
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:500])
    kept(tmp_path, "question", (1, "clear"), lambda: watch(times))
    assert len(times) == 2


def test_other_code_asks_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[int] = []
    kept(tmp_path, "question", (1, "clear"), lambda: watch(times))
    monkeypatch.setattr(kept_trials, "code_digest", lambda: "changed")
    kept(tmp_path, "question", (1, "clear"), lambda: watch(times))
    assert len(times) == 2


def test_weathers_of_a_seed_share_their_views_and_seeds_do_not() -> None:
    both = joined_views([SEEN, SEEN])
    assert (both.views, len(both), both.frames) == (SEEN.views, 2 * len(SEEN), 2 * SEEN.frames)
    assert np.unique(both.view).tolist() == list(range(len(SEEN.views)))
    assert len(pooled([SEEN, SEEN]).views) == 2 * len(SEEN.views)
    with pytest.raises(ValueError, match="expected the views"):
        joined_views([SEEN, pooled([SEEN, SEEN])])


def test_curves_are_never_tried_on_views_that_they_were_fitted_on() -> None:
    with pytest.raises(ValueError, match="not fitted on, got view-0"):
        tried_on(SEEN, CURVES_OF_IT)


def test_curves_are_fitted_on_some_seeds_and_tried_on_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def seeds_watched(_spec: TrialSpec, seeds: tuple[int, ...], *_rest: object) -> tuple[Sightings, ...]:
        return tuple(replace(watched(views=2, seed=seed), views=(f"{seed}-a", f"{seed}-b")) for seed in seeds)

    monkeypatch.setattr(calibrate_module, "trials", seeds_watched)
    spec = TrialSpec(load_scenario("beruang-madu"), "made-up")
    done = calibrate_module.calibrate(Asked(spec, "2026-11-26", (1, 2, 3), (4, 5)))
    assert done.curves.fitted_on.views == ("1-a", "1-b", "2-a", "2-b", "3-a", "3-b")
    assert done.curves.fitted_on.seeds == (1, 2, 3)
    assert done.tried is not None
    assert (done.tried.views, done.tried.recall[0].part) == (4, "all")
    assert abs(done.tried.recall[0].off) < 0.03
    assert {one.form for one in done.forms} == {one.name for one in FORMS}
    assert done.curves.form == min(done.forms, key=lambda one: one.loss).form
