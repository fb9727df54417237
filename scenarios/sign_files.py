"""The tables of a site file that say what signs prescribe: [[one_way]] and [[prohibited_turn]]."""

from math import degrees, radians
from typing import Any

from detectors.datatypes.geometry import LineSegment
from detectors.datatypes.site import OneWay, ProhibitedTurn
from scenarios.site_tables import (
    Corners,
    Name,
    Point,
    Sigma,
    Window,
    corners,
    daily_window,
    ends,
    polygon,
    window_clocks,
)
from scenarios.toml_files import FileModel


class OneWayFile(FileModel):
    """A table [[one_way]]: a stretch with the direction that a sign prescribes."""

    name: Name
    corners_m: Corners
    heading_deg: float
    sigma_m: Sigma = 0.5

    def one_way(self) -> OneWay:
        """Return the stretch."""
        return OneWay(self.name, polygon(self.corners_m), radians(self.heading_deg), self.sigma_m)


class ProhibitedTurnFile(FileModel):
    """A table [[prohibited_turn]]; without `windows` the sign holds at all times."""

    name: Name
    entry_m: tuple[Point, Point]
    exit_m: tuple[Point, Point]
    windows: tuple[Window, ...] = ()
    sigma_m: Sigma = 0.3

    def turn(self) -> ProhibitedTurn:
        """Return the turn."""
        entry, leave = (LineSegment(*a, *b) for a, b in (self.entry_m, self.exit_m))
        return ProhibitedTurn(self.name, entry, leave, tuple(map(daily_window, self.windows)), self.sigma_m)


def one_way_table(way: OneWay) -> dict[str, Any]:
    """Return a stretch as its table."""
    return {
        "name": way.name,
        "heading_deg": degrees(way.heading_rad),
        "sigma_m": way.sigma_m,
        "corners_m": corners(way.area),
    }


def turn_table(ban: ProhibitedTurn) -> dict[str, Any]:
    """Return a prohibited turn as its table."""
    return {
        "name": ban.name,
        "windows": [window_clocks(window) for window in ban.windows] or None,
        "sigma_m": ban.sigma_m,
        "entry_m": ends(ban.entry),
        "exit_m": ends(ban.exit),
    }
