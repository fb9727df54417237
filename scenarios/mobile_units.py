"""Mobile ETLE units of a plan: how many there are is not known, so their number is a parameter [?].

They are set down evenly along the stretch that the police watch with zero tolerance, Jl. Jend.
Sudirman (DOMAIN 1), at the kerb, where a patrol car parks and films who comes by.
"""

from dataclasses import replace
from math import radians

import numpy as np

from scenarios.errors import InputError
from twin.cameras.plans import USUAL, Camera, CameraKind, CameraPlan, Owner, Purpose, ViewSpec
from twin.network.model import Road, RoadNetwork
from twin.network.roadside import section

STREET = "Sudirman"
HEIGHT_M, AHEAD_M, HFOV_RAD, FPS = 2.0, 14.0, radians(40), 10.0
BESIDE_M = 0.8
AT_MOST = 200


def with_mobile(plan: CameraPlan, network: RoadNetwork, count: int) -> CameraPlan:
    """Return the plan with `count` mobile units more; raises InputError for an absurd number."""
    if not 0 <= count <= AT_MOST:
        msg = f"mobile units: expected 0 to {AT_MOST}, got {count}"
        raise InputError(msg)
    roads = _stretch(network)
    lengths = np.array([max(0.0, road.length_m - 2 * AHEAD_M) for road in roads])
    ends = np.cumsum(lengths)
    views = [_view(network, roads, ends, lengths, number, count) for number in range(count)]
    usual = USUAL[CameraKind.ETLE_MOBILE]
    cameras = tuple(
        Camera(
            view.name, Owner.POLICE, CameraKind.ETLE_MOBILE, (view.name,), usual.price_idr, usual.bitrate_bps
        )
        for view in views
    )
    return replace(
        plan,
        views=(*plan.views, *views),
        cameras=(*plan.cameras, *cameras),
        network=plan.network or network.name,
    )


def _stretch(network: RoadNetwork) -> list[Road]:
    """Return the roads of the stretch; the main ones of a network that does not have it."""
    own = [road for road in network.roads if STREET in road.name]
    top = max(road.priority for road in network.roads)
    return own or [road for road in network.roads if road.priority == top]


def _view(
    network: RoadNetwork, roads: list[Road], ends: np.ndarray, lengths: np.ndarray, number: int, count: int
) -> ViewSpec:
    at_m = (number + 0.5) * float(ends[-1]) / count
    row = int(np.searchsorted(ends, at_m))
    road, along_m = roads[row], float(at_m - (ends[row] - lengths[row])) + AHEAD_M
    cut = section(network, road)
    return ViewSpec(
        name=f"etle-mobile-{number + 1}",
        road=road.id,
        along_m=round(along_m, 1),
        offset_m=cut.kerb_sign * (cut.kerb_edge_m + BESIDE_M),
        height_m=HEIGHT_M,
        aim_along_m=round(along_m - AHEAD_M, 1),
        aim_offset_m=0.0,
        hfov_rad=HFOV_RAD,
        fps=FPS,
        purposes=(Purpose.PLATES,),
    )
