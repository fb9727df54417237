"""Where drivers want to stop at the kerb of the zones, at the rates of the traffic model."""

import numpy as np

from twin.network.model import NetworkError, RoadNetwork
from twin.people.wishes import KerbDemand, Stay
from twin.traffic.demand import DemandSpec
from twin.traffic.stops import stops_per_hour, usable_m


def kerb_demand(
    network: RoadNetwork,
    demand: DemandSpec,
    zones: tuple[str, ...],
    present: tuple[float, ...],
    hours_s: tuple[int, int],
) -> KerbDemand:
    """Return the kerbs of `zones` with their rates.

    `present` is the share, by kind of stop, of drivers who stay in the vehicle; `hours_s` are the
    hours of the ban in seconds of the local day. Every day is taken for a weekday.
    Raises NetworkError where a zone has no kerb at which anybody stops.
    """
    rates = stops_per_hour(network, demand)
    rows = [i for i, road in enumerate(network.roads) if road.zone in zones and rates[i] > 0]
    roads = [network.roads[i] for i in rows]
    for zone in zones:
        if not any(road.zone == zone for road in roads):
            known = ", ".join(sorted({road.zone for road in network.roads} - {""})) or "none"
            msg = f"network {network.name}: nobody stops in a zone {zone!r}; zones of its roads: {known}"
            raise NetworkError(msg)
    bounds = np.array([usable_m(road) for road in roads])
    return KerbDemand(
        zones=zones,
        roads=tuple(road.id for road in roads),
        zone_of=np.array([zones.index(road.zone) for road in roads], np.int64),
        first_m=bounds[:, 0],
        last_m=bounds[:, 1],
        stops_per_h=rates[rows],
        hours=tuple(enumerate(demand.hourly.weekday)),
        stays=tuple(
            Stay(kind.share, kind.median_s, kind.sigma, inside)
            for kind, inside in zip(demand.dwell, present, strict=True)
        ),
        from_s=hours_s[0],
        until_s=hours_s[1],
    )
