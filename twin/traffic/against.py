"""Riders who go against the traffic of a divided road, along its edge, rather than round by a turn-back.

They keep to the edge of the pavement, beyond whatever stands at the kerb, so that they meet nobody but
each other; what oncoming traffic does about them is not modelled.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import simpy

from detectors.datatypes.detections import VehicleClass
from twin.clock import NS_PER_S
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.traffic.conduct import ConductSpec
from twin.traffic.drivers import Registry, Vehicle
from twin.traffic.ledger import Ledger
from twin.truth import VehicleStates

IDS = 2_000_000
SHORTEST_M, CLEAR_M, APART_M = 30.0, 10.0, 5.0
EDGE_M = 0.5  # from the end of the kerb strip
WAIT_NS = 2 * NS_PER_S
RIDERS = np.array((1.0, 1.0, 1.0, 1.0))  # cumulative shares of the classes: motorcycles only


@dataclass(frozen=True, slots=True)
class _Ride:
    """One ride against the traffic of a road: where its front began and will end, m along the road."""

    vehicle: Vehicle
    road: int
    from_m: float
    to_m: float
    began_ns: int


@dataclass(slots=True)
class AgainstTraffic:
    """Starts and shows rides against the traffic; `rides` are those going on, `done` how many have ended."""

    network: RoadNetwork
    spec: ConductSpec
    seed: Seed
    registry: Registry
    ledger: Ledger
    rides: dict[int, _Ride] = field(default_factory=dict)
    done: int = 0

    def start(self, env: simpy.Environment, now_ns: Callable[[], int]) -> None:
        """Begin a process for each road with a median and a kerb strip."""
        for number, road in enumerate(self.network.roads):
            rate = self.spec.wrong_way_per_km_h * road.length_m / 1000.0
            long_enough = road.length_m > SHORTEST_M + 2 * CLEAR_M
            if road.median and road.kerb_m > 0 and long_enough and rate > 0:
                env.process(self._run(env, now_ns, number, rate))

    def _run(
        self, env: simpy.Environment, now_ns: Callable[[], int], road: int, per_hour: float
    ) -> Generator[Any, Any, None]:
        key, length_m = self.network.roads[road].id, self.network.roads[road].length_m
        number = 0
        while True:
            draw = self.seed.generator("against", key, number)
            yield env.timeout(max(1, round(draw.exponential(3600.0 / per_hour) * NS_PER_S)))
            from_m = float(draw.uniform(SHORTEST_M + CLEAR_M, length_m - CLEAR_M))
            ride_m = float(SHORTEST_M + draw.exponential(max(1.0, self.spec.wrong_way_m - SHORTEST_M)))
            while not self._free(road, from_m, now_ns()):
                yield env.timeout(WAIT_NS)
            vehicle = self.registry.issue(IDS + self.done + self.count, RIDERS)
            ride = _Ride(vehicle, road, from_m, max(CLEAR_M, from_m - ride_m), now_ns())
            env.process(self._ride(env, now_ns, ride))
            number += 1

    def _ride(
        self, env: simpy.Environment, now_ns: Callable[[], int], ride: _Ride
    ) -> Generator[Any, Any, None]:
        key, at_m = ride.vehicle.vehicle_id, self.network.roads[ride.road].point_at(ride.from_m)[:2]
        place = self.network.roads[ride.road].id
        self.rides[key] = ride
        self.ledger.add("wrong_way", ride.vehicle, place, at_m, now_ns(), lasts=True)
        way_m = ride.from_m - ride.to_m
        yield env.timeout(round(way_m / self.spec.wrong_way_mps * NS_PER_S))
        self.ledger.close("wrong_way", key, now_ns(), way_m)
        del self.rides[key]
        self.done += 1

    def _along_m(self, ride: _Ride, now_ns: int) -> float:
        return ride.from_m - self.spec.wrong_way_mps * (now_ns - ride.began_ns) / NS_PER_S

    def _free(self, road: int, from_m: float, now_ns: int) -> bool:
        there = (self._along_m(ride, now_ns) for ride in self.rides.values() if ride.road == road)
        return all(abs(along_m - from_m) > APART_M for along_m in there)

    @property
    def count(self) -> int:
        """How many are riding now."""
        return len(self.rides)

    def states(self, now_ns: int) -> VehicleStates:
        """Return those who are riding now, by id."""
        if not self.rides:
            return VehicleStates.none()
        rides = [self.rides[key] for key in sorted(self.rides)]
        place = np.array([self._pose(ride, now_ns) for ride in rides])
        count = len(rides)
        return VehicleStates(
            vehicle_id=np.array([ride.vehicle.vehicle_id for ride in rides], np.int64),
            vehicle_class=np.full(count, int(VehicleClass.MOTORCYCLE), np.int8),
            position_m=place[:, :3],
            heading_rad=place[:, 3],
            pitch_rad=np.zeros(count),
            speed_mps=np.full(count, self.spec.wrong_way_mps),
            size_m=np.array([ride.vehicle.size_m for ride in rides]),
            colour_bgr=np.array([ride.vehicle.colour_bgr for ride in rides], np.uint8),
            braking=np.zeros(count, np.bool_),
            at_kerb=np.zeros(count, np.bool_),
            plates=tuple(ride.vehicle.plate for ride in rides),
        )

    def _pose(self, ride: _Ride, now_ns: int) -> tuple[float, float, float, float]:
        road = self.network.roads[ride.road]
        along_m = self._along_m(ride, now_ns) + ride.vehicle.size_m[0] / 2
        aside_m = road.lanes * road.lane_width_m / 2 + road.kerb_m + EDGE_M
        hand = 1.0 if self.network.left_hand else -1.0
        heading = road.heading_at(along_m) + np.pi
        return *road.point_at(along_m, hand * aside_m), float(np.angle(np.exp(1j * heading)))
