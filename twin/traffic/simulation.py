"""Traffic on a network: simpy owns what happens, the kernel owns how everybody moves."""

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import simpy

from detectors.datatypes.signals import Aspect, SignalState
from twin.clock import NS_PER_S, local_hour
from twin.compiled import as_rows
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.traffic.accounts import Moving, TripEnd, moving, trip_end
from twin.traffic.against import AgainstTraffic
from twin.traffic.arrivals import Arrival, Arrivals
from twin.traffic.conduct import Conduct
from twin.traffic.demand import DemandSpec
from twin.traffic.drivers import Registry, Use
from twin.traffic.fleet import FleetBook
from twin.traffic.kernel.arrays import (
    CROSSED_RED,
    DARES,
    ENTERED_ROAD,
    JUNCTION,
    LEAVING,
    LEFT_MAP,
    OVER_LINE,
    PAST_LINE,
    RECORD,
    RIDING,
    SEEKING,
    SPED,
    STANDING,
    STOPPED,
    TALLY,
    WENT_ON,
    Traffic,
    new_order,
)
from twin.traffic.kernel.motion import step
from twin.traffic.lanegraph import compile_lanes, lane_names
from twin.traffic.ledger import Ledger
from twin.traffic.loops import occupied_by
from twin.traffic.outriders import Outriders
from twin.traffic.routing import Closures, Routing, closed_turns, plan_routes, prohibited_by_road
from twin.traffic.signals import SignalBoard
from twin.traffic.stops import KerbStops, Stand, announced
from twin.traffic.trips import Departures, TripBook
from twin.truth import TrueViolation, VehicleStates

STEP_S = 0.2
NOTICE_M = 25.0  # a stop nearer than this on entering the road comes too soon
STANDER_IDS = 1_000_000  # below the ids of those who come in by road


@dataclass(frozen=True, slots=True)
class Census:
    """How many vehicles: `waiting` wait outside for room and are not inserted yet."""

    inserted: int
    active: int
    finished: int
    waiting: int

    @property
    def conserved(self) -> bool:
        """Whether every vehicle that came in is there or has left."""
        return self.inserted == self.active + self.finished


class TrafficSimulation:
    """Moves traffic in steps of `step_s` from `start_ns`; looking at it changes nothing.

    The environment counts nanoseconds from wherever it stands at construction. The map starts with
    the vehicles that stand at its kerbs and with empty lanes: warm it up. Where there are `trips` they
    are who drives, and nobody comes by `demand`. `counts` keeps account of every road and vehicle.
    With the same `people` the residents are the same from day to day, whatever the seed of the day.
    """

    def __init__(  # noqa: PLR0913 - what traffic there is, and when
        self,
        network: RoadNetwork,
        demand: DemandSpec,
        seed: Seed,
        start_ns: int,
        env: simpy.Environment | None = None,
        *,
        trips: TripBook | None = None,
        step_s: float = STEP_S,
        counts: bool = False,
        people: Seed | None = None,
    ) -> None:
        self.now_ns = start_ns
        self.step_ns = round(step_s * NS_PER_S)
        self._start_ns = start_ns
        self._env = env if env is not None else simpy.Environment()
        self._offset_ns = start_ns - int(self._env.now)
        self._network, self._demand, self._seed = network, demand, seed
        self._graph = compile_lanes(network)
        self._registry = Registry(seed.child("drivers"), demand.mix, people)
        self._conduct = Conduct(demand.red_running, demand.conduct, seed)
        self._ledger = Ledger(network)
        self._daring: dict[int, int] = {}
        self._signed = prohibited_by_road(network)
        self._routing, self._arrivals = self._who_drives(trips)
        self._stops = KerbStops(network, demand, self._routing, seed.child("stops"))
        self._board = SignalBoard(network, self._graph.groups, start_ns)
        plain_s, counted_s = demand.conduct.start_s
        self._board.rows["start_s"] = np.where(self._board.countdown, counted_s, plain_s)
        self._book = FleetBook(self._graph, self._routing.routes)
        self._scratch = as_rows(np.zeros(len(self._graph.lanes.row) - 1, JUNCTION))
        self.tally = as_rows(np.zeros(len(network.roads) if counts else 0, TALLY))
        self._resize()
        self.trip_ends: list[TripEnd] = []
        self._departed_ns: dict[int, int] = {}
        self._steps = 0
        self._finished = 0
        self._against = AgainstTraffic(
            network, demand.conduct, seed.child("conduct"), self._registry, self._ledger
        )
        self._start_processes(by_demand=trips is None)
        self._populate_kerbs()

    def _start_processes(self, *, by_demand: bool) -> None:
        """Begin signals, arrivals and closures, and where people come by the demand those besides it."""
        env, clock_ns = self._env, self._clock_ns
        occupied = occupied_by(self._network, self._graph, lambda: self._book.fleet, clock_ns)
        self._board.start(env, clock_ns, occupied)
        self._arrivals.start(env, clock_ns)
        Closures(self._graph, self._routing).start(env, clock_ns, self._book.redirect)
        if by_demand:
            self._against.start(env, clock_ns)
            seed, queues = self._seed.child("conduct"), self._arrivals.queues
            spec = self._demand.conduct
            Outriders(self._network, spec, self._routing, seed, self._registry, queues).start(env, clock_ns)

    def _who_drives(self, trips: TripBook | None) -> tuple[Routing, Arrivals | Departures]:
        """Return where one can go, and who comes in: by the trips, else by the demand."""
        network, demand = self._network, self._demand
        asked = {turn.from_road for turn in network.turns if turn.group and not self._conduct.keeps_signals}
        signed = [turn for turn in network.turns if turn.prohibited]
        asked |= {road for turn in signed for road in (turn.from_road, turn.to_road)}
        asks = announced(network, demand) | np.array([road.id in asked for road in network.roads])
        closed = closed_turns(network, self.now_ns)
        if trips is None:
            routing = plan_routes(self._graph, asks, closed=closed)
            seed = self._seed.child("arrivals")
            arrivals = Arrivals(network, demand, routing, seed, self._registry)
            return arrivals.routing, arrivals
        planned = plan_routes(self._graph, asks, trips.ends, closed)
        trips.check_ways(planned)
        routing = replace(planned, routes=planned.routes._replace(path=trips.path))
        return routing, Departures(trips, routing, self._registry)

    def _clock_ns(self) -> int:
        return int(self._env.now) + self._offset_ns

    def _resize(self) -> None:
        """Gather what the kernel needs, with room for as many vehicles as there are rows."""
        capacity = self._book.capacity
        self._traffic = Traffic(
            self._graph.lanes,
            self._routing.routes,
            self._book.fleet,
            new_order(
                capacity, len(self._scratch), np.flatnonzero(self._book.fleet["alive"]).astype(np.int64)
            ),
            self._scratch,
            self._board.rows,
            as_rows(np.zeros(8 * capacity, RECORD)),
            self.tally,
        )
        self._book.newcomers.clear()

    def _populate_kerbs(self) -> None:
        """Put the stands that began before the start where there is room for them."""
        for number, stand in enumerate(self._stops.standing_at(self.now_ns)):
            vehicle = self._registry.issue(STANDER_IDS + number, with_bus=False)
            goal = int(self._routing.routes.fallback[stand.road])
            lane = int(self._graph.first_lane[stand.road]) - 1
            if goal < 0 or not self._book.room_at(lane, stand.along_m, vehicle.size_m[0]):
                continue
            row = self._book.add(Arrival(vehicle, goal), stand.road, lane, stand.along_m, 0.0)
            self._grow_if_needed()
            self._book.fleet["kerb"][row] = STANDING
            self._stand(row, stand)

    def advance(self, until_ns: int) -> None:
        """Run events and motion up to `until_ns`, a whole number of steps from the start."""
        while self.now_ns < until_ns:
            self._env.run(until=self.now_ns + self.step_ns - self._offset_ns)
            self._let_in()
            self._present_newcomers()
            self._board.refresh(self.now_ns)
            now_s = (self.now_ns - self._start_ns) / NS_PER_S
            step(self._traffic, self._steps, now_s, self.step_ns / NS_PER_S)
            self._steps += 1
            self.now_ns += self.step_ns
            self._read_records()

    def _let_in(self) -> None:
        """Let the first of each queue in where there is room."""
        if any(self._arrivals.queues):
            self._book.look()
        for queue, entry in zip(self._arrivals.queues, self._routing.entries, strict=True):
            while queue and self._insert(queue, int(entry)):
                self._grow_if_needed()

    def _present_newcomers(self) -> None:
        """Tell the kernel's order of those who have come since the last step."""
        rows, order = self._book.newcomers, self._traffic.order
        if rows:
            count = int(order.state["count"][0])
            order.sequence[count : count + len(rows)] = rows
            order.state["count"][0] += len(rows)
            rows.clear()

    def _insert(self, queue: deque[Arrival], entry: int) -> bool:
        placed = self._book.enter(self._with_wish(queue[0]), entry)
        if placed is None:
            return False
        vehicle = queue.popleft().vehicle
        if vehicle.use is Use.RACER:
            place, at_m = self._network.roads[entry], self._network.roads[entry].point_at(0.0)[:2]
            self._ledger.add("racing", vehicle, place.id, at_m, self.now_ns, lasts=True)
        self._prepare(placed, entry)
        if len(self.tally):
            self.tally["departed"][entry] += 1
            self._departed_ns[placed] = self.now_ns
        return True

    def _with_wish(self, arrival: Arrival) -> Arrival:
        """Return an arrival whose driver wishes for the speed that he wishes for at this hour."""
        drives = arrival.vehicle.dynamics
        factor = self._conduct.wish(drives.speed_factor, local_hour(self.now_ns))
        if factor == drives.speed_factor or arrival.vehicle.passes_signals:
            return arrival
        return replace(
            arrival, vehicle=replace(arrival.vehicle, dynamics=replace(drives, speed_factor=factor))
        )

    def _grow_if_needed(self) -> None:
        if len(self._traffic.fleet) < self._book.capacity:
            self._resize()

    def _prepare(self, row: int, road: int) -> None:
        """Draw what a vehicle will do on the road that it has just entered."""
        fleet, vehicle = self._book.fleet, self._book.vehicle[row]
        road_id = self._network.roads[road].id
        self._ledger.close("stop_line", vehicle.vehicle_id, self.now_ns)
        fleet["disobeys"][row] = self._conduct.at_signal(vehicle, road_id)
        fleet["past_m"][row] = self._conduct.past_line_m(vehicle, road_id)
        self._turn_anyway(row, road)
        wanted_m = self._stops.halt_at(vehicle, road)
        if wanted_m is None and self._book.may_park(row):
            wanted_m = self._stops.wanted_at(vehicle.vehicle_id, road, self.now_ns)
        if wanted_m is not None and wanted_m > fleet["position_m"][row] + NOTICE_M:
            fleet["kerb"][row], fleet["stop_m"][row] = SEEKING, wanted_m

    def _turn_anyway(self, row: int, road: int) -> None:
        """Note a prohibited turn that a vehicle has made, and have it make one where it would."""
        vehicle, made = self._book.vehicle[row], self._daring.pop(row, None)
        if made is not None and int(self._routing.routes.turn_to[made]) == road:
            turn = self._network.turns[made]
            self._ledger.turned(vehicle, turn.from_road, road, self.now_ns)
        hour = local_hour(self.now_ns)
        shut = [i for i in self._signed.get(road, ()) if self._network.turns[i].prohibited_at(hour)]
        shorter = self._book.shorter_turn(row, road, shut)
        if shorter is not None and self._conduct.turns_anyway(vehicle, self._network.roads[road].id):
            self._book.take(row, shorter)
            self._daring[row] = shorter

    def _read_records(self) -> None:
        count = int(self._traffic.records["value"][0])
        for amount, at_m, kind, row, value in self._traffic.records[1 : count + 1].tolist():
            if kind == ENTERED_ROAD:
                self._prepare(row, value)
            elif kind in (CROSSED_RED, OVER_LINE):
                self._cross_red(row, value, goes_on=kind == CROSSED_RED)
            elif kind == WENT_ON:
                self._ledger.went_on(self._book.vehicle[row])
            elif kind == PAST_LINE:
                self._ledger.past_line(self._book.vehicle[row], self._road_of(value), self.now_ns, amount)
            elif kind == SPED:
                self._ledger.sped(self._book.vehicle[row], value, at_m, self.now_ns, amount)
            elif kind == STOPPED:
                road = self._road_of(value)
                dwell_ns = self._stops.dwell_ns(self._book.vehicle[row].vehicle_id, road)
                along_m = float(self._book.fleet["position_m"][row])
                self._stand(row, Stand(road, along_m, dwell_ns, self.now_ns))
            elif kind == LEFT_MAP:
                self._leave(row)
                self._finished += 1

    def _leave(self, row: int) -> None:
        if len(self.tally):
            departed_ns = self._departed_ns.pop(row, self._start_ns)  # who stood at a kerb sets out there
            self.trip_ends.append(trip_end(self._book, row, departed_ns, self.now_ns))
        self._ledger.close("racing", self._book.vehicle[row].vehicle_id, self.now_ns)
        self._daring.pop(row, None)
        self._book.remove(row)

    def _road_of(self, lane: int) -> int:
        return int(self._graph.lanes.row["road"][lane])

    def _cross_red(self, row: int, lane: int, *, goes_on: bool) -> None:
        lanes, fleet = self._graph.lanes.row, self._book.fleet
        connector = int(fleet["lane" if goes_on else "onward"][row])
        if lanes["group"][connector] < 0:  # already beyond: the trail knows the way
            connector = int(fleet["trail"][row, 0])
        group = int(lanes["group"][connector])
        state = self._board.state(group)
        into_s = (self.now_ns - state.since_ns) / NS_PER_S
        left_s = self._board.left_s(group, self.now_ns)
        line = self._road_of(lane), state.group
        self._ledger.crossed_red(self._book.vehicle[row], *line, self.now_ns, into_s, left_s, goes_on=goes_on)

    def _stand(self, row: int, stand: Stand) -> None:
        """Open a stand at the kerb and have it end in time."""
        road = self._network.roads[stand.road]
        vehicle = self._book.vehicle[row]
        x, y = self._book.pose([row])[0, :2]
        place, at_m = road.zone or road.id, (float(x), float(y))
        self._ledger.add("kerb_parking", vehicle, place, at_m, stand.began_ns, lasts=True)
        self._env.process(self._dwell(row, vehicle.vehicle_id, stand.began_ns + stand.dwell_ns))

    def _dwell(self, row: int, vehicle_id: int, until_ns: int) -> Generator[Any, Any, None]:
        yield self._env.timeout(max(0, until_ns - self._clock_ns()))
        self._book.fleet["kerb"][row] = LEAVING
        self._ledger.close("kerb_parking", vehicle_id, self._clock_ns())

    def dare(self, road: int, count: int) -> int:
        """Make the `count` vehicles nearest to the end of a road disobey its signal; return how many."""
        rows = self._riding_on(road)[:count]
        self._book.fleet["disobeys"][rows] = DARES
        return len(rows)

    def park(self, road: int, count: int) -> int:
        """Make up to `count` vehicles on a road look for a place at its kerb; return how many."""
        fleet, length_m = self._book.fleet, self._network.roads[road].length_m
        wishing = [
            row
            for row in self._riding_on(road)
            if self._book.may_park(row) and length_m - fleet["position_m"][row] > 2 * NOTICE_M
        ]
        for number, row in enumerate(wishing[:count]):
            fleet["kerb"][row] = SEEKING
            fleet["stop_m"][row] = fleet["position_m"][row] + NOTICE_M + 8.0 * (1 + number % 3)
        return min(count, len(wishing))

    def _riding_on(self, road: int) -> list[int]:
        """Return the rows of those who drive on a road and want nothing at its kerb, foremost first."""
        fleet = self._book.fleet
        there = (
            fleet["alive"]
            & (self._graph.lanes.row["road"][fleet["lane"]] == road)
            & (fleet["kerb"] == RIDING)
        )
        rows = np.flatnonzero(there)
        return [int(row) for row in rows[np.argsort(-fleet["position_m"][rows], kind="stable")]]

    def vehicles(
        self, centre_m: tuple[float, float] | None = None, radius_m: float | None = None
    ) -> VehicleStates:
        """Return the vehicles, all or those whose middle lies in a circle, ordered by id."""
        against = self._against.states(self.now_ns)
        if centre_m is not None and radius_m is not None:
            against = against.select(np.hypot(*(against.position_m[:, :2] - centre_m).T) <= radius_m)
        return self._book.states(centre_m, radius_m).joined(against)

    def moving(self) -> Moving:
        """Return where everybody's front is, on which lane."""
        return moving(self._book, self._lane_names)

    @cached_property
    def _lane_names(self) -> tuple[str, ...]:
        return lane_names(self._graph)

    def aspects(self) -> tuple[tuple[str, Aspect], ...]:
        """Return what every signal group shows now."""
        return tuple((state.group, state.aspect) for state in self.signal_states())

    def signal_states(self) -> tuple[SignalState, ...]:
        """Return what every signal group shows and since when."""
        return tuple(self._board.state(row) for row in range(len(self._board.groups)))

    def violations(self) -> tuple[TrueViolation, ...]:
        """Return all offences so far, by opening; stands at the kerb whatever the hour."""
        return self._ledger.all()

    def census(self) -> Census:
        """Return the counts of vehicles."""
        active = int(self._book.fleet["alive"].sum()) + self._against.count
        waiting = sum(len(queue) for queue in self._arrivals.queues)
        inserted = self._book.inserted + self._against.count + self._against.done
        return Census(inserted, active, self._finished + self._against.done, waiting)
