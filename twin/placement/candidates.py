"""Where a camera could stand and look: poles along the kerbs, aims along the road, lenses."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import radians

import numpy as np
from scipy.sparse import csr_array

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array
from detectors.datatypes.camera import PinholeCamera
from twin.cameras.curves import DetectorCurves
from twin.cameras.optics import density_px_per_m, in_view
from twin.cameras.plans import ViewSpec
from twin.cameras.sensing import Acts, SensingView, capture_by_view
from twin.cameras.survey import mount
from twin.network.model import Road, RoadNetwork
from twin.network.roadside import section
from twin.placement.instance import CoverInstance, cover_instance

BESIDE_KERB_M = 1.0
NAME = "calon"  # candidate


@dataclass(frozen=True, slots=True)
class Lens:
    """A lens and how far ahead of the pole it aims (behind if negative), `across_m` to the kerb side."""

    hfov_rad: float
    ahead_m: float
    across_m: float


LENSES = (
    Lens(radians(58), 34.0, 2.0),
    Lens(radians(58), -34.0, 2.0),
    Lens(radians(58), 34.0, -4.0),
    Lens(radians(58), -34.0, -4.0),
    Lens(radians(30), 65.0, 0.0),
    Lens(radians(30), -65.0, 0.0),
    Lens(radians(62), 24.0, -3.5),
    Lens(radians(75), 22.0, -3.5),
)


@dataclass(frozen=True, slots=True)
class Layout:
    """How candidates are laid out; the fixed figures of the cameras are those of the plans at hand [?]."""

    spacing_m: float = 25.0
    height_m: float = 9.0
    fps: float = 5.0
    size_px: tuple[int, int] = (640, 360)
    lenses: tuple[Lens, ...] = LENSES
    per_pole: int = 2


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """C views that could be there; `pole` (C,) numbers the pole of each."""

    views: tuple[ViewSpec, ...]
    pole: Int64Array


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """P places where violations happen, and what each is worth.

    `kerb_m` (K, 3) are places of stands with `kerb_weights` (K,), `approaches` what a view must show
    of each stop line (4, 3), with `approach_weights` (L,). Points are numbered kerbs first.
    """

    kerb_m: Float64Array
    kerb_weights: Float64Array
    approaches: tuple[Float64Array, ...]
    approach_weights: Float64Array

    @property
    def weights(self) -> Float64Array:
        """The weights (K + L,) of all points."""
        return np.concatenate((self.kerb_weights, self.approach_weights))


@dataclass(frozen=True, slots=True)
class Reach:
    """When a view covers a place: dense enough and near enough (the stated curves are half there [?]).

    With fitted `curves` it is where a car that stands, or crosses a line, is caught with `share` of the
    chance that it has near a camera in plain view (see `best_m`), over the light of `daylight` (0..1)
    and a `weather` (a row of `appearance.WEATHERS`).
    """

    least_px_per_m: float = 10.0
    farthest_m: float = 90.0
    curves: DetectorCurves | None = None
    daylight: tuple[float, ...] = (1.0,)
    weather: int = 0
    share: float = 0.5
    best_m: float = 25.0
    stands_s: float = 60.0  # after it became a violation [?]


REACH, LAYOUT = Reach(), Layout()


def candidates(network: RoadNetwork, roads: Iterable[Road], layout: Layout = LAYOUT) -> Candidates:
    """Return the candidates along `roads`: at every pole every lens whose aim lies on the road."""
    views: list[ViewSpec] = []
    poles: list[int] = []
    number = 0
    for road in roads:
        side_m = section(network, road).kerb_sign * (section(network, road).kerb_edge_m + BESIDE_KERB_M)
        for along_m in _poles_m(road, layout.spacing_m):
            found = _at_pole(network, road, along_m, side_m, layout)
            views += [replace(view, name=f"{NAME}-{len(views) + row}") for row, view in enumerate(found)]
            poles += [number] * len(found)
            number += 1
    return Candidates(tuple(views), np.array(poles, dtype=np.int64))


def _poles_m(road: Road, spacing_m: float) -> list[float]:
    count = max(1, round(road.length_m / spacing_m))
    return [round((row + 0.5) * road.length_m / count, 1) for row in range(count)]


def _at_pole(
    network: RoadNetwork, road: Road, along_m: float, side_m: float, layout: Layout
) -> list[ViewSpec]:
    sign = section(network, road).kerb_sign
    return [
        ViewSpec(
            name=NAME,
            road=road.id,
            along_m=along_m,
            offset_m=side_m,
            height_m=layout.height_m,
            aim_along_m=round(along_m + lens.ahead_m, 1),
            aim_offset_m=sign * lens.across_m,
            hfov_rad=lens.hfov_rad,
            fps=layout.fps,
            size_px=layout.size_px,
        )
        for lens in layout.lenses
        if 0.0 <= along_m + lens.ahead_m <= road.length_m
    ]


def covered(camera: PinholeCamera, demand: Demand, reach: Reach = REACH) -> Int64Array:
    """Return the numbers of the places that a camera covers."""
    if reach.curves is not None:
        return np.flatnonzero(_caught(camera, demand, reach, reach.curves))
    kerbs, lines = len(demand.kerb_m), len(demand.approaches)
    shown = reached(camera, np.vstack((demand.kerb_m, *demand.approaches)), reach)
    judged = shown[kerbs:].reshape(lines, -1).all(axis=1) if lines else np.zeros(0, dtype=np.bool_)
    return np.flatnonzero(np.concatenate((shown[:kerbs], judged)))


def _caught(camera: PinholeCamera, demand: Demand, reach: Reach, curves: DetectorCurves) -> BoolArray:
    """Return (P,) which places are caught with the share of the chance near a camera that is asked for."""
    lines_m = [points[:2].mean(axis=0) for points in demand.approaches]
    places = np.vstack((demand.kerb_m, *lines_m)) if lines_m else demand.kerb_m
    number = np.concatenate((np.full(len(demand.kerb_m), -1), np.arange(len(lines_m))))
    chance = _mean_chance(camera, places, number, demand.approaches, reach, curves)
    least = reach.share * _best(reach, curves)
    return np.asarray((chance > 0) & (chance >= np.where(number < 0, *least)), dtype=np.bool_)


def _best(reach: Reach, curves: DetectorCurves) -> Float64Array:
    """Return (2,) the chance that a stand, and a crossing, has near a camera in plain view."""
    camera = PinholeCamera.from_hfov((640, 360), radians(60), [0.0, 0.0, 9.0], 0.0, radians(18))
    at_m = reach.best_m
    line = np.array([[at_m, 3, 0], [at_m, -3, 0], [at_m - 5, 3, 0], [at_m - 5, -3, 0]], dtype=np.float64)
    places = np.array([[at_m, 0.0, 0.0], [at_m, 0.0, 0.0]])
    return _mean_chance(camera, places, np.array([-1, 0]), (line,), reach, curves)


def _mean_chance(
    camera: PinholeCamera,
    places_m: Float64Array,
    approach: Int64Array,
    lines: Sequence[Float64Array],
    reach: Reach,
    curves: DetectorCurves,
) -> Float64Array:
    """Return the chance (P,) that a car is caught at each place, the mean over the light asked for."""
    view, n = SensingView(NAME, camera, fps=LAYOUT.fps), len(places_m)
    lasting_s = np.where(approach < 0, reach.stands_s, 0.0)
    total = np.zeros(n)
    for level in reach.daylight:
        acts = Acts(
            places_m,
            np.ones(n, dtype=np.int64),
            np.full(n, level),
            lasting_s,
            approach,
            weather=reach.weather,
        )
        total += capture_by_view([view], acts, lines, curves)[0]
    return np.asarray(total / len(reach.daylight), dtype=np.float64)


def reached(camera: PinholeCamera, points_m: Float64Array, reach: Reach = REACH) -> BoolArray:
    """Return (N,): which points (N, 3) a camera shows densely enough and near enough."""
    near = np.linalg.norm(points_m - camera.position_m, axis=1) <= reach.farthest_m
    dense = density_px_per_m(camera, points_m) >= reach.least_px_per_m
    return np.asarray(in_view(camera, points_m) & near & dense, dtype=np.bool_)


def instance(
    network: RoadNetwork,
    found: Candidates,
    demand: Demand,
    budget: float,
    *,
    present: Sequence[ViewSpec] = (),
    per_pole: int = LAYOUT.per_pole,
    reach: Reach = REACH,
) -> CoverInstance:
    """Return the covering problem; the views of `present` are there already and come last."""
    views = (*found.views, *present)
    rows = [covered(mount(network, view), demand, reach) for view in views]
    ends = np.concatenate(([0], np.cumsum([len(row) for row in rows]))).astype(np.int64)
    places = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
    covers = csr_array(
        (np.ones(len(places), dtype=np.bool_), places, ends), shape=(len(views), len(demand.weights))
    )
    count = len(found.views)
    last = int(found.pole.max(initial=-1)) + 1
    return cover_instance(
        demand.weights,
        covers,
        budget,
        fixed=np.arange(count, len(views)),
        pole=np.concatenate((found.pole, last + np.arange(len(present)))),
        per_pole=per_pole,
    )
