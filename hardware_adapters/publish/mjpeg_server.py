"""MJPEG and snapshots over HTTP, on loopback: the virtual camera that always works.

With http.server of the standard library: a thread a watcher, and nothing to install.
"""

import base64
import hmac
import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2

from detectors.datatypes.frame import NS_PER_S, Frame
from hardware_adapters.credentials import Credentials
from hardware_adapters.publish.ports import Channel, PublishError

ADDRESS = "127.0.0.1"
QUALITY = 95
BOUNDARY = "picture"
QUIET_S = 1.0
SENDING_S = 10.0


@dataclass(frozen=True, slots=True)
class _Picture:
    number: int
    taken_ns: int
    jpeg: bytes


class _Latest:
    """The latest picture of one channel."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._picture: _Picture | None = None
        self._closed = False

    def show(self, taken_ns: int, jpeg: bytes) -> None:
        with self._changed:
            number = self._picture.number + 1 if self._picture else 1
            self._picture = _Picture(number, taken_ns, jpeg)
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def after(self, number: int) -> _Picture | None:
        """Wait for a picture later than `number`; None where the channel is closed."""
        with self._changed:
            while not self._closed and (self._picture is None or self._picture.number <= number):
                self._changed.wait(QUIET_S)
            return None if self._closed else self._picture


class MjpegPublisher:
    """Serves /NAME.mjpg, /NAME.jpg and, at /, the names. Each picture says X-Timestamp, s since 1970."""

    def __init__(
        self, channels: Sequence[Channel], port: int = 0, credentials: Credentials | None = None
    ) -> None:
        self._latest = {channel.name: _Latest() for channel in channels}
        try:
            self._server = _Server((ADDRESS, port), partial(_Handler, self._latest, _expected(credentials)))
        except OSError as error:
            msg = f"http port {port}: {error.strerror}; name another with --http-port"
            raise PublishError(msg) from error
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        self._thread.start()

    def give(self, frame: Frame) -> None:
        """Show `frame` on its channel."""
        done, jpeg = cv2.imencode(".jpg", frame.image_bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        if done:
            self._latest[frame.view].show(frame.timestamp_ns, jpeg.tobytes())

    def urls(self) -> dict[str, str]:
        """Return the URL of each MJPEG stream; with .jpg in place of .mjpg it gives one picture."""
        return {name: f"http://{ADDRESS}:{self.port}/{name}.mjpg" for name in self._latest}

    def close(self) -> None:
        """Stop, and let go of the port."""
        for latest in self._latest.values():
            latest.close()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _expected(credentials: Credentials | None) -> str | None:
    if credentials is None:
        return None
    pair = f"{credentials.user}:{credentials.password}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """Say nothing: watchers come and go."""


class _Handler(BaseHTTPRequestHandler):
    timeout = SENDING_S

    def __init__(self, latest: dict[str, _Latest], expected: str | None, *rest: object) -> None:
        self._latest = latest
        self._expected = expected
        super().__init__(*rest)  # type: ignore[arg-type]

    def log_message(self, *_: object) -> None:
        """Log nothing: the terminal belongs to the program."""

    def do_GET(self) -> None:
        """Answer one request."""
        name, _, kind = self.path.partition("?")[0].lstrip("/").rpartition(".")
        if self._expected and not hmac.compare_digest(self.headers.get("Authorization", ""), self._expected):
            self.send_response(HTTPStatus.UNAUTHORIZED)
            self.send_header("WWW-Authenticate", 'Basic realm="camera"')
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path == "/":
            self._answer("application/json", json.dumps(sorted(self._latest)).encode())
        elif name in self._latest and kind == "mjpg":
            self._stream(self._latest[name])
        elif name in self._latest and kind == "jpg":
            self._snapshot(self._latest[name])
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def _answer(self, kind: str, body: bytes, stamp: str | None = None) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if stamp:
            self.send_header("X-Timestamp", stamp)
        self.end_headers()
        self.wfile.write(body)

    def _snapshot(self, latest: _Latest) -> None:
        picture = latest.after(0)
        if picture is not None:
            self._answer("image/jpeg", picture.jpeg, _stamp(picture))

    def _stream(self, latest: _Latest) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={BOUNDARY}")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        for picture in _following(latest):
            head = (
                f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture.jpeg)}\r\n"
                f"X-Timestamp: {_stamp(picture)}\r\n\r\n"
            )
            self.wfile.write(head.encode() + picture.jpeg + b"\r\n")


def _following(latest: _Latest) -> Iterator[_Picture]:
    number = 0
    while (picture := latest.after(number)) is not None:
        number = picture.number
        yield picture


def _stamp(picture: _Picture) -> str:
    whole_s, rest_ns = divmod(picture.taken_ns, NS_PER_S)
    return f"{whole_s}.{rest_ns:09d}"
