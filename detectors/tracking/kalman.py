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

    def distances(
        self, points: Float64Array, spreads: Float64Array
    ) -> tuple[Float64Array, Float64Array, Float64Array]:
        """Return squared Mahalanobis and plain distances (N, M) of points (M, 2) with (M, 2, 2), and doubts.

        The doubt is how much wider than the measurement itself its forecast is, the logarithm of the ratio
        of the determinants: with it, squared distances are likelihoods (Bar-Shalom et al. 2001, section 1.4),
        else who hardly knows where he is would fit everywhere.
        """
        gap = points[None] - self.state[:, None, :2]
        total = self.covariance[:, None, :2, :2] + spreads[None]
        inverse = _inverse(total)
        x, y = gap[..., 0], gap[..., 1]
        squared = inverse[..., 0, 0] * x**2 + 2 * inverse[..., 0, 1] * x * y + inverse[..., 1, 1] * y**2
        return squared, np.hypot(x, y), np.log(_determinant(total) / _determinant(spreads))

    def surprise(
        self, rows: np.ndarray, points: Float64Array, spreads: Float64Array
    ) -> tuple[Float64Array, Float64Array]:
        """Return squared Mahalanobis and plain distances (K,) of points (K, 2) from the targets in `rows`."""
        gap = points - self.state[rows, :2]
        inverse = _inverse(self.covariance[rows][:, :2, :2] + spreads)
        return np.einsum("ni,nij,nj->n", gap, inverse, gap), np.hypot(gap[:, 0], gap[:, 1])

    def correct(self, rows: np.ndarray, points: Float64Array, spreads: Float64Array) -> None:
        """Take measurements (K, 2) with covariances (K, 2, 2) of the targets in `rows` (K,)."""
        spread = self.covariance[rows]
        gain = spread[:, :, :2] @ _inverse(spread[:, :2, :2] + spreads)
        gap = points - self.state[rows, :2]
        self.state[rows] += np.einsum("nij,nj->ni", gain, gap)
        left = spread - gain @ spread[:, :2, :]
        # rounding makes it lopsided, and a lopsided one grows without end in what stands for minutes
        self.covariance[rows] = (left + left.transpose(0, 2, 1)) / 2

    def loosen(self, rows: np.ndarray) -> None:
        """Take the targets in `rows` (K,) to be as fast as who sped up for a second, nobody knows whither."""
        self.covariance[rows, 2, 2] += self._agility**2
        self.covariance[rows, 3, 3] += self._agility**2

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


def _determinant(spreads: Float64Array) -> Float64Array:
    return np.asarray(spreads[..., 0, 0] * spreads[..., 1, 1] - spreads[..., 0, 1] ** 2)


def _inverse(spreads: Float64Array) -> Float64Array:
    """Return the inverses of symmetric matrices (..., 2, 2); numpy's own is five times slower here."""
    a, b, d = spreads[..., 0, 0], spreads[..., 0, 1], spreads[..., 1, 1]
    turned = np.empty_like(spreads)
    turned[..., 0, 0], turned[..., 1, 1] = d, a
    turned[..., 0, 1] = turned[..., 1, 0] = -b
    return np.asarray(turned / (a * d - b**2)[..., None, None], dtype=np.float64)
