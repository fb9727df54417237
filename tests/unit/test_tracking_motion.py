"""The filter of the tracker: what stands for an hour still stands where it stood."""

import numpy as np

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
