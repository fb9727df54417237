"""Cameras that speak RTSP, read with PyAV (FFmpeg).

Not cv2.VideoCapture: after a timeout it answers "ok" with the frame before (ADAPTERS, section 1).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import av
import av.container
import numpy as np
from av.error import (
    FFmpegError,
    HTTPForbiddenError,
    HTTPNotFoundError,
    HTTPUnauthorizedError,
    InvalidDataError,
)

from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.frame import NS_PER_S
from hardware_adapters.clock import monotonic_ns, utc_ns
from hardware_adapters.link import MS, CameraAddress, ClockSource, LostError, RefusedError, Shot

REFUSALS = (HTTPUnauthorizedError, HTTPForbiddenError, HTTPNotFoundError)
BACKLOG_NS = 3 * NS_PER_S
AGREE_NS = 20 * MS
BELIEVED_NS = 2 * NS_PER_S
TIMED_OUT = 0.98
UNDECODABLE = 50  # packets in a row that cannot be decoded: what comes is no video


class RtspCamera:
    """One RTSP camera."""

    def __init__(self, address: CameraAddress) -> None:
        self._address = address

    def shots(self) -> Iterator[Shot]:
        """Connect, and yield what it sends until it ends; raises RefusedError or LostError."""
        container = self._open()
        try:
            yield from self._decoded(container)
        except FFmpegError as error:
            raise self._lost(error) from None
        finally:
            container.close()

    def _open(self) -> av.container.InputContainer:
        address = self._address
        url = address.credentials.in_url(address.url) if address.credentials else address.url
        options = {
            "rtsp_transport": address.transport,
            "fflags": "nobuffer",
            "flags": "low_delay",
            "analyzeduration": "0",
            "probesize": "32",
            "tls_verify": "1" if address.tls_verify else "0",
        }
        try:
            return av.open(url, "r", options=options, timeout=(address.open_s, address.read_s))
        except REFUSALS as error:
            raise RefusedError(self._said(error)) from None
        except (FFmpegError, OSError) as error:
            raise self._lost(error) from None

    def _decoded(self, container: av.container.InputContainer) -> Iterator[Shot]:
        if not container.streams.video:
            msg = f"{self._address.url}: the camera sends no video"
            raise LostError(msg)
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        if self._address.keyframes_only:
            stream.codec_context.skip_frame = "NONKEY"
        reading = _Reading(float(stream.time_base or 1 / 90_000))
        before_ns = monotonic_ns()
        for packet in container.demux(stream):
            # FFmpeg answers the first timeout with what its parser still held, and only the next one
            # with an error: 6 s for a bound of 3 s (measured)
            if monotonic_ns() - before_ns > TIMED_OUT * self._address.read_s * NS_PER_S:
                msg = f"{self._address.url}: nothing came for {self._address.read_s:g} s"
                raise LostError(msg)
            reading.hear(packet)
            for picture in self._pictures(packet, reading):
                shot = reading.shot(picture)
                if shot is not None:
                    yield shot
            before_ns = monotonic_ns()

    def _pictures(self, packet: "av.Packet[Any]", reading: "_Reading") -> list[av.VideoFrame]:
        try:
            pictures = packet.decode()
        except InvalidDataError:
            reading.spoil()
            if reading.undecodable > UNDECODABLE:
                msg = f"{self._address.url}: {UNDECODABLE} packets in a row could not be decoded"
                raise LostError(msg) from None
            return []
        reading.undecodable = 0
        return [picture for picture in pictures if isinstance(picture, av.VideoFrame)]

    def _said(self, error: Exception) -> str:
        """Return what went wrong; an error of PyAV carries the URL, and so the password, as its text."""
        reason = getattr(error, "strerror", None) or type(error).__name__
        return self._address.mask.text(f"{self._address.url}: {reason}")

    def _lost(self, error: Exception) -> LostError:
        return LostError(self._said(error))


@dataclass(slots=True)
class _Reading:
    """What is known of a stream while it is read. `tick_s` is the unit of its time stamps."""

    tick_s: float
    undecodable: int = 0
    _spoilt: bool = False
    _offset_ns: int | None = None
    _said: tuple[int, int] | None = None  # UTC minus running time as last told, and since when
    _opened_ns: int | None = None
    _before: tuple[int, int] | None = None
    _live: bool = False

    def hear(self, packet: "av.Packet[Any]") -> None:
        """Take the camera's own time from the side data that FFmpeg makes of RTCP sender reports.

        A first report alone is not believed at once: that of gst-rtsp-server was measured 20 to 100 ms
        off, later ones 0.01 ms.
        """
        if packet.pts is None or not packet.has_sidedata("prft"):
            return
        pts_ns = self._ns(packet.pts)
        taken_us = struct.unpack("<q", bytes(packet.get_sidedata("prft"))[:8])[0]
        offset_ns = taken_us * 1000 - pts_ns
        said_ns, since_ns = self._said or (offset_ns, pts_ns)
        agrees = abs(offset_ns - said_ns) <= AGREE_NS
        if agrees and (offset_ns != said_ns or pts_ns - since_ns >= BELIEVED_NS):
            self._offset_ns = offset_ns
        if self._said is None or offset_ns != said_ns:
            self._said = offset_ns, pts_ns

    def spoil(self) -> None:
        """Take what follows for suspect until the next clean keyframe."""
        self.undecodable += 1
        self._spoilt = True

    def shot(self, picture: av.VideoFrame) -> Shot | None:
        """Return the picture with its clocks, None for the backlog with which a stream begins."""
        arrived_ns, arrived_utc_ns = monotonic_ns(), utc_ns()
        pts_ns = None if picture.pts is None else self._ns(picture.pts)
        self._judge(picture)
        if pts_ns is not None and not self._keeps_pace(arrived_ns, pts_ns):
            return None
        told = self._offset_ns is not None and pts_ns is not None
        return Shot(
            pts_ns=pts_ns,
            taken_ns=(self._offset_ns or 0) + (pts_ns or 0) if told else arrived_utc_ns,
            clock=ClockSource.RTCP_SR if told else ClockSource.ARRIVAL,
            arrived_ns=arrived_ns,
            arrived_utc_ns=arrived_utc_ns,
            identity=arrived_ns if pts_ns is None else pts_ns,
            picture=lambda: _bgr(picture),
            suspect=self._spoilt,
        )

    def _judge(self, picture: av.VideoFrame) -> None:
        """Keep track of damage: `is_corrupt` shows on two of three damaged pictures (ADAPTERS)."""
        if picture.is_corrupt:
            self._spoilt = True
        elif picture.key_frame:
            self._spoilt = False

    def _keeps_pace(self, arrived_ns: int, pts_ns: int) -> bool:
        """Return whether pictures come as fast as they are taken; a backlog comes faster."""
        self._opened_ns = self._opened_ns or arrived_ns
        before, self._before = self._before, (arrived_ns, pts_ns)
        if before is not None and not self._live:
            slow = arrived_ns - before[0] >= (pts_ns - before[1]) / 2
            self._live = slow or arrived_ns - self._opened_ns > BACKLOG_NS
        return self._live

    def _ns(self, pts: int) -> int:
        return round(pts * self.tick_s * NS_PER_S)


def _bgr(picture: av.VideoFrame) -> UInt8Array:
    return np.asarray(picture.to_ndarray(format="bgr24"), dtype=np.uint8)
