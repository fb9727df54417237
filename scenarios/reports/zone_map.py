"""The zone from above: its roads, what each camera looks at, what it found and what it missed."""

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon as Patch
from matplotlib.patches import Wedge

from detectors.datatypes.site import SitePlan
from scenarios.moving_offences import PROHIBITED_TURN, STOP_LINE, WRONG_WAY
from scenarios.offences import KERB_PARKING, RED_LIGHT
from scenarios.reports.plots import BAN, FOUND, INK, MISSED, STYLE, inline_svg
from scenarios.reports.wording import Words
from scenarios.results import RunResult
from scenarios.score import Match, Score
from scenarios.speed_offences import RACING, SECTION_SPEED, SPEEDING
from twin.network.model import Road

CAMERA, UNSEEN = "#009E73", "#7b8794"
MARGIN_M = 70.0
REACH_M = 90.0
MARKERS = {KERB_PARKING: "o", RED_LIGHT: "X", STOP_LINE: "P", WRONG_WAY: "v", PROHIBITED_TURN: "D"}
MARKERS |= {SPEEDING: "^", RACING: "d", SECTION_SPEED: "s"}
OTHER = "h"


def zone_map(result: RunResult, score: Score, words: Words) -> str:
    """Return the map of a run's zone as inline SVG, north up."""
    zone = [road for road in result.network.roads if road.zone == result.scenario.zone]
    corners = np.vstack([road.centreline_m[:, :2] for road in zone or result.network.roads])
    low, high = corners.min(axis=0) - MARGIN_M, corners.max(axis=0) + MARGIN_M
    width_m, height_m = high - low
    with mpl.rc_context(STYLE):
        figure = Figure((5.6, float(np.clip(5.6 * height_m / width_m, 2.2, 7.6)) + 0.5), layout="constrained")
        axes = figure.subplots()
        axes.set_axis_off()
        axes.set_aspect("equal")
        for road in result.network.roads:
            _road(axes, road, in_zone=road in zone)
        for view in result.views:
            _camera(axes, view.site)
        _offences(axes, score)
        axes.set_xlim(low[0], high[0])
        axes.set_ylim(low[1], high[1])
        _scale(axes, float(low[0] + 15), float(low[1] + 15), float(width_m))
        figure.legend(handles=_legend(words), loc="outside lower center", ncols=3, fontsize=8.5)
    return inline_svg(figure, "map")


def _road(axes: Axes, road: Road, *, in_zone: bool) -> None:
    x, y = road.centreline_m[:, 0], road.centreline_m[:, 1]
    axes.plot(x, y, color="#d3dae2", linewidth=1.6 + 1.2 * road.lanes, solid_capstyle="round", zorder=1)
    if in_zone:
        axes.plot(x, y, color=BAN, linewidth=1.8, alpha=0.8, zorder=2)


def _camera(axes: Axes, site: SitePlan) -> None:
    camera = site.camera
    x, y = float(camera.position_m[0]), float(camera.position_m[1])
    half = np.degrees(np.arctan2(camera.width_px / 2, camera.focal_px))
    ahead = np.degrees(camera.yaw_rad)
    wedge = Wedge(
        (x, y), REACH_M, ahead - half, ahead + half, color=CAMERA, alpha=0.18, linewidth=0, zorder=3
    )
    axes.add_patch(wedge)
    for zone in site.no_parking:
        axes.add_patch(Patch(zone.area.corners_m, color=BAN, alpha=0.35, linewidth=0, zorder=3))
    axes.plot([x], [y], "s", color=CAMERA, markersize=5, zorder=5)
    axes.annotate(site.view, (x, y), (6, 4), textcoords="offset points", fontsize=8, color=INK, zorder=6)


def _offences(axes: Axes, score: Score) -> None:
    found = {one.offence for one in score.matches if one.match is Match.CORRECT}
    for one in score.offences:
        if one.borderline or not one.in_zone:
            continue
        missed = MISSED if one.in_view else UNSEEN
        colour = FOUND if one in found else missed
        x, y = one.violation.position_m
        marker = MARKERS.get(one.violation.rule, OTHER)
        axes.plot([x], [y], marker, color=colour, markersize=6, markeredgecolor="white", zorder=4)


def _scale(axes: Axes, x_m: float, y_m: float, width_m: float) -> None:
    bar_m = 200 if width_m > 500 else 50
    axes.plot([x_m, x_m + bar_m], [y_m, y_m], color=INK, linewidth=2, zorder=6)
    axes.annotate(
        f"{bar_m} m", (x_m + bar_m / 2, y_m), (0, 4), textcoords="offset points", ha="center", fontsize=8
    )


def _legend(words: Words) -> list[Line2D]:
    def dot(marker: str, colour: str, label: str) -> Line2D:
        return Line2D([], [], marker=marker, color=colour, linestyle="", label=words.text(label))

    return [
        dot("s", CAMERA, "camera"),
        Line2D([], [], color=BAN, linewidth=2, label=words.text("kerb with the ban")),
        *(dot(mark, INK, rule) for rule, mark in MARKERS.items() if rule != KERB_PARKING),
        dot("o", FOUND, "found"),
        dot("o", MISSED, "missed"),
        dot("o", UNSEEN, "not in view"),
    ]
