"""The small parts of live cameras: waiting, the mailbox, credentials, multipart, the reading of RTSP."""

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hardware_adapters.backoff import MOST_S, Backoff
from hardware_adapters.credentials import Credentials, CredentialsError, Mask, resolve
from hardware_adapters.errors import SourceError
from hardware_adapters.http_camera import decoded, stamp_ns
from hardware_adapters.link import ClockSource
from hardware_adapters.mailbox import Mailbox
from hardware_adapters.mjpeg import Parts
from hardware_adapters.registry import UnknownKindError, kind_of
from hardware_adapters.rtsp import _Reading

PASSWORDS = st.text(min_size=1, max_size=20).filter(lambda text: "\n" not in text and "\r" not in text)


def test_waits_double_stay_short_at_first_and_end_at_30_seconds() -> None:
    backoff = Backoff(lambda: 0.5)
    waits = [backoff.after_failure() for _ in range(16)]
    assert waits[:4] == [0.5, 1.0, 2.0, 3.0]
    assert max(waits) == MOST_S
    assert waits == sorted(waits)
    assert backoff.after_refusal() == 60.0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_waits_never_leave_their_bounds(draws: list[float]) -> None:
    left = list(draws)
    backoff = Backoff(left.pop)
    for _ in draws:
        assert 0.5 * 0.8 <= backoff.after_failure() <= MOST_S * 1.2


def test_only_ten_good_seconds_begin_the_waits_anew() -> None:
    backoff = Backoff(lambda: 0.5)
    for _ in range(12):
        backoff.after_failure()
    backoff.after_frames(9.9)
    assert backoff.after_failure() == MOST_S
    backoff.after_frames(10.0)
    assert backoff.after_failure() == 0.5


def test_a_mailbox_keeps_the_latest_and_counts_what_it_drove_out() -> None:
    box: Mailbox[int] = Mailbox()
    assert box.take(0.0) is None
    for number in range(5):
        box.put(number)
    assert (box.take(0.0), box.dropped) == (4, 4)
    box.close()
    assert box.take(60.0) is None


@given(PASSWORDS)
@example("*")
@example("@")
@example("r")
def test_a_password_is_masked_however_it_turns_up(password: str) -> None:
    credentials = Credentials("admin", password)
    url = credentials.in_url("rtsp://camera/live")
    said = Mask(credentials).text(f"{url} failed")
    assert said.startswith("rtsp://***@")
    assert Mask(credentials).text(password) == "***"
    assert repr(credentials) == "Credentials()"


def test_a_password_that_is_not_escaped_in_a_url_is_masked_to_its_end() -> None:
    said = Mask(Credentials("u", "a b/c@d")).text("rtsp://u:a b/c@d@h/live, http://h/a b/c@d?z")
    assert said == "rtsp://***@h/live, http://h/***?***"


def test_a_url_is_masked_even_where_nobody_told_the_password() -> None:
    said = Mask().text("HTTPError: 'rtsp://u:p@h:554/x' and http://h/y.cgi?user=u&pwd=p.")
    assert said == "HTTPError: 'rtsp://***@h:554/x' and http://h/y.cgi?***"


def test_references_are_resolved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("admin:a:b@c\nmore\n", encoding="utf-8")
    monkeypatch.setenv("CAM", "viewer:x")
    assert resolve("file:secret", tmp_path) == Credentials("admin", "a:b@c")
    assert resolve("env:CAM", tmp_path) == Credentials("viewer", "x")


@pytest.mark.parametrize("reference", ["kanari", "admin:kanari", "env:", "env:a b kanari", "pass:kanari", ""])
def test_a_reference_that_is_none_is_not_repeated(reference: str, tmp_path: Path) -> None:
    with pytest.raises(CredentialsError) as refused:
        resolve(reference, tmp_path)
    assert "kanari" not in str(refused.value)


def test_what_a_reference_leads_to_is_not_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAM", "kanari")
    for reference in ("env:CAM", "env:NO_SUCH_CAM", "file:none"):
        with pytest.raises(CredentialsError) as refused:
            resolve(reference, tmp_path)
        assert "kanari" not in str(refused.value)


@given(st.integers(0, 10**12 - 1), st.integers(0, 10**9 - 1))
def test_a_time_stamp_keeps_its_nanoseconds(whole_s: int, rest_ns: int) -> None:
    assert stamp_ns(f"{whole_s}.{rest_ns:09d}") == whole_s * 10**9 + rest_ns


@pytest.mark.parametrize("text", ["", "now", "-5", "1.2.3", "1e9"])
def test_what_is_no_time_stamp_is_none(text: str) -> None:
    assert stamp_ns(text) is None


class Drops(io.BytesIO):
    """A stream that gives a few bytes at a time, as a network may."""

    def read1(self, _size: int | None = -1) -> bytes:
        return self.read(7)


def parts_of(data: bytes) -> list[bytes]:
    parts = Parts(cast("Any", Drops(data)), b"--b", 5.0)
    found = []
    while (part := parts.following()) is not None:
        found.append(part[1])
    return found


def part(body: bytes, *, length: bool) -> bytes:
    head = b"--b\r\nContent-Type: image/jpeg\r\n"
    head += f"Content-Length: {len(body)}\r\n".encode() if length else b""
    return head + b"\r\n" + body + b"\r\n"


@pytest.mark.parametrize("length", [True, False])
def test_parts_are_told_apart_with_and_without_their_length(length: bool) -> None:
    bodies = [b"one", b"two\r\n--", b"\xff\xd8" * 40]
    data = b"preamble\r\n" + b"".join(part(body, length=length) for body in bodies) + b"--b--\r\n"
    assert parts_of(data) == bodies


def test_a_length_counts_more_than_a_boundary_in_the_picture() -> None:
    assert parts_of(part(b"x\r\n--b\r\ny", length=True) + part(b"z", length=True)) == [b"x\r\n--b\r\ny", b"z"]


def test_a_stream_that_breaks_off_ends_and_one_without_end_is_refused() -> None:
    assert parts_of(part(b"whole", length=True) + b"--b\r\nContent-Length: 50\r\n\r\nhalf") == [b"whole"]
    with pytest.raises(ValueError, match="at most"):
        parts_of(b"--b\r\nContent-Length: 99999999\r\n\r\n")
    with pytest.raises(ValueError, match="without"):
        parts_of(b"--b\r\nX: " + b"y" * 20_000)


def test_bytes_that_are_no_jpeg_are_refused() -> None:
    for data in (b"", b"not a picture"):
        with pytest.raises(SourceError, match="no JPEG"):
            decoded(data)


def test_kinds_are_known_by_name() -> None:
    assert kind_of("rtsp").__name__ == "RtspCamera"
    with pytest.raises(UnknownKindError, match="known: image_folder, mjpeg, rtsp, snapshot, video_file"):
        kind_of("onvif")


S = 1_000_000_000


def video(pts_s: float, *, key: bool = False, corrupt: bool = False) -> Any:
    return SimpleNamespace(pts=round(pts_s * 90_000), key_frame=key, is_corrupt=corrupt)


def packet(pts_s: float, taken_s: float) -> Any:
    data = round(taken_s * 1e6).to_bytes(8, "little")
    return SimpleNamespace(
        pts=round(pts_s * 90_000), has_sidedata=lambda _: True, get_sidedata=lambda _: data
    )


def reading(monkeypatch: pytest.MonkeyPatch) -> tuple[_Reading, list[int]]:
    now = [0]
    monkeypatch.setattr("hardware_adapters.rtsp.monotonic_ns", lambda: now[0])
    monkeypatch.setattr("hardware_adapters.rtsp.utc_ns", lambda: now[0])
    return _Reading(1 / 90_000), now


def test_the_backlog_with_which_a_stream_begins_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    stream, now = reading(monkeypatch)
    shown = []
    for number, arrives_ms in enumerate([1000, 1001, 1002, 1003, 1103, 1104, 1203]):
        now[0] = arrives_ms * 1_000_000
        shown.append(stream.shot(video(number / 10)) is not None)
    assert shown == [False, False, False, False, True, True, True]


def test_damage_lasts_until_the_next_clean_keyframe(monkeypatch: pytest.MonkeyPatch) -> None:
    stream, now = reading(monkeypatch)
    sent = [
        video(0, key=True), video(1), video(2, corrupt=True), video(3), video(4, key=True), video(5),
        video(6, key=True, corrupt=True), video(7), video(8, key=True),
    ]  # fmt: skip
    found = []
    for picture in sent:
        now[0] += S
        found.append(stream.shot(picture))
    suspect = [shot.suspect for shot in found if shot is not None]
    assert suspect == [False, True, True, False, False, True, True, False]


def test_a_report_is_believed_when_another_agrees_or_it_has_stood_for_two_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream, now = reading(monkeypatch)
    clocks = []
    for number in range(1, 8):
        now[0] = number * S // 2
        at_s = number / 2
        stream.hear(packet(at_s, 1000.08 + at_s if number < 3 else 1000 + at_s))
        shot = stream.shot(video(at_s))
        clocks.append(shot.clock if shot else None)
    assert clocks == [None, *[ClockSource.ARRIVAL] * 5, ClockSource.RTCP_SR]
    stream.hear(packet(4.0, 1004.00001))
    now[0] = 4 * S
    shot = stream.shot(video(4.0))
    assert shot is not None
    assert shot.taken_ns == 1004 * S + 10_000
