"""Virtual cameras for tests: pictures whose grey tells their number, published on loopback."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import pytest

from detectors.datatypes.frame import Frame
from hardware_adapters.clock import monotonic_ns, pause_until
from hardware_adapters.publish.ports import Channel, Publisher, PublishError
from hardware_adapters.publish.rtsp_server import system_python

EVENING_NS = 1_764_230_220_000_000_000  # 2025-11-27 15:57 WITA
FPS = 10
STEP_NS = 1_000_000_000 // FPS
SIZE_PX = (320, 180)
GREYS = 40
CHANNEL = Channel("street", SIZE_PX, FPS)


def grey(number: int) -> int:
    return 20 + 5 * (number % GREYS)


def picture(number: int) -> Frame:
    image = np.full((SIZE_PX[1], SIZE_PX[0], 3), grey(number), np.uint8)
    return Frame(CHANNEL.name, number, EVENING_NS + number * STEP_NS, image, simulated=True)


def number_of(frame: Frame) -> int:
    """Return which picture was taken at the time that the frame says."""
    return round((frame.timestamp_ns - EVENING_NS) / STEP_NS)


@contextmanager
def on_air(publishers: Sequence[Publisher]) -> Iterator[list[Publisher]]:
    """Publish ten pictures a second; the list may be changed meanwhile."""
    shown, stop = list(publishers), threading.Event()

    def play() -> None:
        began_ns, number = monotonic_ns(), 0
        while not stop.is_set():
            for publisher in list(shown):
                publisher.give(picture(number))
            number += 1
            pause_until(began_ns + number * STEP_NS)

    player = threading.Thread(target=play, daemon=True)
    player.start()
    try:
        yield shown
    finally:
        stop.set()
        player.join(5)
        for publisher in shown:
            publisher.close()


def need_rtsp_server() -> None:
    """Skip the test where there is no gst-rtsp-server."""
    try:
        system_python()
    except PublishError as error:
        pytest.skip(str(error))
