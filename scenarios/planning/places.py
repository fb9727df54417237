"""Places that views are there for: kerbs with a ban, lanes, stop lines; and what bars the sight."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array
from detectors.datatypes.camera import PinholeCamera
from scenarios.planning.weights import KERB_STEP_M, kerb_roads
from twin.cameras.ground_survey import roads_near
from twin.cameras.obstruction import Obstacles
from twin.cameras.passing import LaneSteps
from twin.cameras.plans import ViewSpec
from twin.cameras.sensing import approach_m
from twin.environment.furniture import furnish
from twin.network.model import Control, Road, RoadNetwork
from twin.network.roadside import section
from twin.randomness import Seed
from twin.traffic.stops import usable_m

PLATE_M = 0.55  # height of a plate (DOMAIN 2)
LANE_STEP_M = 3.0
LOOKS_FAR_M = 130.0
ALIKE_RAD = np.pi / 4
AT_LINE_M = 6.0  # plates are read on so much of the road before a stop line
AT_AIM_M = 6.0  # and so far around the aim of a view that reads those of passing vehicles


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Plates (N, 3) where vehicles stand or pass, and the headings of their road there (N,)."""

    points_m: Float64Array
    headings_rad: Float64Array

    def __len__(self) -> int:
        return len(self.points_m)

    def select(self, rows: BoolArray) -> "Places":
        """Return the places of a mask (N,)."""
        return Places(self.points_m[rows], self.headings_rad[rows])

    def every(self, count: int) -> "Places":
        """Return about `count` of the places, evenly chosen."""
        rows = np.arange(0, len(self), max(1, len(self) // count))
        return Places(self.points_m[rows], self.headings_rad[rows])


def joined(parts: Iterable[Places]) -> Places:
    """Return all places of several sets."""
    found = list(parts)
    points = np.vstack([np.zeros((0, 3)), *(part.points_m for part in found)])
    return Places(points, np.concatenate([np.zeros(0), *(part.headings_rad for part in found)]))


class Street:
    """A network as views see it: worked out once for any number of them.

    The furniture is that of the rendered street of the same root seed: plausible, not surveyed [?].
    """

    def __init__(self, network: RoadNetwork, cameras: Iterable[PinholeCamera], seed: Seed) -> None:
        self.network = network
        near = {road.id: road for one in cameras for road in roads_near(network, one, LOOKS_FAR_M)}
        roads = [road for road in network.roads if road.id in near]
        furniture = furnish(network, roads, None, Seed(seed.root, ("scenery",)).child("furniture"))
        self.obstacles = Obstacles.of(furniture)
        self.lane_steps = LaneSteps.of(network, roads)
        banned = (road for zone in _zones(network) for road in kerb_roads(network, zone))
        self.kerbs = joined(kerb_places(network, road) for road in banned)
        self.lines = tuple((road, approach_m(network, road)) for road in _signalised(network))

    def lanes(self, view: ViewSpec) -> Places:
        """Return the lanes that a view looks along: of its aimed road, and of its street, the same way."""
        aimed = self.network.road_of[view.aimed_road]
        heading = aimed.heading_at(view.aim_along_m)
        here = np.array(aimed.point_at(view.aim_along_m)[:2])
        return joined(_lane_places(self.network, road) for road in self._onward(aimed, heading, here))

    def _onward(self, aimed: Road, heading_rad: float, here_m: Float64Array) -> list[Road]:
        def goes_on(road: Road) -> bool:
            gaps_m = np.hypot(*(road.centreline_m[:, :2] - here_m).T)
            turn = road.heading_at(road.length_m / 2) - heading_rad
            same_way = abs(np.angle(np.exp(1j * turn))) <= ALIKE_RAD
            return (
                bool(road.name) and road.name == aimed.name and gaps_m.min() < LOOKS_FAR_M and bool(same_way)
            )

        return [road for road in self.network.roads if road is aimed or goes_on(road)]


def plates_at_line(network: RoadNetwork, road: Road) -> Places:
    """Return where plates are read of those who come to a stop line."""
    along = np.arange(max(0.0, road.length_m - AT_LINE_M), road.length_m, LANE_STEP_M)
    return _on_lanes(network, road, along)


def plates_at_aim(network: RoadNetwork, view: ViewSpec) -> Places:
    """Return where a view reads the plates of passing vehicles."""
    road = network.road_of[view.aimed_road]
    low_m, high_m = max(0.0, view.aim_along_m - AT_AIM_M), min(road.length_m, view.aim_along_m + AT_AIM_M)
    return _on_lanes(network, road, np.linspace(low_m, high_m, 5))


def _zones(network: RoadNetwork) -> list[str]:
    return sorted({road.zone for road in network.roads} - {""})


def _signalised(network: RoadNetwork) -> list[Road]:
    governed = [road for road in network.roads if any(turn.group for turn in network.turns_from[road.id])]
    return [road for road in governed if network.junction_of[road.end].control is Control.SIGNALS]


def kerb_places(network: RoadNetwork, road: Road) -> Places:
    """Return where plates of vehicles are that stand at the kerb of a road."""
    first_m, last_m = usable_m(road)
    cut = section(network, road)
    along = np.arange(first_m, max(first_m, last_m), KERB_STEP_M)
    middle = cut.points_m(along, (cut.lane_edge_m + cut.kerb_edge_m) / 2)
    return Places(middle + np.array([0.0, 0.0, PLATE_M]), cut.headings_rad(along))


def _lane_places(network: RoadNetwork, road: Road) -> Places:
    return _on_lanes(network, road, section(network, road).samples_m(LANE_STEP_M))


def _on_lanes(network: RoadNetwork, road: Road, along_m: Float64Array) -> Places:
    cut = section(network, road)
    middles_m = [cut.lane_edge_m - (lane + 0.5) * road.lane_width_m for lane in range(road.lanes)]
    lift = np.array([0.0, 0.0, PLATE_M])
    return joined(
        Places(cut.points_m(along_m, middle) + lift, cut.headings_rad(along_m)) for middle in middles_m
    )
