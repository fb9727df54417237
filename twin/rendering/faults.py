"""Pictures of cameras with a fault: what dirt, leaves, a lens out of focus and a bad link make of them."""

from dataclasses import replace

import cv2
import numpy as np
from cv2.typing import MatLike

from detectors.datatypes.arrays import Float32Array, UInt8Array
from detectors.datatypes.camera import PinholeCamera
from twin.clock import NS_PER_S
from twin.environment.faults import Fault, FaultKind, worst
from twin.randomness import Seed
from twin.rendering.part import WHOLE, Part

KNOCKED_RAD = 0.14  # how far a blow at full strength turns a camera (8 degrees) [?]
BLUR_PX = 5.0  # deviation of a lens out of focus at full strength, in a picture 640 wide [?]
DIRT_BGR = (92.0, 104.0, 112.0)
SMUDGES, LEAVES = 26, 90
BANDS, BAND_SHARE, BAND_HZ = 3.5, 0.45, 1.7  # mains flicker against a rolling shutter, and its beat [?]
NO_SIGNAL = 9
BEFORE_FOCUS = 0.015  # of the width of a picture, over which a leaf before the lens spreads when it zooms [?]
LEAF_BGR = ((34, 74, 46), (28, 58, 38), (48, 96, 62))


def knocked(camera: PinholeCamera, faults: tuple[Fault, ...], timestamp_ns: int, seed: Seed) -> PinholeCamera:
    """Return the camera as a blow has left it, itself where none has."""
    strength = worst(faults, FaultKind.KNOCKED, timestamp_ns)
    if not strength:
        return camera
    side = 1.0 if seed.uniform("knocked") < 0.5 else -1.0
    turn = KNOCKED_RAD * strength
    return replace(
        camera,
        yaw_rad=camera.yaw_rad + side * turn,
        tilt_rad=camera.tilt_rad + 0.25 * turn,
        roll_rad=camera.roll_rad + 0.5 * side * turn,
    )


class Faults:
    """The faults of one view; what they do to a frame depends on seed and time alone."""

    def __init__(self, faults: tuple[Fault, ...], size_px: tuple[int, int], seed: Seed) -> None:
        self._faults, self._size_px, self._seed = faults, size_px, seed
        self._smudge: Float32Array | None = None
        self._held: UInt8Array | None = None

    def before_lens(self, canvas: UInt8Array, timestamp_ns: int, part: Part = WHOLE) -> None:
        """Apply what sits on or before the lens: leaves, dirt, a focus that is off.

        The canvas shows a part of what the camera sees.
        """
        leaves = self._worst(FaultKind.FOLIAGE, timestamp_ns)
        if leaves:
            self._hang_leaves(canvas, part, leaves, timestamp_ns)
        dirt = self._worst(FaultKind.DIRT, timestamp_ns)
        if dirt:
            share = dirt * part.of(self._smudges(), (canvas.shape[1], canvas.shape[0]))[..., None]
            canvas[:] = (canvas * (1.0 - share) + share * np.array(DIRT_BGR, dtype=np.float32)).astype(
                np.uint8
            )
        blur = self._worst(FaultKind.DEFOCUS, timestamp_ns)
        if blur:
            canvas[:] = cv2.GaussianBlur(canvas, (0, 0), BLUR_PX * blur * canvas.shape[1] / 640)

    def behind_lens(self, canvas: UInt8Array, timestamp_ns: int) -> None:
        """Apply what goes wrong from the sensor on: bands, a signal that is lost."""
        bands = self._worst(FaultKind.BANDING, timestamp_ns)
        if bands:
            rows = np.linspace(0.0, BANDS, canvas.shape[0]) + BAND_HZ * (timestamp_ns % NS_PER_S) / NS_PER_S
            gain = 1.0 + BAND_SHARE * bands * np.sin(2 * np.pi * rows)
            canvas[:] = np.clip(canvas * gain[:, None, None], 0, 255).astype(np.uint8)
        if self._worst(FaultKind.LOST, timestamp_ns):
            canvas[:] = NO_SIGNAL

    def held(self, picture: UInt8Array, timestamp_ns: int) -> UInt8Array:
        """Return the picture, or the one at which it froze: the first of that time, label and all.

        A snapshot is then that one as well, in its own size.
        """
        if not self._worst(FaultKind.FROZEN, timestamp_ns):
            self._held = None
            return picture
        if self._held is None:
            self._held = picture.copy()
        if self._held.shape == picture.shape:
            return self._held.copy()
        return np.asarray(cv2.resize(self._held, picture.shape[1::-1]), dtype=np.uint8)

    def _worst(self, kind: FaultKind, timestamp_ns: int) -> float:
        return worst(self._faults, kind, timestamp_ns)

    def _smudges(self) -> Float32Array:
        """Return how much dirt lies before each pixel (H, W) of the whole picture, 0..1."""
        if self._smudge is None:
            width, height = self._size_px
            draw, mask = self._seed.generator("dirt"), np.zeros((height, width), dtype=np.float32)
            for _ in range(SMUDGES):
                at = (int(draw.uniform(0, width)), int(draw.uniform(0, height)))
                cv2.circle(
                    mask, at, int(draw.uniform(0.015, 0.09) * width), float(draw.uniform(0.4, 1.0)), -1
                )
            soft = cv2.GaussianBlur(mask, (0, 0), 0.016 * width)
            self._smudge = np.asarray(np.clip(soft, 0.0, 1.0), dtype=np.float32)
        return self._smudge

    def _hang_leaves(self, canvas: UInt8Array, part: Part, strength: float, timestamp_ns: int) -> None:
        """Paint a branch that hangs in from an upper corner and sways in the wind."""
        width, height = self._size_px
        draw = self._seed.generator("foliage")
        layers: list[MatLike] = [canvas.copy(), np.zeros(canvas.shape[:2], dtype=np.uint8)]
        left = draw.random() < 0.5
        sway = 0.012 * width * np.sin(2 * np.pi * 0.4 * (timestamp_ns / NS_PER_S % 5.0))
        for _ in range(LEAVES):
            reach, turn, size = draw.random() ** 0.7, draw.uniform(0, np.pi / 2), draw.uniform(0.02, 0.05)
            u = strength * 0.75 * width * reach * np.cos(turn) + sway * reach
            v = strength * 0.75 * height * reach * np.sin(turn)
            x, y = part.at(int(u if left else width - 1 - u), int(v))
            long_px = part.scale * size * width
            at, axes = (round(x), round(y)), (max(2, int(long_px)), max(1, int(0.4 * long_px)))
            colour = LEAF_BGR[int(draw.integers(len(LEAF_BGR)))]
            turned = float(draw.uniform(0, 180))
            for layer, paint in zip(layers, (colour, (255, 255, 255)), strict=True):
                cv2.ellipse(layer, at, axes, turned, 0, 360, paint, -1, cv2.LINE_AA)
        if part.past_glass:
            sigma = BEFORE_FOCUS * canvas.shape[1]
            layers = [cv2.GaussianBlur(layer, (0, 0), sigma) for layer in layers]
        leaves, share = layers[0], (layers[1] / 255.0).astype(np.float32)
        canvas[:] = cv2.blendLinear(leaves, canvas.copy(), share, 1.0 - share)
