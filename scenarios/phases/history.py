"""A rollout under one seed, day by day: what drivers decided and what they learnt from it."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from scenarios.phases.evening import City, Played, play
from scenarios.phases.rollout import WINDOWS, Rollout, window_of
from twin.clock import NS_PER_S, seconds
from twin.field.crews import CrewKind, Job, Outcome
from twin.field.demand import kerb_demand
from twin.field.kerb import Measure
from twin.field.travel import Streets
from twin.field.witness import Met, met
from twin.network import library
from twin.people.alternatives import Instead, instead
from twin.people.beliefs import (
    Beliefs,
    Evidence,
    belief,
    forget,
    learn,
    meet_cameras,
    see_others,
    without_news,
)
from twin.people.decisions import benefit, breaking_point, perceived, violates
from twin.people.draws import Bools, Floats, Ints, uniforms
from twin.people.wishes import Wishes, settle, wishes_of_day
from twin.randomness import Seed

COUNTS = (
    "wishes",
    "comply_alone",  # would comply with no officer about
    "comply_shown",  # would comply beside an officer
    "comply_norm",  # would comply by the norm alone: no officer about, no news ever
    "in_sight",  # decided with an officer in sight
    "in_sight_comply",
    "out_of_sight_comply",
    "stood",
    "sanctioned",
    "warned",
    "side_street",
    "waited",
    "belief",  # sum of the beliefs of those who wished
    "norm",
)


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """One run: `counts` (D, Z, len(COUNTS)) by day and zone, `acts` (D, M) by Measure, `jobs` (D, K, O).

    `waits_s` (D, K) sums the time from order to arrival, `arrived` (D, K) counts the arrivals.
    """

    seed: int
    days: tuple[date, ...]
    zones: tuple[str, ...]
    drivers: int
    counts: Floats
    acts: Ints
    jobs: Ints
    waits_s: Floats
    arrived: Ints

    def of(self, name: str) -> Floats:
        """Return one count by day and zone (D, Z)."""
        column: Floats = self.counts[:, :, COUNTS.index(name)]
        return column


def build_city(rollout: Rollout, seed: int) -> City:
    """Return the drivers and the streets of a rollout under one seed; raises NetworkError."""
    network = library.resolve(rollout.network)
    demand = kerb_demand(network, rollout.demand, rollout.zones, rollout.present, rollout.hours_s)
    root = Seed(seed).child("rollout")
    drivers = settle(demand, root, rollout.attitudes)
    durations = rollout.durations
    streets = Streets(network, demand.roads, durations.slowdown, durations.detour)
    return City(rollout, streets, demand, drivers, root)


def run_history(rollout: Rollout, counted_days: int, seed: int) -> History:
    """Return what one seed makes of the lead-in and of `counted_days` after it."""
    city = build_city(rollout, seed)
    days = rollout.days(counted_days)
    minds = without_news(len(city.drivers), len(rollout.zones), len(WINDOWS), rollout.attitudes)
    told = []
    for day in days:
        minds, row = _day(city, day, forget(minds, rollout.attitudes))
        told.append(row)
    counts, acts, jobs, waits_s, arrived = (np.array(column) for column in zip(*told, strict=True))
    return History(seed, days, rollout.zones, len(city.drivers), counts, acts, jobs, waits_s, arrived)


Row = tuple[Floats, Ints, Ints, Floats, Ints]


@dataclass(frozen=True, slots=True, eq=False)
class _Decided:
    """What the rows of a day bring to the kerb (R,)."""

    benefit: Floats
    belief: Floats
    norm: Floats
    breaking: Floats


def _day(city: City, day: date, minds: Beliefs) -> tuple[Beliefs, Row]:
    attitudes, window = city.rollout.attitudes, window_of(day)
    wishes = wishes_of_day(city.drivers, city.demand, city.seed, day.toordinal(), attitudes)
    decided = _decide(city, minds, wishes, window)
    played = play(city, day, wishes, decided.belief, decided.breaking)
    seen = met(played.kerb, wishes.present, attitudes, city.rollout.durations)
    minds = _learn(city, day, minds, wishes, played, seen)
    counts = _counts(city, wishes, decided, played, seen)
    return minds, (counts, _acts(played), *_field(played.log.jobs))


def _decide(city: City, minds: Beliefs, wishes: Wishes, window: int) -> _Decided:
    attitudes, who = city.rollout.attitudes, (wishes.driver, wishes.zone)
    worth = benefit(city.drivers.taste[wishes.driver], wishes.mood, attitudes)
    norm = minds.norm[who]
    expected = belief(minds, attitudes)[*who, window]
    return _Decided(worth, expected, norm, breaking_point(worth, norm, attitudes))


def _learn(city: City, day: date, minds: Beliefs, wishes: Wishes, played: Played, seen: Met) -> Beliefs:
    attitudes, driver, zone = city.rollout.attitudes, wishes.driver, wishes.zone
    stood, window = played.kerb.stood, window_of(day)
    unpunished = stood & (seen.sanctioned == 0) & (seen.warned == 0)
    own = Evidence.of(
        driver,
        zone,
        sanctioned=seen.sanctioned,
        warned=seen.warned,
        seen=seen.seen,
        officers=(played.log.officer_m <= attitudes.sight_m).astype(np.float64),
        camera=minds.camera[driver, zone],
        unpunished=unpunished.astype(np.float64),
    )
    minds = learn(minds, own, window, attitudes)
    minds = learn(minds, _told(city, day, wishes, stood, seen), window, attitudes)
    minds = meet_cameras(minds, driver[seen.camera], zone[seen.camera])
    return see_others(minds, driver, zone, _others(city, zone, ~stood), attitudes)


def _told(city: City, day: date, wishes: Wishes, stood: Bools, seen: Met) -> Evidence:
    """Return what all drivers, there or not, hear of each zone on a day."""
    attitudes, zones = city.rollout.attitudes, len(city.rollout.zones)
    everybody = np.repeat(np.arange(len(city.drivers)), zones)
    ids, zone = city.drivers.ids[everybody], np.tile(np.arange(zones), len(city.drivers))
    # one number a driver and a zone: ids of different zones must not fall together
    keys = ids * zones + zone
    ordinal = day.toordinal()
    stands = np.bincount(wishes.zone[stood], minlength=zones)
    share = np.bincount(wishes.zone, seen.sanctioned, zones) / np.maximum(stands, 1)
    hears = uniforms(city.seed, keys, "hearsay", ordinal) < attitudes.hearsay_reach
    reached = uniforms(city.seed, keys, "publicity", ordinal) < attitudes.publicity_reach
    level = city.rollout.phase(day).publicity
    return Evidence.of(
        everybody, zone, hearsay=np.where(hears, share[zone], 0.0), publicity=np.where(reached, level, 0.0)
    )


def _others(city: City, zone: Ints, complied: Bools) -> Floats:
    """Return the share (R,) of the others in the same zone who complied on that evening."""
    zones = len(city.rollout.zones)
    total = np.bincount(zone, minlength=zones)[zone] - 1
    comply = np.bincount(zone, complied, zones)[zone] - complied
    share: Floats = np.where(total > 0, comply / np.maximum(total, 1), complied)
    return share


def _counts(city: City, wishes: Wishes, decided: _Decided, played: Played, seen: Met) -> Floats:
    attitudes = city.rollout.attitudes
    alone = ~violates(decided.belief, decided.breaking)
    shown = ~violates(perceived(decided.belief, np.zeros(len(wishes)), attitudes), decided.breaking)
    in_sight = played.log.officer_m <= attitudes.sight_m
    comply = ~played.kerb.stood
    wait_min = (seconds(city.demand.until_s) - wishes.at_ns) / NS_PER_S / 60
    other = instead(decided.benefit, wait_min, attitudes)
    columns: dict[str, NDArray[np.generic]] = {
        "wishes": np.ones(len(wishes)),
        "comply_alone": alone,
        "comply_shown": shown,
        "comply_norm": ~violates(np.full(len(wishes), attitudes.prior_belief), decided.breaking),
        "in_sight": in_sight,
        "in_sight_comply": in_sight & comply,
        "out_of_sight_comply": ~in_sight & comply,
        "stood": played.kerb.stood,
        "sanctioned": seen.sanctioned,
        "warned": seen.warned,
        "side_street": comply & (other == Instead.SIDE_STREET),
        "waited": comply & (other == Instead.WAIT),
        "belief": decided.belief,
        "norm": decided.norm,
    }
    zones = len(city.rollout.zones)
    return np.stack([np.bincount(wishes.zone, columns[name], zones) for name in COUNTS], axis=1)


def _acts(played: Played) -> Ints:
    return np.array([sum(act.measure is measure for act in played.kerb.acts) for measure in Measure])


def _field(jobs: tuple[Job, ...]) -> tuple[Ints, Floats, Ints]:
    """Return jobs (K, O), summed waits (K,) in seconds and arrivals (K,) by kind of crew."""
    ended = [[sum(j.kind is k and j.outcome is o for j in jobs) for o in Outcome] for k in CrewKind]
    waits = [[_waited_s(j) for j in jobs if j.kind is k and j.arrived_ns is not None] for k in CrewKind]
    return np.array(ended), np.array([sum(row) for row in waits]), np.array([len(row) for row in waits])


def _waited_s(job: Job) -> float:
    return ((job.arrived_ns or job.asked_ns) - job.asked_ns) / NS_PER_S
