"""Cameras that give one JPEG picture each time they are asked."""

import http.client
from collections.abc import Iterator

from detectors.datatypes.frame import NS_PER_S
from hardware_adapters.clock import monotonic_ns, pause_until
from hardware_adapters.http_camera import MOST_BYTES, HttpCamera, shot_of
from hardware_adapters.link import CameraAddress, Shot


class SnapshotCamera:
    """One camera that is asked every `period_s`."""

    def __init__(self, address: CameraAddress) -> None:
        self._address = address
        self._http = HttpCamera(address)

    def shots(self) -> Iterator[Shot]:
        """Ask again and again; raises RefusedError or LostError."""
        due_ns = monotonic_ns()
        while True:
            pause_until(due_ns)
            yield self._ask()
            due_ns = max(due_ns + round(self._address.period_s * NS_PER_S), monotonic_ns())

    def _ask(self) -> Shot:
        with self._http.get() as answer:
            kind = answer.headers.get_content_type()
            if not kind.startswith("image/"):
                msg = f"expected a picture, got {kind}"
                raise self._http.lost(msg)
            try:
                jpeg = answer.read(MOST_BYTES + 1)
            except (OSError, http.client.HTTPException) as error:
                raise self._http.lost(error) from None
            if len(jpeg) > MOST_BYTES:
                msg = f"a picture of more than {MOST_BYTES} bytes"
                raise self._http.lost(msg)
            return shot_of(jpeg, answer.headers)
