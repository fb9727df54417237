"""A map of a road network: for the report, and as a PNG."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from twin.network.model import Control, NetworkError, Road, RoadNetwork

Extent = tuple[float, float, float, float]  # west, east, south, north in metres
Corners = tuple[tuple[float, float], ...]
Camera = tuple[str, float, float]  # name, x_m, y_m

PAPER, INK, QUIET = "#f6f4ee", "#2b2f36", "#7d828a"
STYLES = {  # by priority: colour, width on paper in points
    1: ("#c2c6cc", 0.9),
    2: ("#e3a857", 1.7),
    3: ("#c8553d", 2.6),
    4: ("#c8553d", 1.7),
}
ZONE, SIGNAL, EDGE, PLACE, CAMERA = "#1d6fa5", "#178a5a", "#8a8f98", "#2b2f36", "#7b3fa0"
CLASSES = {3: "arterial", 2: "collector", 1: "side street"}
LABELS_AT_MOST = 40
HALO = [patheffects.withStroke(linewidth=2.2, foreground=PAPER)]


def draw_network(network: RoadNetwork, png: Path | str) -> None:
    """Write the map of a network as a PNG; raises NetworkError where the file cannot be written."""
    figure = network_figure(network)
    FigureCanvasAgg(figure)
    try:
        figure.savefig(png, format="png", dpi=150, facecolor=PAPER)
    except OSError as error:
        msg = f"{png}: expected a place for the picture, got: {error.strerror}; choose another file"
        raise NetworkError(msg) from error


def network_figure(
    network: RoadNetwork,
    *,
    cameras: Iterable[Camera] = (),
    highlight_zone: str = "",
    extent: Extent | None = None,
) -> Figure:
    """Return the map. `highlight_zone` glows, `extent` cuts it; cameras are (name, x_m, y_m)."""
    extent = extent or _extent(network)
    across, up = extent[1] - extent[0], extent[3] - extent[2]
    width = float(np.clip(9.0 * np.sqrt(across / up), 6.0, 12.0))
    figure = Figure(figsize=(width, float(np.clip(width * up / across, 4.0, 12.0)) + 0.9), facecolor=PAPER)
    axes = figure.add_axes((0.02, 0.06, 0.96, 0.86))
    draw_ground(axes, network, extent, [highlight_zone] if highlight_zone else [])
    _draw_places(axes, network, extent)
    _draw_cameras(axes, [c for c in cameras if _inside(extent, c[1], c[2])])
    figure.legend(loc="lower left", bbox_to_anchor=(0.015, 0.005), ncols=8, fontsize=7.5, frameon=False)
    figure.text(0.02, 0.955, network.name, fontsize=15, color=INK, weight="bold")
    figure.text(0.98, 0.955, _subtitle(network), fontsize=8.5, color=QUIET, ha="right")
    figure.text(0.98, 0.02, network.attribution, fontsize=7, color=QUIET, ha="right")
    return figure


def draw_ground(axes: Axes, network: RoadNetwork, extent: Extent, zones: Iterable[str] = ()) -> None:
    """Draw what every map stands on: roads, junctions, the glow of `zones`, the scale, north."""
    axes.set_axis_off()
    axes.set_xlim(extent[0], extent[1])
    axes.set_ylim(extent[2], extent[3])
    axes.set_aspect("equal")
    for zone in zones:
        _draw_zone(axes, network, zone)
    _draw_roads(axes, network)
    _draw_junctions(axes, network)
    _draw_scale(axes, network, extent)
    _draw_north(axes, network, extent)


def _extent(network: RoadNetwork) -> Extent:
    """Return the box around all roads with a margin of 4 %, at least 50 m across."""
    return extent_around(np.concatenate([road.centreline_m[:, :2] for road in network.roads]))


def extent_around(points_m: np.ndarray, margin: float = 0.04, least_m: float = 25.0) -> Extent:
    """Return the box around points (N, 2) with a margin, a share of its longer side or `least_m`."""
    low, high = points_m.min(axis=0), points_m.max(axis=0)
    pad = np.maximum(margin * np.max(high - low), least_m)
    return float(low[0] - pad), float(high[0] + pad), float(low[1] - pad), float(high[1] + pad)


def _inside(extent: Extent, x_m: float, y_m: float) -> bool:
    return extent[0] <= x_m <= extent[1] and extent[2] <= y_m <= extent[3]


def _subtitle(network: RoadNetwork) -> str:
    length_km = sum(road.length_m for road in network.roads) / 1000
    signals = sum(junction.control is Control.SIGNALS for junction in network.junctions)
    side = "left" if network.left_hand else "right"
    return f"{length_km:.1f} km of carriageway, signals at {signals} junctions, traffic on the {side}"


def _lines(roads: Iterable[Road]) -> list[np.ndarray]:
    return [road.centreline_m[:, :2] for road in roads]


def _draw_roads(axes: Axes, network: RoadNetwork) -> None:
    """Draw side streets first and arterials last, so that these lie on top."""
    for priority, (colour, width) in STYLES.items():
        roads = [road for road in network.roads if min(max(road.priority, 1), 4) == priority]
        if roads:
            lines = LineCollection(
                _lines(roads), colors=colour, linewidths=width, capstyle="round", zorder=priority
            )
            lines.set_label(CLASSES.get(priority, "_"))
            axes.add_collection(lines, autolim=False)


def _draw_zone(axes: Axes, network: RoadNetwork, zone: str) -> None:
    roads = [road for road in network.roads if zone and road.zone == zone]
    if roads:
        glow = LineCollection(
            _lines(roads), colors=ZONE, linewidths=9, alpha=0.35, capstyle="round", zorder=0.5
        )
        glow.set_label(zone)
        axes.add_collection(glow, autolim=False)


def _draw_junctions(axes: Axes, network: RoadNetwork) -> None:
    many = len(network.junctions) > 400
    for control, colour, marker, size, label in (
        (Control.BOUNDARY, EDGE, "s", 5 if many else 12, "entry, exit"),
        (Control.SIGNALS, SIGNAL, "o", 34, "signals"),
    ):
        at = [j.position_m[:2] for j in network.junctions if j.control is control]
        if at:
            x, y = np.array(at).T
            axes.scatter(
                x, y, s=size, c=colour, marker=marker, linewidths=0.7, edgecolors=PAPER, zorder=6, label=label
            )


def _draw_places(axes: Axes, network: RoadNetwork, extent: Extent) -> None:
    """Draw the places; names as long as they do not crowd the map, spaced by a thirtieth of it."""
    space_m = (extent[1] - extent[0]) / 30
    named: list[tuple[float, float]] = []
    for place in network.places:
        x, y = place.position_m
        if not _inside(extent, x, y):
            continue
        axes.plot(x, y, marker=".", color=PLACE, markersize=4, zorder=7)
        free = all(abs(x - a) > 3 * space_m or abs(y - b) > space_m for a, b in named)
        if free and len(named) < LABELS_AT_MOST:
            named.append((x, y))
            _label(axes, place.name, x, y)


def _draw_cameras(axes: Axes, cameras: list[Camera]) -> None:
    if cameras:
        x, y = [camera[1] for camera in cameras], [camera[2] for camera in cameras]
        axes.scatter(
            x, y, s=46, c=CAMERA, marker="^", linewidths=0.8, edgecolors=PAPER, zorder=8, label="camera"
        )
    for name, x_m, y_m in cameras:
        _label(axes, name, x_m, y_m)


def _draw_north(axes: Axes, network: RoadNetwork, extent: Extent) -> None:
    """Draw an arrow to the north in one of the upper corners."""
    x, y = _emptier(network, extent, ((0.945, 0.9), (0.015, 0.9)), (0.04, 0.1))
    axes.annotate(
        "N",
        (x + 0.02, y + 0.09),
        (x + 0.02, y + 0.03),
        xycoords="axes fraction",
        ha="center",
        va="center",
        fontsize=9,
        weight="bold",
        color=INK,
        zorder=9,
        arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.2},
    )


def _label(axes: Axes, text: str, x_m: float, y_m: float) -> None:
    axes.annotate(
        text.replace("$", r"\$"),
        (x_m, y_m),
        xytext=(4, 3),
        textcoords="offset points",
        fontsize=6.5,
        color=INK,
        zorder=9,
        annotation_clip=True,
        path_effects=HALO,
    )


def _draw_scale(axes: Axes, network: RoadNetwork, extent: Extent) -> None:
    """Draw a bar of about a fifth of the width, 1, 2 or 5 times a power of ten long."""
    across_m, up_m = extent[1] - extent[0], extent[3] - extent[2]
    goal_m = across_m / 5
    power = 10 ** np.floor(np.log10(goal_m))
    length_m = float(max(n * power for n in (1, 2, 5) if n * power <= goal_m))
    share = length_m / across_m
    left = _emptier(network, extent, ((0.03, 0.02), (0.97 - share, 0.02)), (share, 0.06))
    x_m, y_m = extent[0] + left[0] * across_m, extent[2] + 0.03 * up_m
    axes.plot([x_m, x_m + length_m], [y_m, y_m], color=INK, linewidth=2.2, solid_capstyle="butt", zorder=9)
    text = f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m"
    axes.annotate(
        text, (x_m + length_m / 2, y_m), xytext=(0, 4), textcoords="offset points", ha="center", fontsize=7.5
    )


def _emptier(
    network: RoadNetwork, extent: Extent, corners: Corners, size: tuple[float, float]
) -> tuple[float, float]:
    """Return the corner (shares of the map) at which a box of `size` covers the fewest bits of road."""
    origin, span = np.array([extent[0], extent[2]]), np.array([extent[1] - extent[0], extent[3] - extent[2]])
    bits = np.concatenate(
        [
            [road.point_at(along_m)[:2] for along_m in np.linspace(0.0, road.length_m, 40)]
            for road in network.roads
        ]
    )
    shares = (bits - origin) / span

    def covered(corner: tuple[float, float]) -> int:
        inside = (shares >= np.array(corner)) & (shares <= np.array(corner) + np.array(size))
        return int(np.count_nonzero(inside.all(axis=1)))

    return min(corners, key=covered)
