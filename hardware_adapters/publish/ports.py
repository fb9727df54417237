"""What publishes the frames of virtual cameras."""

from dataclasses import dataclass
from typing import Protocol

from detectors.datatypes.frame import Frame


class PublishError(RuntimeError):
    """A virtual camera cannot be published; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One virtual camera: its name, which is its path too, the size of its pictures, frames a second."""

    name: str
    size_px: tuple[int, int]
    fps: float


class Publisher(Protocol):
    """Shows frames to whoever connects."""

    def give(self, frame: Frame) -> None:
        """Show `frame` on the channel called `frame.view`; never waits for a watcher."""

    def urls(self) -> dict[str, str]:
        """Return where each channel is to be had."""

    def close(self) -> None:
        """Stop, and let go of the port."""
