"""A constant-velocity Kalman filter for many targets at once (Bar-Shalom et al. 2001, section 6.3)."""

import numpy as np

from detectors.datatypes.arrays import Float64Array

START_SPEED_SIGMA = 8.0


class Motion:
    """N targets in the plane: `state` (N, 4) as x, y, vx, vy and `covariance` (N, 4, 4).

    Units are those of the positions it is given, metres or pixels; `agility` is the standard
    deviation of the acceleration in units/s2, `start_sigma` that of a first velocity.
    """

    def __init__(self, agility: float, start_sigma: float) -> None:
        self._agility = agility
        self._start = start_sigma
        self.state: Float64Array = np.zeros((0, 4))
        self.covariance: Float64Array = np.zeros((0, 4, 4))

    def predict(self, elapsed_s: float, still: np.ndarray) -> None:
        """Carry every target forward; those that are `still` (N,) hardly accelerate."""
        step = np.eye(4)
        step[0, 2] = step[1, 3] = elapsed_s
        push = np.array([[elapsed_s**2 / 2, 0], [0, elapsed_s**2 / 2], [elapsed_s, 0], [0, elapsed_s]])
        noise = push @ push.T
        self.state = self.state @ step.T
        agility = np.where(still, self._agility / 4, self._agility)
        self.covariance = step @ self.covariance @ step.T + agility[:, None, None] ** 2 * noise

    def distances(self, points: Float64Array, spreads: Float64Array) -> tuple[Float64Array, Float64Array]:
        """Return squared Mahalanobis and plain distances (N, M) of points (M, 2) with (M, 2, 2)."""
        gap = points[None] - self.state[:, None, :2]
        total = self.covariance[:, None, :2, :2] + spreads[None]
        squared = np.einsum("nmi,nmij,nmj->nm", gap, np.linalg.inv(total), gap)
        return squared, np.hypot(gap[..., 0], gap[..., 1])

    def correct(self, rows: np.ndarray, points: Float64Array, spreads: Float64Array) -> None:
        """Take measurements (K, 2) with covariances (K, 2, 2) of the targets in `rows` (K,)."""
        spread = self.covariance[rows]
        gain = spread[:, :, :2] @ np.linalg.inv(spread[:, :2, :2] + spreads)
        gap = points - self.state[rows, :2]
        self.state[rows] += np.einsum("nij,nj->ni", gain, gap)
        self.covariance[rows] = spread - gain @ spread[:, :2, :]

    def add(self, points: Float64Array, spreads: Float64Array) -> None:
        """Begin targets at points (K, 2)."""
        state = np.zeros((len(points), 4))
        state[:, :2] = points
        covariance = np.zeros((len(points), 4, 4))
        covariance[:, :2, :2] = spreads
        covariance[:, 2, 2] = covariance[:, 3, 3] = self._start**2
        self.state = np.concatenate((self.state, state))
        self.covariance = np.concatenate((self.covariance, covariance))

    def keep(self, rows: np.ndarray) -> None:
        """Forget all but `rows` (bool)."""
        self.state, self.covariance = self.state[rows], self.covariance[rows]
