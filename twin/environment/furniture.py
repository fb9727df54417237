"""What stands beside a street: shop-houses, trees, hedges, lamps, poles, signs. Plausible, not surveyed.

Everything is drawn from the seed and from the road it stands at, so every camera sees the same street.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import cos, sin

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial import cKDTree

from detectors.datatypes.arrays import BoolArray, Float64Array
from twin.network.model import Control, Road, RoadNetwork
from twin.network.roadside import Section, section
from twin.randomness import Seed

PAVEMENT_M = 2.2
FORECOURT_M = 6.0
CLEAR_OF_ROAD_M = 2.5
LAMP_SPACING_M = 32.0
SIGN_SPACING_M = 55.0
CORNER_M = 8.0
ARM_BELOW_TOP_M = 0.4  # the cross-arm of a pole, which carries its wires
LONGEST_SPAN_M, SAG = 80.0, 0.018  # no wire reaches farther; how much it hangs through, of its span [?]
BEFORE_EYE_M = 22.0
SIGHT_M = 2.5  # what stands is so far from a line of sight
FARTHEST_M = 500.0  # what stands farther from the eye shows in no picture


class PlantKind(StrEnum):
    """How a plant grows."""

    TREE = "tree"
    PALM = "palm"
    SHRUB = "shrub"


class MastKind(StrEnum):
    """What a mast carries."""

    LAMP = "lamp"
    UTILITY = "utility"
    SIGN = "sign"
    SIGNAL = "signal"


@dataclass(frozen=True, slots=True, eq=False)
class Building:
    """A block: `corners_m` (4, 2) front left, front right, back right, back left as seen from the road."""

    corners_m: Float64Array
    base_m: float
    height_m: float
    key: int


@dataclass(frozen=True, slots=True)
class Plant:
    """A plant at its foot, with the height and the radius of its crown."""

    kind: PlantKind
    position_m: tuple[float, float, float]
    height_m: float
    radius_m: float
    key: int


@dataclass(frozen=True, slots=True)
class Mast:
    """A mast at its foot; its arm, `arm_m` long, points along `toward_rad`, its signs along `facing_rad`.

    `group` is the signal group of a SIGNAL mast, "" for all others.
    """

    kind: MastKind
    position_m: tuple[float, float, float]
    height_m: float
    toward_rad: float
    arm_m: float = 0.0
    facing_rad: float = 0.0
    group: str = ""


@dataclass(frozen=True, slots=True)
class Wire:
    """A wire between two points, which hangs through by `sag_m` in its middle."""

    start_m: tuple[float, float, float]
    end_m: tuple[float, float, float]
    sag_m: float


@dataclass(frozen=True, slots=True)
class Furniture:
    """All that stands beside some roads, and the wires between."""

    buildings: tuple[Building, ...]
    plants: tuple[Plant, ...]
    masts: tuple[Mast, ...]
    wires: tuple[Wire, ...] = ()


class Keepout:
    """Where nothing may stand: on the roads, and in the line of sight of whoever planned the place.

    `roads_m` (N, 3) are x, y and the half width there; `sight_m` is where an eye stands and looks,
    None where nobody has planned one.
    """

    def __init__(self, roads_m: Float64Array, sight_m: tuple[Float64Array, Float64Array] | None) -> None:
        self._sight_m = None if sight_m is None else (sight_m[0][:2], sight_m[1][:2])
        self._roads_m, self._widest_m = roads_m, float(roads_m[:, 2].max())
        self._tree = cKDTree(roads_m[:, :2])

    def near(self, point_m: Float64Array) -> bool:
        """Return whether what stands at a point (2,) could show in a picture."""
        return self._sight_m is None or bool(np.hypot(*(point_m - self._sight_m[0])) <= FARTHEST_M)

    def passes(self, start_m: ArrayLike, end_m: ArrayLike, within_m: float) -> bool:
        """Return whether a line on the map comes so near to the eye that a wire along it is in its way."""
        if self._sight_m is None:
            return False
        start, way = np.asarray(start_m)[:2], np.subtract(end_m, start_m)[:2]
        to_eye = self._sight_m[0] - start
        share = float(np.clip(to_eye @ way / max(float(way @ way), 1e-9), 0.0, 1.0))
        return bool(np.hypot(*(to_eye - share * way)) <= within_m)

    def ahead(self, point_m: Float64Array, within_m: float) -> bool:
        """Return whether a point (2,) is so near before the eye that a mast there would be in its way."""
        return self._sight_m is not None and bool(
            before_eye(*self._sight_m, point_m[None], np.array([within_m]))[0]
        )

    def free(self, point_m: Float64Array, radius_m: float) -> bool:
        """Return whether a thing of that radius at a point (2,) leaves roads and sight clear."""
        beside = self._roads_m[self._tree.query_ball_point(point_m, radius_m + self._widest_m)]
        road_gap = np.hypot(*(beside[:, :2] - point_m).T) - beside[:, 2]
        if self._sight_m is not None and sight_gap_m(*self._sight_m, point_m[None])[0] <= radius_m + SIGHT_M:
            return False
        return bool((road_gap > radius_m).all())


def before_eye(
    eye_m: Float64Array, aim_m: Float64Array, points_m: Float64Array, within_m: Float64Array
) -> BoolArray:
    """Return (N,): which points (N, 2) are less than `within_m` (N,) before an eye (2,), or at it."""
    to_point, ray = points_m - eye_m, aim_m - eye_m
    distance = np.hypot(*to_point.T)
    cosine = (to_point @ ray) / np.maximum(distance * float(np.hypot(*ray)), 1e-9)
    return np.asarray((distance < 2.0) | ((distance < within_m) & (cosine > 0.5)), dtype=np.bool_)


def sight_gap_m(eye_m: Float64Array, aim_m: Float64Array, points_m: Float64Array) -> Float64Array:
    """Return how far points (N, 2) are from the line between an eye (2,) and its aim (2,)."""
    ray = aim_m - eye_m
    share = np.clip((points_m - eye_m) @ ray / max(float(ray @ ray), 1e-9), 0.0, 1.0)
    return np.asarray(np.hypot(*(eye_m + share[:, None] * ray - points_m).T), dtype=np.float64)


def furnish(
    network: RoadNetwork, roads: Iterable[Road], sight_m: tuple[Float64Array, Float64Array] | None, seed: Seed
) -> Furniture:
    """Return the furniture of `roads`; `sight_m` is where an eye stands and looks, on the map.

    With None nothing is left out for an eye, however far it stands.
    """
    chosen = list(roads)
    keepout = Keepout(_corridors(network), sight_m)
    buildings: list[Building] = []
    plants: list[Plant] = []
    masts: list[Mast] = []
    wires: list[Wire] = []
    for road in chosen:
        cut, draw = section(network, road), seed.generator("furniture", road.id)
        buildings += _buildings(cut, keepout, draw)
        plants += _plants(cut, keepout, draw) + _median(cut, keepout, draw)
        own = _masts(cut, keepout)
        masts += own + _signals(network, cut)
        wires += _wires([mast for mast in own if mast.kind is MastKind.UTILITY], keepout)
    return Furniture(_apart(buildings), tuple(plants), tuple(masts), tuple(wires))


def _corridors(network: RoadNetwork) -> Float64Array:
    rows = []
    for road in network.roads:
        cut = section(network, road)
        points = cut.points_m(cut.samples_m(4.0), road.kerb_m / 2)[:, :2]
        rows.append(np.column_stack((points, np.full(len(points), cut.lane_edge_m + road.kerb_m / 2))))
    return np.vstack(rows)


def _buildings(cut: Section, keepout: Keepout, draw: np.random.Generator) -> list[Building]:
    drawn, along = [], 4.0
    front = cut.kerb_edge_m + PAVEMENT_M + FORECOURT_M
    while along < cut.road.length_m - 8.0:
        width, depth = float(draw.uniform(5.0, 13.0)), float(draw.uniform(9.0, 14.0))
        setback = front + float(draw.uniform(0.0, 2.5))
        height = float(draw.choice([4.2, 4.6, 7.8, 8.2, 11.4], p=[0.28, 0.2, 0.27, 0.15, 0.1]))
        key, gap = (
            int(draw.integers(1 << 30)),
            float(draw.choice([0.0, 0.4, 3.0, 7.0], p=[0.5, 0.2, 0.2, 0.1])),
        )
        if along + width < cut.road.length_m:
            drawn.append(((along, along + width, setback, setback + depth), height, key))
        along += width + gap
    rows = np.array([sides for sides, _, _ in drawn]).reshape(-1, 4)
    places = cut.points_m(rows[:, [0, 1, 1, 0]].ravel(), rows[:, [2, 2, 3, 3]].ravel()).reshape(-1, 4, 3)
    return [
        Building(corners[:, :2], float(corners[0, 2]), height, key)
        for corners, (_, height, key) in zip(places, drawn, strict=True)
        if keepout.near(corners[0, :2]) and all(keepout.free(corner[:2], 3.0) for corner in corners)
    ]


def _apart(buildings: list[Building]) -> tuple[Building, ...]:
    """Drop buildings that would stand in others (of the next street)."""
    kept: list[Building] = []
    middles_m = np.full((len(buildings), 2), np.inf)
    for one in buildings:
        middle, radius = one.corners_m.mean(axis=0), np.ptp(one.corners_m, axis=0).min() / 2
        if (np.hypot(*(middles_m[: len(kept)] - middle).T) > radius + 2.0).all():
            middles_m[len(kept)] = middle
            kept.append(one)
    return tuple(kept)


def _plants(cut: Section, keepout: Keepout, draw: np.random.Generator) -> list[Plant]:
    found, drawn = [], []
    for along in np.arange(6.0, max(6.0, cut.road.length_m - CORNER_M), 13.0):
        shift_m, height, key = draw.uniform(-3, 3), float(draw.uniform(4.0, 7.0)), int(draw.integers(1 << 30))
        planted, palm = draw.random() < 0.55, draw.random() < 0.2
        drawn.append(
            (float(along + shift_m), height, key, planted, PlantKind.PALM if palm else PlantKind.TREE)
        )
    feet_m = cut.points_m([one[0] for one in drawn], cut.kerb_edge_m + PAVEMENT_M + 1.2)
    for (x, y, z), (_, height, key, planted, kind) in zip(feet_m, drawn, strict=True):
        foot = np.array([x, y])
        shows = keepout.near(foot) and not keepout.ahead(foot, BEFORE_EYE_M)
        if planted and shows and keepout.free(foot, 2.0):
            found.append(Plant(kind, (float(x), float(y), float(z)), height, 0.36 * height, key))
    return found


def _median(cut: Section, keepout: Keepout, draw: np.random.Generator) -> list[Plant]:
    """Return the hedge, and a palm here and there, on the planted median of a divided road."""
    if not cut.road.median:
        return []
    places_m = np.arange(5.0, max(5.0, cut.road.length_m - 5.0), 1.3)
    drawn = [
        (draw.uniform(-0.3, 0.3), draw.uniform(0.45, 0.9), draw.integers(1 << 30), draw.random())
        for _ in places_m
    ]
    if not drawn:
        return []
    shifts_m, heights_m, keys, chances = zip(*drawn, strict=True)
    feet_m = cut.points_m(places_m + np.array(shifts_m), -cut.lane_edge_m - 0.8)
    found = []
    for (x, y, z), height, key, palm in zip(feet_m, heights_m, keys, np.array(chances) < 0.05, strict=True):
        if not keepout.near(np.array([x, y])):
            continue
        foot = (float(x), float(y), float(z))
        found.append(Plant(PlantKind.SHRUB, foot, float(height), 0.55, int(key)))
        if palm and not keepout.ahead(np.array([x, y]), 2 * BEFORE_EYE_M):
            found.append(Plant(PlantKind.PALM, foot, 4.5 + 2 * float(height), 1.5, int(key)))
    return found


def _masts(cut: Section, keepout: Keepout) -> list[Mast]:
    across = cut.kerb_sign * np.pi / 2
    found = []
    for kind, spacing, first, offset, height, arm in (
        (MastKind.LAMP, LAMP_SPACING_M, 12.0, 0.6, 9.0, 2.5),
        (MastKind.UTILITY, LAMP_SPACING_M, 26.0, PAVEMENT_M + 0.4, 8.5, 0.0),
        (MastKind.SIGN, SIGN_SPACING_M, 18.0, 0.5, 2.6, 0.0),
    ):
        if kind is MastKind.SIGN and not cut.road.zone:
            continue
        places_m = np.arange(first, max(first, cut.road.length_m - 4.0), spacing)
        feet_m = cut.points_m(places_m, cut.kerb_edge_m + offset)
        for along, (x, y, z) in zip(places_m, feet_m, strict=True):
            heading = cut.road.heading_at(float(along))
            foot, toward = (float(x), float(y), float(z)), float(heading - across)
            if keepout.near(np.array([x, y])) and not keepout.ahead(np.array([x, y]), BEFORE_EYE_M):
                found.append(Mast(kind, foot, height, toward, arm, heading + np.pi))
    return found


def _wires(poles: list[Mast], keepout: Keepout) -> list[Wire]:
    """Return the wires from each pole to the next: from both ends of the cross-arm and its middle."""
    found = []
    for one, other in pairwise(poles):
        span_m = float(np.hypot(*np.subtract(one.position_m, other.position_m)[:2]))
        if span_m > LONGEST_SPAN_M or keepout.passes(one.position_m, other.position_m, BEFORE_EYE_M):
            continue
        for side_m in (-0.8, 0.0, 0.8):
            start, end = _on_arm(one, side_m), _on_arm(other, side_m)
            found.append(Wire(start, end, SAG * span_m))
    return found


def _on_arm(pole: Mast, side_m: float) -> tuple[float, float, float]:
    x, y, z = pole.position_m
    top_m = z + pole.height_m - ARM_BELOW_TOP_M
    return (x + side_m * cos(pole.toward_rad), y + side_m * sin(pole.toward_rad), top_m)


def _signals(network: RoadNetwork, cut: Section) -> list[Mast]:
    """Return the signal masts of an approach: at the kerb beside the stop line, arm over the lanes."""
    road = cut.road
    governed = any(turn.group for turn in network.turns_from[road.id])
    if network.junction_of[road.end].control is not Control.SIGNALS or not governed:
        return []
    x, y, z = cut.points_m(road.length_m, cut.kerb_edge_m + 0.9)[0]
    heading = road.heading_at(road.length_m)
    toward = heading - cut.kerb_sign * np.pi / 2
    foot = (float(x), float(y), float(z))
    return [Mast(MastKind.SIGNAL, foot, 5.6, toward, road.kerb_m + 3.5, heading + np.pi, road.id)]
