"""A plan drawn on one network, carried to another that covers a part of the same city."""

from dataclasses import replace

import numpy as np
from pyproj import Transformer

from twin.cameras.plans import Camera, CameraPlan, ViewSpec
from twin.network.model import Road, RoadNetwork

SAME_ROAD_M = 2.0  # a point this near to a road of the same name lies on it
OTHER_ROAD_M = 12.0  # and this near to one of another name that leads the same way: an imported map
SAME_WAY_RAD = 0.5

Place = tuple[str, float]  # road, metres along it


def carried(plan: CameraPlan, home: RoadNetwork, network: RoadNetwork) -> CameraPlan:
    """Return the part of `plan`, drawn on `home`, that lies on `network`; `left_out` names the rest.

    A camera lies there if it stands beside a road of `network` and looks at one. Of a tour that also
    looks elsewhere it keeps the times. Raises ValueError where no camera is left.
    """
    if home.name == network.name and home.road_of.keys() == network.road_of.keys():
        return plan
    move = _Move(home, network)
    views = {view.name: found for view in plan.views if (found := _carried_view(view, move)) is not None}
    cameras = tuple(kept for camera in plan.cameras if (kept := _kept(camera, views)) is not None)
    if not cameras:
        msg = f"plan {plan.name}, drawn on {home.name}: none of its cameras lies on {network.name}"
        raise ValueError(msg)
    names = {camera.name for camera in cameras}
    left_out = tuple(camera.name for camera in plan.cameras if camera.name not in names)
    return replace(
        plan, views=tuple(views.values()), cameras=cameras, network=network.name, left_out=left_out
    )


def _kept(camera: Camera, views: dict[str, ViewSpec]) -> Camera | None:
    here = tuple(view for view in camera.views if view in views)
    return replace(camera, views=here) if here else None


class _Move:
    """Finds on one network the places of another."""

    def __init__(self, home: RoadNetwork, network: RoadNetwork) -> None:
        self._home, self._network = home, network
        self._same_frame = (home.origin_lonlat, home.epsg) == (network.origin_lonlat, network.epsg)

    def place(self, road_id: str, along_m: float) -> Place | None:
        """Return where a place of the home network lies, None where no road leads there."""
        road = self._home.road_of.get(road_id)
        if road is None:
            return None
        at_m = self._there(np.array(road.point_at(along_m)[:2]))
        namesake = self._network.road_of.get(road_id)
        if namesake is not None:
            off_m, there_m = _foot(namesake, at_m)
            return (road_id, there_m) if off_m <= SAME_ROAD_M else None
        heading_rad = road.heading_at(along_m)
        found = [(*_foot(other, at_m), other) for other in self._network.roads]
        same_way = [
            (off_m, there_m, other)
            for off_m, there_m, other in found
            if off_m <= OTHER_ROAD_M and _apart_rad(other.heading_at(there_m), heading_rad) <= SAME_WAY_RAD
        ]
        if not same_way:
            return None
        _, there_m, nearest = min(same_way, key=lambda one: one[0])
        return nearest.id, there_m

    def _there(self, at_m: np.ndarray) -> np.ndarray:
        """Return a position of the home frame in the frame of the network."""
        if self._same_frame:
            return at_m
        from_lonlat = Transformer.from_crs(4326, self._home.epsg, always_xy=True)
        to = Transformer.from_crs(4326, self._network.epsg, always_xy=True)
        east_m, north_m = at_m + np.array(from_lonlat.transform(*self._home.origin_lonlat))
        lonlat = from_lonlat.transform(east_m, north_m, direction="INVERSE")
        moved: np.ndarray = np.array(to.transform(*lonlat)) - np.array(
            to.transform(*self._network.origin_lonlat)
        )
        return moved


def _carried_view(view: ViewSpec, move: _Move) -> ViewSpec | None:
    stands, looks = move.place(view.road, view.along_m), move.place(view.aimed_road, view.aim_along_m)
    if stands is None or looks is None:
        return None
    aim_road = "" if looks[0] == stands[0] else looks[0]
    return replace(view, road=stands[0], along_m=stands[1], aim_road=aim_road, aim_along_m=looks[1])


def _foot(road: Road, at_m: np.ndarray) -> tuple[float, float]:
    """Return how far a point (2,) is from the centreline of a road, and where along it that is."""
    line, arc_m = road.centreline_m[:, :2], road.arc_m
    steps = np.diff(line, axis=0)
    lengths = np.diff(arc_m)
    share = np.einsum("ij,ij->i", at_m - line[:-1], steps) / np.maximum(lengths, 1e-9) ** 2
    share = np.clip(share, 0.0, 1.0)
    gaps = np.hypot(*(at_m - line[:-1] - share[:, None] * steps).T)
    row = int(np.argmin(gaps))
    return float(gaps[row]), float(min(arc_m[row] + share[row] * lengths[row], road.length_m))


def _apart_rad(one: float, other: float) -> float:
    return float(abs(np.angle(np.exp(1j * (one - other)))))
