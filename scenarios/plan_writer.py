"""Camera plans written as the TOML that `load_plan` reads, whole or not at all."""

import os
from collections.abc import Iterable, Sequence
from math import degrees
from pathlib import Path

from twin.cameras.plans import ViewSpec


def write_plan(
    file: Path, views: Iterable[ViewSpec], *, network: str, extends: str = "", comments: Sequence[str] = ()
) -> None:
    """Write a plan of fixed cameras; `comments` stand at its top, `extends` names what it adds to."""
    lines = [f"# {' '.join(comment.split())}" for comment in comments]
    lines += [f"extends = {_text(extends)}"] if extends else []
    lines += [f"network = {_text(network)}"]
    for view in views:
        lines += ["", *_view(view)]
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(file.name + ".partial")
    part.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    os.replace(part, file)  # noqa: PTH105 - atomic, and says so


def _view(view: ViewSpec) -> list[str]:
    aim_road = [f"aim_road = {_text(view.aim_road)}"] if view.aim_road else []
    return [
        "[[view]]",
        f"name = {_text(view.name)}",
        f"road = {_text(view.road)}",
        f"along_m = {_number(view.along_m)}",
        f"offset_m = {_number(view.offset_m)}",
        f"height_m = {_number(view.height_m)}",
        *aim_road,
        f"aim_along_m = {_number(view.aim_along_m)}",
        f"aim_offset_m = {_number(view.aim_offset_m)}",
        f"hfov_deg = {_number(degrees(view.hfov_rad))}",
        f"fps = {_number(view.fps)}",
        f"size_px = [{view.size_px[0]}, {view.size_px[1]}]",
        f"max_zoom = {_number(view.max_zoom)}",
    ]


def _number(value: float) -> str:
    return repr(round(float(value), 4))


def _text(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
