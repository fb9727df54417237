"""Gate G1: whether the gain over a base plan is proved by paired seeds and lasts (DOMAIN 6)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from scenarios.experiments.intervals import Interval
from scenarios.planning.compare import Compared, Comparison, SeedPair, compare, held_against, rows
from scenarios.planning.evenings import Evening
from scenarios.planning.gates import GateRow, Verdict
from scenarios.planning.place import candidate_roads
from scenarios.planning.reach import reach_of
from scenarios.planning.weights import demand_of
from scenarios.progress import Progress, silent
from twin.cameras.appearance import WEATHERS
from twin.cameras.curves import DetectorCurves
from twin.cameras.plans import CameraPlan
from twin.cameras.sensing import CURVES
from twin.environment.weather import Sky
from twin.placement.candidates import candidates, instance
from twin.placement.exact import linear_bound


@dataclass(frozen=True, slots=True)
class SimulationLimits:
    """The thresholds of G1 with the defaults of DOMAIN 6; `rain` is the sight that rain leaves [?]."""

    seeds: int = 10
    gap: float = 0.01
    kept: float = 0.9
    rain: float = 0.8
    demand: tuple[float, float] = (0.8, 1.2)


LIMITS = SimulationLimits()


def simulation_gate(
    spec: Comparison,
    seeds: Sequence[int],
    workers: int,
    limits: SimulationLimits = LIMITS,
    progress: Progress = silent,
) -> tuple[GateRow, ...]:
    """Return the rows of G1 for plan B of `spec` over its plan A."""
    base = compare(spec, seeds, workers, progress)
    scaled = [compare(_scaled(spec, factor), seeds, workers, progress) for factor in limits.demand]
    return gate_rows(base, scaled, limits)


def _in_rain(spec: Comparison, pairs: Sequence[SeedPair], factor: float) -> list[SeedPair]:
    """Return the pairs in rain: by fitted curves as they were measured in it, by stated ones by a factor.

    Fitted curves that know no rain give way to stated ones.
    """
    rain = WEATHERS.index(Sky.RAIN.value)
    if isinstance(spec.curves, DetectorCurves):
        if spec.curves.knows_weather(rain):
            wet = [replace(one.evening, acts=replace(one.evening.acts, weather=rain)) for one in pairs]
            return [_held(spec, evening) for evening in wet]
        return _under(replace(spec, curves=replace(CURVES, weather=factor)), pairs)
    return _under(replace(spec, curves=replace(spec.curves, weather=factor)), pairs)


def gate_rows(
    base: Compared, scaled: Sequence[Compared], limits: SimulationLimits = LIMITS
) -> tuple[GateRow, ...]:
    """Return the rows of G1 for a comparison and the same under other demand."""
    spec = base.spec
    enough = len(base.pairs) >= limits.seeds
    gain = base.main.difference
    proved = enough and gain is not None and gain.low > spec.threshold
    stresses = {
        "night": _gain([_held(spec, _by_night(one.evening)) for one in base.pairs]),
        "rain": _gain(_in_rain(spec, base.pairs, limits.rain)),
        "one camera down": min(
            (_gain(_under(replace(spec, plan_b=plan), base.pairs)) for plan in _one_down(spec.plan_b)),
            default=0.0,
        ),
    }
    for factor, one in zip(limits.demand, scaled, strict=True):
        stresses[f"demand x {factor:g}"] = _gain(one.pairs)
    return (
        GateRow("seeds", f">= {limits.seeds}", str(len(base.pairs)), _open(met=enough)),
        _gain_row("gain excludes 0", gain, 0.0, enough=enough),
        _gain_row("gain matters", gain, spec.threshold, enough=enough),
        _gap_row(spec, limits),
        *(_kept_row(name, value, gain, limits, proved=proved) for name, value in stresses.items()),
    )


def _scaled(spec: Comparison, factor: float) -> Comparison:
    demand = replace(spec.scenario.demand, scale=spec.scenario.demand.scale * factor)
    return replace(spec, scenario=replace(spec.scenario, demand=demand))


def _held(spec: Comparison, evening: Evening) -> SeedPair:
    return held_against(spec, evening)


def _under(spec: Comparison, pairs: Sequence[SeedPair]) -> list[SeedPair]:
    return [_held(spec, one.evening) for one in pairs]


def _by_night(evening: Evening) -> Evening:
    return replace(evening, acts=replace(evening.acts, daylight=np.zeros(len(evening.acts))))


def _one_down(plan: CameraPlan) -> list[CameraPlan]:
    """Return the plan without each of its cameras in turn."""
    found = []
    for down in plan.cameras:
        views = tuple(view for view in plan.views if view.name not in down.views)
        found.append(
            replace(plan, views=views, cameras=tuple(one for one in plan.cameras if one is not down))
        )
    return found


def _gain(pairs: Sequence[SeedPair]) -> float:
    found = rows(pairs, 0.0) if pairs else ()
    if not found or found[0].mean_a is None or found[0].mean_b is None:
        return 0.0
    return found[0].mean_b - found[0].mean_a


def _open(*, met: bool) -> Verdict:
    return Verdict.PASS if met else Verdict.NOT_PROVED


def _gain_row(criterion: str, gain: Interval | None, limit: float, *, enough: bool) -> GateRow:
    said = f"95 % > {100 * limit:g} points"
    if gain is None:
        return GateRow(criterion, said, "-", Verdict.NOT_PROVED, "too few seeds")
    found = f"{100 * gain.estimate:+.1f} ({100 * gain.low:+.1f} .. {100 * gain.high:+.1f})"
    if not enough:
        return GateRow(criterion, said, found, Verdict.NOT_PROVED, "too few seeds")
    if gain.low > limit:
        return GateRow(criterion, said, found, Verdict.PASS)
    return GateRow(criterion, said, found, Verdict.FAIL if gain.high <= limit else Verdict.NOT_PROVED)


def _kept_row(
    name: str, value: float, gain: Interval | None, limits: SimulationLimits, *, proved: bool
) -> GateRow:
    criterion, said = f"gain kept: {name}", f">= {100 * limits.kept:g} %"
    if gain is None or gain.estimate <= 0 or not proved:
        return GateRow(criterion, said, "-", Verdict.NOT_PROVED, "no gain is proved")
    kept = value / gain.estimate
    return GateRow(
        criterion, said, f"{100 * kept:.0f} %", Verdict.PASS if kept >= limits.kept else Verdict.FAIL
    )


def _gap_row(spec: Comparison, limits: SimulationLimits) -> GateRow:
    """Return how far the plan is from the best with as many views, from the candidates and its own."""
    network, scenario, views = spec.network, spec.scenario, spec.plan_b.views
    found = candidates(network, candidate_roads(network, scenario.zone))
    reach = reach_of(scenario, spec.curves)
    problem = instance(network, found, demand_of(scenario, network), len(views), present=views, reach=reach)
    free = replace(problem, fixed=np.zeros(problem.size, dtype=np.bool_))
    value, bound = problem.value(()), linear_bound(free.merged())
    gap = max(0.0, 1 - value / bound) if bound > 0 else 0.0
    verdict = Verdict.PASS if gap <= limits.gap else Verdict.FAIL
    note = f"{value:.1f} of at most {bound:.1f} with {len(views)} views, each looked at"
    return GateRow("optimality gap", f"<= {100 * limits.gap:g} %", f"{100 * gap:.1f} %", verdict, note)
