"""Which part of what a camera sees a picture shows: all of it, or a zoomed part."""

from typing import NamedTuple

import cv2
import numpy as np

from detectors.datatypes.arrays import Float32Array
from detectors.datatypes.camera import PinholeCamera

FOCUSED = 1.5  # the zoom up to which what hangs on the glass is in focus [?]


class Part(NamedTuple):
    """`origin_px` is the pixel of the whole picture in the corner of this one; `scale` magnifies it.

    `zoom` is by how much narrower it looks.
    """

    origin_px: tuple[float, float]
    scale: float
    zoom: float

    @property
    def past_glass(self) -> bool:
        """Whether the lens is set so far that what hangs on the glass is out of focus."""
        return self.zoom > FOCUSED

    def at(self, u: float, v: float) -> tuple[float, float]:
        """Return the pixel of this picture that shows a pixel of the whole one."""
        return self.scale * (u - self.origin_px[0]), self.scale * (v - self.origin_px[1])

    def of(self, plate: Float32Array, size_px: tuple[int, int]) -> Float32Array:
        """Return the part (H, W) of a plate as large as the whole picture, in a size of (width, height)."""
        if self == WHOLE:
            return plate
        x, y = self.at(0.0, 0.0)
        move = np.array([[self.scale, 0.0, x], [0.0, self.scale, y]])
        flags, border = cv2.INTER_LINEAR, cv2.BORDER_REPLICATE
        return np.asarray(
            cv2.warpAffine(plate, move, size_px, flags=flags, borderMode=border), dtype=np.float32
        )


WHOLE = Part((0.0, 0.0), 1.0, 1.0)


def part_of(whole: PinholeCamera, near: PinholeCamera) -> Part:
    """Return which part of the picture of one camera that of another shows, which stands at its place.

    A turn is taken for a shift: what hangs on the glass is out of focus anyway.
    """
    forward_m = whole.position_m + near.rotation_camera_world()[2]
    u, v = whole.project(forward_m[None])[0][0].tolist()
    scale = near.focal_px / whole.focal_px
    origin = u - near.centre_px[0] / scale, v - near.centre_px[1] / scale
    return Part(origin, scale, scale * whole.width_px / near.width_px)
