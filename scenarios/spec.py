"""Scenario files: what people write (clock times, shares) as the frozen types of the house."""

from collections.abc import Sequence
from datetime import date, time
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from detectors.detection import registry
from scenarios.errors import InputError, unknown_name
from scenarios.plan_files import check_on_map, load_plan, plan_on
from scenarios.results import Scenario
from scenarios.toml_files import FileModel, Kind, name_of, read_model, resolve
from twin.network.model import RoadNetwork
from twin.traffic.demand import DemandSpec, DwellMix

__all__ = [
    "DETECTORS",
    "check_detector",
    "check_on_map",
    "check_zone",
    "load_plan",
    "load_scenario",
    "plan_on",
]

DETECTORS = (*registry.DETECTORS, "oracle")  # the oracle looks truth up, so only the twin has it
RULES = ("kerb_parking", "red_light")
USUAL = DemandSpec()


def _local(at: time) -> time:
    if at.tzinfo is not None:
        msg = "expected a local time of day without a zone"
        raise ValueError(msg)
    return at


def _sums_to_one(what: str, shares: Sequence[float]) -> None:
    if abs(sum(shares) - 1) > 1e-6:
        msg = f"expected {what} that sum to 1, got {sum(shares):g}"
        raise ValueError(msg)


ClockTime = Annotated[time, AfterValidator(_local)]
Share = Annotated[float, Field(ge=0, le=1)]
Flow = Annotated[float, Field(ge=0, le=3600)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class DwellFile(FileModel):
    """One kind of kerb stop."""

    share: Share
    median_s: Annotated[float, Field(gt=0)]
    sigma: Annotated[float, Field(ge=0)]


class DemandFile(FileModel):
    """The table [demand]; what it leaves out is as in DemandSpec."""

    entry_vph_per_lane: tuple[Flow, Flow, Flow] = USUAL.entry_vph_per_lane
    mix: tuple[Share, Share, Share, Share] = USUAL.mix
    hourly: tuple[tuple[Annotated[int, Field(ge=0, le=23)], Annotated[float, Field(ge=0)]], ...] = (
        USUAL.hourly
    )
    stops_per_km_h: Annotated[float, Field(ge=0)] = USUAL.stops_per_km_h
    dwell: tuple[DwellFile, ...] = tuple(
        DwellFile(share=d.share, median_s=d.median_s, sigma=d.sigma) for d in USUAL.dwell
    )
    red_running: tuple[Share, Share, Share, Share] = USUAL.red_running
    scale: Annotated[float, Field(ge=0, le=5)] = USUAL.scale

    @model_validator(mode="after")
    def _whole(self) -> Self:
        _sums_to_one("mix", self.mix)
        _sums_to_one("dwell shares", [kind.share for kind in self.dwell])
        return self

    def spec(self) -> DemandSpec:
        """Return the demand."""
        dwell = tuple(DwellMix(kind.share, kind.median_s, kind.sigma) for kind in self.dwell)
        return DemandSpec(
            **{name: getattr(self, name) for name in DemandFile.model_fields} | {"dwell": dwell}
        )


class ShortFile(FileModel):
    """The table [short]: the excerpt that `--short` runs."""

    start: ClockTime
    end: ClockTime


class GateFile(FileModel):
    """A table [gates.RULE]: what the run must reach to count as passed."""

    recall: Share
    precision: Share


class GatesFile(FileModel):
    """The table [gates]."""

    kerb_parking: GateFile | None = None
    red_light: GateFile | None = None


class ScenarioFile(FileModel):
    """A scenario as it stands in its file."""

    zone: Name
    network: Name
    plan: Name
    day: date
    start: ClockTime
    end: ClockTime
    short: ShortFile
    warmup_s: Annotated[float, Field(ge=0, le=7200)]
    phase: Literal["socialisation", "enforcement"]
    detector: Name = "motion"
    demand: DemandFile = DemandFile()
    gates: GatesFile = GatesFile()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.start <= self.short.start < self.short.end <= self.end:
            msg = "expected start <= short.start < short.end <= end"
            raise ValueError(msg)
        return self

    def scenario(self, name: str) -> Scenario:
        """Return the scenario called `name`."""
        gates = ((rule, getattr(self.gates, rule)) for rule in RULES)
        return Scenario(
            name=name,
            zone=self.zone,
            network=self.network,
            plan=self.plan,
            day=self.day,
            start=self.start,
            end=self.end,
            short_start=self.short.start,
            short_end=self.short.end,
            warmup_s=self.warmup_s,
            phase=self.phase,
            detector=self.detector,
            demand=self.demand.spec(),
            gates=tuple((rule, gate.recall, gate.precision) for rule, gate in gates if gate),
        )


def load_scenario(name_or_path: str) -> Scenario:
    """Return a scenario by its name or the path of its file; raises InputError."""
    file = resolve(Kind.SCENARIO, name_or_path)
    return read_model(file, ScenarioFile).scenario(name_of(file))


def check_zone(scenario: Scenario, network: RoadNetwork) -> None:
    """Raise InputError where no road of `network` lies in the zone of `scenario`."""
    zones = {road.zone for road in network.roads} - {""}
    if scenario.zone not in zones:
        error = unknown_name(scenario.zone, zones, what="zone")
        msg = f"scenario {scenario.name}: network {network.name}: {error}"
        raise InputError(msg)


def check_detector(name: str, known: Sequence[str] = DETECTORS) -> None:
    """Raise InputError that lists the known detectors where `name` is none; `x:y` is told when built."""
    if name not in known and ":" not in name:
        raise unknown_name(name, known, what="detector")
