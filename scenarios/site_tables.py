"""What the tables of a site file are made of: points, names, clock times."""

from typing import Annotated

import numpy as np
from pydantic import AfterValidator, Field

from detectors.datatypes.geometry import LineSegment, Polygon
from detectors.datatypes.site import DAY_S, DailyWindow

Point = tuple[float, float]
Corners = Annotated[tuple[Point, ...], Field(min_length=3)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Sigma = Annotated[float, Field(ge=0, le=10)]


def clock_seconds(text: str) -> int:
    """Return the second of the day of "HH:MM" or "HH:MM:SS"; "24:00" is the end of the day."""
    parts = text.split(":")
    if len(parts) not in (2, 3) or not all(len(part) == 2 and part.isdecimal() for part in parts):
        msg = f"expected a time of day like '16:00', got '{text}'"
        raise ValueError(msg)
    hours, minutes, rest = (int(part) for part in (*parts, "0")[:3])
    second = hours * 3600 + minutes * 60 + rest
    if minutes > 59 or rest > 59 or second > DAY_S:
        msg = f"expected a time of day from 00:00 to 24:00, got '{text}'"
        raise ValueError(msg)
    return second


def _checked_clock(text: str) -> str:
    clock_seconds(text)
    return text


Clock = Annotated[str, AfterValidator(_checked_clock)]
Window = tuple[Clock, Clock]


def polygon(corners_m: tuple[Point, ...]) -> Polygon:
    """Return the polygon of corners."""
    return Polygon(np.array(corners_m))


def daily_window(clocks: Window) -> DailyWindow:
    """Return the window between two clock times."""
    return DailyWindow(*map(clock_seconds, clocks))


def window_clocks(window: DailyWindow) -> list[str]:
    """Return the clock times of a window."""
    return [clock(window.start_s), clock(window.end_s)]


def ends(line: LineSegment) -> list[list[float]]:
    """Return the two ends of a line."""
    return [[line.x0_m, line.y0_m], [line.x1_m, line.y1_m]]


def corners(area: Polygon) -> list[list[float]]:
    """Return the corners of a polygon."""
    found: list[list[float]] = area.corners_m.tolist()
    return found


def clock(second: int) -> str:
    """Return the clock time of a second of the day."""
    text = f"{second // 3600:02d}:{second // 60 % 60:02d}"
    return f"{text}:{second % 60:02d}" if second % 60 else text
