"""A layered background: the empty street, and above it what has come to stand there.

Each pixel knows the street (`street`) and a short memory of what it showed lately (`recent`); what
stands in the street is kept apart, one picture each (see `standing`). So a vehicle that stops stays
visible for as long as it stands, also while others pass in front of it. After Collins et al., "A
system for video surveillance and monitoring", CMU-RI-TR-00-12 (2000), section 3: layered detection.
"""

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.arrays import BoolArray, Float32Array
from detectors.detection.standing import Stander, gap

GREY_FLOOR = 12.0  # least difference, grey levels: above sensor noise and its coding
GREY_SHARE = 0.10  # and this share of the brightness: noise and texture grow with it
SHADOW_DARKEST = 0.35  # a cast shadow leaves this share of the light at least
SHADOW_CHROMA = 0.035  # and changes no colour by more than this
SPREADS = 4.0  # a difference counts beyond this many mean deviations of the pixel itself (foliage)
GAIN_LIMIT = 0.04  # the light of the whole picture changes by at most this share a frame
FEWEST_STILL = 200  # pixels that must be still for the light to be judged


@dataclass(frozen=True, slots=True)
class Memory:
    """How long the layers remember, in seconds."""

    street_s: float = 25.0
    recent_s: float = 1.2
    settle_s: float = 3.0  # so long unchanged: it stands


class Layers:
    """The layers of one view. `update` takes pictures of one size in order of time."""

    def __init__(
        self, first: NDArray[np.float32], spread: NDArray[np.float32], memory: Memory | None = None
    ) -> None:
        self._memory = memory or Memory()
        self._spread: Float32Array = spread.copy()  # mean absolute deviation (h, w), grey levels
        self.street: Float32Array = first.copy()
        self.recent: Float32Array = first.copy()
        self.standing: list[Stander] = []
        shape = first.shape[:2]
        self.moving: BoolArray = np.zeros(shape, dtype=bool)
        self._busy: BoolArray = np.zeros(shape, dtype=bool)
        self._same_s = np.zeros(shape, dtype=np.float32)

    def update(self, picture: NDArray[np.float32], elapsed_s: float) -> None:
        """Take a picture (h, w, 3) `elapsed_s` after the last; sets `moving` and judges who left."""
        self._follow_light(picture)
        difference = gap(picture, self.street)
        bound = self._bound(self.street)
        changed = difference > bound
        off_street = changed & ~is_shadow(picture, self.street, changed)
        self.standing = [
            one for one in self.standing if one.look_again(picture, self.street, bound, elapsed_s)
        ]
        explained = np.zeros_like(off_street)
        for one in self.standing:
            one.mark_seen(explained)
        self.moving = off_street & ~explained
        self._busy = changed | explained
        self._settle(picture, elapsed_s)
        self._learn(picture, difference, elapsed_s)

    def _bound(self, layer: NDArray[np.float32]) -> Float32Array:
        noise = np.maximum(GREY_FLOOR, SPREADS * self._spread)
        return np.asarray(np.maximum(noise, GREY_SHARE * layer[..., 1]), dtype=np.float32)

    def _follow_light(self, picture: NDArray[np.float32]) -> None:
        """Scale what is remembered by the change of light of the whole picture."""
        still = ~self._busy[::4, ::2]
        if np.count_nonzero(still) < FEWEST_STILL:
            return
        now = picture[::4, ::2][still].mean(axis=1)
        before = self.street[::4, ::2][still].mean(axis=1)
        gain = float(np.median(now / np.maximum(before, 4.0)))
        gain = float(np.clip(gain, 1 - GAIN_LIMIT, 1 + GAIN_LIMIT))
        if abs(gain - 1) > 1e-3:
            for layer in (self.street, self.recent, *(one.look for one in self.standing)):
                np.multiply(layer, gain, out=layer)

    def _settle(self, picture: NDArray[np.float32], elapsed_s: float) -> None:
        """Count how long each moving pixel has looked the same."""
        same = self.moving & (gap(picture, self.recent) <= self._bound(self.recent))
        longer = np.where(same, self._same_s + elapsed_s, np.maximum(self._same_s - 2 * elapsed_s, 0))
        self._same_s = np.where(self.moving, longer, 0).astype(np.float32)
        cv2.accumulateWeighted(picture, self.recent, min(1.0, elapsed_s / self._memory.recent_s))

    def settled(self, share: float = 1.0) -> BoolArray:
        """Return where something new has stood still for `share` of the time that makes it stand."""
        ripe: BoolArray = self._same_s >= share * self._memory.settle_s
        return ripe

    def emptied(self) -> Self:
        """Return layers that know the same street, with nothing in it."""
        return type(self)(self.street, self._spread, self._memory)

    def put_down(self, where: BoolArray) -> None:
        """Remember what shows at `where` as something that stands, on its own or as part of what does."""
        fresh = Stander.cut(self.recent, where)
        self.standing = fresh.joined(self.standing, self.recent)
        self.moving &= ~where
        self._same_s[where] = 0

    def drop_hidden(self) -> None:
        """Forget what stood and is hidden: after a time that nobody saw, another may stand there."""
        self.standing = [one for one in self.standing if one.hidden_s == 0]

    def absorb(self, where: BoolArray) -> None:
        """Take what shows at `where` for the street itself."""
        self.street[where] = self.recent[where]
        self.moving &= ~where
        self._same_s[where] = 0

    def _learn(self, picture: NDArray[np.float32], difference: Float32Array, elapsed_s: float) -> None:
        free = (~self._busy).astype(np.uint8)
        weight = min(1.0, elapsed_s / self._memory.street_s)
        cv2.accumulateWeighted(picture, self.street, weight, mask=free)
        cv2.accumulateWeighted(difference, self._spread, weight, mask=free)


def is_shadow(picture: NDArray[np.float32], street: NDArray[np.float32], where: BoolArray) -> BoolArray:
    """Return (h, w) bool: of `where`, what is darker than the street by a cast shadow's share.

    Brightness and chromaticity test of Horprasert, Harwood and Davis, "A statistical approach for
    real-time robust background subtraction and shadow detection", ICCV FRAME-RATE (1999).
    """
    shadow = np.zeros(where.shape, dtype=bool)
    share, chroma = likeness(picture[where], street[where])
    shadow[where] = (share > SHADOW_DARKEST) & (share < 1.0) & (chroma < SHADOW_CHROMA)
    return shadow


def likeness(seen: NDArray[np.float32], model: NDArray[np.float32]) -> tuple[Float32Array, Float32Array]:
    """Return of colours (N, 3) and what they may be a light change of: brightness ratio, chroma error."""
    now, then = seen.sum(axis=1), model.sum(axis=1)
    error = seen / np.maximum(now, 30.0)[:, None] - model / np.maximum(then, 30.0)[:, None]
    return now / np.maximum(then, 1.0), np.abs(error).max(axis=1)
