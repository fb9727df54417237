"""Traffic alone: a network and who drives on it, in; what SUMO's tools read, out."""

import csv
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from time import process_time

import numpy as np
from numpy.typing import NDArray

from scenarios.demand_files import check_demand
from scenarios.errors import InputError
from scenarios.progress import Progress, silent
from twin.clock import NS_PER_S, from_local, seconds, to_local
from twin.network.files import written_whole
from twin.network.library import resolve
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.traffic.accounts import TripEnd
from twin.traffic.conduct import AS_TOLD
from twin.traffic.demand import DemandSpec
from twin.traffic.fcd_files import FcdFormatError, fcd_suffix, fcd_written
from twin.traffic.parquet import ParquetError
from twin.traffic.simulation import Census, TrafficSimulation
from twin.traffic.sumo_outputs import write_edge_data, write_trips
from twin.traffic.sumo_routes import read_trips
from twin.traffic.trips import Trip, TripBook, TripError

OBEDIENT = DemandSpec(
    stops_per_km_h=0.0, red_running=(0.0,) * 4, conduct=AS_TOLD, halts_per_km=(0.0, 0.0)
)  # trips that are given are kept
DAY = date(2026, 11, 24)  # a Tuesday
MIDNIGHT, PEAK = (
    time(0),
    time(17),
)  # time 0 of trips that are given, from it offsets of signals count; of demand
USUAL = DemandSpec()


@dataclass(frozen=True, slots=True)
class TrafficRun:
    """What to run and what to write; times in s. Without `routes` the `demand` drives.

    `edge_span_s` is the interval of the edge data, None for all of the run. The run begins at the local
    time `start` of `day`; None is midnight for routes, 17:00 for a demand. `counts` is for the vehicles
    on each road in each whole hour of the clock.
    """

    net: str
    routes: Path | None
    until_s: float
    step_s: float = 0.2
    seed: int = 1
    fcd: Path | None = None
    edge_data: Path | None = None
    edge_span_s: tuple[float, float] | None = None
    trip_info: Path | None = None
    demand: DemandSpec | None = None
    day: date = DAY
    start: time | None = None
    counts: Path | None = None

    @property
    def start_ns(self) -> int:
        """The first instant."""
        usual = PEAK if self.routes is None else MIDNIGHT
        return from_local(self.day, usual if self.start is None else self.start)


@dataclass(frozen=True, slots=True)
class TrafficResult:
    """How it went: vehicles, finished trips, red crossings; vehicle-updates and CPU seconds of the run."""

    census: Census
    ends: tuple[TripEnd, ...]
    red_crossings: int
    updates: int
    cpu_s: float


def run_traffic(run: TrafficRun, progress: Progress = silent) -> TrafficResult:
    """Run traffic and write what was asked for; raises InputError, NetworkError."""
    _check(run)
    network = resolve(run.net)
    start_ns = run.start_ns
    simulation, trips = _built(run, network, start_ns)
    began_s, updates = process_time(), 0
    with ExitStack() as files:
        fcd = None
        if run.fcd is not None:
            names = [trip.name for trip in trips] if trips else None
            fcd = files.enter_context(fcd_written(run.fcd, names))
        edges, hours = _EdgeSpan(run, simulation), _HourCounts(run, simulation)
        for now_ns in _moments(run, simulation):
            updates += simulation.census().active * max(1, (now_ns - simulation.now_ns) // simulation.step_ns)
            simulation.advance(now_ns)
            now_s = (now_ns - start_ns) / NS_PER_S
            edges.look(now_s)
            hours.look(now_ns)
            if fcd is not None:
                fcd.add(now_s, simulation.moving())
            progress("Traffic", now_s / run.until_s)
        edges.write(network)
        hours.write(network)
    if run.trip_info is not None:
        write_trips(run.trip_info, simulation.trip_ends, trips, start_ns)
    red = sum(violation.rule == "red_light" for violation in simulation.violations())
    cpu_s = process_time() - began_s
    return TrafficResult(simulation.census(), tuple(simulation.trip_ends), red, updates, cpu_s)


def _check(run: TrafficRun) -> None:
    """Raise InputError where a number makes no sense or a folder to write to is missing."""
    if not 0.05 <= run.step_s <= 1.0:
        msg = f"--step {run.step_s:g}: expected seconds from 0.05 to 1"
        raise InputError(msg)
    if not run.until_s >= run.step_s:
        msg = f"--until {run.until_s:g}: expected seconds, at least one step of {run.step_s:g}"
        raise InputError(msg)
    if run.edge_span_s is not None and not 0 <= run.edge_span_s[0] < run.edge_span_s[1] <= run.until_s:
        begin_s, end_s = run.edge_span_s
        span = f"--edgedata-begin {begin_s:g} --edgedata-end {end_s:g}"
        msg = f"{span}: expected 0 <= begin < end <= {run.until_s:g}"
        raise InputError(msg)
    if run.routes is not None and run.demand is not None:
        msg = "--demand: expected routes or a demand, got both"
        raise InputError(msg)
    if run.counts is not None and len(whole_hours(run)) < 2:
        span = "expected a run over a whole hour of the clock, as --start 16:50 --until 4200"
        msg = f"--counts {run.counts}: {span}"
        raise InputError(msg)
    for path in (run.fcd, run.edge_data, run.trip_info, run.counts):
        if path is not None and not path.parent.is_dir():
            msg = f"{path}: no folder {path.parent}; make it first"
            raise InputError(msg)
    if run.fcd is not None:
        try:
            fcd_suffix(run.fcd)
        except (FcdFormatError, ParquetError) as error:
            raise InputError(str(error)) from None


def _built(
    run: TrafficRun, network: RoadNetwork, start_ns: int
) -> tuple[TrafficSimulation, list[Trip] | None]:
    """Return the simulation, and the trips that drive in it where a file gives them."""
    counts = any(path is not None for path in (run.edge_data, run.trip_info, run.counts))
    seed = Seed(run.seed)
    if run.routes is None:
        demand = run.demand or USUAL
        check_demand(demand, network)
        plain = TrafficSimulation(network, demand, seed, start_ns, step_s=run.step_s, counts=counts)
        return plain, None
    try:
        book = TripBook(network, read_trips(run.routes, seed.child("routes")))
        simulation = TrafficSimulation(
            network, OBEDIENT, seed, start_ns, trips=book, step_s=run.step_s, counts=counts
        )
    except TripError as error:
        said = str(error)
        raise InputError(said if str(run.routes) in said else f"{run.routes}: {said}") from None
    return simulation, book.trips


def _moments(run: TrafficRun, simulation: TrafficSimulation) -> Iterator[int]:
    """Yield the instants to run to: each step where all are written, else as few as will do."""
    start_ns, step_ns = simulation.now_ns, simulation.step_ns
    last_ns = start_ns + seconds(run.until_s) // step_ns * step_ns
    every_ns = step_ns if run.fcd is not None else max(step_ns, NS_PER_S // step_ns * step_ns)
    stops = set(range(start_ns + every_ns, last_ns, every_ns)) | {last_ns}
    for at_s in run.edge_span_s or ():
        stops.add(start_ns + seconds(at_s) // step_ns * step_ns)
    if run.counts is not None:
        stops.update(start_ns + (hour_ns - start_ns) // step_ns * step_ns for hour_ns in whole_hours(run))
    yield from sorted(stops - {start_ns})


def whole_hours(run: TrafficRun) -> range:
    """Return the instants of a run at which an hour of the clock begins."""
    hour_ns = 3600 * NS_PER_S
    start_ns = run.start_ns
    return range(-(-start_ns // hour_ns) * hour_ns, start_ns + seconds(run.until_s) + 1, hour_ns)


class _HourCounts:
    """Keeps how many have come to each road up to every hour of the clock."""

    def __init__(self, run: TrafficRun, simulation: TrafficSimulation) -> None:
        self._path, self._simulation = run.counts, simulation
        self._due = list(whole_hours(run)) if run.counts is not None else []
        self._came: list[NDArray[np.int64]] = []
        self._hours = [to_local(hour_ns).hour for hour_ns in self._due]
        self.look(simulation.now_ns)

    def look(self, now_ns: int) -> None:
        """Note the account where an hour begins within the next step."""
        if self._due and now_ns + self._simulation.step_ns > self._due[0]:
            del self._due[0]
            tally = self._simulation.tally
            self._came.append(tally["entered"].astype(np.int64) + tally["departed"])

    def write(self, network: RoadNetwork) -> None:
        """Write the file, where one was asked for."""
        if self._path is None:
            return
        with written_whole(self._path) as file:
            lines = csv.writer(file, lineterminator="\n")
            lines.writerow(("road", "hour", "count"))
            for row, hour in enumerate(self._hours[:-1]):
                came = self._came[row + 1] - self._came[row]
                ids = (road.id for road in network.roads)
                lines.writerows((road, hour, count) for road, count in zip(ids, came.tolist(), strict=True))


class _EdgeSpan:
    """Keeps the account of the roads at the begin and at the end of the interval."""

    def __init__(self, run: TrafficRun, simulation: TrafficSimulation) -> None:
        self._path = run.edge_data
        self._simulation = simulation
        self._span_s = run.edge_span_s or (0.0, run.until_s)
        self._before = simulation.tally.copy()
        self._after = np.zeros_like(self._before)

    def look(self, now_s: float) -> None:
        """Note the account if the interval begins, or has not ended yet."""
        begin_s, end_s = self._span_s
        if now_s <= begin_s:
            self._before = self._simulation.tally.copy()
        if now_s <= end_s:
            self._after = self._simulation.tally.copy()

    def write(self, network: RoadNetwork) -> None:
        """Write the file, where one was asked for."""
        if self._path is not None:
            write_edge_data(self._path, network, self._span_s, self._before, self._after)
