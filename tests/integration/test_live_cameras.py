"""Live cameras that fail: against gst-rtsp-server and our own MJPEG server, on loopback."""

import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from detectors.datatypes.frame import NS_PER_S, Frame
from hardware_adapters.clock import monotonic_ns, pause_until
from hardware_adapters.credentials import Credentials
from hardware_adapters.link import CameraAddress, LinkState
from hardware_adapters.live_source import LinkSettings, LiveSource
from hardware_adapters.publish.mjpeg_server import MjpegPublisher
from hardware_adapters.publish.ports import Channel, Publisher
from hardware_adapters.publish.rtsp_server import RtspPublisher
from hardware_adapters.rtsp import RtspCamera
from hardware_adapters.sources import open_live
from tests.published_pictures import CHANNEL, EVENING_NS, need_rtsp_server, on_air

CANARY = "k4nari:/@%kuning"  # no output may hold it
RIGHT = Credentials("admin", "benar:/@%")
PROGRAM = "from scenarios.cli.main import run; run()"


class Watcher:
    """Takes frames as an engine would, and looks at the state."""

    def __init__(self, kind: str, address: CameraAddress) -> None:
        self.source: LiveSource = open_live(kind, address, "street", LinkSettings(simulated=True))
        self.frames = 0
        self._thread = threading.Thread(target=self._take, daemon=True)
        self.source.start()
        self._thread.start()

    def _take(self) -> None:
        while not self.source.closed:
            for _ in self.source.frames():
                self.frames += 1

    @property
    def state(self) -> LinkState:
        return self.source.status().state

    def seconds_until(self, holds: Callable[[], bool], most_s: float) -> float:
        """Wait until something holds; return how long that took."""
        began_ns = monotonic_ns()
        while not holds():
            waited_s = (monotonic_ns() - began_ns) / 1e9
            assert waited_s < most_s, self.source.status()
            threading.Event().wait(0.02)
        return (monotonic_ns() - began_ns) / 1e9

    def seconds_until_more(self, most_s: float) -> float:
        before = self.frames
        return self.seconds_until(lambda: self.frames > before, most_s)

    def seconds_until_state(self, state: LinkState, most_s: float) -> float:
        return self.seconds_until(lambda: self.state is state, most_s)

    def close(self) -> None:
        self.source.close()
        self._thread.join(5)


def rtsp(port: int = 0, credentials: Credentials | None = None) -> RtspPublisher:
    need_rtsp_server()
    return RtspPublisher([CHANNEL], port, credentials)


def mjpeg(port: int = 0, credentials: Credentials | None = None) -> MjpegPublisher:
    return MjpegPublisher([CHANNEL], port, credentials)


KINDS = {"rtsp": rtsp, "mjpeg": mjpeg}


def watching(kind: str, publisher: Publisher, credentials: Credentials | None = None) -> Watcher:
    return Watcher(kind, CameraAddress(publisher.urls()["street"], credentials))


@pytest.mark.parametrize("kind", KINDS)
def test_a_password_with_odd_characters_opens_the_camera(kind: str) -> None:
    publisher = KINDS[kind](0, RIGHT)
    with on_air([publisher]):
        watcher = watching(kind, publisher, RIGHT)
        watcher.seconds_until_more(5)
        watcher.close()


def test_a_fast_street_arrives_whole_although_its_first_picture_was_late() -> None:
    """The first picture sets the clock of the server; those after it then seem to come from the future."""
    need_rtsp_server()
    speed, late_s, size_px = 4.0, 0.6, (640, 360)
    publisher = RtspPublisher([Channel("street", size_px, 1.0)], speed=speed)
    camera = RtspCamera(CameraAddress(publisher.urls()["street"]))
    stop, seen = threading.Event(), list[int]()

    def watch() -> None:
        for shot in camera.shots():
            seen.append(round((shot.pts_ns or 0) / NS_PER_S))
            if stop.is_set():
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    began_ns = monotonic_ns()
    for number in range(48):
        image = np.full((size_px[1], size_px[0], 3), 40 + number, np.uint8)
        publisher.give(Frame("street", number, EVENING_NS + number * NS_PER_S, image, simulated=True))
        pause_until(began_ns + round(((number + 1) / speed - late_s) * NS_PER_S))
    stop.set()
    publisher.close()
    watcher.join(5)
    whole = seen[-1] - seen[0] + 1
    assert whole > 20
    assert len(set(seen)) > 0.9 * whole


def test_who_connects_before_the_first_picture_is_told_the_day_of_the_street() -> None:
    """The clock of the server must be that of the street before anybody asks for it."""
    need_rtsp_server()
    publisher = RtspPublisher([Channel("street", (640, 360), 1.0)], speed=2.0, begins_ns=EVENING_NS)
    stop, told_s = threading.Event(), list[float]()

    def watch() -> None:
        with av.open(publisher.urls()["street"], options={"rtsp_transport": "tcp"}, timeout=5.0) as stream:
            for packet in stream.demux(video=0):
                if packet.has_sidedata("prft"):
                    taken_us = struct.unpack("<q", bytes(packet.get_sidedata("prft"))[:8])[0]
                    told_s.append(taken_us / 1e6 - EVENING_NS / NS_PER_S)
                if stop.is_set():
                    return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    pause_until(monotonic_ns() + NS_PER_S)
    began_ns = monotonic_ns()
    for number in range(24):
        image = np.full((360, 640, 3), 40 + number, np.uint8)
        publisher.give(Frame("street", number, EVENING_NS + number * NS_PER_S, image, simulated=True))
        pause_until(began_ns + round((number + 1) / 2 * NS_PER_S))
    stop.set()
    publisher.close()
    watcher.join(5)
    assert len(told_s) > 5
    assert all(-1 < at_s < 24 for at_s in told_s), told_s


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_password_is_refused_quickly_and_not_tried_again_at_once(kind: str) -> None:
    publisher = KINDS[kind](0, RIGHT)
    with on_air([publisher]):
        watcher = watching(kind, publisher, Credentials("admin", CANARY))
        assert watcher.seconds_until_state(LinkState.AUTH_FAILED, 2) < 1
        status = watcher.source.status()
        assert "401" in status.last_error
        assert "kuning" not in repr(status)
        watcher.close()


@pytest.mark.parametrize("kind", KINDS)
def test_an_address_where_there_is_nothing_is_refused_too(kind: str) -> None:
    publisher = KINDS[kind]()
    with on_air([publisher]):
        address = CameraAddress(publisher.urls()["street"].replace("street", "nowhere"))
        watcher = Watcher(kind, address)
        watcher.seconds_until_state(LinkState.AUTH_FAILED, 2)
        assert "404" in watcher.source.status().last_error
        watcher.close()


def test_a_server_that_is_killed_and_comes_back_is_found_within_5_seconds() -> None:
    first = rtsp()
    with on_air([first]) as publishers:
        watcher = watching("rtsp", first)
        watcher.seconds_until_more(5)
        first.process.send_signal(signal.SIGKILL)
        watcher.seconds_until_state(LinkState.STALE, 4)
        watcher.seconds_until(lambda: watcher.source.status().last_error != "", 4)
        publishers.append(rtsp(first.port))
        assert watcher.seconds_until_more(10) <= 5
        assert watcher.state is LinkState.LIVE
        assert watcher.source.status().reconnects == 1
        watcher.close()


def test_a_stall_of_8_seconds_is_reported_and_ends_when_the_server_goes_on() -> None:
    publisher = rtsp()
    with on_air([publisher]):
        watcher = watching("rtsp", publisher)
        watcher.seconds_until_more(5)
        began_ns = monotonic_ns()
        os.kill(publisher.process.pid, signal.SIGSTOP)
        try:
            assert 1.5 < watcher.seconds_until_state(LinkState.STALE, 4) < 3
            watcher.seconds_until(lambda: monotonic_ns() - began_ns > 8_000_000_000, 9)
            assert watcher.state is LinkState.STALE
        finally:
            os.kill(publisher.process.pid, signal.SIGCONT)
        assert watcher.seconds_until_state(LinkState.LIVE, 10) <= 5
        watcher.seconds_until_more(5)
        watcher.close()


def test_an_mjpeg_server_that_goes_away_and_comes_back_is_found() -> None:
    first = mjpeg()
    with on_air([first]) as publishers:
        watcher = watching("mjpeg", first)
        watcher.seconds_until_more(5)
        publishers.remove(first)
        first.close()
        watcher.seconds_until_state(LinkState.STALE, 4)
        publishers.append(mjpeg(first.port))
        assert watcher.seconds_until_more(10) <= 5
        watcher.close()


@pytest.mark.parametrize("kind", KINDS)
def test_no_output_of_the_program_holds_a_password(kind: str, tmp_path: Path) -> None:
    publisher = KINDS[kind](0, RIGHT)
    estate = tmp_path / "estate.toml"
    url = publisher.urls()["street"]
    (tmp_path / "secret.txt").write_text(f"admin:{CANARY}\n", encoding="utf-8")
    out = tmp_path / "out"
    cameras = {
        "by-env": (url, "env:CAM07"),
        "by-file": (url, "file:secret.txt"),
        "nobody": (url + "x", "env:CAM07"),
    }
    estate.write_text(
        "".join(
            f'[[camera]]\nid = "{name}"\n[camera.source]\nkind = "{kind}"\nurl = "{at}"\n'
            f'credentials = "{held}"\n'
            for name, (at, held) in cameras.items()
        ),
        encoding="utf-8",
    )
    line = [sys.executable, "-c", PROGRAM, "live", str(estate), "--duration", "3", "--out", str(out)]
    with on_air([publisher]):
        done = subprocess.run(
            line, capture_output=True, check=False, timeout=60, env={**os.environ, "CAM07": f"admin:{CANARY}"}
        )
    assert done.returncode == 3, done.stderr
    assert b"auth failed" in done.stdout
    written = [path.read_bytes() for path in out.rglob("*") if path.is_file()]
    assert len(written) >= 2
    for said in (done.stdout, done.stderr, *written):
        for form in (CANARY, "k4nari", "kuning", "YWRtaW46azRuYXJp"):
            assert form.encode() not in said
