"""Where streets meet: which nodes form one junction, and which movements are permitted there."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from twin.network.model import Control, Road, TurnKind
from twin.network.streets import Leg, Restriction

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
        if turns_back and into.end not in self.uturns:
            return False
        for sign in self._at.get((into.street.id, into.end), ()):
            named = sign.to_street == out.street.id
            if sign.from_street == sign.to_street:  # no U-turn on a street never bans going on
                named = named and turns_back
            if named != sign.only:
                return False
        return True


def movements(legs: Sequence[Leg], inner: Collection[str], signs: Signs) -> list[tuple[Leg, Leg]]:
    """Return the permitted movements (from, to); a way through `inner` legs is one movement.

    Coming back on the own street by way of inner legs is a U-turn: only where signs allow one.
    """
    leaving: dict[str, list[Leg]] = {}
    for leg in legs:
        leaving.setdefault(leg.start, []).append(leg)
    found: list[tuple[Leg, Leg]] = []
    for leg in legs:
        if leg.id in inner:
            continue
        reached: dict[str, Leg] = {}
        waiting, seen = [leg], {leg.id}
        while waiting:
            here = waiting.pop()
            for out in leaving.get(here.end, ()):
                if not signs.allow(here, out) or (out.id == leg.reverse and out.start not in signs.uturns):
                    continue
                if out.id not in inner:
                    reached[out.id] = out
                elif out.id not in seen:
                    seen.add(out.id)
                    waiting.append(out)
        found += [(leg, out) for out in reached.values()]
    return found


def turn_kind(into: Road, out: Road) -> TurnKind:
    """Return the manoeuvre between two roads by the angle between their headings."""
    change = _heading_rad(out, at_end=False) - _heading_rad(into, at_end=True)
    change = (change + np.pi) % (2 * np.pi) - np.pi
    if out.id == into.reverse or abs(change) > UTURN_RAD:
        return TurnKind.UTURN
    if abs(change) <= STRAIGHT_RAD:
        return TurnKind.STRAIGHT
    return TurnKind.LEFT if change > 0 else TurnKind.RIGHT


def _heading_rad(road: Road, *, at_end: bool) -> float:
    """Return the heading over the last (first) metres of a road."""
    a, b = (road.length_m - LOOK_BACK_M, road.length_m) if at_end else (0.0, LOOK_BACK_M)
    (x0, y0, _), (x1, y1, _) = road.point_at(a), road.point_at(b)
    return float(np.arctan2(y1 - y0, x1 - x0))


def approach_rad(road: Road) -> float:
    """Return the heading of a road where it ends."""
    return _heading_rad(road, at_end=True)


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


def control_of(roads: Mapping[str, Road], moves: Sequence[tuple[str, str]]) -> Control:
    """Return the control of an unsignalised junction from the movements through it.

    Nothing is to yield where one road becomes another, alone or beside its opposite direction.
    """
    if len(moves) == 1:
        return Control.NONE
    if len(moves) == 2:
        (a, b), (c, d) = moves
        if roads[b].reverse == c and roads[a].reverse == d:
            return Control.NONE
    return Control.PRIORITY
