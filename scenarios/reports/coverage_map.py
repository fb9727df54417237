"""A zone from above: its cameras, and how well each stretch of kerb and each stop line is watched."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Wedge

from detectors.datatypes.arrays import Float64Array
from detectors.datatypes.camera import PinholeCamera
from scenarios.reports.wording import Words
from scenarios.texts import Texts
from twin.network.model import Road, RoadNetwork

INK, ROAD, ZONE_ROAD = "#1f2a37", "#dde3ea", "#c3ccd6"
OLD, NEW = "#5b6878", "#0b2545"
WATCHED = LinearSegmentedColormap.from_list("watched", ["#d9480f", "#f4b942", "#0ca678"])
MARGIN_M = 60.0
APART_M = 9.0  # the two kerbs of a divided road are drawn this much farther out, to be told apart
REACH_M = 80.0


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """Places of a zone and how well each is watched, 0..1: kerbs (K, 3) and stop lines (L, 4, 3)."""

    kerb_m: Float64Array
    kerb_share: Float64Array
    lines_m: tuple[Float64Array, ...]
    line_share: Float64Array


@dataclass(frozen=True, slots=True, eq=False)
class DrawnView:
    """A camera on the map: its true pose, and whether it is one that is chosen now."""

    camera: PinholeCamera
    new: bool = True


def draw_coverage(
    axes: Axes, network: RoadNetwork, zone: str, views: Sequence[DrawnView], watched: Watched
) -> None:
    """Draw the zone with its cameras, north up; kerbs and stop lines in the colour of their share."""
    axes.set_axis_off()
    axes.set_aspect("equal")
    roads = [road for road in network.roads if road.zone == zone]
    low, high = _extent(roads, views)
    for road in network.roads:
        _draw_road(axes, road, in_zone=road in roads)
    for view in views:
        _draw_view(axes, view)
    _draw_watched(axes, roads, watched)
    axes.set_xlim(low[0], high[0])
    axes.set_ylim(low[1], high[1])
    _draw_scale(axes, low, high)


def map_ratio(network: RoadNetwork, zone: str, views: Sequence[DrawnView]) -> float:
    """Return the height of the map over its width."""
    low, high = _extent([road for road in network.roads if road.zone == zone], views)
    return float((high[1] - low[1]) / (high[0] - low[0]))


def legend(texts: Texts | Words, *, old: bool) -> list[Line2D]:
    """Return the key: the colours of the shares, the stop lines, the cameras."""

    def dot(colour: str | tuple[float, float, float, float], label: str, marker: str = "o") -> Line2D:
        return Line2D([], [], marker=marker, color=colour, linestyle="", markersize=6, label=label)

    key = [dot(WATCHED(share), texts.text(label)) for share, label in SHARES]
    key.append(dot(INK, texts.text("stop line"), "D"))
    key.append(dot(NEW, texts.text("camera"), "s"))
    return [*key, dot(OLD, texts.text("camera that is there already"), "s")] if old else key


SHARES = ((0.0, "not watched"), (0.5, "half the chance"), (1.0, "watched"))


def _extent(roads: Sequence[Road], views: Sequence[DrawnView]) -> tuple[Float64Array, Float64Array]:
    """Return the box around the zone; a camera far from it does not widen it."""
    points = np.vstack([road.centreline_m[:, :2] for road in roads])
    low, high = points.min(axis=0), points.max(axis=0)
    for view in views:
        at_m = view.camera.position_m[:2]
        if (at_m > low - REACH_M).all() and (at_m < high + REACH_M).all():
            points = np.vstack((points, at_m[None]))
    return points.min(axis=0) - MARGIN_M, points.max(axis=0) + MARGIN_M


def _draw_road(axes: Axes, road: Road, *, in_zone: bool) -> None:
    x, y = road.centreline_m[:, 0], road.centreline_m[:, 1]
    colour = ZONE_ROAD if in_zone else ROAD
    axes.plot(x, y, color=colour, linewidth=1.2 + 1.2 * road.lanes, solid_capstyle="round", zorder=1)


def _draw_view(axes: Axes, view: DrawnView) -> None:
    camera, colour = view.camera, NEW if view.new else OLD
    x, y = float(camera.position_m[0]), float(camera.position_m[1])
    half = np.degrees(np.arctan2(camera.width_px / 2, camera.focal_px))
    ahead = np.degrees(camera.yaw_rad)
    field = Wedge((x, y), REACH_M, ahead - half, ahead + half, facecolor=colour, alpha=0.16)
    field.set(linewidth=0, zorder=2)
    axes.add_patch(field)
    axes.plot([x], [y], "s", color=colour, markersize=5, markeredgecolor="white", zorder=6)


def _draw_watched(axes: Axes, roads: Sequence[Road], watched: Watched) -> None:
    if len(watched.kerb_m):
        at_m = _apart(roads, watched.kerb_m[:, :2])
        axes.scatter(
            at_m[:, 0],
            at_m[:, 1],
            s=9,
            c=watched.kerb_share,
            cmap=WATCHED,
            vmin=0,
            vmax=1,
            linewidths=0,
            zorder=4,
        )
    for points, share in zip(watched.lines_m, watched.line_share, strict=True):
        x, y = points[:2, :2].mean(axis=0)
        axes.plot([x], [y], "D", color=WATCHED(float(share)), markersize=7, markeredgecolor=INK, zorder=5)


def _apart(roads: Sequence[Road], kerb_m: Float64Array) -> Float64Array:
    """Return the kerb places moved away from the middle of their road."""
    lines = [
        np.column_stack(
            [
                np.interp(np.arange(0, road.length_m, 3.0), road.arc_m, road.centreline_m[:, i])
                for i in range(2)
            ]
        )
        for road in roads
    ]
    middle = np.vstack(lines)
    gaps = kerb_m[:, None] - middle[None]
    nearest = gaps[np.arange(len(kerb_m)), np.hypot(gaps[..., 0], gaps[..., 1]).argmin(axis=1)]
    away = nearest / np.maximum(np.hypot(*nearest.T), 1e-6)[:, None]
    return np.asarray(kerb_m + APART_M * away, dtype=np.float64)


def _draw_scale(axes: Axes, low: Float64Array, high: Float64Array) -> None:
    bar_m = 200.0 if high[0] - low[0] > 500 else 50.0
    x, y = high[0] - bar_m - 20.0, low[1] + 25.0
    axes.plot([x, x + bar_m], [y, y], color=INK, linewidth=2, zorder=6)
    axes.annotate(
        f"{bar_m:g} m", (x + bar_m / 2, y), (0, 4), textcoords="offset points", ha="center", fontsize=8
    )
