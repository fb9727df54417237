"""A live camera as a source of frames: kept connected for ever, read in a thread of its own."""

import threading
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from detectors.datatypes.frame import NS_PER_S, Frame, TimeBase
from hardware_adapters.backoff import Backoff
from hardware_adapters.clock import monotonic_ns
from hardware_adapters.credentials import Mask
from hardware_adapters.errors import SourceError
from hardware_adapters.link import (
    MS,
    UNCERTAINTY_NS,
    Camera,
    ClockSource,
    LinkState,
    LinkStatus,
    RefusedError,
    Shot,
)
from hardware_adapters.mailbox import Mailbox

MOST_OFFSET_NS = NS_PER_S
FRESH_NS = 500 * MS
WAIT_S = 0.25
RATE_SHOTS = 50


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """How a camera is watched over. Figures: ADAPTERS, section 4.

    `stuck_s`: a reader that has given no sign for so long is left behind and replaced; it is more
    than opening and reading may take together. `max_fps` None takes every picture.
    """

    simulated: bool = False
    max_fps: float | None = None
    stale_s: float = 2.0
    offline_s: float = 10.0
    stuck_s: float = 20.0
    max_uncertainty_ns: int = 100 * MS


@dataclass(slots=True)
class _Tally:
    """What is counted of a camera. Written by the reader, read by whoever asks."""

    frames: int = 0
    sessions: int = 0
    stale: int = 0
    disordered: int = 0
    repeated: int = 0
    suspect: int = 0
    undecodable: int = 0
    refused: bool = False
    error: str = ""
    sign_ns: int = 0  # the reader's last sign of life
    fresh_ns: int | None = None  # arrival of the last new picture
    began_ns: int = 0
    last: Shot | None = None
    kept_taken_ns: int | None = None
    arrivals: deque[int] = field(default_factory=lambda: deque(maxlen=RATE_SHOTS))


class LiveSource:
    """FrameSource of one live camera; `start` it, and `close` it when done.

    Frames carry the camera's own time where it tells one, else that of their arrival. Pictures that
    came damaged, late, again or out of order are counted and left out. Where the time of a picture is
    not known well enough its frame says TimeBase.MEDIA: no rule with a time window is judged on it.
    """

    def __init__(self, view: str, camera: Camera, mask: Mask, settings: LinkSettings) -> None:
        self.view = view
        self._camera = camera
        self._mask = mask
        self._settings = settings
        self._mailbox: Mailbox[Shot] = Mailbox()
        self._tally = _Tally()
        self._stop = threading.Event()
        self._reader: _Reader | None = None
        self._taken: Shot | None = None
        self._pending: Shot | None = None

    def start(self) -> None:
        """Begin to connect and read; returns at once."""
        self._tally.began_ns = self._tally.sign_ns = monotonic_ns()
        self._reader = _Reader(self.view, self._camera, self)
        self._reader.start()

    def close(self, timeout_s: float = 4.0) -> None:
        """Stop reading. A reader that does not come back in time is left behind."""
        self._stop.set()
        self._mailbox.close()
        if self._reader is not None:
            self._reader.leave()
            self._reader.join(timeout_s)

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._stop.is_set()

    def frames(self) -> Iterator[Frame]:
        """Yield the latest frame each time, until the source is closed or the camera's clock jumps.

        After a jump (backwards, or more than 1 s against our clock) call it again, with an engine
        that knows nothing of what was before.
        """
        index = 0
        while (shot := self._following()) is not None:
            if index and self._jumped(shot):
                self._pending, self._taken = shot, None
                return
            if self._out_of_order(shot):
                self._tally.disordered += 1
                continue
            frame = self._frame(index, shot)
            if frame is not None:
                self._taken = shot
                index += 1
                yield frame

    def _following(self) -> Shot | None:
        """Wait for the next shot; None when the source is closed."""
        if self._pending is not None:
            waiting, self._pending = self._pending, None
            return waiting
        while not self._stop.is_set():
            shot = self._mailbox.take(WAIT_S)
            self._replace_stuck_reader()
            if shot is None:
                continue
            if monotonic_ns() - shot.arrived_ns <= self._fresh_ns():
                return shot
            self._tally.stale += 1
        return None

    def _fresh_ns(self) -> int:
        """Return the age beyond which a picture is old: half a second, more only for a slow camera."""
        fps = self._fps(monotonic_ns())
        return max(FRESH_NS, round(1.5 * NS_PER_S / fps)) if fps else FRESH_NS

    def _jumped(self, shot: Shot) -> bool:
        before = self._taken
        if before is None:
            return False
        taken_ns = shot.taken_ns - before.taken_ns
        if taken_ns <= -MOST_OFFSET_NS:
            return True
        passed_ns = shot.arrived_ns - before.arrived_ns
        return not self._settings.simulated and abs(taken_ns - passed_ns) > MOST_OFFSET_NS

    def _out_of_order(self, shot: Shot) -> bool:
        return self._taken is not None and shot.taken_ns <= self._taken.taken_ns

    def _frame(self, index: int, shot: Shot) -> Frame | None:
        try:
            image = shot.picture()
        except (SourceError, ValueError) as error:
            self._tally.undecodable += 1
            self._tally.error = self._mask.text(error)
            return None
        self._tally.frames += 1
        base = TimeBase.UTC if self._dated(shot) else TimeBase.MEDIA
        return Frame(self.view, index, shot.taken_ns, image, self._settings.simulated, base)

    def _dated(self, shot: Shot) -> bool:
        """Return whether the time of a picture is known well enough to charge anybody by it."""
        if self._settings.simulated:
            return True
        sure = UNCERTAINTY_NS[shot.clock] <= self._settings.max_uncertainty_ns
        return sure and abs(shot.taken_ns - shot.arrived_utc_ns) <= MOST_OFFSET_NS

    def _replace_stuck_reader(self) -> None:
        if monotonic_ns() - self._tally.sign_ns > self._settings.stuck_s * NS_PER_S and self._reader:
            self._reader.leave()
            self._tally.error = "the reader hung and was replaced"
            self._tally.sign_ns = monotonic_ns()
            self._reader = _Reader(self.view, self._camera, self)
            self._reader.start()

    def status(self) -> LinkStatus:
        """Return how the camera is doing now."""
        now_ns, tally = monotonic_ns(), self._tally
        last, fresh_ns = tally.last, tally.fresh_ns
        offset_ns = (
            None if last is None or last.clock is ClockSource.ARRIVAL else last.taken_ns - last.arrived_utc_ns
        )
        return LinkStatus(
            state=self._state(now_ns),
            fps=self._fps(now_ns),
            age_s=None if fresh_ns is None else (now_ns - fresh_ns) / NS_PER_S,
            frames=tally.frames,
            reconnects=max(0, tally.sessions - 1),
            dropped_mailbox=self._mailbox.dropped,
            dropped_stale=tally.stale,
            dropped_order=tally.disordered,
            repeated=tally.repeated,
            suspect=tally.suspect,
            undecodable=tally.undecodable,
            clock=last.clock if last else None,
            clock_offset_ms=None if offset_ns is None else offset_ns / MS,
            last_error=tally.error,
        )

    def _state(self, now_ns: int) -> LinkState:
        tally, settings = self._tally, self._settings
        if tally.refused:
            return LinkState.AUTH_FAILED
        since_ns = now_ns - (tally.began_ns if tally.fresh_ns is None else tally.fresh_ns)
        if since_ns >= settings.offline_s * NS_PER_S:
            return LinkState.OFFLINE
        if tally.fresh_ns is None:
            return LinkState.CONNECTING
        return LinkState.LIVE if since_ns < settings.stale_s * NS_PER_S else LinkState.STALE

    def _fps(self, now_ns: int) -> float:
        """Return how many new pictures came in a second, over the last ones."""
        arrivals = list(self._tally.arrivals)
        if len(arrivals) < 2 or now_ns - arrivals[-1] > self._settings.offline_s * NS_PER_S:
            return 0.0
        return (len(arrivals) - 1) * NS_PER_S / max(1, arrivals[-1] - arrivals[0])

    # what the reader tells

    def connecting(self) -> None:
        """Hear that the reader begins to connect."""
        self._tally.sign_ns = monotonic_ns()

    def failed(self, error: Exception | None) -> None:
        """Hear that a session ended; `error` None: the camera closed it."""
        tally = self._tally
        tally.sign_ns = monotonic_ns()
        tally.refused = isinstance(error, RefusedError)
        tally.error = self._mask.text(error or "the camera ended the stream")

    def receive(self, shot: Shot, *, first: bool) -> bool:
        """Take a shot from the reader; False where it is no new, whole picture."""
        tally = self._tally
        tally.sign_ns = monotonic_ns()
        if first:
            tally.sessions += 1
            tally.arrivals.clear()
        if tally.last is not None and shot.identity == tally.last.identity:
            tally.repeated += 1
            return False
        tally.last = shot
        tally.fresh_ns, tally.refused = shot.arrived_ns, False
        tally.arrivals.append(shot.arrived_ns)
        if shot.suspect:
            tally.suspect += 1
            return False
        if self._settings.simulated and shot.clock is ClockSource.ARRIVAL:
            return True  # in the simulation it is another day: wait until the camera tells
        if not self._too_soon(shot):
            tally.kept_taken_ns = shot.taken_ns
            self._mailbox.put(shot)
        return True

    def _too_soon(self, shot: Shot) -> bool:
        if self._settings.max_fps is None or self._tally.kept_taken_ns is None:
            return False
        passed_ns = shot.taken_ns - self._tally.kept_taken_ns
        return 0 <= passed_ns < 0.9 * NS_PER_S / self._settings.max_fps


class _Reader(threading.Thread):
    """Reads one camera for ever; what it does after `leave` nobody hears."""

    def __init__(self, view: str, camera: Camera, source: LiveSource) -> None:
        super().__init__(name=f"reader of {view}", daemon=True)
        self._camera = camera
        self._source = source
        self._left = threading.Event()
        # jitter differs from camera to camera and is the same in every run
        self._backoff = Backoff(np.random.default_rng(zlib.crc32(view.encode())).random)

    def leave(self) -> None:
        """Tell the reader to go."""
        self._left.set()

    def run(self) -> None:
        """Connect, read, and begin again, until told to go."""
        while not self._left.is_set():
            self._source.connecting()
            error = self._session()
            if self._left.is_set():
                return
            self._source.failed(error)
            refused = isinstance(error, RefusedError)
            self._wait(self._backoff.after_refusal() if refused else self._backoff.after_failure())

    def _session(self) -> Exception | None:
        first_ns = None
        try:
            for shot in self._camera.shots():
                if self._left.is_set():
                    return None
                good = self._source.receive(shot, first=first_ns is None)
                first_ns = first_ns or shot.arrived_ns
                if good:
                    self._backoff.after_frames((shot.arrived_ns - first_ns) / NS_PER_S)
        except Exception as error:  # noqa: BLE001 - one camera, whatever it does, must not end the watch
            return error
        return None

    def _wait(self, wait_s: float) -> None:
        until_ns = monotonic_ns() + round(wait_s * NS_PER_S)
        while monotonic_ns() < until_ns and not self._left.wait(min(1.0, wait_s)):
            self._source.connecting()  # waiting is a sign of life too
