"""Pictures as the input of a net, in buffers that are kept, since new ones cost more."""

import cv2
import numpy as np

from detectors.datatypes.arrays import Float32Array, UInt8Array
from detectors.detection.sidecar import ORDERS, Sidecar

GREY = 114  # what the part of the input is filled with that the picture does not cover


def scaled(image: UInt8Array, size_px: tuple[int, int]) -> tuple[float, UInt8Array]:
    """Return the scale, and the picture (H, W, 3) scaled to fit `size_px` (width, height)."""
    height, width = image.shape[:2]
    scale = min(size_px[0] / width, size_px[1] / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if size == (width, height):
        return scale, image
    return scale, np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


class Canvas:
    """The input (1, 3, H, W) float32 of a net, of whatever height and width it is asked for."""

    def __init__(self, sidecar: Sidecar) -> None:
        std = np.array(sidecar.std)
        self._order = ORDERS[sidecar.channels]
        self._gains = (sidecar.scale / std).astype(np.float32)
        self._offsets = (np.array(sidecar.mean) / std).astype(np.float32)
        self._planes = np.zeros((3, 0, 0), dtype=np.uint8)
        self._input = np.zeros((1, 3, 0, 0), dtype=np.float32)
        self._covered = (0, 0)

    def fill(self, part: UInt8Array, size_px: tuple[int, int]) -> Float32Array:
        """Return the input of `size_px` (width, height) with a picture in its top left corner, else grey.

        It is the same array at each call.
        """
        (wide, tall), (height, width) = size_px, part.shape[:2]
        if self._planes.shape[1:] != (tall, wide):
            self._planes = np.full((3, tall, wide), GREY, dtype=np.uint8)
            self._input = np.empty((1, 3, tall, wide), dtype=np.float32)
        elif self._covered != (height, width):
            self._planes.fill(GREY)
        self._covered = (height, width)
        for plane, out, channel, gain, offset in zip(
            self._planes, self._input[0], self._order, self._gains, self._offsets, strict=True
        ):
            cv2.extractChannel(part, channel, plane[:height, :width])
            np.multiply(plane, gain, out=out)  # a third of the time of cv2.dnn.blobFromImage, measured
            if offset:
                np.subtract(out, offset, out=out)
        return self._input
