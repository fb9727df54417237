"""Streets between nodes: what a map says, before it becomes directed roads and turns."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.arrays import finite_array
from twin.network.hours import Windows
from twin.network.model import NetworkError, Provenance


@dataclass(frozen=True, slots=True)
class Node:
    """A point of the map, in metres in the frame of the network."""

    id: str
    x_m: float
    y_m: float
    z_m: float = 0.0
    signals: bool = False
    name: str = ""
    countdown: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Street:
    """A street through at least two nodes, in the order of its forward direction.

    `shape_m` (N >= 2, 3) is a finer axis from the first to the last node; None is straight from
    node to node. The axis of a two-way street lies between its directions, that of a one-way
    street in the middle of its lanes. `median_m` is the width between the two carriageways.
    `priority`: 1 side street, 2 collector, 3 arterial, 4 roundabout.
    """

    id: str
    name: str
    nodes: tuple[str, ...]
    shape_m: NDArray[np.float64] | None
    lanes_forward: int
    lanes_backward: int  # 0: one way
    speed_limit_mps: float
    lane_width_m: float = 3.5
    kerb_m: float = 0.0
    median_m: float = 0.0
    priority: int = 1
    highway: str = "unclassified"
    geometry: Provenance = Provenance.IMPORTED
    zone: str = ""
    stop_rate: float = 0.0

    def __post_init__(self) -> None:
        if self.shape_m is not None:
            shape = finite_array(f"Street {self.id}: shape_m", self.shape_m, (None, 3))
            object.__setattr__(self, "shape_m", shape)
        if len(self.nodes) < 2 or self.lanes_forward < 0 or self.lanes_backward < 0:
            msg = f"street {self.id}: expected >= 2 nodes and lanes >= 0, got {self.nodes}"
            raise NetworkError(msg)

    @property
    def width_m(self) -> float:
        """Kerb to kerb: lanes of both directions, median and kerb strips."""
        sides = (self.lanes_forward > 0) + (self.lanes_backward > 0)
        lanes = self.lanes_forward + self.lanes_backward
        return lanes * self.lane_width_m + self.median_m + sides * self.kerb_m


@dataclass(frozen=True, slots=True)
class Restriction:
    """A sign at `via_node`: from one street never into another, or `only` into that one.

    With `hours` it holds in these windows of the local day, else always.
    """

    from_street: str
    via_node: str
    to_street: str
    only: bool
    hours: Windows = ()


@dataclass(frozen=True, slots=True, eq=False)
class Leg:
    """One direction of one stretch of a street, between two nodes where traffic may turn.

    `axis_m` (N >= 2, 3) is the axis of the street in driving direction. `reverse` is the id of
    the opposite leg, "" on a one-way street.
    """

    id: str
    street: Street
    start: str
    end: str
    axis_m: NDArray[np.float64]
    lanes: int
    reverse: str

    @property
    def length_m(self) -> float:
        """Length of the axis on the map in metres."""
        return float(arcs_of(self.axis_m)[-1])


def split_nodes(streets: Sequence[Street], also: Collection[str]) -> set[str]:
    """Return the nodes where streets are split: ends, nodes used more than once, and `also`."""
    used = Counter(node for street in streets for node in street.nodes)
    ends = {end for street in streets for end in (street.nodes[0], street.nodes[-1])}
    return ends | {node for node, times in used.items() if times > 1 or node in also}


def legs_of(nodes: Mapping[str, Node], streets: Sequence[Street], splits: Collection[str]) -> list[Leg]:
    """Return both directions of every stretch of every street; stretch k of `s` is s.k+ and s.k-.

    Raises NetworkError where a street names an unknown node or has no length.
    """
    legs: list[Leg] = []
    for street in streets:
        unknown = [node for node in street.nodes if node not in nodes]
        if unknown:
            msg = f"street {street.id}: expected known nodes, got {unknown[0]}; add the node or drop it"
            raise NetworkError(msg)
        for k, (start, end, axis) in enumerate(_stretches(nodes, street, splits)):
            legs += _both_ways(street, f"{street.id}.{k}", start, end, axis)
    return legs


def _both_ways(street: Street, stem: str, start: str, end: str, axis: NDArray[np.float64]) -> list[Leg]:
    """Return the legs of one stretch, one for each direction that has lanes."""
    two_way = street.lanes_forward > 0 and street.lanes_backward > 0
    ahead, back = f"{stem}+", f"{stem}-"
    legs = []
    if street.lanes_forward:
        legs.append(Leg(ahead, street, start, end, axis, street.lanes_forward, back if two_way else ""))
    if street.lanes_backward:
        reverse = ahead if two_way else ""
        legs.append(Leg(back, street, end, start, axis[::-1], street.lanes_backward, reverse))
    return legs


def _stretches(
    nodes: Mapping[str, Node], street: Street, splits: Collection[str]
) -> list[tuple[str, str, NDArray[np.float64]]]:
    """Return (start, end, axis) of the stretches of a street between its split nodes."""
    points = np.array([(nodes[n].x_m, nodes[n].y_m, nodes[n].z_m) for n in street.nodes])
    axis = points if street.shape_m is None else np.asarray(street.shape_m)
    at_m = arcs_of(points) if street.shape_m is None else _arcs_of_nodes(axis, points)
    arcs_m = arcs_of(axis)
    last = len(street.nodes) - 1
    rows = [i for i, node in enumerate(street.nodes) if i in (0, last) or node in splits]
    found = []
    for a, b in pairwise(rows):
        inside = (arcs_m > at_m[a] + 0.05) & (arcs_m < at_m[b] - 0.05)
        ends = np.array([[np.interp(at_m[i], arcs_m, column) for column in axis.T] for i in (a, b)])
        line = without_repeats(np.vstack((ends[:1], axis[inside], ends[1:])))
        if len(line) >= 2:
            found.append((street.nodes[a], street.nodes[b], line))
    return found


def arcs_of(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distance (N,) from its start along a line (N, 3) on the map."""
    return np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(line[:, :2], axis=0).T))))


def _arcs_of_nodes(axis: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where along the axis (N, 3) the nodes (M, 3) lie: nearest, in order, ends at the ends."""
    arcs = arcs_of(axis)
    start, step = axis[:-1, :2], np.diff(axis[:, :2], axis=0)
    square = np.maximum((step**2).sum(axis=1), 1e-12)
    found = [0.0]
    for point in points[1:-1, :2]:
        share = np.clip(((point - start) * step).sum(axis=1) / square, 0.0, 1.0)
        away = np.hypot(*(start + share[:, None] * step - point).T)
        along = arcs[:-1] + share * np.sqrt(square)
        away[along < found[-1]] = np.inf
        nearest = int(np.argmin(away))
        found.append(max(found[-1], float(along[nearest])))
    return np.array([*found, arcs[-1]])


def without_repeats(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a line (N, 3) without points closer than 5 cm to the one before; the ends stay."""
    kept = [0]
    for row in range(1, len(line)):
        if np.hypot(*(line[row, :2] - line[kept[-1], :2])) > 0.05:
            kept.append(row)
    if kept[-1] != len(line) - 1 and len(kept) > 1:
        kept[-1] = len(line) - 1
    return line[kept]
