"""What it is worth to watch a place: from the parking generators, or from simulated evenings."""

from collections.abc import Sequence

import numpy as np
from scipy.spatial import cKDTree
from scipy.special import ndtr

from detectors.datatypes.arrays import Float64Array
from scenarios.offences import KERB_PARKING, RED_LIGHT, STAND_TOLERANCE_S
from scenarios.planning.evenings import MINIMUM_STAND_S, Evening, approach_points, approaches
from scenarios.results import Scenario
from twin.clock import from_local
from twin.network.model import Road, RoadNetwork
from twin.network.roadside import section
from twin.placement.candidates import Demand
from twin.traffic.assignment import expected_vph
from twin.traffic.demand import DemandSpec
from twin.traffic.lanegraph import compile_lanes
from twin.traffic.routing import closed_turns, plan_routes
from twin.traffic.stops import stops_per_hour, usable_m

KERB_STEP_M = 5.0
EACH_RULE = 50.0  # per cent: a full score is 100, each rule half of it, as in the comparison


def kerb_roads(network: RoadNetwork, zone: str) -> tuple[Road, ...]:
    """Return the roads of a zone where vehicles stop."""
    return tuple(road for road in network.roads if road.zone == zone and road.kerb_m > 0)


def demand_of(scenario: Scenario, network: RoadNetwork, evenings: Sequence[Evening] = ()) -> Demand:
    """Return the places of the zone and their weights: of simulated evenings where there are any.

    Without them: stands by the rate of each road and the chance that one lasts long enough, crossings
    by flow, share of red and readiness to run it.
    """
    kerb_m, rates = kerb_places(scenario, network)
    lines = approach_points(network, scenario.zone)
    crossings = _crossing_rates(scenario, network)
    if evenings:
        rates, crossings = _seen(evenings, kerb_m, len(lines))
    return Demand(kerb_m, _scaled(rates), lines, _scaled(crossings))


def _scaled(weights: Float64Array) -> Float64Array:
    total = weights.sum()
    return np.asarray(weights * (EACH_RULE / total) if total > 0 else weights, dtype=np.float64)


def kerb_places(scenario: Scenario, network: RoadNetwork) -> tuple[Float64Array, Float64Array]:
    """Return the places (K, 3) at the kerbs of a zone, and the stands an hour (K,) that count there."""
    points, rates = [np.zeros((0, 3))], [np.zeros(0)]
    stops = stops_per_hour(network, scenario.demand)
    per_hour = {road.id: rate for road, rate in zip(network.roads, stops, strict=True)}
    long_enough = _share_longer(scenario.demand, MINIMUM_STAND_S + STAND_TOLERANCE_S)
    for road in kerb_roads(network, scenario.zone):
        first_m, last_m = usable_m(road)
        if last_m <= first_m:
            continue
        cut = section(network, road)
        along = np.arange(first_m, last_m, KERB_STEP_M) + KERB_STEP_M / 2
        points.append(cut.points_m(along, (cut.lane_edge_m + cut.kerb_edge_m) / 2))
        rate = per_hour[road.id] * long_enough / len(along)
        rates.append(np.full(len(along), rate))
    return np.vstack(points), np.concatenate(rates)


def _share_longer(demand: DemandSpec, least_s: float) -> float:
    """Return the share of kerb stops that last longer than `least_s` (log-normal dwell)."""
    return float(
        sum(
            part.share * ndtr(np.log(part.median_s / least_s) / part.sigma)
            if part.sigma > 0
            else part.share * (part.median_s > least_s)
            for part in demand.dwell
        )
    )


def _crossing_rates(scenario: Scenario, network: RoadNetwork) -> Float64Array:
    found = approaches(network, scenario.zone)
    graph = compile_lanes(network)
    closed = closed_turns(network, from_local(scenario.day, scenario.start))
    routing = plan_routes(graph, np.zeros(len(network.roads), dtype=np.bool_), closed=closed)
    flow = expected_vph(network, scenario.demand, routing)
    number = {road.id: row for row, road in enumerate(network.roads)}
    runs = float(np.dot(scenario.demand.mix, scenario.demand.red_running))
    red = [_red_share(network, road) for road in found]
    return np.array(
        [flow[number[road.id]] * share * runs for road, share in zip(found, red, strict=True)],
        dtype=np.float64,
    )


def _red_share(network: RoadNetwork, road: Road) -> float:
    """Return the share of the cycle in which an approach shows neither green nor yellow."""
    plan = network.plan_of.get(road.end)
    if plan is None:
        return 0.0
    go_s = sum(phase.green_s + phase.yellow_s for phase in plan.phases if road.id in phase.groups)
    return 1.0 - go_s / plan.cycle_s


def _seen(evenings: Sequence[Evening], kerb_m: Float64Array, lines: int) -> tuple[Float64Array, Float64Array]:
    """Return the counts at the nearest kerb place and at each stop line."""
    stands, crossings = np.zeros(len(kerb_m)), np.zeros(lines)
    tree = cKDTree(kerb_m[:, :2])
    for evening in evenings:
        rules = np.array(evening.rules)
        places = evening.acts.position_m[rules == KERB_PARKING]
        np.add.at(stands, tree.query(places[:, :2])[1], 1.0)
        np.add.at(crossings, evening.acts.approach[rules == RED_LIGHT], 1.0)
    return stands, crossings
