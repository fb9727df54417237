"""Vehicles and who drives them: sizes, plates, colours and driving style, drawn once a vehicle."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.detections import VehicleClass
from twin.randomness import Seed

SUFFIX_FIRST, LETTERS = "AKLYZ", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PLATE_RANGE = {
    VehicleClass.MOTORCYCLE: (2000, 6999),
    VehicleClass.CAR: (1, 1999),
    VehicleClass.BUS: (7000, 7999),
    VehicleClass.TRUCK: (8000, 9999),
}
# How many of each class use these roads, by turns, and how many cars among them are angkot. [?] in DOMAIN 4.
RESIDENTS = {
    VehicleClass.MOTORCYCLE: 60_000,
    VehicleClass.CAR: 25_000,
    VehicleClass.BUS: 400,
    VehicleClass.TRUCK: 4_000,
}
ANGKOT_SHARE = 0.04
ANGKOT_M = (3.85, 1.6, 1.85)  # the small van that most angkot are built on
ANGKOT_BGR = (  # coloured by route; which route has which colour no source of DOMAIN tells [?]
    (60, 150, 40), (190, 110, 30), (40, 60, 190), (30, 170, 225), (160, 60, 120),
)  # fmt: skip
BOLDNESS_SHAPE = 0.6  # of a gamma distribution with mean 1: few do most of what is forbidden
STRIDE = 7_368_787  # prime, so that it shares no factor with the number of plates of any class


@dataclass(frozen=True, slots=True)
class Dynamics:
    """How a vehicle is driven: the parameters of the IDM, and the speed that it wants.

    It wants `speed_factor` times the limit, and never more than `top_mps` nor, uphill, than its power
    (W per kg of the loaded vehicle) can lift.
    """

    acceleration_mps2: float
    braking_mps2: float
    headway_s: float
    jam_gap_m: float
    speed_factor: float = 1.0
    top_mps: float = 1e3
    power_wpkg: float = 1e3


@dataclass(frozen=True, slots=True)
class Style:
    """How a class drives and what it looks like; sizes are length, width, height in metres.

    Headways give saturation flows near PKJI's 600 pcu/h per metre (DOMAIN 4).
    """

    sizes_m: tuple[tuple[float, float, float], ...]
    colours_bgr: tuple[tuple[int, int, int], ...]
    dynamics: Dynamics


_PAINT = (
    (235, 235, 235),
    (200, 203, 205),
    (40, 40, 42),
    (110, 112, 115),
    (60, 45, 160),
    (130, 70, 30),
    (70, 95, 120),
)
STYLES = {
    VehicleClass.MOTORCYCLE: Style(
        ((1.9, 0.75, 1.6),),
        ((30, 30, 32), (45, 40, 170), (150, 80, 40), (210, 210, 210), (60, 110, 60)),
        Dynamics(2.6, 2.8, 0.68, 0.7),
    ),
    VehicleClass.CAR: Style(
        ((4.3, 1.75, 1.5), (4.4, 1.75, 1.7), (3.8, 1.68, 1.5), (4.7, 1.82, 1.8)),
        _PAINT,
        Dynamics(2.0, 2.2, 0.76, 1.8),
    ),
    VehicleClass.BUS: Style(
        ((11.0, 2.5, 3.1), (7.3, 2.2, 2.9)),  # large and medium, by halves [?]
        ((60, 160, 230), (200, 130, 50), (225, 225, 225), (70, 60, 180)),
        Dynamics(1.1, 1.8, 1.2, 2.2, 0.9, power_wpkg=12.0),
    ),
    VehicleClass.TRUCK: Style(
        ((7.5, 2.3, 2.9), (5.9, 2.0, 2.6), (4.2, 1.68, 1.9)),  # lorries, and pick-ups of every third [?]
        ((50, 180, 220), (90, 140, 70), (220, 220, 220), (40, 42, 45)),
        Dynamics(1.1, 1.8, 1.2, 2.2, 0.85, power_wpkg=8.0),
    ),
}


class Use(StrEnum):
    """What a vehicle is on the road for."""

    PRIVATE = "private"
    ANGKOT = "angkot"  # a minibus that picks up passengers wherever they stand
    EMERGENCY = "emergency"
    RACER = "racer"


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle with its driver, the same wherever it goes; `vehicle_id` is that of a trip.

    `boldness` says how much of what one should not do this driver does; its mean is 1.
    """

    vehicle_id: int
    kind: VehicleClass
    plate: str
    size_m: tuple[float, float, float]
    colour_bgr: tuple[int, int, int]
    dynamics: Dynamics
    jitter_m: float
    boldness: float = 1.0
    use: Use = Use.PRIVATE

    @property
    def passes_signals(self) -> bool:
        """Whether a red never stops it: racers do not care, an emergency vehicle may."""
        return self.use in (Use.RACER, Use.EMERGENCY)


class Registry:
    """Issues vehicles: the class of a trip is drawn by its id, who drives it comes from the residents.

    Residents have their vehicle, its plate and their habits for good, by `people`; each of a class comes
    once before anybody comes again. Another `seed` with the same `people` is another day.
    """

    def __init__(
        self, seed: Seed, mix: tuple[float, float, float, float], people: Seed | None = None
    ) -> None:
        self._seed = seed
        self._people = people if people is not None else seed.child("people")
        self._share = np.cumsum(mix) / np.sum(mix)
        self._issued = dict.fromkeys(PLATE_RANGE, 0)

    def issue(
        self, vehicle_id: int, share: NDArray[np.float64] | None = None, *, with_bus: bool = True
    ) -> Vehicle:
        """Return the vehicle of an id; where buses make no sense a car comes instead.

        `share` (4,) is the cumulative share of the classes, None: that of the registry.
        """
        share = self._share if share is None else share
        drawn = self._seed.uniform("vehicle", vehicle_id)
        kind = VehicleClass(min(int(np.searchsorted(share, drawn, side="right")), len(share) - 1))
        if kind is VehicleClass.BUS and not with_bus:
            kind = VehicleClass.CAR
        return self.resident(vehicle_id, kind, self._whose_turn(kind))

    def issue_as(
        self,
        vehicle_id: int,
        kind: VehicleClass,
        size_m: tuple[float, float, float],
        dynamics: Dynamics,
    ) -> Vehicle:
        """Return a vehicle of which all but plate, colour and place on the lane are given."""
        someone = self.resident(vehicle_id, kind, self._whose_turn(kind))
        return replace(someone, size_m=size_m, dynamics=dynamics, use=Use.PRIVATE)

    def resident(self, vehicle_id: int, kind: VehicleClass, number: int) -> Vehicle:
        """Return the vehicle of resident `number` of a class, on a trip with an id."""
        draw = self._people.generator("resident", int(kind), number)
        style = STYLES[kind]
        picks_up = kind is VehicleClass.CAR and draw.random() < ANGKOT_SHARE
        size_m = style.sizes_m[int(draw.integers(len(style.sizes_m)))]
        colours = ANGKOT_BGR if picks_up else style.colours_bgr
        return Vehicle(
            vehicle_id,
            kind,
            self._plate(kind, number),
            ANGKOT_M if picks_up else size_m,
            colours[int(draw.integers(len(colours)))],
            self._driven(style.dynamics, draw),
            float(draw.uniform(-1.0, 1.0)) * (0.2 if kind is VehicleClass.MOTORCYCLE else 0.05),
            float(draw.gamma(BOLDNESS_SHAPE, 1.0 / BOLDNESS_SHAPE)),
            Use.ANGKOT if picks_up else Use.PRIVATE,
        )

    def _whose_turn(self, kind: VehicleClass) -> int:
        """Return the next resident of a class: a walk through all of them in a scrambled order."""
        people = RESIDENTS[kind]
        step = self._issued[kind] + int(self._seed.uniform("whose turn", int(kind)) * people)
        self._issued[kind] += 1
        return step * STRIDE % people

    @staticmethod
    def _driven(dynamics: Dynamics, draw: np.random.Generator) -> Dynamics:
        """Return how one driver drives a vehicle of a style."""
        eager = float(np.clip(draw.normal(1.0, 0.1), 0.75, 1.25))
        close = float(np.clip(draw.normal(1.0, 0.15), 0.7, 1.4))
        return replace(
            dynamics,
            speed_factor=dynamics.speed_factor * eager,
            headway_s=dynamics.headway_s * close,
        )

    def _plate(self, kind: VehicleClass, resident: int) -> str:
        """Return the plate of a resident of a class; no two have the same."""
        low, high = PLATE_RANGE[kind]
        numbers, suffixes = high - low + 1, len(SUFFIX_FIRST) * len(LETTERS)
        step = resident + int(self._people.uniform("plates", int(kind)) * numbers * suffixes)
        number, suffix = divmod(step * STRIDE % (numbers * suffixes), suffixes)
        first, second = divmod(suffix, len(LETTERS))
        return f"KX {low + number} {SUFFIX_FIRST[first]}{LETTERS[second]}"
