"""The evenings of the proof: which cameras look at which hour, and what people do that they should not.

All are of scenario beruang-madu and its network, the whole corridor. The early one has the cameras of the
plans `beruang-madu` and `wika-tertib`: kerbs, stop lines, the only turn that a sign forbids, stretches with a
median. The late one has the plan `beruang-madu-laju`, since people race from 22 h on and a queue does not
speed. Two more have a camera of the one kind or the other on every stretch of Jl. MT Haryono that is long
enough, both ways: few park where four cameras look, and fewer race past two. Rates of misconduct are far
above any real ones, so that each rule meets many violations: they say nothing of how often things happen,
and what happens is as crowded as nowhere.
"""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from scenarios.cli.validation import make_spec
from scenarios.results import Scenario
from scenarios.run import RunSpec
from scenarios.spec import load_plan
from twin.cameras.plans import CameraPlan, ViewSpec
from twin.network import library
from twin.traffic.demand import DemandSpec, OdFlow
from twin.traffic.land_use import DwellMix

ZONE = "beruang-madu"
EARLY_PLANS = (ZONE, "wika-tertib")
LATE_PLAN = "beruang-madu-laju"
TURN_FROM, TURN_ONTO, STRAIGHT_ON = "syarifuddin-yoes.0-", "mth-5.0+", "sudirman-w.0+"
STRETCHES, ROOM_M, MOUNTED_M = "mth-", 280.0, 120.0
WARM_UP_S = 300.0


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the evenings: from when on, and the rules that it is for."""

    name: str
    begins: time
    rules: tuple[str, ...]


EARLY = Kind("early", time(16, 30), ("red_light", "stop_line", "wrong_way", "prohibited_turn"))
KERBS = Kind("kerbs", time(16, 30), ("kerb_parking",))
LATE = Kind("late", time(22, 0), ("speeding",))
RACES = Kind("races", time(22, 0), ("racing",))  # the others drive as usual: a race is faster than they are
KINDS = (EARLY, KERBS, LATE, RACES)


def run_spec(kind: Kind, lasting_s: float, detector: str = "oracle", *, everywhere: bool = True) -> RunSpec:
    """Return the run of so many seconds of an evening; without `everywhere` of the cameras of a plan only."""
    spec = make_spec(ZONE, None, detector, short=False)
    ends = (datetime.combine(spec.scenario.day, kind.begins) + timedelta(seconds=lasting_s)).time()
    scenario = replace(
        spec.scenario, start=kind.begins, end=ends, warmup_s=WARM_UP_S, demand=_demand(spec.scenario, kind)
    )
    return replace(spec, scenario=scenario, plan=_plan(kind, scenario.network, everywhere=everywhere))


def _plan(kind: Kind, network: str, *, everywhere: bool) -> CameraPlan:
    plans = [load_plan(name) for name in (EARLY_PLANS if kind in (EARLY, KERBS) else (LATE_PLAN,))]
    if everywhere and kind in (KERBS, RACES):
        views = _along(plans[0].views[0], network)
        return replace(plans[0], name=f"{plans[0].name}-everywhere", views=views, cameras=())
    return replace(
        plans[0],
        name="+".join(one.name for one in plans),
        views=tuple(view for one in plans for view in one.views),
        cameras=tuple(camera for one in plans for camera in one.cameras),
    )


def _along(like: ViewSpec, network: str) -> tuple[ViewSpec, ...]:
    """Return views like one, one on every stretch that has room for it, `MOUNTED_M` from its beginning."""
    ahead_m = like.aim_along_m - like.along_m
    return tuple(
        replace(like, name=_slug(road.id), road=road.id, along_m=MOUNTED_M, aim_along_m=MOUNTED_M + ahead_m)
        for road in library.resolve(network).roads
        if road.id.startswith(STRETCHES) and road.length_m > ROOM_M
    )


def _slug(road: str) -> str:
    """Return a name as plans allow it: of `mth-1.1+` and `mth-1.1-` case ids would be the same."""
    return road[:-1].replace(".", "-") + {"+": "-out", "-": "-in"}[road[-1]]


def _demand(scenario: Scenario, kind: Kind) -> DemandSpec:
    conduct = replace(
        scenario.demand.conduct,
        past_line=(0.7, 0.4, 0.1, 0.2),
        prohibited_turn=(0.9, 0.9, 0.0, 0.5),
        wrong_way_per_km_h=500.0,
        night_speed=1.45 if kind is LATE else scenario.demand.conduct.night_speed,
        races_per_night=150.0 if kind is RACES else 0.0,
        racers=(8, 14),
    )
    demand = replace(scenario.demand, conduct=conduct)
    if kind not in (EARLY, KERBS):
        return demand
    return replace(
        demand,
        stops_per_km_h=250.0,
        dwell=(DwellMix(1.0, 150.0, 0.4),),
        red_running=(0.45, 0.2, 0.05, 0.1),
        od=(OdFlow(TURN_FROM, TURN_ONTO, 350.0), OdFlow(TURN_FROM, STRAIGHT_ON, 150.0)),
    )
