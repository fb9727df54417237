"""How long to wait before a camera is asked again: for ever, and less and less often."""

from collections.abc import Callable
from dataclasses import dataclass

FIRST_S = 0.5
MOST_S = 30.0
EARLY_MOST_S = 3.0  # so that an outage of less than EARLY_S ends within 5 s of the camera's return
EARLY_S = 15.0
JITTER = 0.2  # the cameras of a street that lost its power must not all ask at once
GOOD_S = 10.0
REFUSED_S = 60.0  # cameras lock the accounts of those who hammer


@dataclass(slots=True)
class Backoff:
    """Waits of 0.5 s, doubled up to 30 s, +/- 20 %; `draw` returns a number in 0..1."""

    draw: Callable[[], float]
    _tries: int = 0
    _waited_s: float = 0.0

    def after_failure(self) -> float:
        """Return how long to wait, s, after one more failure."""
        early = self._waited_s < EARLY_S
        wait_s = min(FIRST_S * 2**self._tries, EARLY_MOST_S if early else MOST_S)
        self._tries = min(self._tries + 1, 10)
        self._waited_s += wait_s
        return self._jittered(wait_s)

    def after_refusal(self) -> float:
        """Return how long to wait, s, after the camera refused us: the slow lane."""
        return self._jittered(REFUSED_S)

    def after_frames(self, good_s: float) -> None:
        """Begin anew if good frames came for long enough."""
        if good_s >= GOOD_S:
            self._tries, self._waited_s = 0, 0.0

    def _jittered(self, wait_s: float) -> float:
        return wait_s * (1 + JITTER * (2 * self.draw() - 1))
