"""A map of a camera plan: where each camera stands, what it looks at, and a key that names it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Wedge

from detectors.datatypes.camera import PinholeCamera
from scenarios.errors import InputError
from scenarios.reports.label_places import free_places
from scenarios.reports.network_map import (
    EDGE,
    INK,
    PAPER,
    QUIET,
    SIGNAL,
    STYLES,
    ZONE,
    Extent,
    draw_ground,
    extent_around,
)
from scenarios.texts import Texts
from twin.cameras.plans import Camera, CameraKind, CameraPlan, Owner, ViewSpec
from twin.cameras.survey import mount
from twin.network.model import RoadNetwork

OWNERS = {Owner.DISHUB: "#0b7a75", Owner.POLICE: "#2f3fa0"}
MARKERS = {
    CameraKind.FIXED: "s",
    CameraKind.PTZ: "o",
    CameraKind.MULTI_SENSOR: "D",
    CameraKind.ETLE_STATIC: "^",
    CameraKind.ETLE_MOBILE: "v",
}
ALWAYS, AT_TIMES = 0.5, 0.22  # how strongly a field of view is drawn
LARGEST_IN = (10.2, 9.4)
AVAILABLE_MBPS = 50.0  # the uplink that exists (DOMAIN 1)
KEY_IN, HEAD_IN, FOOT_IN, LINE_IN = 3.7, 0.75, 0.85, 0.137
PT_PER_IN = 72.0
REACH_M = (30.0, 130.0)  # of a field of view: half as far again as what it is aimed at, within these
BEYOND_AIM = 1.5
SEEN_IN = 0.2  # a reach of 60 m is drawn at least so long, else fields of view are drawn larger
KEY_AT_MOST = 70  # lines of a key that names every camera
SITE_M, SITE_IN = 30.0, 0.11  # cameras this near to each other have one number


@dataclass(frozen=True, slots=True)
class _Stand:
    """A camera on the map, with the true poses of its views and how far away each is aimed."""

    camera: Camera
    at_m: np.ndarray
    poses: tuple[PinholeCamera, ...]
    aims_m: tuple[float, ...]


def draw_cameras(plan: CameraPlan, network: RoadNetwork, png: Path | str, texts: Texts) -> None:
    """Write the map of a plan as a PNG; raises InputError where the file cannot be written."""
    figure = camera_figure(plan, network, texts)
    FigureCanvasAgg(figure)
    try:
        figure.savefig(png, format="png", dpi=150, facecolor=PAPER)
    except OSError as error:
        msg = f"{png}: expected a place for the picture, got: {error.strerror}; choose another file"
        raise InputError(msg) from error


def camera_figure(plan: CameraPlan, network: RoadNetwork, texts: Texts) -> Figure:
    """Return the map of a plan on `network`, on which all of it must lie; raises ValueError."""
    stands = _stands(plan, network)
    around = extent_around(np.array([stand.at_m for stand in stands]), margin=0.05, least_m=160.0)
    in_per_m = min(LARGEST_IN[0] / (around[1] - around[0]), LARGEST_IN[1] / (around[3] - around[2]))
    sites = _sites(stands, max(SITE_M, SITE_IN / in_per_m))
    key = _key(sites, texts)
    panel_in = (
        max((around[1] - around[0]) * in_per_m, 5.2),
        max((around[3] - around[2]) * in_per_m, len(key) * LINE_IN, 4.0),
    )
    extent = _filling(around, panel_in[0] / in_per_m, panel_in[1] / in_per_m)
    size_in = panel_in[0] + KEY_IN, panel_in[1] + HEAD_IN + FOOT_IN
    figure = Figure(figsize=size_in, facecolor=PAPER)
    axes = figure.add_axes(
        (0.1 / size_in[0], FOOT_IN / size_in[1], panel_in[0] / size_in[0], panel_in[1] / size_in[1])
    )
    draw_ground(axes, network, extent, sorted({road.zone for road in network.roads} - {""}))
    larger = max(1.0, SEEN_IN / (60.0 * in_per_m))
    for stand in stands:
        _draw_stand(axes, stand, larger)
    _draw_numbers(axes, sites, extent, in_per_m)
    _write_key(figure, key, size_in)
    _write_margins(figure, plan, network, texts, larger)
    return figure


def _filling(extent: Extent, across_m: float, up_m: float) -> Extent:
    """Return the box around the same middle that is so many metres wide and high."""
    x_m, y_m = (extent[0] + extent[1]) / 2, (extent[2] + extent[3]) / 2
    return x_m - across_m / 2, x_m + across_m / 2, y_m - up_m / 2, y_m + up_m / 2


def _stands(plan: CameraPlan, network: RoadNetwork) -> list[_Stand]:
    spec_of = {view.name: view for view in plan.views}
    stands = []
    for camera in plan.cameras:
        specs = [spec_of[view] for view in camera.views]
        poses = tuple(mount(network, spec) for spec in specs)
        at_m = poses[0].position_m[:2]
        aims_m = tuple(float(np.hypot(*(_aim(network, spec) - at_m))) for spec in specs)
        stands.append(_Stand(camera, at_m, poses, aims_m))
    return stands


def _aim(network: RoadNetwork, spec: ViewSpec) -> np.ndarray:
    road = network.road_of[spec.aimed_road]
    return np.array(road.point_at(spec.aim_along_m, spec.aim_offset_m)[:2])


def _sites(stands: Sequence[_Stand], near_m: float) -> list[list[_Stand]]:
    """Return the cameras in groups that stand together, from north to south."""
    sites: list[list[_Stand]] = []
    for stand in sorted(stands, key=lambda one: (-one.at_m[1], one.at_m[0])):
        site = next((s for s in sites if np.hypot(*(s[0].at_m - stand.at_m)) <= near_m), None)
        if site is None:
            sites.append([stand])
        else:
            site.append(stand)
    return sites


def _draw_stand(axes: Axes, stand: _Stand, larger: float) -> None:
    x, y = stand.at_m
    colour = OWNERS[stand.camera.owner]
    strength = ALWAYS if stand.camera.tour is None else AT_TIMES
    for pose, aim_m in zip(stand.poses, stand.aims_m, strict=True):
        half = np.degrees(np.arctan2(pose.width_px / 2, pose.focal_px))
        ahead = np.degrees(pose.yaw_rad)
        reach_m = larger * float(np.clip(BEYOND_AIM * aim_m, *REACH_M))
        field = Wedge((x, y), reach_m, ahead - half, ahead + half, facecolor=colour, alpha=strength)
        field.set(linewidth=0, zorder=4)
        rim = Wedge((x, y), reach_m, ahead - half, ahead + half, fill=False, edgecolor=colour, alpha=0.6)
        rim.set(linewidth=0.4, zorder=5)
        axes.add_patch(rim)
        axes.add_patch(field)
    marker = MARKERS[stand.camera.kind]
    axes.plot(x, y, marker, color=colour, markersize=5, markeredgecolor=PAPER, markeredgewidth=0.6, zorder=8)


def _draw_numbers(axes: Axes, sites: list[list[_Stand]], extent: Extent, in_per_m: float) -> None:
    """Write the number of each site beside it, led to it by a line, none upon another."""
    pt_per_m = in_per_m * PT_PER_IN
    corner = np.array((extent[0], extent[2]))
    marks_pt = np.array([(s.at_m - corner) * pt_per_m for site in sites for s in site])
    anchors_pt = np.array([(site[0].at_m - corner) * pt_per_m for site in sites])
    limits_pt = (extent[1] - extent[0]) * pt_per_m, (extent[3] - extent[2]) * pt_per_m
    places_pt = free_places(anchors_pt, marks_pt, limits_pt)
    for number, (anchor, place) in enumerate(zip(anchors_pt, places_pt, strict=True), start=1):
        axes.annotate(
            str(number),
            tuple(corner + anchor / pt_per_m),
            tuple(corner + place / pt_per_m),
            ha="center",
            va="center",
            fontsize=7,
            weight="bold",
            color=INK,
            zorder=10,
            bbox={"boxstyle": "round,pad=0.18", "facecolor": "white", "edgecolor": QUIET, "linewidth": 0.5},
            arrowprops={"arrowstyle": "-", "color": QUIET, "linewidth": 0.6, "shrinkA": 0, "shrinkB": 2},
        )


def _key(sites: list[list[_Stand]], texts: Texts) -> list[tuple[str, str, Camera]]:
    """Return the lines of the key: number, text, camera; of a large estate one line a site."""
    if sum(map(len, sites)) > KEY_AT_MOST:
        return [
            (str(number), _site_said(site, texts), site[0].camera) for number, site in enumerate(sites, 1)
        ]
    lines = []
    for number, site in enumerate(sites, start=1):
        for row, stand in enumerate(sorted(site, key=lambda one: one.camera.name)):
            camera = stand.camera
            said = f"{camera.name}: {texts.text(camera.kind.value)}"
            if len(camera.views) > 1:
                said += f", {len(camera.views)}"
            if camera.tour is not None:
                said += f" ({_shares(camera)} %)"
            lines.append(("" if row else str(number), said, camera))
    return lines


def _shares(camera: Camera) -> str:
    """Return for what share of the time its views are watched, in %: the least and the most."""
    tour = camera.tour
    shares = sorted(100 * tour.duty(view) if tour else 100.0 for view in camera.views)
    low, high = f"{shares[0]:.0f}", f"{shares[-1]:.0f}"
    return low if low == high else f"{low}-{high}"


def _site_said(site: list[_Stand], texts: Texts) -> str:
    """Return what stands together: what the names have in common, and how many of each kind."""
    cameras = [stand.camera for stand in site]
    parts = zip(*(camera.name.split("-") for camera in cameras), strict=False)
    shared = takewhile(lambda words: len(set(words)) == 1, parts)
    common = "-".join(words[0] for words in shared) or cameras[0].name
    kinds = Counter(camera.kind for camera in cameras)
    return f"{common}: " + ", ".join(f"{count} {texts.text(kind.value)}" for kind, count in kinds.items())


def _write_key(figure: Figure, key: list[tuple[str, str, Camera]], size_in: tuple[float, float]) -> None:
    left, top = 1 - (KEY_IN - 0.25) / size_in[0], 1 - HEAD_IN / size_in[1]
    for row, (number, said, camera) in enumerate(key):
        y = top - (row + 0.7) * LINE_IN / size_in[1]
        figure.text(left + 0.2 / size_in[0], y, number, fontsize=7, weight="bold", color=INK, ha="right")
        mark = Line2D(
            [left + 0.33 / size_in[0]],
            [y + 0.035 / size_in[1]],
            marker=MARKERS[camera.kind],
            color=OWNERS[camera.owner],
            markersize=4,
            linestyle="",
            transform=figure.transFigure,
        )
        figure.add_artist(mark)
        figure.text(left + 0.45 / size_in[0], y, said, fontsize=7, color=INK)


def _write_margins(
    figure: Figure, plan: CameraPlan, network: RoadNetwork, texts: Texts, larger: float
) -> None:
    """Write the title, what the plan amounts to, the legend and where the map is from."""
    width_in, height_in = figure.get_size_inches()
    figure.text(0.1 / width_in, 1 - 0.34 / height_in, plan.name, fontsize=15, color=INK, weight="bold")
    figure.text(0.1 / width_in, 1 - 0.58 / height_in, totals(plan, texts), fontsize=8.5, color=QUIET)
    reach = (
        texts.text("fields of view drawn to scale")
        if larger == 1.0
        else texts.text("fields of view: angles true, {times} times as long", times=f"{larger:.1f}")
    )
    counted = texts.text(
        "a number after the kind: how many views the camera has (% of the time that each is watched)"
    )
    for up_in, note in ((0.19, f"{reach}; {counted}"), (0.06, network.attribution)):
        figure.text(0.1 / width_in, up_in / height_in, note, fontsize=6.5, color=QUIET)
    figure.legend(
        handles=_legend(plan, texts),
        loc="lower left",
        bbox_to_anchor=(0.02 / width_in, 0.29 / height_in),
        ncols=max(3, int(width_in // 1.45)),
        fontsize=7.5,
        frameon=False,
        columnspacing=1.4,
    )


def totals(plan: CameraPlan, texts: Texts) -> str:
    """Return what a plan amounts to in one line: cameras, views, price, uplink, and what was left out."""
    said = texts.text(
        "{cameras} cameras, {views} views, Rp{price} million, {mbps} Mbps",
        cameras=len(plan.cameras),
        views=len(plan.views),
        price=f"{plan.price_idr / 1e6:,.0f}".replace(",", " "),
        mbps=f"{plan.bitrate_bps / 1e6:g}",
    )
    if not plan.left_out:
        return said
    left = texts.text(
        "{count} cameras of the plan do not lie on the network {network}",
        count=len(plan.left_out),
        network=plan.network,
    )
    return f"{said}; {left}"


def available_mbps(plan: CameraPlan) -> float:
    """Return the uplink that a plan states, else the one that exists."""
    return AVAILABLE_MBPS if plan.uplink_bps is None else plan.uplink_bps / 1e6


def uplink_said(plan: CameraPlan, texts: Texts) -> str:
    """Return what all streams of a plan take at once, beside what there is."""
    return texts.text(
        "Uplink: {mbps} Mbps at once, {available} available.",
        mbps=f"{plan.bitrate_bps / 1e6:g}",
        available=f"{available_mbps(plan):g}",
    )


def _legend(plan: CameraPlan, texts: Texts) -> list[Line2D | Patch]:
    def line(label: str, **look: object) -> Line2D:
        return Line2D([], [], label=texts.text(label), **look)  # type: ignore[arg-type]

    kinds = [kind for kind in CameraKind if any(c.kind is kind for c in plan.cameras)]
    owners = [owner for owner in Owner if any(c.owner is owner for c in plan.cameras)]
    found: list[Line2D | Patch] = [
        line(kind.value, marker=MARKERS[kind], color=QUIET, linestyle="", markersize=5) for kind in kinds
    ]
    found += [Patch(color=OWNERS[owner], label=texts.text(owner.value)) for owner in owners]
    first = OWNERS[owners[0]]
    found.append(Patch(color=first, alpha=ALWAYS, linewidth=0, label=texts.text("looked at at all times")))
    if any(camera.tour for camera in plan.cameras):
        found.append(Patch(color=first, alpha=AT_TIMES, linewidth=0, label=texts.text("on a guard tour")))
    found += [
        line("kerb with the ban", color=ZONE, linewidth=7, alpha=0.35),
        line("arterial", color=STYLES[3][0], linewidth=STYLES[3][1]),
        line("collector", color=STYLES[2][0], linewidth=STYLES[2][1]),
        line("side street", color=STYLES[1][0], linewidth=STYLES[1][1]),
        line("signals", color=SIGNAL, marker="o", linestyle="", markersize=5),
        line("entry, exit", color=EDGE, marker="s", linestyle="", markersize=3.5),
    ]
    return found
