"""A network that `network export --geojson` wrote, coming back."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.network.crossings import Move
from twin.network.importers.frame import Frame
from twin.network.importers.geojson_values import Feature
from twin.network.importers.returned import Returned, network_of
from twin.network.model import Control, Provenance, Road, RoadNetwork, TurnKind
from twin.network.native import signal_plan
from twin.network.streets import Node, without_repeats


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
    every_m = frame.each_to_metres([next(feature.lines()) for feature in lines.values()])
    roads = {
        key: _road(feature, line_m, nodes)
        for (key, feature), line_m in zip(lines.items(), every_m, strict=True)
    }
    turns = {move: kind_group for feature in lines.values() for move, kind_group in _turns(feature, roads)}
    plans = {plan.junction: plan for plan in map(signal_plan, about.get("signal_plans", ()))}
    back = Returned(
        place=str(path),
        name=str(about["name"]),
        frame=frame,
        left_hand=bool(about["left_hand"]) if left_hand is None else left_hand,
        nodes=list(nodes.values()),
        boundary=frozenset(key for key, control in controls.items() if control == Control.BOUNDARY),
        roads=roads,
        moves=list(turns),
        kinds={move: kind for move, (kind, _) in turns.items()},
        plans=[plan for key, plan in plans.items() if key in nodes],
        groups={
            move: group if roads[move[0]].end in plans or not group else move[0]
            for move, (_, group) in turns.items()
        },
        attribution=str(about["attribution"]),
    )
    lit = sum(node.signals for node in nodes.values())
    counts = (("junctions", len(nodes)), ("LineStrings", len(roads)), ("nodes with signals", lit))
    return network_of(back, (*counts, ("turn restrictions", None)))


def _nodes(frame: Frame, points: Sequence[Feature]) -> dict[str, Node]:
    places = [np.array([feature.position(feature.coordinates)]) for feature in points]
    found = {}
    for feature, ((x_m, y_m, z_m),) in zip(points, frame.each_to_metres(places), strict=True):
        key, signals = feature.text("id"), feature.text("control", "") == Control.SIGNALS
        found[key] = Node(key, x_m, y_m, z_m, signals, feature.text("name", ""))
    return found


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
    )


def _turns(feature: Feature, roads: Mapping[str, Road]) -> list[tuple[Move, tuple[TurnKind, str]]]:
    """Return the turns from a road: to which, the manoeuvre, the signal group."""
    names = ("turns_to", "turn_kinds", "turn_groups")
    onto, kinds, groups = (feature.properties.get(name, []) for name in names)
    if not all(isinstance(each, list) and len(each) == len(onto) for each in (onto, kinds, groups)):
        raise feature.fault(said="expected turns_to, turn_kinds and turn_groups as lists of one length")
    own = feature.text("id")
    found = []
    for road, kind, group in zip(onto, kinds, groups, strict=True):
        if road not in roads or roads[road].start != roads[own].end:
            raise feature.fault(
                column="turns_to", said=f"'{road}': expected a road that begins where this one ends"
            )
        if kind not in TurnKind.__members__.values():
            known = ", ".join(TurnKind)
            raise feature.fault(column="turn_kinds", said=f"'{kind}': expected one of {known}")
        found.append(((own, road), (TurnKind(kind), str(group))))
    return found
