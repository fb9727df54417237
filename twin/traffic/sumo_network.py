"""A network as SUMO's plain XML (nodes, edges, connections, signals), for netconvert.

Positions stay those of our frame: run netconvert with `--offset.disable-normalization`, or let
`bconnect network export` do it. Format: sumo.dlr.de/docs, "PlainXML". A net knows no hours: of the plans of
a junction the one that holds when no other does is written there, and turns that are prohibited at some
hours are permitted; those prohibited at all hours are no connections, and roads that end where they begin
no edges. The other plans and when they hold
are an additional file for SUMO: programs and a WAUT, which changes programs at once, whatever is green.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

from twin.network.files import written_whole
from twin.network.hours import edges_h, others
from twin.network.model import Control, Road, RoadNetwork, SignalPlan, Turn, TurnKind, plan_at
from twin.traffic.lanegraph import lane_beyond, lanes_by_turn, near_turn
from twin.traffic.sumo_outputs import HEAD

KINDS = {Control.SIGNALS: "traffic_light", Control.PRIORITY: "priority", Control.NONE: "priority"}
PARTS = ("nod", "edg", "con", "tll")
USUAL = "0"  # the program of the net
DAY_S = 86400


@dataclass(frozen=True, slots=True)
class _Link:
    """One lane-to-lane connection, with its turn."""

    turn: Turn
    from_lane: int
    to_lane: int


def write_plain(network: RoadNetwork, prefix: Path) -> tuple[Path, ...]:
    """Write PREFIX.nod.xml, .edg.xml, .con.xml and .tll.xml; return their paths in this order."""
    links = {road.id: tuple(_links(network, road)) for road in network.roads}
    lines = (_nodes(network), _edges(network), _connections(links), _signals(network, links))
    paths = tuple(prefix.with_name(f"{prefix.name}.{part}.xml") for part in PARTS)
    for path, part in zip(paths, lines, strict=True):
        with written_whole(path) as file:
            file.writelines(f"{line}\n" for line in (HEAD.strip(), *part))
    return paths


def write_schedule(network: RoadNetwork, path: Path) -> bool:
    """Write the plans that hold at some hours, for SUMO's option -a; return whether there are any.

    Second 0 of SUMO is midnight then. It goes with the net of `write_plain`.
    """
    changing = [key for key, plans in network.plans_of.items() if len(plans) > 1]
    if not changing:
        return False
    with written_whole(path) as file:
        lines = (line for junction in changing for line in _schedule(network, junction))
        file.writelines(f"{line}\n" for line in (HEAD.strip(), "<additional>", *lines, "</additional>"))
    return True


def always_prohibited(turn: Turn) -> bool:
    """Return whether a sign prohibits a turn at all hours."""
    return bool(turn.prohibited) and not others(turn.prohibited)


def is_loop(road: Road) -> bool:
    """Return whether a road ends at the junction where it begins: SUMO has no such edges."""
    return road.start == road.end


def _nodes(network: RoadNetwork) -> Iterator[str]:
    yield "<nodes>"
    for junction in network.junctions:
        x, y, z = junction.position_m
        kind = KINDS.get(junction.control, "dead_end")
        yield f'<node id={quoteattr(junction.id)} x="{x:.2f}" y="{y:.2f}" z="{z:.2f}" type="{kind}"/>'
    yield "</nodes>"


def _edges(network: RoadNetwork) -> Iterator[str]:
    yield "<edges>"
    for road in network.roads:
        if is_loop(road):
            continue
        shape = " ".join(f"{x:.2f},{y:.2f},{z:.2f}" for x, y, z in road.centreline_m.tolist())
        called = f" name={quoteattr(road.name)}" if road.name else ""  # netconvert takes no empty one
        yield (
            f"<edge id={quoteattr(road.id)} from={quoteattr(road.start)} to={quoteattr(road.end)} "
            f'numLanes="{road.lanes}" speed="{road.speed_limit_mps:.3f}" priority="{road.priority}" '
            f'width="{road.lane_width_m:g}" spreadType="center"{called} shape="{shape}"/>'
        )
    yield "</edges>"


def _links(network: RoadNetwork, road: Road) -> Iterator[_Link]:
    """Yield the connections at the end of a road: lanes are those on which our vehicles turn."""
    turns = list(network.turns_from[road.id])
    side = network.left_hand
    for turn, lanes in zip(turns, lanes_by_turn(turns, road.lanes, left_hand=side), strict=True):
        onto = network.road_of[turn.to_road]
        if always_prohibited(turn) or is_loop(road) or is_loop(onto):
            continue
        for lane in lanes:
            yield _Link(turn, lane, lane_beyond(turn.kind, lane, road, onto, left_hand=side))


def _connection(link: _Link, more: str = "") -> str:
    turn = link.turn
    return (
        f"<connection from={quoteattr(turn.from_road)} to={quoteattr(turn.to_road)} "
        f'fromLane="{link.from_lane}" toLane="{link.to_lane}"{more}/>'
    )


def _connections(links: dict[str, tuple[_Link, ...]]) -> Iterator[str]:
    yield "<connections>"
    for of_road in links.values():
        yield from (_connection(link) for link in of_road)
    yield "</connections>"


def _signals(network: RoadNetwork, links: dict[str, tuple[_Link, ...]]) -> Iterator[str]:
    yield "<tlLogics>"
    for plan in network.plan_of.values():
        here = _links_at(network, plan.junction, links)
        yield from _program(network, plan, USUAL, here)
        for index, link in enumerate(here):
            yield _connection(link, f' tl={quoteattr(plan.junction)} linkIndex="{index}"')
    yield "</tlLogics>"


def _links_at(network: RoadNetwork, junction: str, links: dict[str, tuple[_Link, ...]]) -> list[_Link]:
    return [link for road in network.roads if road.end == junction for link in links[road.id]]


def _program(network: RoadNetwork, plan: SignalPlan, key: str, links: list[_Link]) -> Iterator[str]:
    kind = "actuated" if plan.actuated else "static"
    junction = quoteattr(plan.junction)
    yield f'<tlLogic id={junction} type="{kind}" programID="{key}" offset="{plan.offset_s:.10g}">'
    if plan.actuated:
        yield f'<param key="max-gap" value="{max(phase.gap_s for phase in plan.phases):g}"/>'
    yield from _stages(plan, links, near_turn(left_hand=network.left_hand))
    yield "</tlLogic>"


def _schedule(network: RoadNetwork, junction: str) -> Iterator[str]:
    """Yield the programs of a junction that hold at some hours, and which one holds when."""
    plans = network.plans_of[junction]
    links = {road.id: tuple(_links(network, road)) for road in network.roads if road.end == junction}
    here = _links_at(network, junction, links)
    program_of = {id(plan): USUAL if not plan.hours else str(row) for row, plan in enumerate(plans, 1)}
    for plan in plans:
        if plan.hours:
            yield from _program(network, plan, program_of[id(plan)], here)
    key, at_midnight = quoteattr(junction), program_of[id(plan_at(plans, 0.0))]
    yield f'<WAUT id={key} refTime="0" period="{DAY_S}" startProg="{at_midnight}">'
    for hour in edges_h(window for plan in plans for window in plan.hours):
        yield f'<wautSwitch time="{hour * 3600:.10g}" to="{program_of[id(plan_at(plans, hour))]}"/>'
    yield "</WAUT>"
    yield f"<wautJunction wautID={key} junctionID={key}/>"


def _stages(plan: SignalPlan, links: list[_Link], near: TurnKind) -> Iterator[str]:
    """Yield the stages of a plan: green, yellow of those that stop then, all red."""
    for number, phase in enumerate(plan.phases):
        onward = plan.phases[(number + 1) % len(plan.phases)].groups
        green = "".join(_letter(link, phase.groups, near) for link in links)
        yellow = "".join(
            "y" if told in "Gg" and link.turn.group and link.turn.group not in onward else told
            for told, link in zip(green, links, strict=True)
        )
        red = "".join(
            ("s" if link.turn.on_red else "r") if told == "y" else told
            for told, link in zip(yellow, links, strict=True)
        )
        limits = f' minDur="{phase.min_green_s:g}" maxDur="{phase.green_s:g}"' if phase.gap_s > 0 else ""
        for state, length_s, more in (
            (green, phase.green_s, limits),
            (yellow, phase.yellow_s, ""),
            (red, phase.all_red_s, ""),
        ):
            if length_s > 0:
                yield f'<phase duration="{length_s:g}"{more} state="{state}"/>'


def _letter(link: _Link, lit: tuple[str, ...], near: TurnKind) -> str:
    """Return what a movement sees: g where it gives way to others that have green, s to go on red."""
    if link.turn.group and link.turn.group not in lit:
        return "s" if link.turn.on_red else "r"
    return "G" if link.turn.kind in (TurnKind.STRAIGHT, near) and link.turn.group else "g"
