"""RTSP for virtual cameras: the server runs under the system's Python, this side feeds it over a pipe."""

import json
import shutil
import struct
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from queue import Empty, Full, Queue

from detectors.datatypes.frame import Frame
from hardware_adapters.credentials import Credentials
from hardware_adapters.publish import gst_process
from hardware_adapters.publish.ports import Channel, PublishError

ADDRESS = "127.0.0.1"
STARTING_S = 15.0
WAITING = 8  # frames for the pipe; what does not fit is left out
SCRIPT = Path(gst_process.__file__)
PACKAGES = (
    "python3-gi gir1.2-gst-rtsp-server-1.0 gir1.2-gstreamer-1.0 gir1.2-gst-plugins-base-1.0 "
    "gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly"
)
PROBE = """
import gi
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gst, GstRtspServer
Gst.init(None)
lacking = [e for e in ("x264enc", "h264parse", "rtph264pay") if Gst.ElementFactory.find(e) is None]
raise SystemExit(", ".join(lacking) or 0)
"""


def system_python() -> str:
    """Return the Python that has gst-rtsp-server; raises PublishError that says what to install."""
    lacking = []
    for python in ("/usr/bin/python3", shutil.which("python3")):
        if python is None or not Path(python).exists():
            continue
        line = [python, "-W", "ignore", "-c", PROBE]
        done = subprocess.run(line, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603
        if done.returncode == 0:
            return python
        lacking += done.stderr.strip().splitlines()[-1:]
    reason = lacking[0] if lacking else "no python3"
    msg = f"RTSP needs gst-rtsp-server ({reason}): apt-get install --no-install-recommends {PACKAGES}"
    raise PublishError(msg)


class RtspPublisher:
    """Serves rtsp://127.0.0.1:PORT/NAME, H.264 over TCP or UDP, encoded only while somebody watches."""

    def __init__(
        self,
        channels: Sequence[Channel],
        port: int = 0,
        credentials: Credentials | None = None,
        *,
        speed: float = 1.0,
        begins_ns: int = 0,
    ) -> None:
        """Start the server; `begins_ns` is when the first picture will have been taken, 0 where unknown."""
        self._numbers = {channel.name: number for number, channel in enumerate(channels)}
        python = system_python()
        self.process = subprocess.Popen(  # noqa: S603 - our own script, nothing of the user's in it
            [python, "-W", "ignore", str(SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._queue: Queue[tuple[int, int, bytes] | None] = Queue(WAITING)
        self.left_out = 0
        # by the pipe, not by an argument: arguments show in the list of processes
        plan = _plan(channels, port, credentials)
        self._send({**plan, "speed": speed, "begins_ns": begins_ns}, b"")
        self.port = self._await_ready(port)
        self._thread = threading.Thread(target=self._pump, daemon=True)
        self._thread.start()

    def _await_ready(self, port: int) -> int:
        """Return the port that the server found; PublishError where it does not come up in time."""
        timer = threading.Timer(STARTING_S, self.process.kill)
        timer.start()
        said = self.process.stdout.readline() if self.process.stdout else b""
        timer.cancel()
        word, _, number = said.decode().partition(" ")
        if word != "ready" or int(number) <= 0:
            self._end()
            msg = f"rtsp port {port}: the server did not start; name another with --rtsp-port"
            raise PublishError(msg)
        return int(number)

    @property
    def alive(self) -> bool:
        """Whether the server still runs."""
        return self.process.poll() is None

    def give(self, frame: Frame) -> None:
        """Show `frame` on its channel; left out where the server is behind or gone."""
        try:
            item = (self._numbers[frame.view], frame.timestamp_ns, frame.image_bgr.tobytes())
            self._queue.put_nowait(item)
        except Full:
            self.left_out += 1

    def urls(self) -> dict[str, str]:
        """Return the URL of each channel."""
        return {name: f"rtsp://{ADDRESS}:{self.port}/{name}" for name in self._numbers}

    def close(self) -> None:
        """End the server."""
        try:
            self._queue.put(None, timeout=1.0)
            self._thread.join(2.0)
        except Full:
            pass
        self._end()

    def _end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue

    def _pump(self) -> None:
        while (item := self._queue.get()) is not None:
            try:
                self._send({"view": item[0], "taken_ns": item[1]}, item[2])
            except (OSError, ValueError):  # the server is gone: `alive` says so
                self._drain()
                return

    def _drain(self) -> None:
        try:
            while True:
                self._queue.get_nowait()
        except Empty:
            return

    def _send(self, header: dict[str, object], payload: bytes) -> None:
        if self.process.stdin is None:
            return
        text = json.dumps({**header, "size": len(payload)}).encode()
        self.process.stdin.write(struct.pack(">I", len(text)) + text + payload)
        self.process.stdin.flush()


def _plan(channels: Sequence[Channel], port: int, credentials: Credentials | None) -> dict[str, object]:
    views = [{"name": c.name, "width": c.size_px[0], "height": c.size_px[1], "fps": c.fps} for c in channels]
    return {
        "address": ADDRESS,
        "port": port,
        "user": credentials.user if credentials else "",
        "password": credentials.password if credentials else "",
        "views": views,
    }
