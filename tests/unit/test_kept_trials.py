"""What was watched is kept: an interrupted calibration goes on, and nothing stale is taken for an answer."""

from pathlib import Path

import numpy as np
import pytest

from scenarios.experiments import kept_trials
from scenarios.experiments.calibrate import tried_on
from scenarios.experiments.kept_trials import kept
from scenarios.experiments.sightings import Sightings, joined_views, pooled
from tests.unit.test_sensing_curves import CURVES_OF_IT, SEEN


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
    monkeypatch.setattr(kept_trials, "_code", lambda: "changed")
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
