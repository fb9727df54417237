"""How a live source takes what a camera does: a camera that follows a script, no network."""

import threading
from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest

from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.frame import NS_PER_S, TimeBase
from hardware_adapters.clock import monotonic_ns, utc_ns
from hardware_adapters.credentials import Credentials, Mask
from hardware_adapters.errors import SourceError
from hardware_adapters.link import MS, ClockSource, LinkState, LostError, RefusedError, Shot
from hardware_adapters.live_source import LinkSettings, LiveSource

QUICK = LinkSettings(stale_s=0.15, offline_s=0.4)
DAY_NS = 86_400 * NS_PER_S


def image() -> UInt8Array:
    return np.zeros((4, 6, 3), np.uint8)


def broken() -> UInt8Array:
    msg = "no picture"
    raise SourceError(msg)


def shot(
    taken_ns: int | None = None, *, suspect: bool = False, whole: bool = True, clock: str = "camera"
) -> Shot:
    now_ns, now_utc_ns = monotonic_ns(), utc_ns()
    at_ns = now_utc_ns if taken_ns is None else taken_ns
    made = image if whole else broken
    return Shot(None, at_ns, ClockSource(clock), now_ns, now_utc_ns, at_ns, made, suspect)


class Script:
    """A camera: each session yields what a function makes, `None` waits for the next tick."""

    def __init__(self, *sessions: list[object]) -> None:
        self._sessions = list(sessions)
        self.opened = 0
        self.go = threading.Semaphore(0)

    def shots(self) -> Iterator[Shot]:
        self.opened += 1
        if not self._sessions:
            threading.Event().wait(30)
        for item in self._sessions.pop(0):
            self.go.acquire()
            if isinstance(item, Exception):
                raise item
            assert isinstance(item, dict)
            yield shot(**item)


def source_of(camera: Script, settings: LinkSettings = QUICK, mask: Mask | None = None) -> LiveSource:
    source = LiveSource("view", camera, mask or Mask(), settings)
    source.start()
    return source


def wait_for(source: LiveSource, state: LinkState) -> None:
    until_ns = monotonic_ns() + 3 * NS_PER_S
    while source.status().state is not state:
        assert monotonic_ns() < until_ns, source.status()
        threading.Event().wait(0.01)


def taken(camera: Script, source: LiveSource, number: int) -> list[int]:
    """Let the camera send one picture after the other, as the engine asks for them."""
    frames, found = source.frames(), []
    for _ in range(number):
        camera.go.release()
        found.append(next(frames).timestamp_ns)
    return found


def test_a_camera_is_connecting_then_live_then_stale_then_offline() -> None:
    camera = Script([{}, {}])
    source = source_of(camera)
    assert source.status().state is LinkState.CONNECTING
    taken(camera, source, 1)
    for state in (LinkState.LIVE, LinkState.STALE, LinkState.OFFLINE):
        wait_for(source, state)
    camera.go.release()
    wait_for(source, LinkState.LIVE)
    source.close()


def test_a_camera_that_never_answers_is_offline() -> None:
    camera = Script([LostError("no route")])
    source = source_of(camera)
    camera.go.release()
    wait_for(source, LinkState.OFFLINE)
    assert source.status().last_error == "no route"
    source.close()


def test_a_camera_that_refuses_is_not_asked_again_soon() -> None:
    camera = Script([RefusedError("401")], [{}])
    source = source_of(camera)
    camera.go.release(2)
    wait_for(source, LinkState.AUTH_FAILED)
    threading.Event().wait(1.0)
    assert camera.opened == 1
    assert source.status().state is LinkState.AUTH_FAILED
    source.close()


def test_a_session_that_ends_is_followed_by_another() -> None:
    camera = Script([{}], [{}, {}])
    source = source_of(camera)
    taken(camera, source, 2)
    assert source.status().reconnects == 1
    source.close()


def test_an_error_of_any_kind_does_not_end_the_watch() -> None:
    camera = Script([ZeroDivisionError("odd")], [{}])
    source = source_of(camera)
    camera.go.release()
    assert len(taken(camera, source, 1)) == 1
    source.close()


def test_the_password_is_masked_in_what_a_status_says() -> None:
    mask = Mask(Credentials("admin", "kanari"))
    camera = Script([LostError("rtsp://admin:kanari@x/ refused kanari")])
    source = source_of(camera, mask=mask)
    camera.go.release()
    wait_for(source, LinkState.OFFLINE)
    assert source.status().last_error == "rtsp://***@x/ refused ***"
    source.close()


def test_a_picture_sent_again_is_no_sign_of_life() -> None:
    at_ns = utc_ns()
    camera = Script([{"taken_ns": at_ns}, {"taken_ns": at_ns}, {"taken_ns": at_ns}])
    source = source_of(camera)
    taken(camera, source, 1)
    threading.Event().wait(0.2)
    camera.go.release(2)
    threading.Event().wait(0.05)
    assert source.status().state is LinkState.STALE
    assert source.status().repeated == 2
    source.close()


def test_damaged_undecodable_and_disordered_pictures_are_left_out_and_counted() -> None:
    now_ns = utc_ns()
    times = [now_ns + step * MS for step in (0, 1, 2, -5, 4)]
    script: list[object] = [{"taken_ns": at} for at in times]
    script[1] = {"taken_ns": times[1], "suspect": True}
    script[2] = {"taken_ns": times[2], "whole": False}
    camera = Script(script)
    source = source_of(camera)
    assert taken(camera, source, 1) == [times[0]]
    threading.Thread(target=slowly, args=(camera, 4), daemon=True).start()
    assert [frame.timestamp_ns for frame in islice(source.frames(), 1)] == [times[4]]
    status = source.status()
    assert (status.suspect, status.undecodable, status.dropped_order) == (1, 1, 1)
    source.close()


def slowly(camera: Script, number: int) -> None:
    for _ in range(number):
        camera.go.release()
        threading.Event().wait(0.05)


@pytest.mark.parametrize(("jump_ns", "simulated"), [(-DAY_NS, True), (-DAY_NS, False), (5 * NS_PER_S, False)])
def test_a_jump_of_the_clock_ends_the_frames_and_begins_new_ones(jump_ns: int, simulated: bool) -> None:
    now_ns = utc_ns()
    camera = Script([{"taken_ns": now_ns}, {"taken_ns": now_ns + jump_ns}])
    source = source_of(camera, LinkSettings(simulated=simulated))
    camera.go.release()
    frames = source.frames()
    next(frames)
    camera.go.release()
    assert list(frames) == []
    after = next(source.frames())
    assert (after.index, after.timestamp_ns) == (0, now_ns + jump_ns)
    source.close()


def test_an_outage_is_no_jump() -> None:
    camera = Script([{}, {}])
    source = source_of(camera)
    frames = source.frames()
    camera.go.release()
    next(frames)
    threading.Event().wait(1.2)
    camera.go.release()
    assert next(frames).index == 1
    source.close()


@pytest.mark.parametrize(
    ("clock", "off_ns", "allowed_ms", "base"),
    [
        ("rtcp_sr", 0, 100, TimeBase.UTC),
        ("rtcp_sr", 3 * NS_PER_S, 100, TimeBase.MEDIA),
        ("arrival", 0, 100, TimeBase.MEDIA),
        ("arrival", 0, 1000, TimeBase.UTC),
    ],
)
def test_the_time_of_day_counts_only_where_it_is_sure(
    clock: str, off_ns: int, allowed_ms: int, base: TimeBase
) -> None:
    camera = Script([{"clock": clock, "taken_ns": utc_ns() + off_ns}])
    source = source_of(camera, LinkSettings(max_uncertainty_ns=allowed_ms * MS))
    camera.go.release()
    assert next(source.frames()).time_base is base
    source.close()


def test_in_the_simulation_a_picture_waits_for_the_clock_of_the_camera() -> None:
    camera = Script([{"clock": "arrival"}, {"taken_ns": 5 * DAY_NS}])
    source = source_of(camera, LinkSettings(simulated=True))
    camera.go.release(2)
    assert next(source.frames()).timestamp_ns == 5 * DAY_NS
    source.close()


def test_more_pictures_than_asked_for_are_not_taken() -> None:
    now_ns = utc_ns()
    camera = Script([{"taken_ns": now_ns + step * 40 * MS} for step in range(11)])
    source = source_of(camera, LinkSettings(max_fps=5))
    found: list[int] = []
    reader = threading.Thread(
        target=lambda: found.extend(f.timestamp_ns for f in source.frames()), daemon=True
    )
    reader.start()
    slowly(camera, 11)
    source.close()
    assert [(at - now_ns) // MS for at in found] == [0, 200, 400]


def test_a_reader_that_hangs_is_left_behind_and_replaced() -> None:
    class Hanging:
        opened = 0

        def shots(self) -> Iterator[Shot]:
            self.opened += 1
            threading.Event().wait(20 if self.opened == 1 else 0)
            yield shot()

    camera = Hanging()
    source = LiveSource("view", camera, Mask(), LinkSettings(stuck_s=0.3))
    source.start()
    assert next(source.frames()).index == 0
    assert camera.opened == 2
    source.close(0.1)
