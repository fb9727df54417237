"""A camera plan together with the network on which it stands."""

from scenarios.errors import InputError
from scenarios.mobile_units import with_mobile
from scenarios.plan_files import check_on_map, load_plan, plan_on
from twin.cameras.plans import CameraPlan
from twin.network import library
from twin.network.model import RoadNetwork


def plan_and_network(
    name_or_path: str, on: str | None = None, mobile: int = 0
) -> tuple[CameraPlan, RoadNetwork]:
    """Return a plan as it lies on the network `on`, else on its own, else on the built-in one that fits.

    `mobile` ETLE units are added to it.

    Raises InputError where a camera is off the map, NetworkError for an unknown network.
    """
    plan = load_plan(name_or_path)
    network = library.resolve(on or plan.network) if on or plan.network else _fitting(plan)
    plan = plan_on(plan, network)
    plan = with_mobile(plan, network, mobile)
    check_on_map(plan, network)
    return plan, network


def _fitting(plan: CameraPlan) -> RoadNetwork:
    """Return the smallest built-in network that has all roads of a plan that names none."""
    networks = sorted((library.named(name) for name in library.names()), key=lambda n: len(n.roads))
    roads = {road for view in plan.views for road in (view.road, view.aimed_road)}
    for network in networks:
        if roads <= network.road_of.keys():
            return network
    missing = min(roads - networks[-1].road_of.keys())
    msg = f"plan {plan.name}: no built-in network has its road '{missing}'; name its network with --on"
    raise InputError(msg)
