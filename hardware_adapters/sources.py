"""Opens whatever a source is: a video file, a folder of pictures, a live camera."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from detectors.datatypes.frame import Frame
from hardware_adapters.errors import SourceError
from hardware_adapters.link import CameraAddress
from hardware_adapters.live_source import LinkSettings, LiveSource
from hardware_adapters.registry import kind_of


class Recorded(Protocol):
    """A FrameSource with an end: how fast it was taken and about how many frames it has."""

    @property
    def fps(self) -> float:
        """Frames a second."""

    @property
    def frame_count(self) -> int:
        """How many frames it says it has; 0 where it does not say."""

    def frames(self) -> Iterator[Frame]:
        """Yield the frames."""


def street_folder(video: Path) -> Path:
    """Return where pictures of the empty street of a recording lie, if anybody took some."""
    return video.with_suffix(".street")


def open_source(path: Path, view: str, start_ns: int | None, *, simulated: bool) -> Recorded:
    """Open a recording; raises SourceError where there is none.

    `start_ns` is the UTC time of its first frame; None leaves the time of day unknown.
    """
    if not path.exists():
        msg = f"{path}: no such file or folder; name a video file or a folder of pictures"
        raise SourceError(msg)
    kind = kind_of("image_folder" if path.is_dir() else "video_file")
    source: Recorded = kind(path, view, start_ns, simulated=simulated)
    return source


def open_live(kind: str, address: CameraAddress, view: str, settings: LinkSettings) -> LiveSource:
    """Return the source of a live camera, not started yet; a slow camera is stale later than a fast one.

    `kind` is one of registry.LIVE_KINDS.
    """
    if kind == "snapshot":
        slowest_s = max(settings.stale_s, 2 * address.period_s)
        offline_s = max(settings.offline_s, 4 * address.period_s)
        settings = replace(settings, stale_s=slowest_s, offline_s=offline_s)
    return LiveSource(view, kind_of(kind)(address), address.mask, settings)
