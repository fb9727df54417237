"""The kinds of source by name, imported on use."""

from importlib import import_module
from typing import Any

KINDS = {
    "video_file": "hardware_adapters.video_file:VideoFile",
    "image_folder": "hardware_adapters.image_folder:ImageFolder",
}
LIVE_KINDS = {
    "rtsp": "hardware_adapters.rtsp:RtspCamera",
    "mjpeg": "hardware_adapters.mjpeg:MjpegCamera",
    "snapshot": "hardware_adapters.snapshot:SnapshotCamera",
}


class UnknownKindError(ValueError):
    """No source is of that kind; the message lists the known ones."""


def kind_of(name: str) -> Any:
    """Return the class of a kind of source."""
    known = KINDS | LIVE_KINDS
    if name not in known:
        msg = f"unknown kind of source {name!r}; known: {', '.join(sorted(known))}"
        raise UnknownKindError(msg)
    module, _, cls = known[name].partition(":")
    return getattr(import_module(module), cls)
