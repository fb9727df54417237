"""How zoom lenses bend straight lines: distortion by focal length, as a calibration gives it."""

from dataclasses import dataclass, replace
from math import log, radians, tan

import numpy as np

from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.lens import Lens


@dataclass(frozen=True, slots=True)
class Bend:
    """k1 and k2 at one focal length, by the tangent of half the horizontal field of view there."""

    half_tan: float
    k1: float
    k2: float = 0.0

    @property
    def at_edge(self) -> tuple[float, float]:
        """By what share of its distance the edge of the picture moves: the part of k1, that of k2."""
        return self.k1 * self.half_tan**2, self.k2 * self.half_tan**4


@dataclass(frozen=True, slots=True)
class ZoomLens:
    """The distortion of a lens over its zoom; no rows: none at all.

    Between the rows the shares at the edge of the picture are linear in the logarithm of the focal
    length, beyond the outermost they stay: k1 and k2 themselves grow with the square and the fourth
    power of the focal length for one and the same picture.
    """

    rows: tuple[Bend, ...] = ()

    @property
    def bends(self) -> bool:
        """Whether it bends anything at any zoom."""
        return bool(self.rows)

    def at(self, half_tan: float) -> Lens:
        """Return the distortion where half the field of view has that tangent."""
        if not self.rows:
            return Lens()
        rows = sorted(self.rows, key=lambda one: one.half_tan)
        logs = [log(one.half_tan) for one in rows]
        shares = zip(*(one.at_edge for one in rows), strict=True)
        first, second = (np.interp(log(half_tan), logs, share) for share in shares)
        return Lens(float(first) / half_tan**2, float(second) / half_tan**4)

    def on(self, camera: PinholeCamera) -> Lens:
        """Return the distortion at the focal length of a camera."""
        return self.at(camera.width_px / 2 / camera.focal_px)

    def scaled(self, k1_share: float, k2_share: float) -> "ZoomLens":
        """Return the lens with its k1 and its k2 so many times as large at every zoom."""
        return ZoomLens(tuple(replace(b, k1=b.k1 * k1_share, k2=b.k2 * k2_share) for b in self.rows))


STRAIGHT = ZoomLens()


def _bend(hfov_deg: float, share: float) -> Bend:
    half_tan = tan(radians(hfov_deg) / 2)
    return Bend(half_tan, share / half_tan**2)


# A zoom lens of 1:25 as PTZ cameras carry it: a barrel where it is wide, a slight cushion where it is
# long. Judgement [?]: makers do not print it.
USUAL_ZOOM_LENS = ZoomLens((_bend(60.0, -0.04), _bend(24.0, 0.0), _bend(6.0, 0.006)))
