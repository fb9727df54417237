"""The kinds of source by name, imported on use."""

from importlib import import_module
from typing import Any

KINDS = {
    "video_file": "hardware_adapters.video_file:VideoFile",
    "image_folder": "hardware_adapters.image_folder:ImageFolder",
}


class UnknownKindError(ValueError):
    """No source is of that kind; the message lists the known ones."""


def kind_of(name: str) -> Any:
    """Return the class of a kind of source."""
    if name not in KINDS:
        msg = f"unknown kind of source {name!r}; known: {', '.join(sorted(KINDS))}"
        raise UnknownKindError(msg)
    module, _, cls = KINDS[name].partition(":")
    return getattr(import_module(module), cls)
