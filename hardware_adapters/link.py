"""What a live camera is to us: what it sends, how it may fail, and how it is doing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.frame import NS_PER_S
from hardware_adapters.credentials import Credentials, Mask
from hardware_adapters.errors import SourceError

MS = 1_000_000


class RefusedError(SourceError):
    """The camera answers, but not to us: wrong credentials, or nothing at that address."""


class LostError(SourceError):
    """The camera does not answer, or has stopped sending."""


class LinkState(StrEnum):
    """How a camera is doing."""

    CONNECTING = "connecting"
    LIVE = "live"
    STALE = "stale"
    OFFLINE = "offline"
    AUTH_FAILED = "auth_failed"


class ClockSource(StrEnum):
    """Who says when a picture was taken."""

    RTCP_SR = "rtcp_sr"  # the sender reports of the stream
    CAMERA = "camera"  # a header beside the picture
    ARRIVAL = "arrival"  # nobody: the time at which it came


UNCERTAINTY_NS = {
    ClockSource.RTCP_SR: 50 * MS,  # 21 ms measured on loopback (ADAPTERS, section 1)
    ClockSource.CAMERA: 50 * MS,
    ClockSource.ARRIVAL: NS_PER_S,  # 63 to 860 ms late were measured
}


@dataclass(frozen=True, slots=True)
class CameraAddress:
    """Where a camera is and how to talk to it. `url` never holds credentials."""

    url: str
    credentials: Credentials | None = None
    open_s: float = 5.0
    read_s: float = 3.0
    transport: str = "tcp"
    keyframes_only: bool = False
    period_s: float = 1.0
    tls_verify: bool = True

    @property
    def mask(self) -> Mask:
        """What takes the credentials out of text."""
        return Mask(self.credentials)


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One picture as it came, with its three clocks; it is decoded when `picture` is called.

    `pts_ns` is the camera's running time, `taken_ns` UTC as `clock` says it, `arrived_ns` monotonic.
    Two shots of the same `identity` are the same picture sent again. `suspect`: damaged on the way.
    """

    pts_ns: int | None
    taken_ns: int
    clock: ClockSource
    arrived_ns: int
    arrived_utc_ns: int
    identity: int
    picture: Callable[[], UInt8Array]
    suspect: bool = False


class Camera(Protocol):
    """One kind of live camera."""

    def shots(self) -> Iterator[Shot]:
        """Connect, and yield what it sends until it ends; raises RefusedError or LostError.

        Bounded: connecting takes at most `open_s`, waiting for the next picture at most `read_s`.
        """


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """How a camera is doing at one moment; `last_error` is masked."""

    state: LinkState
    fps: float
    age_s: float | None
    frames: int
    reconnects: int
    dropped_mailbox: int
    dropped_stale: int
    dropped_order: int
    repeated: int
    suspect: int
    undecodable: int
    clock: ClockSource | None
    clock_offset_ms: float | None
    last_error: str
