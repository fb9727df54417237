"""Fits a demand to counts, and says how well it does on counts that it saw and on those that it did not."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from detectors.datatypes.detections import VehicleClass
from scenarios.count_files import Count, Period, read_counts, unbalanced
from scenarios.csv_rows import KINDS
from scenarios.demand_files import DemandFile
from scenarios.errors import InputError
from scenarios.progress import Progress, silent
from scenarios.toml_files import Kind, read_model, resolve
from twin.network import library
from twin.network.files import written_whole
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.traffic.calibration import Trust, fit_od, geh
from twin.traffic.demand import DemandSpec, OdFlow
from twin.traffic.gates import GateFlows
from twin.traffic.kernel.arrays import Floats
from twin.traffic.lanegraph import compile_lanes
from twin.traffic.loading import incidence
from twin.traffic.profiles import DayKind
from twin.traffic.routing import Routing, plan_routes

GOOD_GEH = 5.0
LEAST_VPH = 0.005  # flows below are written as none


@dataclass(frozen=True, slots=True)
class Calibration:
    """What to fit: counts of a kind of day on a network, from a prior demand (None: the built-in one).

    `hold_out` counted roads, drawn by `seed`, take no part in the fit. `spread` says how far flows may
    lie from the prior, 1 being usual.
    """

    counts: Path
    network: str
    prior: str | None = None
    day: DayKind = DayKind.WEEKDAY
    hold_out: int = 0
    seed: int = 1
    spread: float = 1.0
    out: Path | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """A count beside the flow of the prior and of the fitted demand; `reached` is whether any way passes."""

    count: Count
    before: float
    after: float
    held_out: bool
    reached: bool

    @property
    def geh(self) -> tuple[float, float]:
        """GEH before and after."""
        pair = geh(np.array([self.before, self.after]), np.full(2, self.count.vehicles))
        return float(pair[0]), float(pair[1])


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The counts beside the flows, the fitted demand, and junctions whose counts contradict each other."""

    rows: tuple[Compared, ...]
    demand: DemandSpec
    contradictions: tuple[tuple[str, Period, float, float], ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """How well the flows of a set of counts fit: vehicles in all, and the share with GEH below 5."""

    links: int
    counted: float
    before: float
    after: float
    good_before: float
    good_after: float


def summary(rows: Sequence[Compared]) -> Summary:
    """Return how well counts are met that some way passes."""
    reached = [row for row in rows if row.reached]
    good = np.array([row.geh for row in reached]).reshape(-1, 2) < GOOD_GEH
    shares = good.mean(axis=0) if reached else np.ones(2)
    return Summary(
        len(reached),
        sum(row.count.vehicles for row in reached),
        sum(row.before for row in reached),
        sum(row.after for row in reached),
        float(shares[0]),
        float(shares[1]),
    )


def calibrate(job: Calibration, progress: Progress = silent) -> Calibrated:
    """Fit the demand and write it where `job.out` says; raises InputError, NetworkError."""
    if job.out is not None and not job.out.parent.is_dir():
        msg = f"{job.out}: no folder {job.out.parent}; make it first"
        raise InputError(msg)
    network = library.resolve(job.network)
    counts = read_counts(job.counts, network)
    model, prior = _prior(job)
    routing = plan_routes(compile_lanes(network), np.zeros(len(network.roads), dtype=np.bool_))
    fit = _Fit(job, network, counts, prior, routing)
    rows: list[Compared] = []
    for done, period in enumerate(fit.periods):
        progress("Calibrating", done / len(fit.periods))
        rows += fit.run(period)
    progress("Calibrating", 1.0)
    demand = replace(prior, od=fit.flows())
    if job.out is not None:
        _write(job, model, demand)
    unlike = (told for told in unbalanced(counts, network) if geh(*map(np.array, told[2:])) >= GOOD_GEH)
    return Calibrated(tuple(rows), demand, tuple(unlike))


def _prior(job: Calibration) -> tuple[DemandFile, DemandSpec]:
    if job.prior is None:
        return DemandFile(), DemandSpec()
    file = resolve(Kind.DEMAND, job.prior)
    model = read_model(file, DemandFile)
    prior = model.spec(file)
    if prior.turns or prior.scale == 0:
        wrong = "turns; calibrate fits an OD" if prior.turns else "a scale of 0"
        msg = f"{file}: expected a prior with flows, got {wrong}"
        raise InputError(msg)
    return model, prior


class _Fit:
    """The flows of every hour and class that was counted, one after the other."""

    def __init__(
        self,
        job: Calibration,
        network: RoadNetwork,
        counts: tuple[Count, ...],
        prior: DemandSpec,
        routing: Routing,
    ) -> None:
        self._job, self._network, self._prior, self._routing = job, network, prior, routing
        self._gates = GateFlows(network, prior, routing)
        self._counts = counts
        number = {road.id: i for i, road in enumerate(network.roads)}
        roads = sorted({count.road for count in counts}, key=number.__getitem__)
        self._row = {road: row for row, road in enumerate(roads)}
        self._ways = incidence(routing, np.array([number[road] for road in roads], np.int32))
        self.periods: list[Period] = sorted({(count.hour, count.kind) for count in counts}, key=str)
        self._held = self._drawn_out(roads)
        self._fitted: dict[Period, Floats] = {}

    def _drawn_out(self, roads: list[str]) -> set[str]:
        """Return the roads whose counts take no part in the fit: of those that a way passes."""
        passed = np.asarray(self._ways.sum(axis=1)).ravel() > 0
        reached = [road for road, here in zip(roads, passed.tolist(), strict=True) if here]
        if not reached:
            where = f"network {self._network.name}"
            msg = f"{self._job.counts}: no way between gates of {where} passes a counted road"
            raise InputError(msg)
        if not 0 <= self._job.hold_out < len(reached):
            limit = f"expected less than the {len(reached)} counted roads that a way passes"
            msg = f"--hold-out {self._job.hold_out}: {limit}"
            raise InputError(msg)
        draw = Seed(self._job.seed).generator("hold out")
        return set(draw.choice(reached, self._job.hold_out, replace=False).tolist())

    def _usual(self, period: Period) -> Floats:
        """Return the flows (E, D) of the prior in an hour, of one class or of all."""
        hour, kind = (self._job.day, period[0]), period[1]
        if kind is None:
            return self._gates.table(hour)
        return np.array([self._gates.matrix(row, hour)[kind] for row in range(len(self._routing.entries))])

    def run(self, period: Period) -> Iterator[Compared]:
        """Fit the flows of an hour and a class; yield its counts beside them."""
        here = [count for count in self._counts if (count.hour, count.kind) == period]
        usual = self._usual(period)
        ways = self._ways[[self._row[count.road] for count in here]]
        before = ways @ usual.ravel()
        seen = np.array([count.road not in self._held for count in here])
        told = np.array([count.vehicles for count in here])
        use = seen & (before > 0)
        fitted = fit_od(ways[use], told[use], usual, Trust().spread(self._job.spread)) if use.any() else usual
        self._fitted[period] = fitted
        after = ways @ fitted.ravel()
        for row, count in enumerate(here):
            yield Compared(count, float(before[row]), float(after[row]), not seen[row], bool(before[row] > 0))

    def flows(self) -> tuple[OdFlow, ...]:
        """Return the OD: of the hours that were counted as fitted, of others as in the prior."""
        hours = {hour for hour, _ in self.periods}
        kept = tuple(one for one in self._prior.od if one.hour not in hours)
        return (*kept, *(flow for hour in sorted(hours) for flow in self._flows(hour)))

    def _flows(self, hour: int) -> Iterator[OdFlow]:
        kinds = {kind for told, kind in self.periods if told == hour}
        all_kinds: list[VehicleClass | None] = [None] if None in kinds else list(KINDS.values())
        roads, (entries, exits) = self._network.roads, (self._routing.entries, self._routing.exits)
        for kind in all_kinds:
            period = hour, kind
            od = self._fitted[period] if period in self._fitted else self._usual(period)
            for row, entry in enumerate(entries):
                hourly = self._gates.hourly(row)
                day, usual = hourly.of(self._job.day)[hour], hourly.weekday[hour]
                written = od[row] / self._prior.scale * (usual / day if usual > 0 and day > 0 else 1.0)
                kept = np.flatnonzero(written >= LEAST_VPH)
                for goal in kept if len(kept) else [int(np.argmax(od[row]))]:
                    vph = round(float(written[goal]), 2)
                    yield OdFlow(roads[entry].id, roads[exits[goal]].id, vph, hour, kind)


def _write(job: Calibration, model: DemandFile, demand: DemandSpec) -> None:
    """Write the demand as a file that a scenario or `traffic run` can use."""
    said = model.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={"od", "od_file"})
    if job.out is None:
        return
    with written_whole(job.out) as file:
        file.write(f"# Fitted to {job.counts.name}, of a {job.day.value}, on the network {job.network}.\n")
        file.writelines(f"{key} = {_toml(value)}\n" for key, value in said.items())
        file.write("od = [\n")
        for flow in demand.od:
            row = {"from": flow.origin, "to": flow.destination, "vph": flow.vph, "hour": flow.hour}
            kind = flow.kind.name.lower() if flow.kind is not None else None
            file.write(f"  {_toml(row | {'class': kind})},\n")
        file.write("]\n")


def _toml(value: Any) -> str:
    """Return a value as TOML on one line; what is None is left out of a table."""
    if isinstance(value, dict):
        kept = ", ".join(f"{key} = {_toml(one)}" for key, one in value.items() if one is not None)
        return f"{{ {kept} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value)
