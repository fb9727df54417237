"""Hours of the local day: windows in which a rule or a plan holds."""

from collections.abc import Iterable

Window = tuple[float, float]  # from and to, in hours since local midnight; 22 to 5 goes over midnight
Windows = tuple[Window, ...]
DAY_H = 24.0


def within(hour: float, windows: Iterable[Window]) -> bool:
    """Return whether an hour of the day (0 to 24) lies in a window; its end does not belong to it."""
    return any(begin <= hour < end if begin < end else hour >= begin or hour < end for begin, end in windows)


def edges_h(windows: Iterable[Window]) -> tuple[float, ...]:
    """Return the hours (0 <= h < 24, ascending) at which a window opens or closes."""
    return tuple(sorted({edge % DAY_H for window in windows for edge in window}))


def others(windows: Iterable[Window]) -> Windows:
    """Return the windows between these: together they are the day."""
    known = tuple(windows)
    edges = edges_h(known)
    gaps = zip(edges, (*edges[1:], *edges[:1]), strict=True)
    return tuple((begin, end or DAY_H) for begin, end in gaps if not within(begin, known))


def unusable(windows: Iterable[Window]) -> tuple[Window, ...]:
    """Return the windows that name no hours of a day: expected 0 <= from < 24, 0 < to <= 24, not equal."""
    return tuple(
        (begin, end)
        for begin, end in windows
        if not (0 <= begin < DAY_H and 0 < end <= DAY_H and begin != end)
    )
