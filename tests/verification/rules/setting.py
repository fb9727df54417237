"""The evenings of the proof: which cameras look at which hour, and what people do that they should not.

Both are of scenario beruang-madu and its network, the whole corridor. The early one has the cameras of the
plans `beruang-madu` and `wika-tertib`: kerbs, stop lines, the only turn that a sign forbids, stretches with a
median. The late one has the plan `beruang-madu-laju`, since people race from 22 h on and a queue does not
speed. Rates of misconduct are far above any real ones, so that each rule meets many violations: they say
nothing of how often things happen, and what happens is as crowded as nowhere.
"""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from scenarios.cli.validation import make_spec
from scenarios.results import Scenario
from scenarios.run import RunSpec
from scenarios.spec import load_plan
from twin.traffic.demand import DemandSpec, OdFlow
from twin.traffic.land_use import DwellMix

ZONE = "beruang-madu"
EARLY_PLANS = (ZONE, "wika-tertib")
LATE_PLAN = "beruang-madu-laju"
TURN_FROM, TURN_ONTO, STRAIGHT_ON = "syarifuddin-yoes.0-", "mth-5.0+", "sudirman-w.0+"
WARM_UP_S = 300.0


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the evenings: from when on, and the rules that it is for."""

    name: str
    begins: time
    rules: tuple[str, ...]


EARLY = Kind(
    "early", time(16, 30), ("kerb_parking", "red_light", "stop_line", "wrong_way", "prohibited_turn")
)
LATE = Kind("late", time(22, 0), ("speeding",))
RACES = Kind("races", time(22, 0), ("racing",))  # the others drive as usual: a race is faster than they are
KINDS = (EARLY, LATE, RACES)


def run_spec(kind: Kind, lasting_s: float, detector: str = "oracle") -> RunSpec:
    """Return the run of so many seconds of an evening."""
    spec = make_spec(ZONE, None, detector, short=False)
    ends = (datetime.combine(spec.scenario.day, kind.begins) + timedelta(seconds=lasting_s)).time()
    scenario = replace(
        spec.scenario, start=kind.begins, end=ends, warmup_s=WARM_UP_S, demand=_demand(spec.scenario, kind)
    )
    plans = [load_plan(name) for name in (EARLY_PLANS if kind is EARLY else (LATE_PLAN,))]
    plan = replace(
        plans[0],
        name="+".join(one.name for one in plans),
        views=tuple(view for one in plans for view in one.views),
        cameras=tuple(camera for one in plans for camera in one.cameras),
    )
    return replace(spec, scenario=scenario, plan=plan)


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
    if kind is not EARLY:
        return demand
    return replace(
        demand,
        stops_per_km_h=250.0,
        dwell=(DwellMix(1.0, 150.0, 0.4),),
        red_running=(0.45, 0.2, 0.05, 0.1),
        od=(OdFlow(TURN_FROM, TURN_ONTO, 350.0), OdFlow(TURN_FROM, STRAIGHT_ON, 150.0)),
    )
