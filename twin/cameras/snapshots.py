"""Snapshot requests on their way: asked now, answered after slew, queue and network."""

from dataclasses import dataclass, field

from detectors.datatypes.steps import SnapshotRequest
from twin.cameras.head import CameraHead
from twin.cameras.ptz import AHEAD, Aim

SNAPSHOT_PX = (1920, 1080)
SNAPSHOT_QUALITY = 88  # of the JPEG that a camera sends on request [?]


@dataclass(slots=True)
class SnapshotQueue:
    """Requests of one view in the order of their answers; its camera's lens takes one at a time.

    `delay_ns` is what a picture takes besides turning: zoom, exposure, network.
    """

    delay_ns: int
    head: CameraHead = field(default_factory=CameraHead)
    _waiting: list[tuple[int, SnapshotRequest]] = field(default_factory=list)

    def add(self, request: SnapshotRequest, home: Aim = AHEAD, aim: Aim = AHEAD) -> int:
        """Queue a request and return when its picture is taken; a head turns from `home` to `aim` for it."""
        ready_ns = self.head.zoom(request.asked_ns, self.delay_ns, home, aim)
        self._waiting.append((ready_ns, request))
        return ready_ns

    def due(self, timestamp_ns: int) -> tuple[SnapshotRequest, ...]:
        """Take out the requests whose picture is due by `timestamp_ns`, oldest first."""
        taken = tuple(request for ready_ns, request in self._waiting if ready_ns <= timestamp_ns)
        self._waiting = [
            (ready_ns, request) for ready_ns, request in self._waiting if ready_ns > timestamp_ns
        ]
        return taken
