"""Snapshot requests on their way: asked now, answered after slew, queue and network."""

from dataclasses import dataclass, field

from detectors.datatypes.steps import SnapshotRequest


@dataclass(slots=True)
class SnapshotQueue:
    """Requests of one camera in the order of their answers; one at a time, each `delay_ns` long."""

    delay_ns: int
    _waiting: list[tuple[int, SnapshotRequest]] = field(default_factory=list)
    _free_from_ns: int = 0

    def add(self, request: SnapshotRequest) -> int:
        """Queue a request and return when its picture is taken: the camera turns to one at a time."""
        ready_ns = max(request.asked_ns, self._free_from_ns) + self.delay_ns
        self._free_from_ns = ready_ns
        self._waiting.append((ready_ns, request))
        return ready_ns

    def due(self, timestamp_ns: int) -> tuple[SnapshotRequest, ...]:
        """Take out the requests whose picture is due by `timestamp_ns`, oldest first."""
        taken = tuple(request for ready_ns, request in self._waiting if ready_ns <= timestamp_ns)
        self._waiting = [
            (ready_ns, request) for ready_ns, request in self._waiting if ready_ns > timestamp_ns
        ]
        return taken
