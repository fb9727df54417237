"""A network that `network export --geojson` wrote, coming back."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.network.crossings import Move
from twin.network.hours import Windows
from twin.network.importers.frame import Frame
from twin.network.importers.geojson_values import Feature, number
from twin.network.importers.returned import Returned, network_of
from twin.network.model import Control, Provenance, Road, RoadNetwork, TurnKind
from twin.network.native import signal_plan
from twin.network.streets import Node, without_repeats


class _Said(NamedTuple):
    """What a file says of a turn."""

    kind: TurnKind
    group: str
    on_red: bool
    prohibited: Windows


def read_returned(
    path: Path,
    about: Mapping[str, Any],
    features: Sequence[Feature],
    left_hand: bool | None,  # noqa: FBT001 - tri-state
) -> RoadNetwork:
    """Return the network; a junction with signals whose plan is missing gets an assumed one.

    Raises NetworkError that names the feature of which something is missing.
    """
    lon, lat = about["frame_origin_lonlat"]
    frame = Frame((float(lon), float(lat)), int(about["frame_epsg"]))
    points = [feature for feature in features if feature.kind == "Point"]
    nodes = _nodes(frame, points)
    controls = {feature.text("id"): feature.text("control", "") for feature in points}
    lines = {feature.text("id"): feature for feature in features if feature.kind == "LineString"}
    roads = _roads(frame, lines, nodes)
    turns = {move: said for feature in lines.values() for move, said in _turns(feature, roads)}
    plans = [plan for plan in map(signal_plan, about.get("signal_plans", ())) if plan.junction in nodes]
    planned = {plan.junction for plan in plans}
    back = Returned(
        place=str(path),
        name=str(about["name"]),
        frame=frame,
        left_hand=bool(about["left_hand"]) if left_hand is None else left_hand,
        nodes=list(nodes.values()),
        boundary=frozenset(key for key, control in controls.items() if control == Control.BOUNDARY),
        roads=roads,
        moves=list(turns),
        kinds={move: said.kind for move, said in turns.items()},
        plans=plans,
        groups={
            move: said.group if roads[move[0]].end in planned or not said.group else move[0]
            for move, said in turns.items()
        },
        on_red=[move for move, said in turns.items() if said.on_red],
        prohibited={move: said.prohibited for move, said in turns.items() if said.prohibited},
        attribution=str(about["attribution"]),
    )
    return network_of(back, _source_counts(back))


def _source_counts(back: Returned) -> tuple[tuple[str, int | None], ...]:
    lit = sum(node.signals for node in back.nodes)
    counts = (("junctions", len(back.nodes)), ("LineStrings", len(back.roads)), ("nodes with signals", lit))
    return (*counts, ("turn restrictions", len(back.prohibited)))


def _nodes(frame: Frame, points: Sequence[Feature]) -> dict[str, Node]:
    places = [np.array([feature.position(feature.coordinates)]) for feature in points]
    found = {}
    for feature, ((x_m, y_m, z_m),) in zip(points, frame.each_to_metres(places), strict=True):
        key, signals = feature.text("id"), feature.text("control", "") == Control.SIGNALS
        shown = feature.properties.get("countdown") is True
        found[key] = Node(key, x_m, y_m, z_m, signals, feature.text("name", ""), shown)
    return found


def _roads(frame: Frame, lines: Mapping[str, Feature], nodes: Mapping[str, Node]) -> dict[str, Road]:
    every_m = frame.each_to_metres([next(feature.lines()) for feature in lines.values()])
    return {
        key: _road(feature, line_m, nodes)
        for (key, feature), line_m in zip(lines.items(), every_m, strict=True)
    }


def _road(feature: Feature, drawn_m: NDArray[np.float64], nodes: Mapping[str, Node]) -> Road:
    ends = feature.text("start_junction"), feature.text("end_junction")
    for end in ends:
        if end not in nodes:
            raise feature.fault(column="junction", said=f"'{end}': expected one of the Points of the file")
    line_m = without_repeats(drawn_m)
    if len(line_m) < 2:
        raise feature.fault(said="expected two positions apart, got one")

    def value(name: str, default: float, least: float, most: float, *, whole: bool = False) -> float:
        return feature.number_of(name, default, least=least, most=most, whole=whole) or 0.0

    return Road(
        id=feature.text("id"),
        name=feature.text("name", ""),
        start=ends[0],
        end=ends[1],
        centreline_m=line_m,
        lanes=int(value("lanes", 1, 1, 20, whole=True)),
        speed_limit_mps=value("speed_limit_kmh", 40.0, 1, 250) / 3.6,
        lane_width_m=value("lane_width_m", 3.5, 0.5, 20),
        kerb_m=value("kerb_m", 0.0, 0, 20),
        priority=int(value("priority", 1, 0, 99, whole=True)),
        highway=feature.text("highway", "unclassified"),
        geometry=Provenance.IMPORTED,
        zone=feature.text("zone", ""),
        median=feature.properties.get("median") is True,
        reverse=feature.text("reverse_road", ""),
        stop_rate=value("stop_rate", 0.0, 0, 1e6),
        motorcycle_box_m=value("motorcycle_box_m", 0.0, 0, 30),
    )


def _turns(feature: Feature, roads: Mapping[str, Road]) -> list[tuple[Move, _Said]]:
    """Return the turns from a road: to which, and what is said of each."""
    own, onto = feature.text("id"), feature.properties.get("turns_to", [])
    if not isinstance(onto, list):
        raise feature.fault(column="turns_to", said="expected a list of roads")
    kinds, groups = _each(feature, "turn_kinds", onto), _each(feature, "turn_groups", onto)
    on_red = _each(feature, "turns_on_red", onto, default=False)
    hours = _each(feature, "turns_prohibited_h", onto, default=[])
    found = []
    for row, road in enumerate(onto):
        if road not in roads or roads[road].start != roads[own].end:
            raise feature.fault(
                column="turns_to", said=f"'{road}': expected a road that begins where this one ends"
            )
        if kinds[row] not in TurnKind.__members__.values():
            known = ", ".join(TurnKind)
            raise feature.fault(column="turn_kinds", said=f"'{kinds[row]}': expected one of {known}")
        windows = _windows(feature, hours[row])
        found.append(
            ((own, road), _Said(TurnKind(kinds[row]), str(groups[row]), on_red[row] is True, windows))
        )
    return found


def _each(feature: Feature, name: str, onto: Sequence[Any], *, default: Any = None) -> Sequence[Any]:
    """Return what a list says of each turn; `default` where there is no list and there is a default."""
    usual = [default] * len(onto) if default is not None or not onto else None
    said = feature.properties.get(name, usual)
    if not isinstance(said, list) or len(said) != len(onto):
        raise feature.fault(column=name, said=f"expected a list of {len(onto)}, one for each of turns_to")
    return said


def _windows(feature: Feature, said: Any) -> Windows:
    """Return the windows [[from, to], ...] in hours."""
    rows = said if isinstance(said, list) else [said]
    if not all(isinstance(row, list) and len(row) == 2 for row in rows):
        raise feature.fault(
            column="turns_prohibited_h", said=f"'{str(said)[:40]}': expected [[from, to], ...]"
        )
    return tuple((number(begin), number(end)) for begin, end in rows)
