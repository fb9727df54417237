"""Scenario files: what people write (clock times, shares) as the frozen types of the house."""

from collections.abc import Sequence
from datetime import date
from importlib.resources.abc import Traversable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from detectors.detection import registry
from detectors.detection.settings import read_settings
from scenarios.demand_files import DemandFile, Name, Share, check_demand, load_demand
from scenarios.errors import InputError, unknown_name
from scenarios.plan_files import check_on_map, load_plan, plan_on
from scenarios.results import Scenario
from scenarios.speed_files import WatchedSectionFile
from scenarios.toml_files import ClockTime, FileModel, Kind, beside, known_names, name_of, read_model, resolve
from scenarios.weather_files import WeatherFile, WeatherKey
from twin.network.model import RoadNetwork
from twin.traffic.demand import DemandSpec

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
RULES = (
    "kerb_parking", "red_light", "stop_line", "wrong_way", "prohibited_turn", "speeding", "racing",
    "section_speed",
)  # fmt: skip


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
    stop_line: GateFile | None = None
    wrong_way: GateFile | None = None
    prohibited_turn: GateFile | None = None
    speeding: GateFile | None = None
    racing: GateFile | None = None
    section_speed: GateFile | None = None


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
    plates: bool = True
    weather: WeatherKey = WeatherFile()
    demand: DemandFile | None = None
    demand_file: Name | None = None
    gates: GatesFile = GatesFile()
    section: tuple[WatchedSectionFile, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.start <= self.short.start < self.short.end <= self.end:
            msg = "expected start <= short.start < short.end <= end"
            raise ValueError(msg)
        if self.demand is not None and self.demand_file is not None:
            msg = "expected the table [demand] or demand_file, got both"
            raise ValueError(msg)
        return self

    def scenario(self, file: Traversable) -> Scenario:
        """Return the scenario of a file; raises InputError where a file beside it cannot be used."""
        gates = ((rule, getattr(self.gates, rule)) for rule in RULES)
        return Scenario(
            name=name_of(file),
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
            demand=self._demand(file),
            weather=self.weather.weather(),
            plates=self.plates,
            sections=tuple(one.wanted() for one in self.section),
            gates=tuple((rule, gate.recall, gate.precision) for rule, gate in gates if gate),
        )

    def _demand(self, file: Traversable) -> DemandSpec:
        if self.demand_file is None:
            return (self.demand or DemandFile()).spec(file)
        named = self.demand_file in known_names(Kind.DEMAND)
        return load_demand(self.demand_file if named else str(beside(file, self.demand_file)))


def load_scenario(name_or_path: str) -> Scenario:
    """Return a scenario by its name or the path of its file; raises InputError."""
    file = resolve(Kind.SCENARIO, name_or_path)
    return read_model(file, ScenarioFile).scenario(file)


def check_zone(scenario: Scenario, network: RoadNetwork) -> None:
    """Raise InputError where no road of `network` lies in the zone of `scenario`.

    Raises DemandError where its demand is of another network.
    """
    zones = {road.zone for road in network.roads} - {""}
    if scenario.zone not in zones:
        error = unknown_name(scenario.zone, zones, what="zone")
        msg = f"scenario {scenario.name}: network {network.name}: {error}"
        raise InputError(msg)
    check_demand(scenario.demand, network)


def check_detector(name: str, known: Sequence[str] = DETECTORS) -> None:
    """Raise InputError that lists the known detectors where `name` is none; `x:y` is told when built."""
    plain = read_settings(name).name
    if plain not in known and ":" not in plain:
        raise unknown_name(plain, known, what="detector")
