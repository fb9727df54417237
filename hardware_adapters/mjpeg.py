"""Cameras that send one JPEG picture after the other in one endless answer (multipart/x-mixed-replace)."""

import http.client
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesHeaderParser

from detectors.datatypes.frame import NS_PER_S
from hardware_adapters.clock import monotonic_ns
from hardware_adapters.http_camera import MOST_BYTES, HttpCamera, shot_of
from hardware_adapters.link import CameraAddress, Shot

CHUNK = 65536
HEADERS_END = b"\r\n\r\n"
MOST_HEADERS = 16_384


class MjpegCamera:
    """One MJPEG camera."""

    def __init__(self, address: CameraAddress) -> None:
        self._address = address
        self._http = HttpCamera(address)

    def shots(self) -> Iterator[Shot]:
        """Connect, and yield what it sends until it ends; raises RefusedError or LostError."""
        with self._http.get() as answer:
            kind = answer.headers.get_content_maintype()
            boundary = (answer.headers.get_boundary() or "").removeprefix("--")
            if kind != "multipart" or not boundary:
                msg = f"expected a multipart stream, got {answer.headers.get_content_type()}"
                raise self._http.lost(msg)
            _set_timeout(answer, self._address.read_s)
            parts = Parts(answer, b"--" + boundary.encode(), self._address.read_s)
            try:
                while (part := parts.following()) is not None:
                    yield shot_of(part[1], part[0])
            except (OSError, ValueError, http.client.HTTPException) as error:
                raise self._http.lost(error) from None


def _set_timeout(answer: http.client.HTTPResponse, seconds: float) -> None:
    """Bound every read. The socket of an answer lies deep; where it cannot be found, `open_s` holds."""
    raw = getattr(getattr(answer, "fp", None), "raw", None)
    socket = getattr(raw, "_sock", None)
    if socket is not None:
        socket.settimeout(seconds)


class Parts:
    """Takes a multipart stream apart: by Content-Length where it is given, else by the boundary."""

    def __init__(self, stream: http.client.HTTPResponse, boundary: bytes, part_s: float) -> None:
        self._stream = stream
        self._boundary = boundary
        self._part_ns = round(part_s * NS_PER_S)
        self._held = b""
        self._deadline_ns = 0

    def following(self) -> tuple[Message, bytes] | None:
        """Return headers and body of the next part, None at the end; ValueError where it is no stream."""
        self._deadline_ns = monotonic_ns() + self._part_ns
        if not self._drop_through(self._boundary) or not self._fill_to(HEADERS_END, MOST_HEADERS):
            return None
        head, _, self._held = self._held.partition(HEADERS_END)
        headers = BytesHeaderParser().parsebytes(head.lstrip(b"\r\n"))
        length = headers.get("Content-Length", "")
        if length.isdecimal():
            return self._body(headers, int(length))
        if not self._fill_to(b"\r\n" + self._boundary, MOST_BYTES):
            return None
        body, _, rest = self._held.partition(b"\r\n" + self._boundary)
        self._held = self._boundary + rest
        return headers, body

    def _body(self, headers: Message, length: int) -> tuple[Message, bytes] | None:
        if length > MOST_BYTES:
            msg = f"a picture of {length} bytes, at most {MOST_BYTES} are taken"
            raise ValueError(msg)
        while len(self._held) < length:
            if not self._more():
                return None
        body, self._held = self._held[:length], self._held[length:]
        return headers, body

    def _drop_through(self, mark: bytes) -> bool:
        if not self._fill_to(mark, MOST_BYTES):
            return False
        self._held = self._held.partition(mark)[2]
        return True

    def _fill_to(self, mark: bytes, most: int) -> bool:
        while mark not in self._held:
            if len(self._held) > most:
                msg = f"{most} bytes without the {mark!r} of a multipart stream"
                raise ValueError(msg)
            if not self._more():
                return False
        return True

    def _more(self) -> bool:
        if monotonic_ns() > self._deadline_ns:
            msg = f"no whole picture within {self._part_ns / NS_PER_S:g} s"
            raise TimeoutError(msg)
        read = self._stream.read1(CHUNK)
        self._held += read
        return bool(read)
