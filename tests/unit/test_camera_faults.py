"""Faults of cameras: when they are there, and the statistic that each must change."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.detections import VehicleClass
from scenarios.errors import InputError
from scenarios.spec import load_plan
from tests.corner_street import AFTERNOON_NS, KERB_VIEW, scene, street
from twin.clock import NS_PER_S
from twin.environment.faults import DAY_S, Fault, FaultKind, worst
from twin.randomness import Seed
from twin.rendering.source import TwinView

NETWORK = street()
LATER_NS = AFTERNOON_NS + 3 * NS_PER_S


def view(*faults: Fault) -> TwinView:
    return TwinView(NETWORK, replace(KERB_VIEW, faults=faults), Seed(1))


def shown(one: TwinView, at_ns: int = AFTERNOON_NS, x_m: float = -88.0) -> UInt8Array:
    return one.frame(scene((VehicleClass.CAR, x_m, 5.0, 0.0), at_ns=at_ns), 0).image_bgr


@pytest.fixture(scope="module")
def sound() -> UInt8Array:
    return shown(view())


def sharpness(picture: UInt8Array) -> float:
    return float(cv2.Laplacian(cv2.cvtColor(picture[60:], cv2.COLOR_BGR2GRAY), cv2.CV_64F).var())


def test_a_lens_out_of_focus_takes_the_fine_structure(sound: UInt8Array) -> None:
    assert sharpness(shown(view(Fault(FaultKind.DEFOCUS, strength=0.6)))) < 0.5 * sharpness(sound)


def test_dirt_stays_where_it_is_and_takes_contrast(sound: UInt8Array) -> None:
    one = view(Fault(FaultKind.DIRT, strength=0.9))
    dirty, again = shown(one), shown(one, x_m=-60.0)
    assert dirty[60:].astype(float).std() < 0.9 * sound[60:].astype(float).std()
    changed = np.abs(dirty.astype(int) - sound).max(axis=2)[60:] > 20
    same = np.abs(dirty.astype(int) - again).max(axis=2)[60:] < 20
    assert changed.mean() > 0.05
    assert same[changed].mean() > 0.8


def test_leaves_hide_a_part_and_sway(sound: UInt8Array) -> None:
    one = view(Fault(FaultKind.FOLIAGE, strength=0.7))
    leafy = shown(one)
    hidden = (np.abs(leafy.astype(int) - sound).max(axis=2) > 24).mean()
    assert 0.05 < hidden < 0.5
    moved = np.abs(leafy.astype(int) - shown(one, AFTERNOON_NS + NS_PER_S // 2)).max(axis=2) > 24
    assert moved.mean() > 0.005


def test_bands_run_across_the_rows(sound: UInt8Array) -> None:
    banded = shown(view(Fault(FaultKind.BANDING, strength=0.8)))
    gain = banded[60:].mean(axis=(1, 2)) / sound[60:].mean(axis=(1, 2))
    assert np.ptp(gain) > 0.3
    assert np.abs(np.fft.rfft(gain - gain.mean())).argmax() in (2, 3, 4)


def test_a_lost_signal_is_dark_and_still_marked() -> None:
    lost = shown(view(Fault(FaultKind.LOST)))
    assert lost[60:].max() == lost[60:].min()
    amber = lost[8:30, 540:632].astype(int)
    assert ((amber[..., 2] > 150) & (amber[..., 2] - amber[..., 0] > 50)).sum() > 60


def test_a_frozen_picture_shows_what_it_showed_first_and_goes_on_afterwards() -> None:
    second = (AFTERNOON_NS // NS_PER_S + 8 * 3600) % DAY_S
    one = view(Fault(FaultKind.FROZEN, second + 1, second + 10))
    before = shown(one)
    first = shown(one, AFTERNOON_NS + 2 * NS_PER_S)
    assert (first != before).any()
    assert (shown(one, LATER_NS, x_m=-60.0) == first).all()
    assert (shown(one, AFTERNOON_NS + 11 * NS_PER_S, x_m=-60.0) != first).any()


def test_a_knocked_camera_looks_elsewhere_and_its_truth_follows() -> None:
    here = scene((VehicleClass.CAR, -88.0, 5.0, 0.0))
    straight, turned = view(), view(Fault(FaultKind.KNOCKED, strength=0.4))
    was, now = (one.truth(here).boxes_px[0] for one in (straight, turned))
    assert np.abs(now - was).max() > 15
    x0, y0, x1, y1 = now.astype(int)
    empty = turned.frame(scene(), 0).image_bgr.astype(int)
    full = turned.frame(here, 0).image_bgr.astype(int)
    assert (np.abs(full - empty).max(axis=2)[y0:y1, x0:x1] > 24).mean() > 0.5
    assert turned.camera.yaw_rad == straight.camera.yaw_rad  # the survey knows nothing of the blow


@given(st.integers(0, DAY_S - 1), st.integers(0, DAY_S), st.integers(0, DAY_S - 1))
def test_a_fault_over_midnight_is_the_rest_of_one_by_day(start: int, end: int, now: int) -> None:
    at_ns = (now + 16 * 3600) * NS_PER_S  # local time is eight hours ahead
    lasts = Fault(FaultKind.DIRT, start, end).lasts(at_ns)
    other = Fault(FaultKind.DIRT, end, start).lasts(at_ns) if start != end else not lasts
    assert lasts != other


def test_the_worst_of_several_counts() -> None:
    both = (Fault(FaultKind.DIRT, strength=0.2), Fault(FaultKind.DIRT, strength=0.7))
    assert worst(both, FaultKind.DIRT, AFTERNOON_NS) == pytest.approx(0.7)
    assert worst(both, FaultKind.LOST, AFTERNOON_NS) == 0.0


@pytest.mark.parametrize(
    "bad", [{"strength": 0.0}, {"strength": 1.5}, {"from_s": -1.0}, {"until_s": 90_000.0}]
)
def test_absurd_faults_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="fault dirt: expected"):
        Fault(FaultKind.DIRT, **bad)


PLAN = Path(__file__).parents[2] / "scenarios" / "plans" / "beruang-madu.toml"


def test_a_plan_says_the_faults_of_its_views(tmp_path: Path) -> None:
    file = tmp_path / "broken.toml"
    fault = '[[view.fault]]\nkind = "defocus"\nstart = "16:10"\nend = "16:20"\nstrength = 0.8\n'
    file.write_text(PLAN.read_text(encoding="utf-8") + "\n" + fault, encoding="utf-8")
    assert load_plan(str(file)).views[-1].faults == (Fault(FaultKind.DEFOCUS, 58_200, 58_800, 0.8),)
    file.write_text(file.read_text(encoding="utf-8").replace("defocus", "rust"), encoding="utf-8")
    with pytest.raises(InputError, match=r"fault.*kind.*'dirt'.*got 'rust'"):
        load_plan(str(file))
