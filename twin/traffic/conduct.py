"""What drivers do that they should not: drawn by vehicle and road, the same whatever else happens."""

import math
from dataclasses import dataclass, replace

from twin.randomness import Seed
from twin.traffic.drivers import BOLDNESS_SHAPE, Vehicle
from twin.traffic.kernel.arrays import DARES, OBEYS, PASSES

NIGHT_H = (22.0, 5.0)
ByClass = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class ConductSpec:
    """How often people do what they should not, by class; every number is [?] in DOMAIN 4.

    Chances are those of all drivers together, the timid and the bold.
    `past_line`: the chance that one waits beyond the stop line, `past_m` from where to where.
    `prohibited_turn`: that one makes a turn that a sign forbids at this hour, where that is shorter.
    `night_speed`: a factor of the speed that people wish for from 22 to 5 h; `fastest` is the highest
    wish of anybody, as a share of the limit.
    `start_s` is how long the first of a queue take to react to their green, without and with a countdown.
    `wrong_way_per_km_h`: riders that set out against the traffic beside a median, who ride
    `wrong_way_mps` for `wrong_way_m` on average. `races_per_night`: groups of `racers` from 22 to 3 h.
    `emergencies_per_h`: vehicles that may.
    """

    past_line: ByClass = (0.35, 0.04, 0.0, 0.01)
    past_m: tuple[float, float] = (1.0, 3.5)
    prohibited_turn: ByClass = (0.12, 0.03, 0.0, 0.01)
    night_speed: float = 1.12
    fastest: float = 2.5
    start_s: tuple[float, float] = (1.0, 0.3)
    wrong_way_per_km_h: float = 3.0
    wrong_way_mps: float = 4.5
    wrong_way_m: float = 120.0
    races_per_night: float = 0.5
    racers: tuple[int, int] = (4, 8)
    emergencies_per_h: float = 0.3


USUAL_CONDUCT = ConductSpec()
ORDERLY = ConductSpec(
    past_line=(0.0,) * 4,
    prohibited_turn=(0.0,) * 4,
    night_speed=1.0,
    fastest=1.0,
    wrong_way_per_km_h=0.0,
    races_per_night=0.0,
    emergencies_per_h=0.0,
)
AS_TOLD = replace(
    ORDERLY, fastest=100.0, start_s=(0.0, 0.0)
)  # trips that somebody has laid down, with their wishes


class Conduct:
    """Draws what a driver will do on a road; the bold do more of everything."""

    def __init__(self, red_running: ByClass, spec: ConductSpec, seed: Seed) -> None:
        self._red_running, self._spec, self._seed = red_running, spec, seed

    @property
    def keeps_signals(self) -> bool:
        """Whether everybody keeps to signals and stop lines."""
        return max(*self._red_running, *self._spec.past_line) <= 0

    def _would(self, what: str, vehicle: Vehicle, road: str, chances: ByClass) -> bool:
        chance = chances[int(vehicle.kind)]
        if chance <= 0:
            return False
        own = chance_of(chance, vehicle.boldness)
        return self._seed.uniform(what, vehicle.vehicle_id, road) < own

    def wish(self, factor: float, hour: float) -> float:
        """Return the share of the limit that somebody wishes to drive at an hour of the local day."""
        night = hour >= NIGHT_H[0] or hour < NIGHT_H[1]
        return min(factor * self._spec.night_speed if night else factor, self._spec.fastest)

    def at_signal(self, vehicle: Vehicle, road: str) -> int:
        """Return how a driver takes the signal at the end of a road: OBEYS, DARES or PASSES it."""
        if vehicle.passes_signals:
            return PASSES
        return DARES if self._would("red", vehicle, road, self._red_running) else OBEYS

    def past_line_m(self, vehicle: Vehicle, road: str) -> float:
        """Return how far beyond the stop line a driver waits, 0 before it."""
        if not self._would("past", vehicle, road, self._spec.past_line):
            return 0.0
        near_m, far_m = self._spec.past_m
        return near_m + (far_m - near_m) * self._seed.uniform("how far past", vehicle.vehicle_id, road)

    def turns_anyway(self, vehicle: Vehicle, road: str) -> bool:
        """Return whether a driver makes a prohibited turn from a road where that is shorter."""
        return self._would("turn", vehicle, road, self._spec.prohibited_turn)


def chance_of(chance: float, boldness: float) -> float:
    """Return the chance of one driver where that of all together is `chance`.

    With boldness a gamma variate of mean 1 and shape k, 1 - exp(-h boldness) has the mean
    1 - (1 + h / k)^-k (its Laplace transform); h is such that this is the chance.
    """
    if chance >= 1.0:
        return 1.0
    shape = BOLDNESS_SHAPE
    rate = shape * ((1.0 - chance) ** (-1.0 / shape) - 1.0)
    return -math.expm1(-rate * boldness)
