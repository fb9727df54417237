"""Two rankings of detectors: equal ones agree, reversed ones disagree, and chance has a wide interval."""

import math

import numpy as np
import pytest

from detectors.detection.errors import DetectorError
from scenarios.bench.agreement import agreement, compared, tau, trials
from tests.bench_pictures import DrawnSource

KINDS = ("Blind", "EverySecond", "Perfect")
SETTINGS = tuple(f"tests.bench_pictures:{kind}" for kind in KINDS)
UNSURE = "tests.bench_pictures:Unsure"


def test_detectors_rank_alike_on_two_sources_of_the_same_kind() -> None:
    found = agreement(SETTINGS, DrawnSource(), DrawnSource(cameras=1))
    assert [one.setting.partition(":")[2] for one in found.placed] == ["Perfect", "EverySecond", "Blind"]
    assert [one.twin for one in found.placed] == pytest.approx([1.0, 2 / 3, 0.0])
    assert [one.street for one in found.placed] == pytest.approx([1.0, 2 / 3, 0.0])
    assert found.tau == 1.0
    assert found.resolved


def test_settings_that_differ_in_their_score_alone_share_one_look() -> None:
    plain, low, high = trials((UNSURE, f"{UNSURE}@score=0.2", f"{UNSURE}@score=0.95"), DrawnSource(cameras=1))
    assert plain.looked is low.looked is high.looked
    assert (plain.threshold, low.threshold, high.threshold) == (0.5, 0.2, 0.95)
    found = agreement(
        (UNSURE, f"{UNSURE}@score=0.2", f"{UNSURE}@score=0.95"), DrawnSource(), DrawnSource(cameras=1)
    )
    by_name = {one.setting: one.street for one in found.placed}
    assert by_name == pytest.approx({UNSURE: 1.0, f"{UNSURE}@score=0.2": 2 / 3, f"{UNSURE}@score=0.95": 0.0})


def test_what_a_lower_threshold_finds_is_what_the_detector_set_so_finds() -> None:
    shared = trials((f"{UNSURE}@score=0.2", f"{UNSURE}@score=0.6"), DrawnSource(cameras=1))
    for one in shared:
        (alone,) = trials((one.setting,), DrawnSource(cameras=1))
        assert alone.threshold == one.threshold
        for a, b in zip(alone.looked, one.looked, strict=True):
            assert a.found.boxes_px.tobytes() == b.found.boxes_px.tobytes()


def test_tau_has_its_known_answers() -> None:
    values = np.array([0.1, 0.2, 0.3, 0.4])
    assert tau(values, values) == 1.0
    assert tau(values, -values) == -1.0
    assert tau(values, values[[1, 0, 2, 3]]) == pytest.approx(2 / 3)
    assert math.isnan(tau(values, np.zeros(4)))


def test_noise_is_not_resolved_and_a_planted_order_is() -> None:
    draw = np.random.default_rng(1)
    names = tuple("abcdef")
    order = np.linspace(0, 1, 6)
    clear, noise = order + draw.normal(0, 0.05, (300, 6)), draw.normal(0, 1, (300, 6))
    good = compared(names, (order, clear), (order, clear[::-1]))
    assert good.tau == pytest.approx(1.0)
    assert good.low > 0.5
    assert not compared(names, (order, clear), (noise[0], noise)).resolved
    reverse = compared(names, (order, clear), (-order, -clear))
    assert reverse.high < 0
    assert not reverse.resolved


def test_an_unknown_detector_is_told_before_a_picture_is_looked_at() -> None:
    with pytest.raises(DetectorError, match="unknown detector 'twni'"):
        agreement(("twin", "twni"), DrawnSource(), DrawnSource())
