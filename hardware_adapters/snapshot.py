"""Cameras that give one JPEG picture each time they are asked."""

import http.client
from collections.abc import Iterator

from detectors.datatypes.frame import NS_PER_S
from hardware_adapters.clock import monotonic_ns, pause_until
from hardware_adapters.http_camera import MOST_BYTES, get, lost, shot_of
from hardware_adapters.link import CameraAddress, Shot


class SnapshotCamera:
    """One camera that is asked every `period_s`."""

    def __init__(self, address: CameraAddress) -> None:
        self._address = address

    def shots(self) -> Iterator[Shot]:
        """Ask again and again; raises RefusedError or LostError."""
        due_ns = monotonic_ns()
        while True:
            pause_until(due_ns)
            yield self._ask()
            due_ns = max(due_ns + round(self._address.period_s * NS_PER_S), monotonic_ns())

    def _ask(self) -> Shot:
        with get(self._address) as answer:
            kind = answer.headers.get_content_type()
            if not kind.startswith("image/"):
                raise lost(self._address, f"expected a picture, got {kind}")
            try:
                jpeg = answer.read(MOST_BYTES + 1)
            except (OSError, http.client.HTTPException) as error:
                raise lost(self._address, error) from None
            if len(jpeg) > MOST_BYTES:
                raise lost(self._address, f"a picture of more than {MOST_BYTES} bytes")
            return shot_of(jpeg, answer.headers)
