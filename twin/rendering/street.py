"""The surface of the street: patches of ground in the order in which they are painted."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from scipy.spatial import ConvexHull

from detectors.datatypes.arrays import BoolArray, Float64Array
from twin.environment.furniture import FORECOURT_M, PAVEMENT_M
from twin.network.model import Control, Road, RoadNetwork
from twin.network.roadside import Section, junction_outline_m, section
from twin.rendering.road_wear import arrows, cracks, tar_patches

PIECE_M = 4.0
LINE_M = 0.13
DASH_M, GAP_M = 3.0, 5.0
SOLID_BEFORE_LINE_M = 24.0
KERB_M = 0.16
OVERLAP_M = 0.25
SLAB_M, JOINT_M, GUTTER_M = 3.0, 0.05, 0.3


class Surface(IntEnum):
    """What the ground is made of."""

    GRASS = 0
    PAVEMENT = 1
    FORECOURT = 2
    ASPHALT = 3
    MARKING = 4
    KERB_LIGHT = 5
    KERB_DARK = 6
    PLANTED = 7
    GUTTER = 8
    TACTILE = 9
    JOINT = 10
    WORN = 11  # not a material: darkens what lies under it
    TAR = 12
    CRACK = 13
    RED = 14


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """A convex piece of ground, `outline_m` (N, 3)."""

    surface: Surface
    outline_m: Float64Array


def lay_street(network: RoadNetwork, roads: Iterable[Road], reach: tuple[Float64Array, float]) -> list[Patch]:
    """Return the patches within a distance of a point; `reach` is the point (2,) and the metres."""
    chosen = list(roads)
    middles = {road.id: _middles(network, road) for road in chosen}
    cuts = [
        _Strip(
            network,
            section(network, road),
            reach,
            np.vstack([middles[o.id] for o in chosen if o is not road]),
        )
        if len(chosen) > 1
        else _Strip(network, section(network, road), reach, np.empty((0, 3)))
        for road in chosen
    ]
    boxes = {node: network.junction_of[node] for road in chosen for node in (road.start, road.end)}
    areas = [_area(junction_outline_m(network, box)) for box in boxes.values()]
    return [
        *(patch for cut in cuts for patch in cut.sides()),
        *(Patch(Surface.ASPHALT, area) for area in areas if area is not None),
        *(patch for cut in cuts for patch in cut.carriageway()),
        *(patch for cut in cuts for patch in cut.markings()),
        *(patch for cut in cuts for patch in cut.kerbs()),
    ]


def _middles(network: RoadNetwork, road: Road) -> Float64Array:
    """Return x, y and the half width (N, 3) along a road."""
    cut = section(network, road)
    points = cut.points_m(cut.samples_m(2.0), road.kerb_m / 2)
    points[:, 2] = cut.lane_edge_m + road.kerb_m / 2
    return points


def _area(corners_m: Float64Array) -> Float64Array | None:
    flat = corners_m[:, :2]
    if len(flat) < 3 or np.linalg.matrix_rank(flat - flat[0], tol=0.5) < 2:
        return None
    return np.asarray(corners_m[ConvexHull(flat).vertices], dtype=np.float64)


@dataclass(frozen=True)
class _Strip:
    """One road with its verges, cut into short convex pieces near the camera."""

    network: RoadNetwork
    cut: Section
    reach: tuple[Float64Array, float]
    others_m: Float64Array  # x, y, half width (N, 3) along all other roads

    def _clear(self, patches: list[Patch]) -> list[Patch]:
        """Drop the patches that lie on other roads: no line and no kerb runs across traffic."""
        if not len(self.others_m):
            return patches
        middles = np.array([patch.outline_m[:, :2].mean(axis=0) for patch in patches]).reshape(-1, 2)
        gap = (
            np.hypot(*np.moveaxis(middles[:, None] - self.others_m[None, :, :2], -1, 0)) - self.others_m[:, 2]
        )
        return [patch for patch, free in zip(patches, gap.min(axis=1) > -OVERLAP_M, strict=True) if free]

    def _near(self, along_m: Float64Array) -> BoolArray:
        points = self.cut.points_m(along_m, 0.0)[:, :2]
        return np.asarray(np.hypot(*(points - self.reach[0]).T) <= self.reach[1], dtype=np.bool_)

    def _band(self, surface: Surface, inner_m: float, outer_m: float, step_m: float = PIECE_M) -> list[Patch]:
        along = self.cut.samples_m(step_m)
        near = self._near(along)
        inner, outer = self.cut.points_m(along, inner_m), self.cut.points_m(along, outer_m)
        return [
            Patch(surface, np.array([inner[i], inner[i + 1], outer[i + 1], outer[i]]))
            for i in np.flatnonzero(near[:-1] | near[1:])
        ]

    def _piece(self, surface: Surface, along_m: tuple[float, float], offset_m: tuple[float, float]) -> Patch:
        return Patch(surface, self.cut.band_m(np.array(along_m), *offset_m))

    def sides(self) -> list[Patch]:
        """Return forecourt and pavement at the kerb, and the planted median."""
        kerb = self.cut.kerb_edge_m
        patches = self._band(Surface.FORECOURT, kerb, kerb + PAVEMENT_M + FORECOURT_M + 2.0)
        patches += self._joints(kerb + PAVEMENT_M, FORECOURT_M + 2.0)
        patches += self._band(Surface.PAVEMENT, kerb, kerb + PAVEMENT_M)
        patches += self._clear(self._band(Surface.TACTILE, kerb + 0.9, kerb + 1.2))
        if self.cut.road.median:
            patches += self._band(Surface.PLANTED, -self.cut.lane_edge_m, -self.cut.lane_edge_m - 1.6)
        return patches

    def _joints(self, from_m: float, width_m: float) -> list[Patch]:
        """Return the joints between the slabs of the forecourt."""
        slabs = np.arange(0.0, self.cut.road.length_m - JOINT_M, SLAB_M)
        across = [
            self._piece(Surface.JOINT, (float(at), float(at) + JOINT_M), (from_m, from_m + width_m))
            for at in slabs[self._near(slabs)]
        ]
        middle = from_m + width_m / 2
        return across + self._band(Surface.JOINT, middle, middle + JOINT_M)

    def carriageway(self) -> list[Patch]:
        """Return the asphalt, and the darker paths of the wheels on it."""
        edge, road = self.cut.lane_edge_m, self.cut.road
        patches = self._band(Surface.ASPHALT, -edge - 0.05, self.cut.kerb_edge_m + 0.05)
        kerb = self.cut.kerb_edge_m
        patches += self._clear(self._band(Surface.GUTTER, kerb - GUTTER_M, kerb + 0.05))
        for lane in range(road.lanes):
            middle = edge - (lane + 0.5) * road.lane_width_m
            for wheel in (-0.8, 0.8):
                patches += self._band(Surface.WORN, middle + wheel - 0.28, middle + wheel + 0.28)
        patches += self._in_reach(Surface.TAR, tar_patches(self.cut))
        return patches + self._in_reach(Surface.CRACK, cracks(self.cut))

    def _in_reach(self, surface: Surface, outlines: list[Float64Array]) -> list[Patch]:
        point, reach_m = self.reach
        middles = np.array([outline[:, :2].mean(axis=0) for outline in outlines]).reshape(-1, 2)
        near = np.hypot(*(middles - point).T) <= reach_m
        return [Patch(surface, outline) for outline, shows in zip(outlines, near, strict=True) if shows]

    def markings(self) -> list[Patch]:
        """Return edge lines, lane lines, and stop line, zebra and arrows of a signalised approach."""
        edge, road = self.cut.lane_edge_m, self.cut.road
        patches = []
        if road.kerb_m > 0.3:
            patches += self._band(Surface.MARKING, edge - LINE_M, edge)
        patches += self._band(Surface.MARKING, -edge + 0.1, -edge + 0.1 + LINE_M)
        for lane in range(1, road.lanes):
            patches += self._lane_line(edge - lane * road.lane_width_m)
        patches = self._clear(patches)
        if self.network.junction_of[road.end].control is Control.SIGNALS:
            kinds = frozenset(turn.kind for turn in self.network.turns_from[road.id])
            patches += (
                self._motorcycle_box()
                + self._stop_line()
                + self._in_reach(Surface.MARKING, arrows(self.cut, kinds))
            )
        return patches

    def _lane_line(self, offset_m: float) -> list[Patch]:
        side = (offset_m - LINE_M / 2, offset_m + LINE_M / 2)
        end = self.cut.road.length_m
        signals = self.network.junction_of[self.cut.road.end].control is Control.SIGNALS
        solid = max(0.0, end - SOLID_BEFORE_LINE_M) if signals else end
        starts = np.arange(0.0, solid, DASH_M + GAP_M)
        dashes = [
            self._piece(Surface.MARKING, (float(start), min(float(start) + DASH_M, end)), side)
            for start in starts[self._near(starts)]
        ]
        if solid < end:
            dashes.append(self._piece(Surface.MARKING, (solid, end), side))
        return dashes

    def _motorcycle_box(self) -> list[Patch]:
        """Return the red box in which motorcycles wait before all others (RHK), outlined in white."""
        edge, road = self.cut.lane_edge_m, self.cut.road
        if road.motorcycle_box_m <= 0.0:
            return []
        end = road.length_m - 0.5
        start = max(end - road.motorcycle_box_m, 0.0)
        frame = self._piece(Surface.MARKING, (start, end), (-edge + 0.1, edge - 0.1))
        inner = self._piece(
            Surface.RED, (start + 0.25, end - 0.25), (-edge + 0.1 + LINE_M, edge - 0.1 - LINE_M)
        )
        return [frame, inner]

    def _stop_line(self) -> list[Patch]:
        """Return the line at the end of the road and the zebra just behind it."""
        edge, kerb, road = self.cut.lane_edge_m, self.cut.kerb_edge_m, self.cut.road
        line = self._piece(Surface.MARKING, (road.length_m - 0.4, road.length_m), (-edge, kerb))
        heading = road.heading_at(road.length_m)
        ahead = np.array([np.cos(heading), np.sin(heading), 0.0])
        stripes = []
        for offset in np.arange(-edge + 0.4, kerb - 0.4, 1.0):
            near, far = self.cut.points_m([road.length_m] * 2, [offset, offset + 0.5])
            ends = [near + 1.0 * ahead, far + 1.0 * ahead, far + 3.6 * ahead, near + 3.6 * ahead]
            stripes.append(Patch(Surface.MARKING, np.array(ends)))
        return [line, *stripes]

    def kerbs(self) -> list[Patch]:
        """Return the kerb stones, painted black and white as Indonesian streets have them."""
        patches = []
        sides = [self.cut.kerb_edge_m] + ([-self.cut.lane_edge_m] if self.cut.road.median else [])
        for edge in sides:
            outer = edge + np.sign(edge) * KERB_M
            along = np.arange(0.0, self.cut.road.length_m, 1.0)
            foot, top = self.cut.points_m(along, edge), self.cut.points_m(along, outer)
            lift = np.array([0.0, 0.0, KERB_M])
            for i in np.flatnonzero(self._near(along)[:-1]):
                surface = Surface.KERB_LIGHT if i % 2 else Surface.KERB_DARK
                face = [
                    foot[i],
                    foot[i + 1],
                    foot[i + 1] + lift,
                    top[i + 1] + lift,
                    top[i] + lift,
                    foot[i] + lift,
                ]
                patches.append(Patch(surface, np.array(face)))
        return self._clear(patches)
