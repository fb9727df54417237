"""How much traffic there is, of what kind, and what it does that it should not."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DwellMix:
    """Kerb stops by kind: log-normal dwell with `median_s` and `sigma`, `share` of all stops."""

    share: float
    median_s: float
    sigma: float


@dataclass(frozen=True, slots=True)
class DemandSpec:
    """Demand of one scenario. Defaults are DOMAIN 4, marked [?] there: parameters, not facts.

    `entry_vph_per_lane` is by rank of the entering road (1 side street, 2 collector, 3 arterial); the
    defaults bring MT Haryono near the capacity of its signals from 17:00 to 18:00, and not above it;
    `mix` is the share of motorcycles, cars, buses and trucks; `hourly` multiplies the flows by
    local hour (hour, factor), 1.0 elsewhere. `stops_per_km_h` is the rate of kerb stops where
    `Road.stop_rate` is 1. `red_running` is the chance, by class, that a driver who meets a red
    crosses it shortly after its onset or jumps the start; `past_line` that one stops beyond the line.
    """

    entry_vph_per_lane: tuple[float, float, float] = (50.0, 160.0, 360.0)
    mix: tuple[float, float, float, float] = (0.62, 0.34, 0.01, 0.03)
    hourly: tuple[tuple[int, float], ...] = ((15, 0.85), (16, 0.95), (17, 1.1), (18, 0.95), (19, 0.8))
    stops_per_km_h: float = 20.0
    dwell: tuple[DwellMix, ...] = (DwellMix(0.55, 240.0, 0.8), DwellMix(0.45, 2700.0, 0.6))
    red_running: tuple[float, float, float, float] = (0.09, 0.015, 0.005, 0.01)
    past_line: tuple[float, float, float, float] = (0.35, 0.04, 0.0, 0.01)
    scale: float = 1.0
