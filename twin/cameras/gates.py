"""Gates at which a view times passing vehicles, and the sections between the gates of two views."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.geometry import LineSegment
from detectors.datatypes.survey import Gate, SpeedSection
from twin.cameras.optics import density_px_per_m, in_view
from twin.network.model import Road, RoadNetwork
from twin.network.roadside import Section, section
from twin.traffic.stretches import Stretch, zone_stretches

GATE_PX_PER_M = 25.0  # to detect, IEC 62676-4:2014: a row of pixels is then a few centimetres along the road
PLATE_PX_PER_M = 250.0  # to identify, IEC 62676-4:2014: from here on a part of the carriageway is enough
BEFORE_M = 5.0  # of road beyond a gate that must be in view, so that vehicles are seen past it
CLOSE_BEFORE_M = 3.0  # the same in a view that shows plates: it is no longer than that
LEAST_PART_M, ACROSS_M = 2.0, 0.25  # of the carriageway, and the step by which it is measured
STEP_M = 2.0
LEAST_SECTION_M = 200.0  # a shorter one takes less time than its speed can be told in [?]
LENGTH_SHARE, LEAST_LENGTH_M = 0.001, 0.5  # how wrong a measuring wheel is [?]


@dataclass(frozen=True, slots=True)
class GatePlace:
    """Where a gate lies: `along_m` its road, from `left_m` to `right_m` off the centreline, kerb positive."""

    along_m: float
    left_m: float
    right_m: float


def gates(network: RoadNetwork, roads: tuple[Road, ...], camera: PinholeCamera) -> tuple[Gate, ...]:
    """Return one gate a road that shows well enough, named after it, where it shows best."""
    found = []
    for road in roads:
        place = gate_place(network, road, camera)
        if place is not None:
            found.append(Gate(road.id, _across(network, section(network, road), place)))
    return tuple(found)


def gate_place(network: RoadNetwork, road: Road, camera: PinholeCamera) -> GatePlace | None:
    """Return where the gate of a road in a view is, None where the view shows too little for one.

    It spans the carriageway; in a view that shows no more of it than a lane or two, but so near that plates
    may be read, it spans what shows.
    """
    cut = section(network, road)
    along = cut.samples_m(STEP_M)
    along = along[(along >= BEFORE_M) & (along <= road.length_m - BEFORE_M)]
    if not len(along):
        return None
    return _whole(cut, along, camera) or _part(cut, along, camera)


def _whole(cut: Section, along: Float64Array, camera: PinholeCamera) -> GatePlace | None:
    edges = (-cut.lane_edge_m, cut.kerb_edge_m)
    seen = [_seen(cut, along, offset, camera, BEFORE_M) for offset in edges]
    density = np.min([density_px_per_m(camera, cut.points_m(along, offset)) for offset in edges], axis=0)
    good = np.all(seen, axis=0) & (density >= GATE_PX_PER_M)
    if not good.any():
        return None
    best = float(along[np.argmax(np.where(good, density, 0.0))])
    return GatePlace(best, cut.kerb_edge_m, -cut.lane_edge_m)


def _part(cut: Section, along: Float64Array, camera: PinholeCamera) -> GatePlace | None:
    """Return the widest part of the carriageway that shows close up, None where that is no lane."""
    offsets = np.arange(-cut.lane_edge_m, cut.kerb_edge_m + ACROSS_M / 2, ACROSS_M)
    good = np.array(
        [
            _seen(cut, along, offset, camera, CLOSE_BEFORE_M)
            & (density_px_per_m(camera, cut.points_m(along, offset)) >= PLATE_PX_PER_M)
            for offset in offsets.tolist()
        ]
    )
    wide = good.sum(axis=0)  # what one picture shows of a row of points is in one piece
    best = int(np.argmax(wide))
    if (wide[best] - 1) * ACROSS_M < LEAST_PART_M:
        return None
    shown = offsets[good[:, best]]
    return GatePlace(float(along[best]), float(shown[-1]), float(shown[0]))


def _seen(
    cut: Section, along: Float64Array, offset_m: float, camera: PinholeCamera, spare_m: float
) -> BoolArray:
    """Return by place along a road whether it is in view, and what lies `spare_m` before and beyond it."""
    ends = [np.clip(along + by, 0.0, cut.road.length_m) for by in (-spare_m, 0.0, spare_m)]
    seen = np.all([in_view(camera, cut.points_m(at, offset_m)) for at in ends], axis=0)
    return np.asarray(seen, dtype=np.bool_)


def sections(network: RoadNetwork, cameras: Iterable[tuple[str, PinholeCamera]]) -> tuple[SpeedSection, ...]:
    """Return the sections between the gates of views (by name) that lie one after another in a zone."""
    views = list(cameras)
    found = []
    for stretch in zone_stretches(network):
        placed = [
            (view, road.id, at_m)
            for view, camera in views
            for road, start_m in _starts(network, stretch)
            if (place := gate_place(network, road, camera)) is not None
            for at_m in (start_m + place.along_m,)
        ]
        limit_mps = max(road.speed_limit_mps for road, _ in _starts(network, stretch))
        for (view, gate, from_m), (to_view, to_gate, to_m) in permutations(placed, 2):
            length_m = to_m - from_m
            if view == to_view or length_m < LEAST_SECTION_M:
                continue
            sigma_m = max(LEAST_LENGTH_M, LENGTH_SHARE * length_m)
            name = f"{stretch.name}: {view} - {to_view}"
            found.append(SpeedSection(name, view, gate, to_view, to_gate, length_m, sigma_m, limit_mps))
    return tuple(found)


def _starts(network: RoadNetwork, stretch: Stretch) -> list[tuple[Road, float]]:
    """Return the roads of a stretch, each with how far from its start it begins, the straight way between."""
    found: list[tuple[Road, float]] = []
    for name in stretch.roads:
        road = network.road_of[name]
        start_m = 0.0
        if found:
            before, began_m = found[-1]
            gap = road.centreline_m[0, :2] - before.centreline_m[-1, :2]
            start_m = began_m + before.length_m + float(np.hypot(*gap))
        found.append((road, start_m))
    return found


def _across(network: RoadNetwork, cut: Section, place: GatePlace) -> LineSegment:
    kerb, median = (cut.points_m(place.along_m, offset)[0] for offset in (place.left_m, place.right_m))
    left, right = (kerb, median) if network.left_hand else (median, kerb)
    return LineSegment(float(left[0]), float(left[1]), float(right[0]), float(right[1]))
