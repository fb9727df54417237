"""A check of the closed form: the same short excerpt of one seed through rendered pictures and the engine."""

from dataclasses import replace
from pathlib import Path

from scenarios.offences import PLANNED_RULES
from scenarios.planning.compare import Comparison, RenderedRow, held_against, share_of_rule
from scenarios.planning.evenings import counted
from scenarios.progress import Progress, silent
from scenarios.run import RunSpec, run_once
from scenarios.score import score


def rendered_check(
    spec: Comparison, seed: int, out: Path, workers: int, progress: Progress = silent
) -> tuple[RenderedRow, ...]:
    """Run both plans over the scenario's short excerpt and return what both ways of seeing say."""
    found: list[RenderedRow] = []
    for letter, plan in (("A", spec.plan_a), ("B", spec.plan_b)):
        scenario = replace(spec.scenario, plan=plan.name)
        run = run_once(
            RunSpec(scenario, plan, short=True),
            seed,
            out / f"rendered-{letter}",
            workers=workers,
            progress=progress,
        )
        evening = counted(run.violations, scenario, spec.network, (run.start_ns, run.end_ns), seed)
        held = held_against(spec, evening)
        chance = held.chance_a if letter == "A" else held.chance_b
        rules = score(run)
        for rule in PLANNED_RULES:
            share = rules.rule(rule).system_recall
            expected = share_of_rule(evening, rule, chance)
            found.append(
                RenderedRow(letter, rule, share.hits, share.trials, share.value, expected, *share.interval)
            )
    return tuple(found)
