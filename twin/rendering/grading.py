"""What a camera makes of colours before it sends them: contrast and vividness, more by day than by night.

Consumer and traffic cameras leave the factory with an S-shaped tone curve and raised saturation; how much is
a judgement [?]. It was set with the one real clip of docs/verification/realism.md in view, so that page
shows that the twin can look like that clip, not that it looks like every camera.
"""

from functools import lru_cache

import cv2
import numpy as np

from detectors.datatypes.arrays import Float64Array, UInt8Array
from twin.rendering.light import Light

CONTRAST = (0.16, 0.58)  # share of the S-curve by night and by day [?]
VIVID = (1.10, 1.75)  # saturation by night and by day, 1 leaves it [?]
BLACK = (0.0, 7.0)  # grey levels that become black, by night and by day [?]
LUMA_BGR = np.array([0.114, 0.587, 0.299])  # ITU-R BT.601


def graded(picture: UInt8Array, light: Light) -> UInt8Array:
    """Return a picture (H, W, 3) as the camera sends it."""
    vivid = cv2.transform(picture, _vividness(light).astype(np.float32))
    return np.asarray(cv2.LUT(vivid, np.round(_curve(light)).astype(np.uint8)), dtype=np.uint8)


def grade_colours(colours: Float64Array, light: Light) -> None:
    """Do the same to colours (N, 3), 0..255, in place."""
    colours[:] = np.interp(colours @ _vividness(light).T, np.arange(256.0), _curve(light))


def _vividness(light: Light) -> Float64Array:
    return _matrix(_between(VIVID, light))


def _curve(light: Light) -> Float64Array:
    return _tones(_between(CONTRAST, light), _between(BLACK, light))


def _between(ends: tuple[float, float], light: Light) -> float:
    return ends[0] + (ends[1] - ends[0]) * (1.0 - light.lamps)


@lru_cache(maxsize=64)
def _matrix(vivid: float) -> Float64Array:
    """Return the matrix (3, 3) that moves colours away from their grey."""
    return vivid * np.eye(3) + (1.0 - vivid) * np.tile(LUMA_BGR, (3, 1))


@lru_cache(maxsize=64)
def _tones(contrast: float, black: float) -> Float64Array:
    """Return what becomes of each grey level (256,): a blend of itself and a smooth step."""
    level = np.clip((np.arange(256.0) - black) / (255.0 - black), 0.0, 1.0)
    step = level * level * (3.0 - 2.0 * level)
    return 255.0 * (level + contrast * (step - level))
