"""A small network with everything that signs, markings and signal plans can say, and how to change one."""

from dataclasses import replace

from tests.traffic_networks import cross
from twin.network.model import Detector, RoadNetwork, Turn, TurnKind


def turn(network: RoadNetwork, from_road: str, kind: TurnKind) -> Turn:
    return next(turn for turn in network.turns_from[from_road] if turn.kind is kind)


def changed(network: RoadNetwork, from_road: str, kind: TurnKind, **more: object) -> RoadNetwork:
    which = turn(network, from_road, kind)
    turns = tuple(replace(t, **more) if t is which else t for t in network.turns)  # type: ignore[arg-type]
    return replace(network, turns=turns)


def furnished() -> RoadNetwork:
    """A crossing with everything that signs and markings can say."""
    network = changed(cross(), "s-c", TurnKind.LEFT, on_red=True)
    network = changed(network, "n-c", TurnKind.RIGHT, prohibited=((6.0, 20.0), (22.0, 2.5)))
    (plan,) = network.signal_plans
    night = replace(
        plan,
        phases=tuple(replace(phase, min_green_s=7.0, gap_s=2.5) for phase in plan.phases),
        hours=((21.0, 5.0),),
        detectors=tuple(Detector(f"{n}-c", 40.0, 6.0) for n in "nesw"),
        skip=True,
    )
    return replace(
        network,
        junctions=tuple(replace(j, countdown=j.id == "c") for j in network.junctions),
        roads=tuple(replace(r, motorcycle_box_m=8.0 if r.end == "c" else 0.0) for r in network.roads),
        signal_plans=(plan, night),
    )
