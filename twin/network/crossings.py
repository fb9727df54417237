"""Where streets meet: which nodes form one junction, and which movements are permitted there."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from twin.network.hours import Windows
from twin.network.model import Control, Road, TurnKind
from twin.network.streets import Leg, Restriction, arcs_of

Move = tuple[str, str]  # from one road to another

STRAIGHT_RAD = np.radians(40)
UTURN_RAD = np.radians(150)
LOOK_BACK_M = 12.0  # headings are taken over this length: the last metre of a map is noise


class Signs:
    """What is permitted at the nodes: turn restrictions, and where a U-turn is allowed."""

    def __init__(self, restrictions: Iterable[Restriction], uturns: Collection[str]) -> None:
        self.uturns = frozenset(uturns)
        self._at: dict[tuple[str, str], list[Restriction]] = {}
        for sign in restrictions:
            self._at.setdefault((sign.from_street, sign.via_node), []).append(sign)

    def allow(self, into: Leg, out: Leg) -> bool:
        """Return whether a vehicle that arrives on `into` may go on along `out`."""
        turns_back = out.id == into.reverse
        if into.end not in self.uturns and (turns_back or _round_the_nose(into, out)):
            return False
        return not any(_bans(sign, into, out) for sign in self._here(into) if not sign.hours)

    def hours(self, into: Leg, out: Leg) -> Windows:
        """Return the windows of the day in which a sign forbids to go on along `out`."""
        return tuple(w for sign in self._here(into) if _bans(sign, into, out) for w in sign.hours)

    def _here(self, into: Leg) -> Sequence[Restriction]:
        return self._at.get((into.street.id, into.end), ())


def _bans(sign: Restriction, into: Leg, out: Leg) -> bool:
    """Return whether a sign at the end of `into` is against going on along `out`."""
    named = sign.to_street == out.street.id
    if sign.from_street == sign.to_street:  # no U-turn on a street never bans going on
        named = named and out.id == into.reverse
    return named != sign.only


def _round_the_nose(into: Leg, out: Leg) -> bool:
    """Return whether this is a U-turn where the two carriageways of one street meet in a point."""
    if into.reverse or out.reverse or into.street.name != out.street.name:
        return False
    change = _turned_rad(course_rad(into.axis_m, at_end=True), course_rad(out.axis_m, at_end=False))
    return bool(abs(change) > UTURN_RAD)


def movements(legs: Sequence[Leg], inner: Collection[str], signs: Signs) -> list[tuple[Leg, Leg, Windows]]:
    """Return the permitted movements (from, to) and when signs forbid them.

    A way through `inner` legs is one movement. Coming back on the own street by way of inner legs is a
    U-turn: only where signs allow one.
    """
    leaving: dict[str, list[Leg]] = {}
    for leg in legs:
        leaving.setdefault(leg.start, []).append(leg)
    found: list[tuple[Leg, Leg, Windows]] = []
    for leg in legs:
        if leg.id in inner:
            continue
        reached: dict[str, tuple[Leg, Windows]] = {}
        waiting: list[tuple[Leg, Windows]] = [(leg, ())]
        seen = {leg.id}
        while waiting:
            here, shut = waiting.pop()
            for out in leaving.get(here.end, ()):
                if not signs.allow(here, out) or (out.id == leg.reverse and out.start not in signs.uturns):
                    continue
                hours = shut + signs.hours(here, out)
                if out.id not in inner:
                    known = reached.get(out.id, (out, hours))
                    reached[out.id] = min(known, (out, hours), key=lambda way: len(way[1]))
                elif out.id not in seen:
                    seen.add(out.id)
                    waiting.append((out, hours))
        found += [(leg, out, hours) for out, hours in reached.values()]
    return found


def turn_kind(into: Road, out: Road) -> TurnKind:
    """Return the manoeuvre between two roads by the angle between their headings."""
    change = _turned_rad(
        course_rad(into.centreline_m, at_end=True), course_rad(out.centreline_m, at_end=False)
    )
    if out.id == into.reverse or abs(change) > UTURN_RAD:
        return TurnKind.UTURN
    if abs(change) <= STRAIGHT_RAD:
        return TurnKind.STRAIGHT
    return TurnKind.LEFT if change > 0 else TurnKind.RIGHT


def course_rad(line: NDArray[np.float64], *, at_end: bool) -> float:
    """Return the heading of a line (N, 3) over its last (first) 12 m, anticlockwise from east."""
    arcs = arcs_of(line)
    span = (arcs[-1] - LOOK_BACK_M, arcs[-1]) if at_end else (0.0, LOOK_BACK_M)
    (x0, x1), (y0, y1) = (np.interp(span, arcs, line[:, i]) for i in (0, 1))
    return float(np.arctan2(y1 - y0, x1 - x0))


def _turned_rad(before: float, after: float) -> float:
    """Return the change between two headings, -pi to pi, to the left positive."""
    return float((after - before + np.pi) % (2 * np.pi) - np.pi)


def useful_roads(
    roads: Iterable[str], turns: Iterable[tuple[str, str]], entries: Iterable[str], exits: Iterable[str]
) -> set[str]:
    """Return the roads that some entry reaches and from which some exit is reached."""
    ahead: dict[str, list[str]] = {road: [] for road in roads}
    back: dict[str, list[str]] = {road: [] for road in ahead}
    for a, b in turns:
        ahead[a].append(b)
        back[b].append(a)
    return _reached(ahead, entries) & _reached(back, exits)


def _reached(after: Mapping[str, Sequence[str]], starts: Iterable[str]) -> set[str]:
    """Return everything that can be reached from `starts`, the starts included."""
    seen = set(starts)
    waiting = list(seen)
    while waiting:
        for road in after[waiting.pop()]:
            if road not in seen:
                seen.add(road)
                waiting.append(road)
    return seen


def control_of(roads: Mapping[str, Road], moves: Sequence[Move]) -> Control:
    """Return the control of an unsignalised junction: nothing is to yield where no movements conflict."""
    clash = any(conflicting(roads, one, other) for one, other in combinations(moves, 2))
    return Control.PRIORITY if clash else Control.NONE


def conflicting(roads: Mapping[str, Road], one: Move, other: Move) -> bool:
    """Return whether two movements from different roads merge, or cross on the straight way."""
    if one[0] == other[0]:
        return False
    ends = [(roads[a].centreline_m[-1, :2], roads[b].centreline_m[0, :2]) for a, b in (one, other)]
    return one[1] == other[1] or _cross(*ends[0], *ends[1])


def _cross(
    p: NDArray[np.float64], q: NDArray[np.float64], r: NDArray[np.float64], s: NDArray[np.float64]
) -> bool:
    """Return whether the segment p-q crosses r-s: each has the ends of the other on both sides."""

    def side(a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64]) -> float:
        return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))

    return side(p, q, r) * side(p, q, s) <= 0 and side(r, s, p) * side(r, s, q) <= 0
