"""A day of traffic, hour by hour: flow, speed and travel time of zones, queues before signals."""

import csv
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date, time
from pathlib import Path

from scenarios.day_hours import HourObserver, MapHour, QueueHour, ZoneHour
from scenarios.demand_files import check_demand, load_demand
from scenarios.errors import InputError
from scenarios.progress import Progress, silent
from scenarios.traffic import DAY, USUAL
from twin.clock import NS_PER_S, from_local
from twin.network.files import written_whole
from twin.network.library import resolve
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.traffic.demand import DemandSpec
from twin.traffic.simulation import TrafficSimulation

LOOK_S = 5.0  # from one look at the traffic to the next
WARM_UP_S = 900.0  # before the first hour: the map starts with empty lanes
HOUR_NS = 3600 * NS_PER_S
OWN_DEMAND = {"mt-haryono": "weekday"}  # demands that are made for a network
ZONES, QUEUES, MAP = "zones.csv", "queues.csv", "map.csv"
Row = ZoneHour | QueueHour | MapHour


@dataclass(frozen=True, slots=True)
class DayRun:
    """What to run: whole local hours from `first` to before `last` of `day`; `demand` None: the usual."""

    net: str
    demand: str | None = None
    first: int = 6
    last: int = 20
    seed: int = 1
    step_s: float = 0.5
    day: date = DAY


@dataclass(frozen=True, slots=True)
class DayResult:
    """The hours of a day."""

    zones: tuple[ZoneHour, ...]
    queues: tuple[QueueHour, ...]
    map: tuple[MapHour, ...]


def run_day(run: DayRun, progress: Progress = silent) -> DayResult:
    """Run the hours of a day; raises InputError, NetworkError."""
    if not 0 <= run.first < run.last <= 24:
        msg = f"--from {run.first} --to {run.last}: expected hours, 0 <= from < to <= 24"
        raise InputError(msg)
    if not 0.05 <= run.step_s <= 1.0:
        msg = f"--step {run.step_s:g}: expected seconds from 0.05 to 1"
        raise InputError(msg)
    network = resolve(run.net)
    demand = demand_of(run)
    check_demand(demand, network)
    return _observed(run, network, demand, progress)


def demand_of(run: DayRun) -> DemandSpec:
    """Return the demand of a run: the one it names, else that of its network, else the built-in one."""
    name = run.demand or OWN_DEMAND.get(run.net)
    return load_demand(name) if name else USUAL


def _observed(run: DayRun, network: RoadNetwork, demand: DemandSpec, progress: Progress) -> DayResult:
    begin_ns, step_ns = from_local(run.day, time(run.first)), round(run.step_s * NS_PER_S)
    start_ns = begin_ns - round(WARM_UP_S / run.step_s) * step_ns
    simulation = TrafficSimulation(network, demand, Seed(run.seed), start_ns, step_s=run.step_s)
    stride_ns = max(1, round(LOOK_S / run.step_s)) * step_ns
    end_ns = begin_ns + (run.last - run.first) * HOUR_NS
    zones: list[ZoneHour] = []
    queues: list[QueueHour] = []
    hours: list[MapHour] = []
    simulation.advance(begin_ns)
    before = simulation.census()
    for hour in range(run.first, run.last):
        observer = HourObserver(hour, network)
        until_ns = begin_ns + (hour + 1 - run.first) * HOUR_NS
        while simulation.now_ns < until_ns:
            simulation.advance(min(until_ns, simulation.now_ns + stride_ns))
            observer.look(simulation)
            progress("Traffic", (simulation.now_ns - start_ns) / (end_ns - start_ns))
        now = simulation.census()
        zones += observer.zones()
        queues += observer.queues()
        came, left = now.inserted - before.inserted, now.finished - before.finished
        hours.append(MapHour(hour, came, left, now.waiting))
        before = now
    return DayResult(tuple(zones), tuple(queues), tuple(hours))


def write_day(result: DayResult, folder: Path) -> tuple[Path, ...]:
    """Write the hours as CSV, one table a file; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    tables: tuple[tuple[str, Sequence[Row], type[Row]], ...] = (
        (ZONES, result.zones, ZoneHour),
        (QUEUES, result.queues, QueueHour),
        (MAP, result.map, MapHour),
    )
    for name, rows, kind in tables:
        with written_whole(folder / name) as file:
            lines = csv.writer(file, lineterminator="\n")
            lines.writerow([field.name for field in fields(kind)])
            lines.writerows([_cell(value) for value in astuple(row)] for row in rows)
    return tuple(folder / name for name, _, _ in tables)


def _cell(value: float | str) -> str:
    return f"{value:.1f}" if isinstance(value, float) else str(value)
