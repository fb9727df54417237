"""One suite for every live source: RTSP, MJPEG and snapshots, each against a server that is really there."""

from collections.abc import Iterator
from itertools import islice, pairwise

import numpy as np
import pytest

from detectors.datatypes.frame import Frame, TimeBase
from hardware_adapters.link import CameraAddress, ClockSource, LinkState
from hardware_adapters.live_source import LinkSettings, LiveSource
from hardware_adapters.publish.mjpeg_server import MjpegPublisher
from hardware_adapters.publish.rtsp_server import RtspPublisher
from hardware_adapters.registry import LIVE_KINDS
from hardware_adapters.sources import open_live
from tests.published_pictures import CHANNEL, SIZE_PX, grey, need_rtsp_server, number_of, on_air

FRAMES = 12


@pytest.fixture(scope="module", params=LIVE_KINDS)
def address(request: pytest.FixtureRequest) -> Iterator[tuple[str, CameraAddress]]:
    kind = str(request.param)
    if kind == "rtsp":
        need_rtsp_server()
    publisher = RtspPublisher([CHANNEL]) if kind == "rtsp" else MjpegPublisher([CHANNEL])
    url = publisher.urls()[CHANNEL.name]
    url = url.replace(".mjpg", ".jpg") if kind == "snapshot" else url
    with on_air([publisher]):
        yield kind, CameraAddress(url, period_s=0.1)


def opened(address: tuple[str, CameraAddress], *, simulated: bool = True) -> LiveSource:
    source = open_live(*address, "drawn", LinkSettings(simulated=simulated))
    source.start()
    return source


def taken(source: LiveSource, number: int = FRAMES) -> list[Frame]:
    frames = list(islice(source.frames(), number))
    source.close()
    return frames


@pytest.fixture(scope="module")
def frames(address: tuple[str, CameraAddress]) -> list[Frame]:
    return taken(opened(address))


def test_frames_come_in_the_order_of_their_time_numbered_from_0(frames: list[Frame]) -> None:
    assert [frame.index for frame in frames] == list(range(FRAMES))
    assert all(before.timestamp_ns < after.timestamp_ns for before, after in pairwise(frames))
    assert {frame.view for frame in frames} == {"drawn"}
    assert {frame.snapshot for frame in frames} == {None}


def test_pictures_are_of_one_size_in_colour_and_read_only(frames: list[Frame]) -> None:
    for frame in frames:
        assert frame.size_px == SIZE_PX
        assert frame.image_bgr.dtype == np.uint8
        assert not frame.image_bgr.flags.writeable


def test_each_frame_says_when_it_was_taken_not_when_it_came(frames: list[Frame]) -> None:
    for frame in frames:
        assert float(frame.image_bgr.mean()) == pytest.approx(grey(number_of(frame)), abs=2)
    assert {frame.time_base for frame in frames} == {TimeBase.UTC}


def test_the_mark_of_the_simulated_stays_on_every_frame(frames: list[Frame]) -> None:
    assert {frame.simulated for frame in frames} == {True}


def test_a_clock_of_another_day_is_not_believed_of_a_real_camera(address: tuple[str, CameraAddress]) -> None:
    source = opened(address, simulated=False)
    assert {frame.time_base for frame in taken(source, 3)} == {TimeBase.MEDIA}


def test_who_looks_late_gets_the_latest_and_the_rest_is_counted(address: tuple[str, CameraAddress]) -> None:
    source = opened(address)
    frames = source.frames()
    first = next(frames)
    while source.status().dropped_mailbox < 5:
        source._stop.wait(0.05)
    later = list(islice(frames, 2))
    assert number_of(later[0]) - number_of(first) >= 5
    assert number_of(later[1]) - number_of(later[0]) <= 2
    source.close()


def test_a_source_tells_how_it_is_doing_and_ends_when_closed(address: tuple[str, CameraAddress]) -> None:
    source = opened(address)
    frames = source.frames()
    assert len(list(islice(frames, 5))) == 5
    status = source.status()
    assert status.state is LinkState.LIVE
    assert status.clock in (ClockSource.RTCP_SR, ClockSource.CAMERA)
    assert status.fps == pytest.approx(10, abs=3)
    assert (status.reconnects, status.suspect, status.last_error) == (0, 0, "")
    source.close()
    assert list(frames) == []
