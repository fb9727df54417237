"""A layered background: the empty street, and above it what has come to stand there.

Each pixel knows the street (`street`), a short memory of what it showed lately (`recent`), and,
where something stands, what that looks like (`standing`). So a vehicle that stops stays visible
for as long as it stands, also while others pass in front of it. After Collins et al., "A system
for video surveillance and monitoring", CMU-RI-TR-00-12 (2000), section 3: layered detection.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.arrays import BoolArray, Float32Array

GREY_FLOOR = 12.0  # least difference, grey levels: above sensor noise and its coding
GREY_SHARE = 0.10  # and this share of the brightness: noise and texture grow with it
SHADOW_DARKEST = 0.35  # a cast shadow leaves this share of the light at least
SHADOW_CHROMA = 0.035  # and changes no colour by more than this
SPREADS = 4.0  # a difference counts beyond this many mean deviations of the pixel itself (foliage)
GAIN_LIMIT = 0.04  # the light of the whole picture changes by at most this share a frame


@dataclass(frozen=True, slots=True)
class Memory:
    """How long the layers remember, in seconds."""

    street_s: float = 25.0
    recent_s: float = 1.2
    settle_s: float = 3.0  # so long unchanged: it stands
    uncover_s: float = 1.0  # so long the street shows: it has left
    covered_s: float = 90.0  # so long something else shows: it cannot be said to stand any more
    standing_s: float = 60.0


class Layers:
    """The layers of one view. `update` takes pictures of one size in order of time."""

    def __init__(
        self, first: NDArray[np.float32], spread: NDArray[np.float32], memory: Memory | None = None
    ) -> None:
        self._memory = memory or Memory()
        self._spread: Float32Array = spread.copy()  # mean absolute deviation (h, w), grey levels
        self.street: Float32Array = first.copy()
        self.recent: Float32Array = first.copy()
        self.standing: Float32Array = first.copy()
        shape = first.shape[:2]
        self.stands: BoolArray = np.zeros(shape, dtype=bool)
        self.moving: BoolArray = np.zeros(shape, dtype=bool)
        self._same_s = np.zeros(shape, dtype=np.float32)
        self._gone_s = np.zeros(shape, dtype=np.float32)
        self._covered_s = np.zeros(shape, dtype=np.float32)

    def update(self, picture: NDArray[np.float32], elapsed_s: float) -> None:
        """Take a picture (h, w, 3) `elapsed_s` after the last; sets `moving` and `stands`."""
        self._follow_light(picture)
        gap = _gap(picture, self.street)
        off_street = (gap > self._bound(self.street)) & ~is_shadow(picture, self.street)
        off_standing = self._differs(picture, self.standing)
        self.moving = off_street & (~self.stands | off_standing)
        self._leave(off_street, off_standing, elapsed_s)
        self._settle(picture, elapsed_s)
        self._learn(picture, off_street, elapsed_s)
        calm = np.minimum(gap, 2 * self._spread + GREY_FLOOR)
        _blend_where(self._spread, calm, elapsed_s / self._memory.street_s, ~(self.moving | self.stands))

    def _bound(self, layer: NDArray[np.float32]) -> Float32Array:
        noise = np.maximum(GREY_FLOOR, SPREADS * self._spread)
        bound: Float32Array = np.maximum(noise, GREY_SHARE * layer[..., 1])
        return bound

    def _differs(self, picture: NDArray[np.float32], layer: NDArray[np.float32]) -> BoolArray:
        over: BoolArray = _gap(picture, layer) > self._bound(layer)
        return over

    def _follow_light(self, picture: NDArray[np.float32]) -> None:
        """Scale what is remembered by the change of light of the whole picture."""
        still = ~(self.moving | self.stands)
        still[::2] = False  # half of the rows tell as much
        if np.count_nonzero(still) < 200:
            return
        now, before = picture[still].mean(axis=1), self.street[still].mean(axis=1)
        gain = float(np.median(now / np.maximum(before, 4.0)))
        gain = float(np.clip(gain, 1 - GAIN_LIMIT, 1 + GAIN_LIMIT))
        if abs(gain - 1) > 1e-3:
            for layer in (self.street, self.standing, self.recent):
                np.multiply(layer, gain, out=layer)

    def _leave(self, off_street: BoolArray, off_standing: BoolArray, elapsed_s: float) -> None:
        """Forget what stood where the street shows again, or where it is hidden for too long."""
        self._gone_s = np.where(self.stands & ~off_street, self._gone_s + elapsed_s, 0).astype(np.float32)
        hidden = self.stands & off_standing & off_street
        self._covered_s = np.where(hidden, self._covered_s + elapsed_s, 0).astype(np.float32)
        self.stands &= self._gone_s < self._memory.uncover_s
        self.stands &= self._covered_s < self._memory.covered_s

    def _settle(self, picture: NDArray[np.float32], elapsed_s: float) -> None:
        """Count how long each moving pixel has looked the same."""
        same = self.moving & ~self._differs(picture, self.recent)
        self._same_s = np.where(same, self._same_s + elapsed_s, 0).astype(np.float32)
        _blend(self.recent, picture, elapsed_s / self._memory.recent_s)

    def settled(self) -> BoolArray:
        """Return where something new has stood still long enough to be said to stand."""
        ripe: BoolArray = self._same_s >= self._memory.settle_s
        return ripe

    def put_down(self, where: BoolArray) -> None:
        """Remember what shows at `where` as something that stands."""
        self.standing[where] = self.recent[where]
        self.stands |= where
        self.moving &= ~where
        self._same_s[where] = 0

    def absorb(self, where: BoolArray) -> None:
        """Take what shows at `where` for the street itself."""
        self.street[where] = self.recent[where]
        self.stands &= ~where
        self.moving &= ~where
        self._same_s[where] = 0

    def _learn(self, picture: NDArray[np.float32], off_street: BoolArray, elapsed_s: float) -> None:
        free = ~(off_street | self.stands)
        _blend_where(self.street, picture, elapsed_s / self._memory.street_s, free)
        visible = self.stands & ~self._differs(picture, self.standing)
        _blend_where(self.standing, picture, elapsed_s / self._memory.standing_s, visible)


def _gap(picture: NDArray[np.float32], layer: NDArray[np.float32]) -> Float32Array:
    """Return (h, w): the largest difference of the pictures (h, w, 3) in any channel."""
    step = cv2.absdiff(picture, layer)
    return np.asarray(cv2.max(cv2.max(step[..., 0], step[..., 1]), step[..., 2]), dtype=np.float32)


def is_shadow(picture: NDArray[np.float32], street: NDArray[np.float32]) -> BoolArray:
    """Return (h, w) bool: darker than the street by a cast shadow's share, of the same colour.

    Brightness and chromaticity test of Horprasert, Harwood and Davis, "A statistical approach for
    real-time robust background subtraction and shadow detection", ICCV FRAME-RATE (1999).
    """
    now, then = picture.sum(axis=2), street.sum(axis=2)
    share = now / np.maximum(then, 1.0)
    chroma = np.abs(picture / np.maximum(now, 30.0)[..., None] - street / np.maximum(then, 30.0)[..., None])
    same_colour = chroma.max(axis=2) < SHADOW_CHROMA
    shadow: BoolArray = (share > SHADOW_DARKEST) & (share < 1.0) & same_colour
    return shadow


def _blend(layer: NDArray[np.float32], picture: NDArray[np.float32], weight: float) -> None:
    cv2.accumulateWeighted(picture, layer, min(1.0, weight))


def _blend_where(
    layer: NDArray[np.float32], picture: NDArray[np.float32], weight: float, where: BoolArray
) -> None:
    cv2.accumulateWeighted(picture, layer, min(1.0, weight), mask=where.astype(np.uint8))
