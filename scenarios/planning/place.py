"""Where the cameras of a zone should stand: from a scenario and a budget to a plan with a proved gap."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from scenarios.experiments.replicate import replicate
from scenarios.planning.evenings import approaches, simulate, usual_hours
from scenarios.planning.reach import reach_of
from scenarios.planning.weights import demand_of, kerb_roads
from scenarios.progress import Progress, silent
from scenarios.results import Scenario
from twin.cameras.plans import CameraPlan, ViewSpec
from twin.cameras.sensing import CURVES, Curves
from twin.network.model import Road, RoadNetwork
from twin.placement.candidates import LAYOUT, Candidates, Demand, Layout, candidates, instance
from twin.placement.instance import CoverInstance
from twin.placement.planner import Effort, Solution, optimise
from twin.randomness import Seed

METHODS = 4


@dataclass(frozen=True, slots=True)
class PlaceSpec:
    """What is asked: `budget` cameras more than those of `base`, in the zone of a scenario.

    `seeds` are simulated for the weights; without any they come from the parking generators. `curves`
    say what a view covers.
    """

    scenario: Scenario
    network: RoadNetwork
    budget: int
    base: CameraPlan | None = None
    seeds: tuple[int, ...] = ()
    workers: int = 1
    effort: Effort = field(default_factory=Effort)
    layout: Layout = LAYOUT
    seed: int = 1
    curves: Curves = CURVES


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """The answer: the problem, the best choice after each method, and the views of the last."""

    spec: PlaceSpec
    demand: Demand
    found: Candidates
    problem: CoverInstance
    solutions: tuple[Solution, ...]
    views: tuple[ViewSpec, ...]

    @property
    def present_value(self) -> float:
        """What the cameras that are there already are worth."""
        return self.problem.value(())

    @property
    def best(self) -> Solution:
        """The last solution, the best of all."""
        return self.solutions[-1]


def place(spec: PlaceSpec, progress: Progress = silent) -> Placed:
    """Lay candidates out, weigh the places, and choose; `progress` hears each step."""
    demand = _demand(spec, progress)
    progress("candidates", 0.0)
    found = candidates(spec.network, candidate_roads(spec.network, spec.scenario.zone), spec.layout)
    present = spec.base.views if spec.base else ()
    problem = instance(
        spec.network, found, demand, spec.budget, present=present, per_pole=spec.layout.per_pole,
        reach=reach_of(spec.scenario, spec.curves),
    )  # fmt: skip
    progress("candidates", 1.0)
    solutions = tuple(_followed(optimise(problem, spec.effort, Seed(spec.seed).child("place")), progress))
    chosen = [found.views[row] for row in solutions[-1].chosen]
    return Placed(spec, demand, found, problem, solutions, _named(chosen))


def candidate_roads(network: RoadNetwork, zone: str) -> tuple[Road, ...]:
    """Return the roads along which poles may stand: those of the zone, and its signalled approaches."""
    roads = {road.id: road for road in (*kerb_roads(network, zone), *approaches(network, zone))}
    return tuple(roads.values())


def _demand(spec: PlaceSpec, progress: Progress) -> Demand:
    if not spec.seeds:
        return demand_of(spec.scenario, spec.network)
    job = partial(simulate, spec.scenario, spec.network, usual_hours(spec.scenario))
    return demand_of(spec.scenario, spec.network, replicate(job, spec.seeds, spec.workers, progress))


def _followed(solutions: Iterator[Solution], progress: Progress) -> Iterator[Solution]:
    progress("optimisation", 0.0)
    for done, solution in enumerate(solutions, start=1):
        progress("optimisation", min(1.0, done / METHODS))
        yield solution


def _named(views: list[ViewSpec]) -> tuple[ViewSpec, ...]:
    """Return the views with names of their own, in the order of the road and along it."""
    ordered = sorted(views, key=lambda view: (view.road, view.along_m, view.aim_along_m))
    return tuple(replace(view, name=f"usulan-{row:02d}") for row, view in enumerate(ordered, start=1))
