"""Writes pictures to an .mp4 file (H.264); the file appears when it is complete."""

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import av.container
import av.video.stream
import numpy as np
from numpy.typing import NDArray


class VideoWriter:
    """A context manager: leaving it normally puts the file in its place, an error leaves nothing."""

    def __init__(self, path: Path, *, fps: float) -> None:
        self._path = path
        self._draft = path.with_name(path.name + ".part")
        self._fps = Fraction(fps).limit_denominator(1000)
        self._container = av.open(str(self._draft), "w", format="mp4")
        self._stream: av.video.stream.VideoStream | None = None

    def write(self, image_bgr: NDArray[np.uint8]) -> None:
        """Append a picture (h, w, 3); odd sizes lose their last row or column."""
        height, width = (n - n % 2 for n in image_bgr.shape[:2])
        if self._stream is None:
            self._stream = self._open(width, height)
        picture = np.ascontiguousarray(image_bgr[:height, :width])
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
        self._container.mux(self._stream.encode(frame))

    def _open(self, width: int, height: int) -> av.video.stream.VideoStream:
        options = {"crf": "20", "preset": "veryfast"}
        stream = self._container.add_stream("libx264", rate=self._fps, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        return stream

    def close(self) -> None:
        """Finish the file and put it in its place."""
        if self._stream is not None:
            self._container.mux(self._stream.encode())
        self._container.close()
        self._draft.replace(self._path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._container.close()
            self._draft.unlink(missing_ok=True)
