"""One picture from one view, with the time at which it was taken."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from detectors.datatypes.arrays import ShapeError, UInt8Array, frozen_array
from detectors.datatypes.camera import PinholeCamera

NS_PER_S = 1_000_000_000


class TimeBase(StrEnum):
    """What `timestamp_ns` counts from."""

    UTC = "utc"  # 1970-01-01T00:00Z: the time of day is known
    MEDIA = "media"  # the first frame of a recording: the time of day is unknown


@dataclass(frozen=True, slots=True)
class SnapshotTag:
    """Marks a frame as the answer to `CameraControl.request`; `camera` is the zoomed optics."""

    request_id: str
    zoom: float
    camera: PinholeCamera | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A picture: `image_bgr` (height, width, 3) uint8, read-only.

    `index` counts the frames of its view from 0. `simulated` marks pictures that can never be
    evidence against anybody. A frame with a `snapshot` tag is not part of the video.
    """

    view: str
    index: int
    timestamp_ns: int
    image_bgr: UInt8Array
    simulated: bool
    time_base: TimeBase = TimeBase.UTC
    snapshot: SnapshotTag | None = None

    def __post_init__(self) -> None:
        given = np.asarray(self.image_bgr)
        if given.ndim != 3 or given.shape[2] != 3 or given.dtype != np.uint8:
            msg = (
                f"Frame {self.view}#{self.index}: expected a picture (height, width, 3) of uint8, "
                f"got {given.shape} of {given.dtype}; repeat a grey channel three times, scale to 8 bits"
            )
            raise ShapeError(msg)
        image = frozen_array(f"Frame {self.view}#{self.index}", self.image_bgr, (None, None, 3), np.uint8)
        if image.shape[0] < 1 or image.shape[1] < 1:
            msg = f"Frame {self.view}#{self.index}: the picture is empty"
            raise ShapeError(msg)
        object.__setattr__(self, "image_bgr", image)

    @property
    def size_px(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.image_bgr.shape[1], self.image_bgr.shape[0]
