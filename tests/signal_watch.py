"""A signal board without traffic, watched: every change of every group as it happens."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise

import simpy

from tests.traffic_networks import cross
from twin.clock import NS_PER_S
from twin.network.model import Detector, RoadNetwork, SignalPlan
from twin.traffic.kernel.arrays import GREEN, RED, YELLOW
from twin.traffic.signals import SignalBoard


@dataclass(frozen=True, slots=True)
class Spell:
    """A state of a group: from and to, in seconds since the start."""

    group: str
    state: int
    from_s: float
    to_s: float

    @property
    def lasts_s(self) -> float:
        return self.to_s - self.from_s


@dataclass(slots=True)
class Watch:
    """Runs the signals of a network; `occupied` gets the road and the seconds since the start."""

    network: RoadNetwork
    start_ns: int
    occupied: Callable[[str, float], bool] | None = None
    env: simpy.Environment = field(default_factory=simpy.Environment)

    def board(self) -> SignalBoard:
        groups = tuple(sorted({g for p in self.network.signal_plans for f in p.phases for g in f.groups}))
        board = SignalBoard(self.network, groups, self.start_ns)
        sees = self.occupied
        told = None if sees is None else lambda road: sees(road, int(self.env.now) / NS_PER_S)
        board.start(self.env, lambda: int(self.env.now) + self.start_ns, told)
        return board

    def spells(self, until_s: float) -> list[Spell]:
        """Return the spells of all groups that ended before `until_s`, by group and time."""
        board = self.board()
        found = []
        began = {group: (0.0, int(board.rows["state"][row])) for row, group in enumerate(board.groups)}
        while self.env.peek() <= until_s * NS_PER_S:
            self.env.step()
            if self.env.peek() == self.env.now:
                continue  # all that happens at once
            now_s = int(self.env.now) / NS_PER_S
            for row, group in enumerate(board.groups):
                from_s, state = began[group]
                if int(board.rows["state"][row]) != state:
                    found.append(Spell(group, state, from_s, now_s))
                    began[group] = (now_s, int(board.rows["state"][row]))
        return sorted(found, key=lambda spell: (spell.group, spell.from_s))


def crossing(*plans: SignalPlan) -> RoadNetwork:
    """Return the crossing of the tests with other plans."""
    return replace(cross(), signal_plans=plans)


def with_detectors(plan: SignalPlan, min_green_s: float, gap_s: float, **more: object) -> SignalPlan:
    """Return a plan made actuated on every approach of the crossing; its greens become the longest."""
    phases = tuple(replace(phase, min_green_s=min_green_s, gap_s=gap_s) for phase in plan.phases)
    detectors = tuple(Detector(f"{arm}-c") for arm in "nesw")
    return replace(plan, phases=phases, detectors=detectors, **more)  # type: ignore[arg-type]


def assert_safe(spells: list[Spell], plans: tuple[SignalPlan, ...]) -> None:
    """Colours follow in order, yellow lasts as laid down, conflicting groups keep the all-red apart."""
    phases = [phase for plan in plans for phase in plan.phases]
    together = {frozenset((a, b)) for phase in phases for a in phase.groups for b in phase.groups}
    yellow_s, all_red_s = {p.yellow_s for p in phases}, min(p.all_red_s for p in phases)
    after = {GREEN: YELLOW, YELLOW: RED, RED: GREEN}
    for one, other in pairwise(spells):
        if one.group == other.group:
            assert other.state == after[one.state]
            assert other.from_s == one.to_s
        if one.state == YELLOW and one.from_s > 0:
            assert any(abs(one.lasts_s - s) < 1e-6 for s in yellow_s)
    goes = [spell for spell in spells if spell.state != RED]
    for one in goes:
        for other in goes:
            if one.group < other.group and frozenset((one.group, other.group)) not in together:
                apart_s = max(one.from_s, other.from_s) - min(one.to_s, other.to_s)
                assert apart_s >= (all_red_s - 1e-6 if GREEN in (one.state, other.state) else -1e-6)
