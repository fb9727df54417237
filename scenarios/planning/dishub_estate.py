"""The rule that makes the plan `today-dishub`: 304 units at 81 points; only the counts are known.

Dishub's head told on launch day of 167 new units and 137 existing ones at 81 points, six of them for
parking (DOMAIN 1). No list of the points was found, so where they are is assumed [?]:

1. Points are the 37 sites of `today`; then, one by one, the place on a main road that is farthest from
   all points so far, until there are 81.
2. Each point has three units, the 61 nearest to a signal have four: 304.
3. One unit of a point is a PTZ with four presets, the others are fixed, each with a direction of its own.
4. Six points on the KTL have a unit that looks along the kerb, for parking.
5. All units together need the bandwidth that the operators state, 200-250 Mbps: 0.75 Mbps each.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from detectors.datatypes.arrays import Float64Array
from scenarios.plan_files import load_plan
from twin.cameras.plans import CameraPlan, Owner
from twin.network import library
from twin.network.model import Control, Road, RoadNetwork
from twin.network.roadside import section

POINTS, UNITS, LEAST, PARKING = 81, 304, 3, 6
HEAD = (
    "camera,owner,kind,road,along_m,offset_m,height_m,fps,bitrate_mbps,"
    "view,aim_road,aim_along_m,aim_offset_m,hfov_deg"
)
FROM_END_M, STEP_M, MAIN = 60.0, 20.0, 2
WANTED_M = (30.0, 60.0, 20.0, 45.0, 14.0)
BESIDE_M, HEIGHT_M = 1.5, 9
WIDE_DEG, NARROW_DEG = 52, 24


@dataclass(frozen=True, slots=True)
class Point:
    """A place with cameras: its name, the road that it stands beside, and where."""

    name: str
    road: Road
    along_m: float
    offset_m: float

    @property
    def at_m(self) -> Float64Array:
        """Where it is on the map (2,)."""
        return np.array(self.road.point_at(self.along_m)[:2])


def dishub_rows(network: RoadNetwork, today: CameraPlan) -> list[str]:
    """Return the lines of the inventory."""
    points = _points(network, today)
    more = _with_four(network, points)
    parking = [point.name for point in points if point.road.zone and point.road.kerb_m > 0][:PARKING]
    lines = [HEAD]
    for point in points:
        lines += _units(point, LEAST + (point.name in more), parking=point.name in parking)
    return lines


def _points(network: RoadNetwork, today: CameraPlan) -> list[Point]:
    spec_of = {view.name: view for view in today.views}
    found = []
    for camera in today.cameras:
        if camera.owner is Owner.DISHUB:
            spec = spec_of[camera.views[0]]
            found.append(Point(camera.name, network.road_of[spec.road], spec.along_m, spec.offset_m))
    free = [
        (road, float(along))
        for road in network.roads
        if road.priority >= MAIN
        for along in np.arange(FROM_END_M, road.length_m - FROM_END_M, STEP_M)
    ]
    places = np.array([road.point_at(along)[:2] for road, along in free])
    gaps = np.min([np.hypot(*(places - point.at_m).T) for point in found], axis=0)
    counts: dict[str, int] = {}
    while len(found) < POINTS:
        row = int(np.argmax(gaps))
        road, along_m = free[row]
        slug = re.sub(r"[^a-z0-9]+", "-", road.name.lower().removeprefix("jl. ")).strip("-") or "titik"
        counts[slug] = counts.get(slug, 0) + 1
        cut = section(network, road)
        found.append(
            Point(f"{slug}-{counts[slug]}", road, along_m, cut.kerb_sign * (cut.kerb_edge_m + BESIDE_M))
        )
        gaps = np.minimum(gaps, np.hypot(*(places - places[row]).T))
    return found


def _with_four(network: RoadNetwork, points: list[Point]) -> set[str]:
    """Return the names of the points nearest to signals that have a fourth unit."""
    signals = np.array([one.position_m[:2] for one in network.junctions if one.control is Control.SIGNALS])

    def gap_m(point: Point) -> float:
        return float(np.hypot(*(signals - point.at_m).T).min())

    nearest = sorted(points, key=lambda point: (gap_m(point), point.name))
    return {point.name for point in nearest[: UNITS - LEAST * POINTS]}


def _units(point: Point, count: int, *, parking: bool) -> list[str]:
    aims_m = _aims_m(point)
    lines = []
    for number, (label, along_m, fov_deg) in enumerate(_presets(point, aims_m)):
        first = _first(point, "ptz") if number == 0 else "," * 8
        lines.append(f"{first},{label},{point.road.id},{along_m:g},0,{fov_deg}")
    kerb_m = point.road.lanes * point.road.lane_width_m / 2 + point.road.kerb_m / 2
    for number in range(1, count):
        at_kerb = parking and number == count - 1
        offset_m = np.sign(point.offset_m) * kerb_m if at_kerb else 0.0
        name = "parkir" if at_kerb else "lalu-lintas"
        aim_m = aims_m[(number - 1) % len(aims_m)]
        lines.append(
            f"{_first(point, f'tetap-{number}')},{name},{point.road.id},{aim_m:g},{offset_m:g},{WIDE_DEG}"
        )
    return lines


def _presets(point: Point, aims_m: list[float]) -> list[tuple[str, float, int]]:
    return [
        (f"arah-{number}", aim_m, WIDE_DEG if abs(aim_m - point.along_m) < 40 else NARROW_DEG)
        for number, aim_m in enumerate(aims_m[:4], start=1)
    ]


def _first(point: Point, unit: str) -> str:
    kind = "ptz" if unit == "ptz" else "fixed"
    where = f"{point.road.id},{point.along_m:g},{point.offset_m:g},{HEIGHT_M}"
    return f"{point.name}-{unit},dishub,{kind},{where},2,0.75"


def _aims_m(point: Point) -> list[float]:
    """Return where along its road a point can look: ahead and behind in turn, as far as the road goes."""
    found = [
        point.along_m + sign * wanted
        for wanted in WANTED_M
        for sign in (1, -1)
        if 0 <= point.along_m + sign * wanted <= point.road.length_m
    ]
    return [round(aim_m, 1) for aim_m in found]


def main(file: str) -> None:
    """Write the inventory to a file."""
    rows = dishub_rows(library.named("balikpapan"), load_plan("today"))
    Path(file).write_text("\n".join(rows) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1])
