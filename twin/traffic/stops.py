"""Kerb stops: who stops where and for how long, and who stands there already at the start."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.detections import VehicleClass
from twin.clock import NS_PER_S, to_local
from twin.network.model import Road, RoadNetwork
from twin.randomness import Seed
from twin.traffic.assignment import expected_vph
from twin.traffic.demand import DemandSpec, unknown
from twin.traffic.drivers import Use, Vehicle
from twin.traffic.kernel.arrays import Floats
from twin.traffic.land_use import DwellMix, Generator
from twin.traffic.profiles import FLAT, DayKind, day_kind
from twin.traffic.routing import Routing

CLEAR_START_M, CLEAR_END_M = 15.0, 25.0  # nobody stops so near a junction
LONGEST_SHARE = 0.5
PEAK = 17  # the hour that rates without one mean
HALT = Generator("halt", 0.0, (DwellMix(1.0, 20.0, 0.4),), FLAT)  # for passengers
PAST_S = 6 * 3600.0  # stands that began longer ago than this are over


@dataclass(frozen=True, slots=True)
class Stand:
    """A stand at the kerb of a road: where its front is and how long it lasts."""

    road: int
    along_m: float
    dwell_ns: int
    began_ns: int


def usable_m(road: Road) -> tuple[float, float]:
    """Return between which positions along a road vehicles stop at the kerb (empty if reversed)."""
    return CLEAR_START_M, road.length_m - CLEAR_END_M


@dataclass(frozen=True, slots=True)
class Place:
    """A place that makes people stop: the road along which it lies, where on it, and its kind."""

    road: int
    along_m: float
    generator: Generator


def places(network: RoadNetwork, demand: DemandSpec) -> tuple[Place, ...]:
    """Return the places of the land use of a demand, evenly along the kerbs of their zones.

    Raises DemandError where a zone or a kind is not known. Where they really lie is not known.
    """
    kinds = {generator.name: generator for generator in demand.generators}
    zones = {road.zone for road in network.roads} - {""}
    found: list[Place] = []
    for zone in dict.fromkeys(one.zone for one in demand.land_use):
        if zone not in zones:
            raise unknown(zone, zones, network.name, what="zone")
        wanted: list[tuple[float, Generator]] = []
        for one in demand.land_use:
            if one.generator not in kinds:
                raise unknown(one.generator, kinds, network.name, what="generator")
            if one.zone == zone:  # spread each kind over the whole zone
                wanted += [((i + 0.5) / one.count, kinds[one.generator]) for i in range(one.count)]
        found += _along(network, zone, [kind for _, kind in sorted(wanted, key=lambda pair: pair[0])])
    return tuple(found)


def _along(network: RoadNetwork, zone: str, kinds: list[Generator]) -> list[Place]:
    """Return the places of a zone at equal distances along all of its kerbs."""
    kerbs = [i for i, road in enumerate(network.roads) if road.zone == zone and _stoppable(road)]
    if not kerbs:
        return []
    ends_m = np.cumsum([network.roads[i].length_m for i in kerbs])
    found = []
    for number, kind in enumerate(kinds):
        at_m = float(ends_m[-1]) * (number + 0.5) / len(kinds)
        row = int(np.searchsorted(ends_m, at_m))
        road = network.roads[kerbs[row]]
        along_m = float(np.clip(at_m - (ends_m[row] - road.length_m), *usable_m(road)))
        found.append(Place(kerbs[row], along_m, kind))
    return found


def _stoppable(road: Road) -> bool:
    first_m, last_m = usable_m(road)
    return road.kerb_m > 0 and last_m > first_m


def stops_per_hour(network: RoadNetwork, demand: DemandSpec) -> Floats:
    """Return the mean number (R,) of kerb stops an hour on each road, at an hourly factor of 1.

    Of places that the land use states: those of a weekday from 17 to 18 h.
    """
    zones = {one.zone for one in demand.land_use}
    rate = np.array(
        [
            demand.stops_per_km_h * road.stop_rate * road.length_m / 1000.0
            if _stoppable(road) and road.zone not in zones
            else 0.0
            for road in network.roads
        ]
    )
    for place in places(network, demand):
        rate[place.road] += place.generator.stops_per_h * place.generator.hourly.weekday[PEAK]
    return rate


def announced(network: RoadNetwork, demand: DemandSpec) -> NDArray[np.bool_]:
    """Return on which roads (R,) somebody may stop at the kerb at some hour."""
    halts = max(demand.halts_per_km) > 0
    found = (stops_per_hour(network, demand) > 0) | [halts and _stoppable(road) for road in network.roads]
    found[[place.road for place in places(network, demand)]] = True
    return found


def draw_dwell_s(draw: np.random.Generator, mix: tuple[DwellMix, ...]) -> float:
    """Return a dwell in seconds from a mixture of log-normal distributions."""
    shares = np.cumsum([part.share for part in mix])
    part = mix[min(int(np.searchsorted(shares, draw.random() * shares[-1], side="right")), len(mix) - 1)]
    return float(part.median_s * np.exp(part.sigma * draw.standard_normal()))


class KerbStops:
    """Draws kerb stops so that each road has the rate that the demand states."""

    def __init__(self, network: RoadNetwork, demand: DemandSpec, routing: Routing, seed: Seed) -> None:
        self._network, self._roads = network, network.roads
        self._demand, self._routing = demand, routing
        self._seed = seed
        self._places: dict[int, list[Place]] = {}
        for place in places(network, demand):
            self._places.setdefault(place.road, []).append(place)
        flow = expected_vph(network, demand, routing)
        self._rate = stops_per_hour(network, demand)
        self._chance = [
            min(LONGEST_SHARE, self._rate[i] / flow[i]) if flow[i] > 0 else 0.0
            for i in range(len(network.roads))
        ]
        self._flow: dict[tuple[DayKind, int], Floats] = {}
        self._errand: dict[int, Generator] = {}

    def wanted_at(self, vehicle_id: int, road: int, now_ns: int) -> float | None:
        """Return where on a road (m) a vehicle that comes to it now wants to stop, None for not at all."""
        self._errand.pop(vehicle_id, None)
        if road in self._places:
            return self._errand_at(vehicle_id, road, now_ns)
        key = self._roads[road].id
        if self._chance[road] <= 0 or self._seed.uniform("stops", vehicle_id, key) >= self._chance[road]:
            return None
        first_m, last_m = usable_m(self._roads[road])
        return first_m + (last_m - first_m) * self._seed.uniform("where", vehicle_id, key)

    def halt_at(self, vehicle: Vehicle, road: int) -> float | None:
        """Return where on a road (m) an angkot or a bus stops for passengers, None for not at all."""
        angkot, bus = self._demand.halts_per_km
        per_km = angkot if vehicle.use is Use.ANGKOT else bus if vehicle.kind is VehicleClass.BUS else 0.0
        one = self._roads[road]
        if per_km <= 0 or not _stoppable(one):
            return None
        chance = min(1.0, per_km * one.length_m / 1000.0)
        if self._seed.uniform("halts", vehicle.vehicle_id, one.id) >= chance:
            return None
        self._errand[vehicle.vehicle_id] = HALT
        first_m, last_m = usable_m(one)
        return first_m + (last_m - first_m) * self._seed.uniform("halts where", vehicle.vehicle_id, one.id)

    def _errand_at(self, vehicle_id: int, road: int, now_ns: int) -> float | None:
        """Return where a vehicle wants to stop for one of the places along a road."""
        rates = [_rate(place.generator, now_ns) for place in self._places[road]]
        if sum(rates) <= 0:
            return None
        key = self._roads[road].id
        chance = min(LONGEST_SHARE, sum(rates) / max(self._flow_at(now_ns)[road], 1e-9))
        if self._seed.uniform("stops", vehicle_id, key) >= chance:
            return None
        draw = self._seed.uniform("errand", vehicle_id, key) * sum(rates)
        choice = min(int(np.searchsorted(np.cumsum(rates), draw, side="right")), len(rates) - 1)
        place = self._places[road][choice]
        self._errand[vehicle_id] = place.generator
        aside_m = place.generator.reach_m * (2.0 * self._seed.uniform("where", vehicle_id, key) - 1.0)
        return float(np.clip(place.along_m + aside_m, *usable_m(self._roads[road])))

    def _flow_at(self, now_ns: int) -> Floats:
        """Return the flow (R,) that is expected on each road in the hour of an instant."""
        moment = to_local(now_ns)
        hour = day_kind(moment.date()), moment.hour
        if hour not in self._flow:
            self._flow[hour] = expected_vph(self._network, self._demand, self._routing, hour)
        return self._flow[hour]

    def dwell_ns(self, vehicle_id: int, road: int) -> int:
        """Return how long a vehicle stands on a road."""
        draw = self._seed.generator("dwell", vehicle_id, self._roads[road].id)
        errand = self._errand.pop(vehicle_id, None)
        return round(draw_dwell_s(draw, errand.dwell if errand else self._demand.dwell) * NS_PER_S)

    def standing_at(self, start_ns: int) -> list[Stand]:
        """Return the stands that began before `start_ns` and last beyond it, so that it starts stationary."""
        found = []
        for number, road in enumerate(self._roads):
            if number in self._places or self._chance[number] <= 0:
                continue
            draw = self._seed.generator("before", road.id)
            first_m, last_m = usable_m(road)
            for _ in range(int(draw.poisson(self._rate[number] * PAST_S / 3600.0))):
                ago_s = float(draw.uniform(0.0, PAST_S))
                along_m = float(draw.uniform(first_m, last_m))
                dwell_s = draw_dwell_s(draw, self._demand.dwell)
                if dwell_s > ago_s:
                    began_ns = start_ns - round(ago_s * NS_PER_S)
                    found.append(Stand(number, along_m, round(dwell_s * NS_PER_S), began_ns))
        for number in self._places:
            found += self._guests_at(number, start_ns)
        return found

    def _guests_at(self, road: int, start_ns: int) -> list[Stand]:
        """Return the stands of those who came to the places along a road before `start_ns`."""
        found = []
        for number, place in enumerate(self._places[road]):
            draw = self._seed.generator("before", self._roads[road].id, number)
            highest = place.generator.stops_per_h * place.generator.hourly.highest
            for _ in range(int(draw.poisson(highest * PAST_S / 3600.0))):
                ago_ns = round(float(draw.uniform(0.0, PAST_S)) * NS_PER_S)
                came = draw.random() * highest < _rate(place.generator, start_ns - ago_ns)
                aside_m = place.generator.reach_m * float(draw.uniform(-1.0, 1.0))
                dwell_ns = round(draw_dwell_s(draw, place.generator.dwell) * NS_PER_S)
                if came and dwell_ns > ago_ns:
                    along_m = float(np.clip(place.along_m + aside_m, *usable_m(self._roads[road])))
                    found.append(Stand(road, along_m, dwell_ns, start_ns - ago_ns))
        return found


def _rate(generator: Generator, at_ns: int) -> float:
    """Return how many an hour stop for a place at an instant."""
    moment = to_local(at_ns)
    into_s = moment.hour * 3600 + moment.minute * 60 + moment.second
    if not generator.from_s <= into_s < generator.until_s:
        return 0.0
    return generator.stops_per_h * generator.hourly.at(moment)
