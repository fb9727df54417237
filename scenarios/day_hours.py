"""What an observer of an hour of traffic writes down: of zones, of queues before signals, of the map."""

from dataclasses import dataclass

import numpy as np

from detectors.datatypes.detections import VehicleClass
from twin.network.model import RoadNetwork
from twin.traffic.capacity import PCU
from twin.traffic.simulation import TrafficSimulation
from twin.traffic.stretches import Stretch, approach_stretches, queue, zone_stretches

KMH = 3.6
PCU_OF = {VehicleClass(kind).name.lower(): pcu for kind, pcu in enumerate(PCU)}


@dataclass(frozen=True, slots=True)
class ZoneHour:
    """A direction of a zone in an hour; who stands at the kerb does not count."""

    hour: int
    zone: str
    towards: str
    vehicles_per_h: float
    pcu_per_h: float
    speed_kmh: float
    travel_s: float


@dataclass(frozen=True, slots=True)
class QueueHour:
    """The queue before a signal in an hour: mean over time and longest, metres from the line, vehicles."""

    hour: int
    junction: str
    approach: str
    mean_m: float
    mean_vehicles: float
    longest_m: float
    most_vehicles: int


@dataclass(frozen=True, slots=True)
class MapHour:
    """The whole map in an hour: who came in and left, and who waits outside for room at its end."""

    hour: int
    came: int
    left: int
    waiting: int


class HourObserver:
    """Looks at the traffic of an hour from time to time."""

    def __init__(self, hour: int, network: RoadNetwork) -> None:
        self._hour = hour
        self._road = {road.id: row for row, road in enumerate(network.roads)}
        self._zones, self._approaches = zone_stretches(network), approach_stretches(network)
        self._vehicles, self._pcu, self._moved_mps = np.zeros((3, len(network.roads)))
        self._queues: list[tuple[tuple[float, int], ...]] = []

    def look(self, simulation: TrafficSimulation) -> None:
        """Count who drives on each road now, how fast, and who queues."""
        moving, states = simulation.moving(), simulation.vehicles()
        stays = np.isin(moving.vehicle_id, states.vehicle_id[states.at_kerb])
        roads = [self._road.get(lane.rpartition("_")[0], -1) for lane in moving.lane]
        road = np.where(stays, -1, np.array(roads, dtype=np.int64))
        there = road >= 0
        pcu = np.array([PCU_OF[kind] for kind in moving.kind], dtype=np.float64)
        np.add.at(self._vehicles, road[there], 1.0)
        np.add.at(self._moved_mps, road[there], moving.speed_mps[there])
        np.add.at(self._pcu, road[there], pcu[there] * moving.speed_mps[there])
        found = []
        for approach in self._approaches:
            ahead_m = np.full(len(self._road), np.nan)
            ahead_m[[self._road[name] for name in approach.roads]] = approach.ahead_m
            distance_m = np.where(there, ahead_m[road], np.nan) - moving.along_m
            here = ~np.isnan(distance_m)
            found.append(queue(distance_m[here], moving.speed_mps[here]))
        self._queues.append(tuple(found))

    def zones(self) -> tuple[ZoneHour, ...]:
        """Return flow and speed by Edie's definitions: way and time of all over length and duration."""
        return tuple(self._zone(stretch) for stretch in self._zones)

    def _zone(self, stretch: Stretch) -> ZoneHour:
        rows = [self._road[name] for name in stretch.roads]
        looks = max(1, len(self._queues))
        per_h = 3600.0 / (stretch.length_m * looks)
        moved, vehicles = float(self._moved_mps[rows].sum()), float(self._vehicles[rows].sum())
        speed_mps = moved / vehicles if vehicles else float("nan")
        travel_s = stretch.length_m / speed_mps if speed_mps > 0 else float("nan")
        flows = moved * per_h, float(self._pcu[rows].sum()) * per_h
        return ZoneHour(self._hour, stretch.name, stretch.towards, *flows, speed_mps * KMH, travel_s)

    def queues(self) -> tuple[QueueHour, ...]:
        """Return the queue of each approach."""
        if not self._approaches:
            return ()
        seen = np.array(self._queues, dtype=np.float64)
        mean_m, mean_vehicles = seen.mean(axis=0).T.tolist()
        longest_m, most = seen.max(axis=0).T.tolist()
        return tuple(
            QueueHour(
                self._hour,
                one.towards,
                one.name,
                mean_m[row],
                mean_vehicles[row],
                longest_m[row],
                int(most[row]),
            )
            for row, one in enumerate(self._approaches)
        )
