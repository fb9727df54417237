"""A video file as a source of frames, decoded with PyAV.

Not cv2.VideoCapture: a 48x48 rawvideo AVI kills it (measured with OpenCV 4.14 and 5.0).
"""

from collections.abc import Iterator
from pathlib import Path

import av
import av.container
import numpy as np

from detectors.datatypes.frame import NS_PER_S, Frame, TimeBase
from hardware_adapters.errors import SourceError

ADVICE = "give a whole recording (.mp4, .avi, .mkv), or copy it again from where it came"


class VideoFile:
    """FrameSource of one file. Timestamps follow the presentation times of the file."""

    def __init__(self, path: Path, view: str, start_ns: int | None, *, simulated: bool = False) -> None:
        self._path = path
        self._view = view
        self._start_ns = start_ns
        self._simulated = simulated
        with self._open() as container:
            stream = self._stream(container)
            rate = stream.average_rate or stream.guessed_rate
            self.fps = float(rate) if rate else 25.0
            self.frame_count = int(stream.frames)

    def frames(self) -> Iterator[Frame]:
        """Yield the frames; raises SourceError where the file breaks off or is damaged."""
        index = 0
        with self._open() as container:
            stream = self._stream(container)
            try:
                first = None
                for picture in container.decode(stream):
                    at = picture.time if picture.time is not None else index / self.fps
                    first = at if first is None else first
                    yield self._frame(index, at - first, picture)
                    index += 1
            except (av.FFmpegError, ValueError) as error:
                msg = f"{self._path}: broken after {index} frames ({_reason(error)}); {ADVICE}"
                raise SourceError(msg) from error
        self._check_end(index)

    def _check_end(self, index: int) -> None:
        if index == 0:
            msg = f"{self._path}: holds no picture that can be decoded; {ADVICE}"
            raise SourceError(msg)
        if index < 0.9 * self.frame_count:
            msg = f"{self._path}: breaks off after {index} of {self.frame_count} frames; {ADVICE}"
            raise SourceError(msg)

    def _frame(self, index: int, at_s: float, picture: av.VideoFrame) -> Frame:
        image = np.asarray(picture.to_ndarray(format="bgr24"), dtype=np.uint8)
        since_start_ns = round(at_s * NS_PER_S)
        base = TimeBase.MEDIA if self._start_ns is None else TimeBase.UTC
        timestamp_ns = since_start_ns + (self._start_ns or 0)
        return Frame(self._view, index, timestamp_ns, image, self._simulated, base)

    def _open(self) -> av.container.InputContainer:
        try:
            if self._path.stat().st_size == 0:
                msg = f"{self._path}: the file is empty; {ADVICE}"
                raise SourceError(msg)
            return av.open(str(self._path), "r")
        except (av.FFmpegError, OSError) as error:
            msg = f"{self._path}: not a video that can be read ({_reason(error)}); {ADVICE}"
            raise SourceError(msg) from error

    def _stream(self, container: av.container.InputContainer) -> av.VideoStream:
        streams = container.streams.video
        if not streams or not streams[0].codec_context.width:
            msg = f"{self._path}: holds no video stream; {ADVICE}"
            raise SourceError(msg)
        return streams[0]


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
