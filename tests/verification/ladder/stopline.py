"""A signalised approach with a queue at all times: who crosses its stop line when in the green."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import linregress

from tests.traffic_networks import left_hand
from tests.verification.ladder.cars import START_NS
from twin.clock import NS_PER_S
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.traffic.demand import DemandSpec, Gate
from twin.traffic.kernel.arrays import GREEN, MOTORCYCLE
from twin.traffic.profiles import FLAT
from twin.traffic.simulation import TrafficSimulation

AHEAD, NEAR_SIDE, ACROSS = (400.0, 0.0), (0.0, 400.0), (0.0, -400.0)
PCU = np.array([0.2, 1.0, 1.3, 1.3])  # PKJI 2023, protected approach
PKJI_PCU_H_M = 600.0
GREEN_S, WARM_S = 60.0, 180
COMES_PCU_H = 1500.0  # a lane, of which some 1 000 can go: there is always a queue
NO_RED = (0.0, 0.0, 0.0, 0.0)
STEADY_S = (5.0, 25.0)  # of the green: after the lost time, before the queue of the shortest lane is out
ROW_M = 2.5  # who has his front nearer to the line than this, or beyond it, stands in the first row


@dataclass(frozen=True, slots=True)
class Approach:
    """An approach of straight road: lanes of `lane_m`, a mix of classes, where it leads, and the step."""

    lanes: int = 2
    mix: tuple[float, float, float, float] = (0.62, 0.34, 0.01, 0.03)
    onto: tuple[float, float] = AHEAD
    kerb_m: float = 0.0
    lane_m: float = 3.5
    step_s: float = 0.2

    @property
    def width_m(self) -> float:
        """LE: the driving lanes, without a strip at the kerb."""
        return self.lanes * self.lane_m

    @property
    def pkji_pcu_h(self) -> float:
        return PKJI_PCU_H_M * self.width_m


@dataclass(slots=True)
class Green:
    """One green: crossings (s into it, class, lane) in order, and who stood in the first row before it."""

    crossed: list[tuple[float, int, int]] = field(default_factory=list)
    first_row: tuple[int, int] = (0, 0)  # motorcycles, others

    def within(self, first_s: float, last_s: float, lane: int | None = None) -> NDArray[np.int64]:
        """The classes of those who crossed in a part of the green."""
        kinds = [k for s, k, at in self.crossed if first_s < s <= last_s and lane in (None, at)]
        return np.array(kinds, np.int64)


def network_of(approach: Approach) -> RoadNetwork:
    points = {"a": (-400.0, 0.0), "c": (0.0, 0.0), "b": approach.onto}
    network = left_hand(
        points, [("a", "c"), ("c", "b")], {"c"}, lanes=approach.lanes, green_s=GREEN_S, kerb_m=approach.kerb_m
    )
    roads = tuple(replace(road, lane_width_m=approach.lane_m) for road in network.roads)
    return replace(network, roads=roads)


def greens(approach: Approach, seed: int, cycles: int) -> list[Green]:
    """The greens of `cycles` cycles of an approach at which more arrive than can go."""
    wanted_vph = COMES_PCU_H / float(np.dot(approach.mix, PCU))
    nobody_back = (Gate("b-c", vph=0.0),)
    demand = DemandSpec((wanted_vph,) * 3, approach.mix, FLAT, 0.0, red_running=NO_RED, gates=nobody_back)
    simulation = TrafficSimulation(network_of(approach), demand, Seed(seed), START_NS, step_s=approach.step_s)
    simulation.advance(START_NS + WARM_S * NS_PER_S)
    line = _Line(simulation)
    found: list[Green] = []
    was_lit = True  # a green that has begun already does not count
    while len(found) < cycles or was_lit:
        lit, since_s = line.light()
        if lit and not was_lit:
            line.look()
            found.append(Green(first_row=line.first_row()))
        simulation.advance(simulation.now_ns + simulation.step_ns)
        if lit and found:
            found[-1].crossed += [(at_s - since_s, kind, slot) for at_s, kind, slot in line.gone()]
        was_lit = lit
    return found


class _Line:
    """The stop line of the approach `a-c`."""

    def __init__(self, simulation: TrafficSimulation) -> None:
        self._simulation = simulation
        self._lanes = simulation._graph.lanes.row
        self._road = [road.id for road in simulation._network.roads].index("a-c")
        self._group = simulation._board.groups.index("a-c")
        self.look()

    def look(self) -> None:
        """Note who is before the line."""
        self._was, self._lane = self._on(), self._simulation._book.fleet["lane"].copy()

    def light(self) -> tuple[bool, float]:
        """Whether it is green, and since when (s from the start)."""
        row = self._simulation._board.rows[self._group]
        return bool(row["state"] == GREEN), float(row["since_s"])

    def _on(self) -> NDArray[np.bool_]:
        fleet = self._simulation._book.fleet
        on: NDArray[np.bool_] = fleet["alive"] & (self._lanes["road"][fleet["lane"]] == self._road)
        return on

    def gone(self) -> Iterator[tuple[float, int, int]]:
        """When (s from the start), of what class and from which lane, those who crossed in the last step."""
        fleet, on = self._simulation._book.fleet, self._on()
        now_s = (self._simulation.now_ns - START_NS) / NS_PER_S
        before = np.zeros(len(on), bool)
        before[: len(self._was)] = self._was
        for row in np.flatnonzero(before & ~on):
            back_s = float(fleet["position_m"][row] / max(fleet["speed_mps"][row], 0.1))
            ago_s = min(back_s, self._simulation.step_ns / NS_PER_S)
            yield now_s - ago_s, int(fleet["kind"][row]), int(self._lanes["slot"][self._lane[row]])
        self.look()

    def first_row(self) -> tuple[int, int]:
        """On how many strips motorcycles, and how many others, have their front beyond ROW_M before the line.

        Some stand beyond the line, with others behind them on the same strip: these count once.
        """
        fleet, on = self._simulation._book.fleet, self._on()
        short_m = self._lanes["length_m"][fleet["lane"]] - fleet["position_m"]
        first = fleet[on & (short_m < ROW_M)]
        ride = first["kind"] == MOTORCYCLE
        strips = {(int(one["lane"]), int(one["strips"])) for one in first[ride]}
        return len(strips), int((~ride).sum())


def saturation_pcu_h(cycles: Sequence[Green], span_s: tuple[float, float] = STEADY_S) -> NDArray[np.float64]:
    """Passenger car units an hour of green, one figure a cycle, over a part of the green."""
    first_s, last_s = span_s
    return (
        np.array([PCU[green.within(first_s, last_s)].sum() for green in cycles]) / (last_s - first_s) * 3600
    )


def queue_times_s(cycles: Sequence[Green], lanes: int) -> NDArray[np.float64]:
    """When the first 12 of each lane's queue cross the line (N, 12), s into the green; cars only."""
    queues = [[s for s, _, at in green.crossed if at == lane] for green in cycles for lane in range(lanes)]
    return np.array([queue[:12] for queue in queues if len(queue) >= 12])


def headway_s(times_s: NDArray[np.float64]) -> float:
    """The saturation headway: the mean from the 5th to the 12th."""
    return float((times_s[:, 11] - times_s[:, 3]).mean() / 8)


def lost_time_s(times_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Start-up lost time of each queue: what the first 4 headways exceed the saturation headway by (HCM)."""
    lost: NDArray[np.float64] = times_s[:, 3] - 4 * headway_s(times_s)
    return lost


def rider_share(cycles: Sequence[Green], until_s: float) -> NDArray[np.float64]:
    """The share of motorcycles among those who cross up to `until_s` into the green, a cycle."""
    return np.array([(green.within(0.0, until_s) == MOTORCYCLE).mean() for green in cycles])


def riders_and_cars(
    cycles: Sequence[Green], span_s: tuple[float, float]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many motorcycles, and how many others, cross in a part of each green."""
    kinds = [green.within(*span_s) for green in cycles]
    riders = np.array([(one == MOTORCYCLE).sum() for one in kinds])
    return riders, np.array([len(one) for one in kinds]) - riders


def pcu_by_regression(cycles: Sequence[Green]) -> tuple[float, float, float]:
    """Saturation flow (cars an hour) and the pcu of a motorcycle with its standard error.

    Least squares over cycles of different mixes without heavy vehicles: cars = S - pcu * motorcycles.
    """
    fit = linregress(*riders_and_cars(cycles, STEADY_S))
    flow = float(fit.intercept) * 3600 / (STEADY_S[1] - STEADY_S[0])
    return flow, -float(fit.slope), float(fit.stderr)
