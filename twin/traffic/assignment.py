"""How much of a demand each road is expected to carry, by the ways that vehicles take."""

from twin.network.model import RoadNetwork
from twin.traffic.demand import DemandSpec
from twin.traffic.gates import GateFlows
from twin.traffic.kernel.arrays import Floats
from twin.traffic.loading import loads
from twin.traffic.profiles import DayKind
from twin.traffic.routing import Routing
from twin.traffic.turning import turn_chances, turning_flows


def expected_vph(
    network: RoadNetwork, demand: DemandSpec, routing: Routing, hour: tuple[DayKind, int] | None = None
) -> Floats:
    """Return the flow (R,) that the demand puts on each road; without an `hour` at a factor of 1."""
    gates = GateFlows(network, demand, routing)
    od = gates.table(hour)
    if demand.turns:
        return turning_flows(network, routing, turn_chances(network, demand, gates, routing), od.sum(axis=1))
    flow: Floats = loads(network, routing, od).sum(axis=0)
    return flow
