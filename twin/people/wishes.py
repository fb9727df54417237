"""Drivers who persist, and on which day each wants to stop where, when and for how long."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from twin.clock import NS_PER_S
from twin.people.attitudes import Attitudes
from twin.people.draws import Bools, Floats, Ints, uniforms
from twin.randomness import Seed


@dataclass(frozen=True, slots=True)
class Stay:
    """One kind of kerb stop: its share, log-normal dwell, and how often the driver stays inside."""

    share: float
    median_s: float
    sigma: float
    present: float


@dataclass(frozen=True, slots=True, eq=False)
class KerbDemand:
    """Where and when drivers want to stop: R kerbs, each in one of the zones.

    `first_m`..`last_m` (R,) is where they stop along the kerb, `stops_per_h` (R,) how many want to,
    `hours` (local hour, factor) how that varies, `from_s`..`until_s` the hours of the ban, in seconds
    of the local day.
    """

    zones: tuple[str, ...]
    roads: tuple[str, ...]
    zone_of: Ints
    first_m: Floats
    last_m: Floats
    stops_per_h: Floats
    hours: tuple[tuple[int, float], ...]
    stays: tuple[Stay, ...]
    from_s: int
    until_s: int

    def per_zone(self) -> Floats:
        """Return the mean number (Z,) of wishes in the hours of the ban, by zone."""
        length_h = float(_cumulative(self)[-1]) / 3600.0
        stops_per_h = np.bincount(self.zone_of, self.stops_per_h, len(self.zones))
        return np.asarray(length_h * stops_per_h, np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Drivers:
    """N drivers: who, in which zone (N,) they usually stop, and their taste (N,), a standard normal."""

    ids: Ints
    home: Ints
    taste: Floats

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True, eq=False)
class Wishes:
    """The R drivers who want to stop during one evening, as rows of `Drivers`, in the order of time.

    `kerb` is a row of KerbDemand, `at_ns` counts from local midnight, `mood` is a standard normal,
    `present` says who stays in the vehicle.
    """

    driver: Ints
    zone: Ints
    kerb: Ints
    along_m: Floats
    at_ns: Ints
    dwell_ns: Ints
    mood: Floats
    present: Bools

    def __len__(self) -> int:
        return len(self.driver)


def settle(demand: KerbDemand, seed: Seed, attitudes: Attitudes) -> Drivers:
    """Return as many drivers as make the wishes of `demand` by coming `visits_per_day` times each."""
    wishes = demand.per_zone()
    ids = np.arange(round(float(wishes.sum()) / attitudes.visits_per_day), dtype=np.int64)
    home = _chosen(wishes, uniforms(seed, ids, "home"))
    return Drivers(ids, home, ndtri(uniforms(seed, ids, "taste")))


def wishes_of_day(drivers: Drivers, demand: KerbDemand, seed: Seed, day: int, attitudes: Attitudes) -> Wishes:
    """Return who wants to stop on a day; `seed` with the driver and the day keys every draw."""

    def draw(what: str, ids: Ints) -> Floats:
        return uniforms(seed, ids, what, day)

    rows = np.flatnonzero(draw("visit", drivers.ids) < attitudes.visits_per_day)
    ids = drivers.ids[rows]
    at_ns = _moments(demand, draw("when", ids))
    order = np.lexsort((ids, at_ns))
    rows, ids, at_ns = rows[order], ids[order], at_ns[order]
    away = draw("away", ids) < attitudes.elsewhere
    zone = np.where(away, _chosen(demand.per_zone(), draw("zone", ids)), drivers.home[rows])
    kerb = _kerbs(demand, zone, draw("kerb", ids))
    span_m = demand.last_m[kerb] - demand.first_m[kerb]
    stay = _chosen(np.array([kind.share for kind in demand.stays]), draw("stay", ids))
    return Wishes(
        driver=rows,
        zone=zone,
        kerb=kerb,
        along_m=demand.first_m[kerb] + span_m * draw("along", ids),
        at_ns=at_ns,
        dwell_ns=_dwell_ns(demand.stays, stay, ndtri(draw("dwell", ids))),
        mood=ndtri(draw("mood", ids)),
        present=draw("present", ids) < np.array([kind.present for kind in demand.stays])[stay],
    )


def _chosen(weights: Floats, draw: Floats) -> Ints:
    """Return rows of `weights`, each as often as its weight says."""
    bounds = np.cumsum(weights) / np.sum(weights)
    return np.minimum(np.searchsorted(bounds, draw, side="right"), len(weights) - 1).astype(np.int64)


def _kerbs(demand: KerbDemand, zone: Ints, draw: Floats) -> Ints:
    found = np.zeros(len(zone), np.int64)
    for number in range(len(demand.zones)):
        mine, here = np.flatnonzero(demand.zone_of == number), zone == number
        found[here] = mine[_chosen(demand.stops_per_h[mine], draw[here])]
    return found


def _dwell_ns(stays: tuple[Stay, ...], stay: Ints, normal: Floats) -> Ints:
    median_s = np.array([kind.median_s for kind in stays])[stay]
    sigma = np.array([kind.sigma for kind in stays])[stay]
    dwell_ns: Ints = np.rint(median_s * np.exp(sigma * normal) * NS_PER_S).astype(np.int64)
    return dwell_ns


def _steps_s(demand: KerbDemand) -> Floats:
    """Return the instants of the local day (K,) between which the demand is even."""
    whole = [h * 3600.0 for h in range(25) if demand.from_s < h * 3600 < demand.until_s]
    return np.array([float(demand.from_s), *whole, float(demand.until_s)])


def _cumulative(demand: KerbDemand) -> Floats:
    """Return the seconds (K,) since the start of the ban, each weighed by the factor of its hour."""
    steps, factor = _steps_s(demand), dict(demand.hours)
    weight = [factor.get(int(start // 3600), 1.0) for start in steps[:-1]]
    return np.concatenate(([0.0], np.cumsum(np.diff(steps) * weight)))


def _moments(demand: KerbDemand, draw: Floats) -> Ints:
    total = _cumulative(demand)
    at_s = np.interp(draw * total[-1], total, _steps_s(demand))
    at_ns: Ints = np.rint(at_s * NS_PER_S).astype(np.int64)
    return at_ns
