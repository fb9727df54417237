"""The filter of the tracker: what stands for an hour still stands where it stood."""

import numpy as np

from detectors.datatypes.detections import Detections, VehicleClass
from detectors.datatypes.frame import NS_PER_S
from detectors.tracking.follower import Follower
from detectors.tracking.ground import ON_GROUND
from detectors.tracking.kalman import Motion


def test_what_stands_for_an_hour_stays_where_it_is() -> None:
    motion, draw = Motion(2.5, 9.0), np.random.default_rng(1)
    turn = np.array([[0.8, -0.6], [0.6, 0.8]])
    spread = (turn @ np.diag([0.4, 0.05]) @ turn.T)[None]
    motion.add(np.array([[-83.9, 9.3]]), spread)
    for _ in range(3600):
        motion.predict(1.0, np.array([True]))
        motion.correct(np.array([0]), np.array([[-83.9, 9.3]]) + draw.normal(size=2) * 0.1, spread)
    assert np.hypot(*(motion.state[0, :2] - [-83.9, 9.3])) < 0.5
    assert np.hypot(*motion.state[0, 2:]) < 0.2
    assert (motion.covariance == motion.covariance.transpose(0, 2, 1)).all()
    assert (np.linalg.eigvalsh(motion.covariance) > 0).all()


def test_what_stands_keeps_its_track_when_another_is_lost_beside_it() -> None:
    """The one that passes is lost just where it would be at the stander, while a third appears there."""
    follower = Follower(ON_GROUND)
    spread = np.eye(2)
    for second in range(30):
        seen = [((0.0, 0.0), (100.0, 100.0, 140.0, 130.0))]
        if 25 <= second < 29:
            along = 2.0 - 10.0 * (29 - second)
            seen.append(((along, 0.5), (100.0 + 12 * along, 100.0, 140.0 + 12 * along, 130.0)))
        if second == 29:
            seen.append(((-1.5, 0.5), (118.0, 80.0, 150.0, 120.0)))
        points, boxes = (np.array([one[part] for one in seen]) for part in (0, 1))
        classes = np.full(len(seen), VehicleClass.CAR, dtype=np.int8)
        found = Detections(boxes, np.full(len(seen), 0.9), classes, np.full((len(seen), 2), np.nan))
        follower.update(found, points, np.repeat(spread[None], len(seen), axis=0), second * NS_PER_S)
    (stander,) = [t for t in follower.tracks(29 * NS_PER_S, on_ground=True) if t.track_id == 1]
    assert stander.box_px == (100.0, 100.0, 140.0, 130.0)
    assert stander.observed


def test_another_that_draws_up_where_one_stood_before_is_another() -> None:
    """A car has left unseen behind others; a motorcycle stops in its place half a minute later."""
    follower = Follower(ON_GROUND)
    car, motorcycle = (522.0, 126.0, 564.0, 160.0), (550.0, 134.0, 566.0, 160.0)
    seen = dict.fromkeys(range(30), car) | dict.fromkeys(range(60, 70), motorcycle)
    ids = []
    for second in range(70):
        shown = [seen[second]] if second in seen else []
        found = Detections(
            np.array(shown).reshape(-1, 4),
            np.full(len(shown), 0.9),
            np.full(len(shown), VehicleClass.UNKNOWN, dtype=np.int8),
            np.full((len(shown), 2), np.nan),
        )
        points, spreads = np.zeros((len(shown), 2)), np.repeat(np.eye(2)[None], len(shown), axis=0)
        follower.update(found, points, spreads, second * NS_PER_S)
        ids.append([t.track_id for t in follower.tracks(second * NS_PER_S, on_ground=True) if t.observed])
    assert ids[29] == [1]
    assert ids[69] == [2]


def boxes_found(boxes: list[tuple[float, float, float, float]]) -> Detections:
    n = len(boxes)
    unknown = np.full(n, VehicleClass.UNKNOWN, dtype=np.int8)
    return Detections(np.array(boxes).reshape(-1, 4), np.full(n, 0.9), unknown, np.full((n, 2), np.nan))


def test_what_stands_is_told_from_what_passes_before_it_though_boxes_waver() -> None:
    """For two minutes: who passes is found while he hides the other; boxes waver as detectors have them."""
    follower, draw = Follower(ON_GROUND), np.random.default_rng(3)
    standing, spread = (300.0, 120.0, 340.0, 150.0), np.diag([4.0, 0.3])
    ids: dict[str, set[int]] = {"stands": set(), "passes": set()}
    for tick in range(240):
        x = 4.0 * (tick % 24 - 18)
        shown = {"stands": ((0.0, 0.0), standing)} if not -6 < x < 6 else {}
        if abs(x) < 20:
            shown["passes"] = (x, -2.5), (320.0 + 7 * x - 35, 125.0, 320.0 + 7 * x + 35, 170.0)
        boxes = {
            who: tuple(np.array(box) + draw.normal(size=4) * 0.06 * (box[2] - box[0]))
            for who, (_, box) in shown.items()
        }
        points = np.array([at for at, _ in shown.values()]).reshape(-1, 2)
        points = points + draw.normal(size=points.shape) * [1.5, 0.4]
        now_ns = tick * NS_PER_S // 2
        follower.update(
            boxes_found(list(boxes.values())), points, np.repeat(spread[None], len(points), axis=0), now_ns
        )
        for track in (one for one in follower.tracks(now_ns, on_ground=True) if one.observed):
            who = next(who for who, box in boxes.items() if np.allclose(box, track.box_px, atol=1e-3))
            ids[who].add(track.track_id)
    assert len(ids["stands"]) == 1
    assert not ids["stands"] & ids["passes"]


def test_what_stood_is_followed_as_it_drives_off() -> None:
    """It gains 1 m/s every second, seen once a second; a metre is 12 px and it goes on for 4.5 of them."""
    follower, ids = Follower(ON_GROUND), []
    for second in range(44):
        gone_m = 0.5 * max(0, second - 40) ** 2
        box = (300.0 + 12 * gone_m, 120.0 - 4 * gone_m, 360.0 + 12 * gone_m, 165.0 - 4 * gone_m)
        spread = np.diag([0.3, 0.3])[None]
        follower.update(boxes_found([box]), np.array([[gone_m, 0.0]]), spread, second * NS_PER_S)
        tracks = follower.tracks(second * NS_PER_S, on_ground=True)
        ids.append([track.track_id for track in tracks if track.observed])
    assert ids[40:] == [[1]] * 4
