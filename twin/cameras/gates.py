"""Gates at which a view times passing vehicles, and the sections between the gates of two views."""

from collections.abc import Iterable
from itertools import permutations

import numpy as np

from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.geometry import LineSegment
from detectors.datatypes.survey import Gate, SpeedSection
from twin.cameras.optics import density_px_per_m, in_view
from twin.network.model import Road, RoadNetwork
from twin.network.roadside import Section, section
from twin.traffic.stretches import Stretch, zone_stretches

GATE_PX_PER_M = 25.0  # to detect, IEC 62676-4:2014: a row of pixels is then a few centimetres along the road
BEFORE_M = 5.0  # of road beyond a gate that must be in view, so that vehicles are seen past it
STEP_M = 2.0
LEAST_SECTION_M = 200.0  # a shorter one takes less time than its speed can be told in [?]
LENGTH_SHARE, LEAST_LENGTH_M = 0.001, 0.5  # how wrong a measuring wheel is [?]


def gates(network: RoadNetwork, roads: tuple[Road, ...], camera: PinholeCamera) -> tuple[Gate, ...]:
    """Return one gate a road that shows well enough, named after it, where it shows best."""
    found = []
    for road in roads:
        along_m = gate_along_m(network, road, camera)
        if along_m is not None:
            found.append(Gate(road.id, _across(network, section(network, road), along_m)))
    return tuple(found)


def gate_along_m(network: RoadNetwork, road: Road, camera: PinholeCamera) -> float | None:
    """Return where along a road its gate in a view is, None where it shows too little for one."""
    cut = section(network, road)
    along = cut.samples_m(STEP_M)
    edges = [cut.points_m(along, offset) for offset in (-cut.lane_edge_m, cut.kerb_edge_m)]
    seen = np.all([in_view(camera, edge) for edge in edges], axis=0)
    density = np.min([density_px_per_m(camera, edge) for edge in edges], axis=0)
    beyond = np.interp(along + BEFORE_M, along, seen.astype(np.float64)) >= 1.0
    before = np.interp(along - BEFORE_M, along, seen.astype(np.float64)) >= 1.0
    good = seen & before & beyond & (density >= GATE_PX_PER_M)
    good &= (along >= BEFORE_M) & (along <= road.length_m - BEFORE_M)
    if not good.any():
        return None
    return float(along[np.argmax(np.where(good, density, 0.0))])


def sections(network: RoadNetwork, cameras: Iterable[tuple[str, PinholeCamera]]) -> tuple[SpeedSection, ...]:
    """Return the sections between the gates of views (by name) that lie one after another in a zone."""
    views = list(cameras)
    found = []
    for stretch in zone_stretches(network):
        placed = [
            (view, road.id, at_m)
            for view, camera in views
            for road, start_m in _starts(network, stretch)
            if (along_m := gate_along_m(network, road, camera)) is not None
            for at_m in (start_m + along_m,)
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


def _across(network: RoadNetwork, cut: Section, along_m: float) -> LineSegment:
    kerb, median = (cut.points_m(along_m, offset)[0] for offset in (cut.kerb_edge_m, -cut.lane_edge_m))
    left, right = (kerb, median) if network.left_hand else (median, kerb)
    return LineSegment(float(left[0]), float(left[1]), float(right[0]), float(right[1]))
