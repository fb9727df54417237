"""How much traffic there is, of what kind, and what it does that it should not."""

import difflib
from collections.abc import Collection
from dataclasses import dataclass

from detectors.datatypes.detections import VehicleClass
from twin.network.model import NetworkError
from twin.traffic.conduct import USUAL_CONDUCT, ConductSpec
from twin.traffic.land_use import USUAL_GENERATORS, DwellMix, Generator, LandUse
from twin.traffic.profiles import TRAFFIC, DayProfiles

SHOWN = 8  # names in a message


class DemandError(NetworkError):
    """A demand does not fit its network, or contradicts itself; the message says what and where."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What is known of a road that leads in; what is None is as for any other gate.

    Either `vph` (vehicles an hour) or `degree_of_saturation` gives the flow at an hourly factor of 1; the
    latter is a share of the capacity of the next signal on the way (PKJI 2023). `mix` and `hourly` are as
    in DemandSpec.
    """

    road: str
    vph: float | None = None
    degree_of_saturation: float | None = None
    mix: tuple[float, float, float, float] | None = None
    hourly: DayProfiles | None = None


@dataclass(frozen=True, slots=True)
class ClassHours:
    """How the share of a class goes up and down beside the flow of all: factors by local hour."""

    kind: VehicleClass
    hourly: DayProfiles


@dataclass(frozen=True, slots=True)
class OdFlow:
    """Vehicles an hour from a road that leads in to one that leads out; `kind` None: of every class.

    Without an `hour` it is the flow at an hourly factor of 1. With one it is the flow in that local hour
    of a weekday; other days differ from it as the hourly factors do, and so do hours of which nothing is
    said, from the mean of those that are told.
    """

    origin: str
    destination: str
    vph: float
    hour: int | None = None
    kind: VehicleClass | None = None


@dataclass(frozen=True, slots=True)
class TurnShare:
    """The share of those on a road who turn from it into another."""

    approach: str
    onto: str
    share: float


@dataclass(frozen=True, slots=True)
class DemandSpec:
    """Demand of one scenario. Defaults are DOMAIN 4, marked [?] there: parameters, not facts.

    `entry_vph_per_lane` is by rank of the entering road (1 side street, 2 collector, 3 arterial); the
    defaults bring MT Haryono near the capacity of its signals from 17:00 to 18:00, and not above it;
    `mix` is the share of motorcycles, cars, buses and trucks; `hourly` multiplies the flows by kind of
    day and local hour. `gates`, `class_hourly`, `od` and `turns` say more where more is known: a road
    that leads in and has rows in `od` has these flows and no others; `turns` are drawn on the way.
    `stops_per_km_h` is the rate of kerb stops where `Road.stop_rate` is 1, at a factor of 1; in the
    zones of `land_use` the `generators` cause them instead. `red_running` is the chance, by class, that
    a driver who meets a red crosses it shortly after its onset or jumps the start; `conduct` what else
    they do. `halts_per_km` is how often angkot and buses stop for passengers.
    """

    entry_vph_per_lane: tuple[float, float, float] = (50.0, 160.0, 360.0)
    mix: tuple[float, float, float, float] = (0.62, 0.34, 0.01, 0.03)
    hourly: DayProfiles = TRAFFIC
    stops_per_km_h: float = 20.0
    dwell: tuple[DwellMix, ...] = (DwellMix(0.55, 240.0, 0.8), DwellMix(0.45, 2700.0, 0.6))
    red_running: tuple[float, float, float, float] = (0.09, 0.015, 0.005, 0.01)
    conduct: ConductSpec = USUAL_CONDUCT
    scale: float = 1.0
    gates: tuple[Gate, ...] = ()
    class_hourly: tuple[ClassHours, ...] = ()
    od: tuple[OdFlow, ...] = ()
    turns: tuple[TurnShare, ...] = ()
    land_use: tuple[LandUse, ...] = ()
    generators: tuple[Generator, ...] = USUAL_GENERATORS
    halts_per_km: tuple[float, float] = (1.5, 0.5)


def unknown(name: str, known: Collection[str], network: str, *, what: str) -> DemandError:
    """Return the error for a name of a demand that a network does not have: it tells the nearest."""
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(sorted(known)[:SHOWN])}"
    more = ", ..." if not near and len(known) > SHOWN else ""
    return DemandError(f"demand: {what} '{name}' is not one of network {network}; {hint}{more}")
