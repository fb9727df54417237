"""Demand as people write it: the table [demand] of a scenario, or a file of its own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import time
from importlib.resources.abc import Traversable
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from scenarios.csv_rows import KINDS, Row, read_rows
from scenarios.errors import InputError
from scenarios.toml_files import ClockTime, FileModel, Kind, beside, read_model, resolve
from twin.network.model import RoadNetwork
from twin.traffic.assignment import expected_vph
from twin.traffic.conduct import USUAL_CONDUCT, ConductSpec
from twin.traffic.demand import ClassHours, DemandSpec, Gate, OdFlow, TurnShare
from twin.traffic.land_use import USUAL_GENERATORS, DwellMix, Generator, LandUse
from twin.traffic.lanegraph import compile_lanes
from twin.traffic.profiles import DayProfiles
from twin.traffic.routing import plan_routes
from twin.traffic.stops import places

USUAL = DemandSpec()
WHOLE = 1e-6


def sums_to_one(what: str, shares: Sequence[float]) -> None:
    """Raise ValueError where shares are not of a whole."""
    if abs(sum(shares) - 1) > WHOLE:
        msg = f"expected {what} that sum to 1, got {sum(shares):g}"
        raise ValueError(msg)


Share = Annotated[float, Field(ge=0, le=1)]
Flow = Annotated[float, Field(ge=0, le=3600)]
GateFlow = Annotated[float, Field(ge=0, le=20000)]
Factor = Annotated[float, Field(ge=0, le=100)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Mix = tuple[Share, Share, Share, Share]
Hours = Annotated[tuple[Factor, ...], Field(min_length=24, max_length=24)]
ClassName = Literal["motorcycle", "car", "bus", "truck"]


class DwellFile(FileModel):
    """One kind of kerb stop."""

    share: Share
    median_s: Annotated[float, Field(gt=0)]
    sigma: Annotated[float, Field(ge=0)]

    def mix(self) -> DwellMix:
        """Return the kind of stop."""
        return DwellMix(self.share, self.median_s, self.sigma)


class HoursFile(FileModel):
    """A table of factors by local hour, from 0 to 23 h; a day that is left out is as a weekday."""

    weekday: Hours
    friday: Hours | None = None
    saturday: Hours | None = None
    sunday: Hours | None = None

    def profiles(self) -> DayProfiles:
        """Return the factors."""
        return DayProfiles(self.weekday, self.friday or (), self.saturday or (), self.sunday or ())


class GateFile(FileModel):
    """A table [[demand.gate]]: a road that leads in."""

    road: Name
    vph: GateFlow | None = None
    degree_of_saturation: Annotated[float, Field(ge=0, le=2)] | None = None
    mix: Mix | None = None
    hourly: HoursFile | None = None

    @model_validator(mode="after")
    def _one_flow(self) -> Self:
        if self.vph is not None and self.degree_of_saturation is not None:
            msg = "expected vph or degree_of_saturation, got both"
            raise ValueError(msg)
        if self.mix is not None:
            sums_to_one("mix", self.mix)
        return self

    def gate(self) -> Gate:
        """Return the gate."""
        hourly = self.hourly.profiles() if self.hourly else None
        return Gate(self.road, self.vph, self.degree_of_saturation, self.mix, hourly)


class ClassHoursFile(FileModel):
    """A table [[demand.class_hourly]]: how the share of a class goes up and down."""

    kind: Annotated[ClassName, Field(alias="class")]
    hourly: HoursFile


class OdFile(FileModel):
    """A table [[demand.od]]: vehicles an hour from a gate to a gate."""

    origin: Annotated[Name, Field(alias="from")]
    destination: Annotated[Name, Field(alias="to")]
    vph: GateFlow
    hour: Annotated[int, Field(ge=0, le=23)] | None = None
    kind: Annotated[ClassName | None, Field(alias="class")] = None

    def flow(self) -> OdFlow:
        """Return the flow."""
        kind = KINDS[self.kind] if self.kind else None
        return OdFlow(self.origin, self.destination, self.vph, self.hour, kind)


class OntoFile(FileModel):
    """A row of `onto` in a table [[demand.turn]]."""

    road: Name
    share: Share


class TurnFile(FileModel):
    """A table [[demand.turn]]: where those on a road turn at its end."""

    approach: Name
    onto: Annotated[tuple[OntoFile, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        sums_to_one("shares", [turn.share for turn in self.onto])
        return self


class LandUseFile(FileModel):
    """A table [[demand.land_use]]: how many places of a kind a zone has."""

    zone: Name
    generator: Name
    count: Annotated[int, Field(ge=0, le=1000)]


class GeneratorFile(FileModel):
    """A table [[demand.generator]]: a kind of place; what it leaves out is as in the built-in of its name."""

    name: Name
    stops_per_h: Annotated[float, Field(ge=0, le=1000)] | None = None
    dwell: tuple[DwellFile, ...] | None = None
    hourly: HoursFile | None = None
    start: Annotated[ClockTime | None, Field(alias="from")] = None
    end: Annotated[ClockTime | None, Field(alias="until")] = None
    reach_m: Annotated[float, Field(ge=0, le=2000)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        given = self.stops_per_h is not None and self.dwell is not None and self.hourly is not None
        if self.name not in _GENERATORS and not given:
            known = ", ".join(_GENERATORS)
            msg = f"expected stops_per_h, dwell and hourly of a generator that is not one of {known}"
            raise ValueError(msg)
        if self.dwell is not None:
            sums_to_one("dwell shares", [kind.share for kind in self.dwell])
        return self

    def generator(self) -> Generator:
        """Return the kind of place."""
        usual = _GENERATORS.get(self.name)
        given: dict[str, Any] = {
            "stops_per_h": self.stops_per_h,
            "dwell": tuple(kind.mix() for kind in self.dwell) if self.dwell else None,
            "hourly": self.hourly.profiles() if self.hourly else None,
            "from_s": _second(self.start),
            "until_s": _second(self.end),
            "reach_m": self.reach_m,
        }
        said = {key: value for key, value in given.items() if value is not None}
        left = {key: getattr(usual, key) for key in given} if usual else {}
        return Generator(**{"name": self.name} | left | said)


_GENERATORS = {generator.name: generator for generator in USUAL_GENERATORS}


def _second(at: time | None) -> float | None:
    return None if at is None else at.hour * 3600.0 + at.minute * 60.0 + at.second


class ConductFile(FileModel):
    """The table [demand.conduct]; what it leaves out is as in ConductSpec."""

    past_line: Mix = USUAL_CONDUCT.past_line
    past_m: tuple[Annotated[float, Field(gt=0, le=6)], Annotated[float, Field(gt=0, le=6)]] = (
        USUAL_CONDUCT.past_m
    )
    prohibited_turn: Mix = USUAL_CONDUCT.prohibited_turn
    night_speed: Annotated[float, Field(ge=0.5, le=2)] = USUAL_CONDUCT.night_speed
    fastest: Annotated[float, Field(ge=0.5, le=5)] = USUAL_CONDUCT.fastest
    start_s: tuple[Annotated[float, Field(ge=0, le=5)], Annotated[float, Field(ge=0, le=5)]] = (
        USUAL_CONDUCT.start_s
    )
    wrong_way_per_km_h: Annotated[float, Field(ge=0, le=200)] = USUAL_CONDUCT.wrong_way_per_km_h
    wrong_way_mps: Annotated[float, Field(ge=1, le=15)] = USUAL_CONDUCT.wrong_way_mps
    wrong_way_m: Annotated[float, Field(ge=30, le=2000)] = USUAL_CONDUCT.wrong_way_m
    races_per_night: Annotated[float, Field(ge=0, le=50)] = USUAL_CONDUCT.races_per_night
    racers: tuple[Annotated[int, Field(ge=1, le=50)], Annotated[int, Field(ge=1, le=50)]] = (
        USUAL_CONDUCT.racers
    )
    emergencies_per_h: Annotated[float, Field(ge=0, le=60)] = USUAL_CONDUCT.emergencies_per_h

    @model_validator(mode="after")
    def _ascends(self) -> Self:
        for name in ("past_m", "racers"):
            low, high = getattr(self, name)
            if low > high:
                msg = f"{name}: expected the lower figure first, got {low} and {high}"
                raise ValueError(msg)
        return self

    def spec(self) -> ConductSpec:
        """Return how people behave."""
        return ConductSpec(**self.model_dump())


class PlainDemandFile(FileModel):
    """What every demand says; what it leaves out is as in DemandSpec."""

    entry_vph_per_lane: tuple[Flow, Flow, Flow] = USUAL.entry_vph_per_lane
    mix: Mix = USUAL.mix
    hourly: HoursFile | None = None
    stops_per_km_h: Annotated[float, Field(ge=0)] = USUAL.stops_per_km_h
    dwell: tuple[DwellFile, ...] = tuple(
        DwellFile(share=d.share, median_s=d.median_s, sigma=d.sigma) for d in USUAL.dwell
    )
    red_running: Mix = USUAL.red_running
    conduct: ConductFile = ConductFile()
    halts_per_km: tuple[Annotated[float, Field(ge=0, le=20)], Annotated[float, Field(ge=0, le=20)]] = (
        USUAL.halts_per_km
    )
    scale: Annotated[float, Field(ge=0, le=5)] = USUAL.scale

    @model_validator(mode="after")
    def _shares(self) -> Self:
        sums_to_one("mix", self.mix)
        sums_to_one("dwell shares", [kind.share for kind in self.dwell])
        return self

    def plain(self) -> DemandSpec:
        """Return the demand without what only some demands say."""
        return DemandSpec(
            entry_vph_per_lane=self.entry_vph_per_lane,
            mix=self.mix,
            hourly=self.hourly.profiles() if self.hourly else USUAL.hourly,
            stops_per_km_h=self.stops_per_km_h,
            dwell=tuple(kind.mix() for kind in self.dwell),
            red_running=self.red_running,
            conduct=self.conduct.spec(),
            halts_per_km=self.halts_per_km,
            scale=self.scale,
        )


class DemandFile(PlainDemandFile):
    """The table [demand], or a file of its own."""

    gate: tuple[GateFile, ...] = ()
    class_hourly: tuple[ClassHoursFile, ...] = ()
    od: tuple[OdFile, ...] = ()
    od_file: Name | None = None
    turn: tuple[TurnFile, ...] = ()
    turn_file: Name | None = None
    land_use: tuple[LandUseFile, ...] = ()
    generator: tuple[GeneratorFile, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [key for key in ("od", "od_file", "turn", "turn_file") if getattr(self, key)]
        if len(given) > 1:
            msg = f"expected one of od, od_file, turn and turn_file, got {' and '.join(given)}"
            raise ValueError(msg)
        return self

    def spec(self, file: Traversable) -> DemandSpec:
        """Return the demand; CSV files lie beside `file`. Raises InputError where one cannot be used."""
        own = {generator.name: generator.generator() for generator in self.generator}
        kinds = {generator.name: generator for generator in USUAL_GENERATORS} | own
        od = read_od(beside(file, self.od_file)) if self.od_file else tuple(row.flow() for row in self.od)
        turns = (
            read_turns(beside(file, self.turn_file))
            if self.turn_file
            else tuple(
                TurnShare(turn.approach, onto.road, onto.share) for turn in self.turn for onto in turn.onto
            )
        )
        classes = tuple(ClassHours(KINDS[row.kind], row.hourly.profiles()) for row in self.class_hourly)
        return replace(
            self.plain(),
            gates=tuple(gate.gate() for gate in self.gate),
            class_hourly=classes,
            od=od,
            turns=turns,
            land_use=tuple(LandUse(row.zone, row.generator, row.count) for row in self.land_use),
            generators=tuple(kinds.values()),
        )


def load_demand(name_or_path: str) -> DemandSpec:
    """Return a demand by its name or the path of its file; raises InputError."""
    file = resolve(Kind.DEMAND, name_or_path)
    return read_model(file, DemandFile).spec(file)


def read_od(file: Traversable) -> tuple[OdFlow, ...]:
    """Return the flows of a CSV with the columns from, to, vph and, if wished, hour and class."""
    rows = read_rows(file, ("from", "to", "vph"), ("hour", "class"))
    return tuple(OdFlow(r.cell("from"), r.cell("to"), r.number("vph"), r.hour(), r.kind()) for r in rows)


def read_turns(file: Traversable) -> tuple[TurnShare, ...]:
    """Return the shares of a CSV with the columns approach, to and share, whole for each approach."""
    found: list[TurnShare] = []
    first: dict[str, Row] = {}
    for row in read_rows(file, ("approach", "to", "share")):
        found.append(TurnShare(row.cell("approach"), row.cell("to"), row.number("share")))
        first.setdefault(found[-1].approach, row)
    for approach, row in first.items():
        total = sum(turn.share for turn in found if turn.approach == approach)
        if abs(total - 1) > WHOLE:
            msg = f"{row.where}: approach '{approach}': expected shares that sum to 1, got {total:g}"
            raise InputError(msg)
    return tuple(found)


def check_demand(demand: DemandSpec, network: RoadNetwork) -> None:
    """Raise DemandError, which names the road or the zone, where a demand is of another network."""
    if demand.gates or demand.od or demand.turns:
        routing = plan_routes(compile_lanes(network), np.zeros(len(network.roads), dtype=np.bool_))
        expected_vph(network, demand, routing)
    places(network, demand)
