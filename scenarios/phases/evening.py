"""One evening of a rollout put together: who is on duty, what the engine finds, what drivers bring."""

from dataclasses import dataclass
from datetime import date, time

import numpy as np

from scenarios.phases.desk import CaseDesk, Sight
from scenarios.phases.rollout import PhaseSpec, Raid, Rollout, Stage, window_of
from twin.clock import from_local, seconds
from twin.field.crews import Crew, CrewKind
from twin.field.evening import CaseFeed, Evening, EveningLog, Minds, NoCases, Orders
from twin.field.kerb import Kerb
from twin.field.travel import Spot, Streets
from twin.people.draws import Bools, Floats, uniforms
from twin.people.wishes import Drivers, KerbDemand, Wishes
from twin.randomness import Seed


@dataclass(frozen=True, slots=True, eq=False)
class City:
    """What stays the same from evening to evening."""

    rollout: Rollout
    streets: Streets
    demand: KerbDemand
    drivers: Drivers
    seed: Seed


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """An evening that is over: its kerb, the log of the field, and who was in the vehicle."""

    kerb: Kerb
    log: EveningLog


def play(city: City, day: date, wishes: Wishes, belief: Floats, breaking_point: Floats) -> Played:
    """Play the evening of a day; `belief` and `breaking_point` (R,) are those of the rows of `wishes`."""
    rollout, demand = city.rollout, city.demand
    from_ns, until_ns = seconds(demand.from_s), seconds(demand.until_s)
    spot_m = city.streets.positions_m(wishes.kerb, wishes.along_m)
    kerb = Kerb(wishes.kerb, wishes.along_m, spot_m, wishes.at_ns, wishes.dwell_ns)
    phase = rollout.phase(day)
    minds = Minds(belief, breaking_point, wishes.present, _heeds(city, day, wishes))
    evening = Evening(
        kerb,
        minds,
        _orders(city, day, phase),
        _feed(city, day, phase, kerb, wishes),
        city.streets,
        attitudes=rollout.attitudes,
        durations=rollout.durations,
        from_ns=from_ns,
    )
    return Played(kerb, evening.run(until_ns))


def _draw(city: City, day: date, wishes: Wishes, what: str) -> Floats:
    return uniforms(city.seed, city.drivers.ids[wishes.driver], what, day.toordinal())


def _heeds(city: City, day: date, wishes: Wishes) -> Bools:
    heeds: Bools = _draw(city, day, wishes, "heeds") < city.rollout.durations.heeds
    return heeds


def _feed(city: City, day: date, phase: PhaseSpec, kerb: Kerb, wishes: Wishes) -> CaseFeed:
    """Return the engine's cases, or none where no camera is in use."""
    cameras = city.rollout.cameras
    if not phase.cameras:
        return NoCases()
    chance = np.array(cameras.coverage)[wishes.zone] * cameras.recall
    sight = Sight(
        found=_draw(city, day, wishes, "found") < chance,
        speaker=_draw(city, day, wishes, "speaker") < cameras.loudspeakers,
        view=tuple(city.demand.roads[kerb_row] for kerb_row in wishes.kerb),
        least_ns=seconds(cameras.least_stand_s),
        delay_ns=seconds(cameras.delay_s + cameras.review_s),
        midnight_ns=from_local(day, time(0, 0)),
    )
    return CaseDesk(kerb, sight, city.rollout.ladder.policy(phase.stage))


def _orders(city: City, day: date, phase: PhaseSpec) -> Orders:
    """Return who is on duty, from one end of the ban to the other, and the officers' posts."""
    rollout, demand = city.rollout, city.demand
    tow_trucks = phase.tow_trucks if day >= rollout.ladder.towing_from else 0
    hours_ns = seconds(demand.from_s), seconds(demand.until_s)
    number_of = {
        CrewKind.OFFICER: phase.officers[window_of(day)],
        CrewKind.STICKER: phase.sticker_crews,
        CrewKind.TOW: tow_trucks,
    }
    crews = [
        Crew(f"{kind}-{row + 1}", kind, _post(city, day, f"{kind}-{row + 1}", 0, demand.zones), *hours_ns)
        for kind, number in number_of.items()
        for row in range(number)
    ]
    raid = rollout.raid(day)
    raiders = _raiders(city, day, raid) if raid else []
    posts = tuple(
        (crew.name, _posts(city, day, crew, raid.zones if raid and crew in raiders else demand.zones))
        for crew in (*crews, *raiders)
        if crew.kind is CrewKind.OFFICER
    )
    return Orders((*crews, *raiders), posts, warnings_only=phase.stage is not Stage.ENFORCEMENT)


def _raiders(city: City, day: date, raid: Raid) -> list[Crew]:
    names = [f"raid-{row + 1}" for row in range(raid.officers)]
    hours_ns = seconds(raid.from_s), seconds(raid.until_s)
    return [Crew(name, CrewKind.OFFICER, _post(city, day, name, 0, raid.zones), *hours_ns) for name in names]


def _posts(city: City, day: date, crew: Crew, zones: tuple[str, ...]) -> tuple[Spot, ...]:
    number = 1 + int((crew.until_ns - crew.from_ns) // seconds(city.rollout.durations.post_s))
    return tuple(_post(city, day, crew.name, turn, zones) for turn in range(number))


def _post(city: City, day: date, name: str, turn: int, zones: tuple[str, ...]) -> Spot:
    """Return where a crew stands on its `turn`-th post: at kerbs in use, at random, whatever the cases."""
    demand = city.demand
    allowed = np.array([demand.zones[zone] in zones for zone in demand.zone_of])
    weights = np.cumsum(np.where(allowed, demand.stops_per_h, 0.0))
    draw = city.seed.uniform("post", name, day.toordinal(), turn) * float(weights[-1])
    road = int(np.searchsorted(weights, draw, side="right"))
    share = city.seed.uniform("post-along", name, day.toordinal(), turn)
    return Spot(road, float(demand.first_m[road] + share * (demand.last_m[road] - demand.first_m[road])))
