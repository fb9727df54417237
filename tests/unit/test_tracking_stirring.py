"""Who stands and sets out: told soon where boxes are exact, not told of who only seems to move."""

import numpy as np
import pytest

from detectors.datatypes.detections import Detections, VehicleClass
from detectors.datatypes.frame import NS_PER_S
from detectors.tracking.follower import Follower
from detectors.tracking.ground import ON_GROUND
from detectors.tracking.stirring import Stirring

ONE, STANDS = np.array([0]), np.array([True])
EVERY_NS = NS_PER_S // 5
BOX = (300.0, 200.0, 360.0, 260.0)


def standing(points: np.ndarray) -> Stirring:
    stirring = Stirring(0.25)
    stirring.add(points[:1])
    for point in points[1:]:
        stirring.see(ONE, point[None], STANDS)
    return stirring


def test_who_is_measured_exactly_has_set_out_after_two_sights_beyond_where_he_stood() -> None:
    stirring = standing(np.zeros((30, 2)))
    told = [stirring.see(ONE, np.array([[x_m, 0.0]]), STANDS).tolist() for x_m in (0.1, 0.3, 0.5, 0.8)]
    assert told == [[], [], [0], []]
    assert stirring.moves.tolist() == [True]


def test_one_sight_elsewhere_is_no_setting_out() -> None:
    stirring = standing(np.zeros((30, 2)))
    for x_m in (3.0, 0.0, 3.0, 0.0):
        assert stirring.see(ONE, np.array([[x_m, 0.0]]), STANDS).tolist() == []
    assert stirring.moves.tolist() == [False]


@pytest.mark.parametrize("jitter_m", [0.05, 0.3, 1.0])
def test_who_seems_to_move_is_held_to_his_own_measure(jitter_m: float) -> None:
    draw = np.random.default_rng(1)
    stirring = standing(np.zeros((1, 2)))
    for spread_m in np.linspace(0.0, jitter_m, 50).tolist() + [jitter_m] * 2000:
        stirring.see(ONE, draw.normal(0.0, spread_m, (1, 2)), STANDS)
        assert not stirring.moves.any()


def test_who_drives_is_where_he_is() -> None:
    stirring = standing(np.zeros((10, 2)))
    for x_m in range(10):
        assert stirring.see(ONE, np.array([[float(x_m), 0.0]]), ~STANDS).tolist() == []
    assert stirring.place.tolist() == [[9.0, 0.0]]


def found(*boxes: tuple[float, ...]) -> Detections:
    n = len(boxes)
    classes = np.full(n, VehicleClass.MOTORCYCLE, dtype=np.int8)
    return Detections(np.array(boxes).reshape(-1, 4), np.full(n, 0.9), classes, np.full((n, 2), np.nan))


def test_a_track_tells_soon_that_its_vehicle_has_set_out() -> None:
    """Stands for ten seconds, then 2 m/s2: his box, 60 px and 2 m wide, stays in its place for a second."""
    follower = Follower(ON_GROUND)
    for n in range(56):
        gone_s = max(0.0, n * 0.2 - 10.0)
        x_m = gone_s**2
        left, upper, right, lower = BOX
        box = (left + 30 * x_m, upper, right + 30 * x_m, lower)
        spreads = np.diag([0.3, 0.3])[None]
        follower.update(found(box), np.array([[x_m, 0.0]]), spreads, n * EVERY_NS)
        for track in follower.tracks(n * EVERY_NS, on_ground=True):
            assert track.velocity_mps is not None
            speed = np.hypot(*track.velocity_mps)
            assert speed < 0.1 or gone_s > 0.0
            assert speed > 0.5 or gone_s < 1.0


@pytest.mark.parametrize("covered", [False, True])
def test_who_leaves_just_after_another_covered_him_may_be_the_other(*, covered: bool) -> None:
    """In his place shows, for a moment, one who is three metres behind; then his box drives off."""
    follower = Follower(ON_GROUND)
    for n in range(70):
        gone_m = max(0.0, n * 0.2 - 10.0) * 2.0
        behind_m = 4.0 if covered and n in (50, 51) else 0.0
        left, upper, right, lower = BOX
        box = (left + 30 * gone_m, upper, right + 30 * gone_m, lower)
        point = np.array([[gone_m, behind_m]])
        follower.update(found(box), point, np.diag([0.1, 0.1])[None], n * EVERY_NS)
    (track,) = [t for t in follower.tracks(69 * EVERY_NS, on_ground=True) if t.track_id == 1]
    assert track.observed
    assert (track.leapt_ns is not None) is covered
