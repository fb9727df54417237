"""A folder of pictures as a source of frames, in the order of their names."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from detectors.datatypes.frame import NS_PER_S, Frame, TimeBase
from hardware_adapters.errors import SourceError

SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp"}


class ImageFolder:
    """FrameSource of one folder; the pictures were taken `fps` a second."""

    def __init__(
        self, path: Path, view: str, start_ns: int | None, *, simulated: bool = False, fps: float = 5.0
    ) -> None:
        self._files = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES)
        if not self._files:
            msg = f"{path}: holds no picture; put files ending in {', '.join(sorted(SUFFIXES))} there"
            raise SourceError(msg)
        self._view = view
        self._start_ns = start_ns
        self._simulated = simulated
        self.fps = fps
        self.frame_count = len(self._files)

    def frames(self) -> Iterator[Frame]:
        """Yield the pictures; raises SourceError for one that cannot be decoded or has another size."""
        size = None
        base = TimeBase.MEDIA if self._start_ns is None else TimeBase.UTC
        for index, file in enumerate(self._files):
            image = _read(file)
            size = image.shape if size is None else size
            if image.shape != size:
                height_px, width_px = image.shape[:2]
                msg = f"{file}: expected {size[1]} x {size[0]} px as before, got {width_px} x {height_px}"
                raise SourceError(msg)
            timestamp_ns = (self._start_ns or 0) + round(index * NS_PER_S / self.fps)
            yield Frame(self._view, index, timestamp_ns, image, self._simulated, base)


def _read(file: Path) -> np.ndarray:
    data = np.frombuffer(file.read_bytes(), dtype=np.uint8)
    image = cv2.imdecode(data, cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH) if len(data) else None
    if image is None:
        msg = f"{file}: not a picture that can be decoded; remove it or copy it again"
        raise SourceError(msg)
    if image.dtype != np.uint8:  # which of its bits are used the file does not say
        msg = f"{file}: expected 8 bits a channel, got {8 * image.itemsize}; convert it to 8 bits first"
        raise SourceError(msg)
    return np.asarray(image, dtype=np.uint8)
