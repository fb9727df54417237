"""Cameras where nobody has planned one: for a detector that must not know the cameras it is tried on."""

import math

import numpy as np

from twin.cameras.plans import ViewSpec
from twin.network.model import Road, RoadNetwork
from twin.randomness import Seed

LEAST_ROAD_M = 120.0
HEIGHT_M, HFOV_DEG, AHEAD_M, POLE_M = (5.5, 12.0), (42.0, 85.0), (13.0, 42.0), (0.8, 3.0)


def random_views(
    network: RoadNetwork, seed: Seed, count: int, hfov_deg: tuple[float, float] = HFOV_DEG
) -> tuple[ViewSpec, ...]:
    """Return `count` cameras at random kerbs of the arterials, looking along or against traffic.

    `hfov_deg` are the widths of their lenses, from and to.
    """
    roads = [road for road in network.roads if road.length_m >= LEAST_ROAD_M and road.priority >= 2]
    draws = [seed.generator("camera", number) for number in range(count)]
    return tuple(_view(roads, draw, number, hfov_deg) for number, draw in enumerate(draws))


def _view(
    roads: list[Road], draw: np.random.Generator, number: int, hfov_deg: tuple[float, float]
) -> ViewSpec:
    road = roads[int(draw.integers(len(roads)))]
    edge_m = road.lanes * road.lane_width_m / 2 + road.kerb_m
    onward = draw.random() < 0.5
    ahead_m = draw.uniform(*AHEAD_M) * (1 if onward else -1)
    along_m = draw.uniform(60.0, road.length_m - 60.0)
    return ViewSpec(
        name=f"random-{seed_text(draw)}-{number:02d}",
        road=road.id,
        along_m=float(along_m),
        offset_m=float(edge_m + draw.uniform(*POLE_M)),
        height_m=float(draw.uniform(*HEIGHT_M)),
        aim_along_m=float(np.clip(along_m + ahead_m, 0.0, road.length_m)),
        aim_offset_m=float(draw.uniform(-6.0, 3.0)),
        hfov_rad=math.radians(float(draw.uniform(*hfov_deg))),
        fps=1.0,
    )


def seed_text(draw: np.random.Generator) -> str:
    """Return four hexadecimal digits, so that cameras of different draws differ in name."""
    return f"{int(draw.integers(1 << 16)):04x}"
