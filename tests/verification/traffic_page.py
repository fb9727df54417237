"""Write docs/verification/traffic.md: `python -m tests.verification.traffic_page`, and its plots."""

import os
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from tests.verification.ladder import plots
from tests.verification.ladder.approaches import CARS_ONLY, CASES, USUAL, Case, riders
from tests.verification.ladder.figures import Figure, half_width, table
from tests.verification.ladder.link import LANES, link_states
from tests.verification.ladder.ring import ring_flow
from tests.verification.ladder.steps import STEPS_S, AtStep, at_step
from tests.verification.ladder.stopline import (
    GREEN_S,
    Approach,
    Green,
    greens,
    headway_s,
    lost_time_s,
    pcu_by_regression,
    queue_times_s,
    rider_share,
    saturation_pcu_h,
)
from tests.verification.ladder.streets import STREETS, stuck_on
from tests.verification.ladder.waves import FIRST, LAST, wave
from tests.verification.page import ROOT, Effort, Finding, Table, commit, page

OUT = ROOT / "docs" / "verification"
SEEDS, CYCLES = range(1, 5), 8
ON_RING = (12, 24, 36, 48, 60, 80, 100, 120, 150, 180)
WAVES = ((0.0, 12.0), (0.0, 8.0), (2.0, 8.0), (4.0, 12.0), (8.0, 0.0))
ON_LINK = (*((vph, 14.0) for vph in (200, 500, 900, 1500, 2000, 2500, 3000, 4000)),
           *((4000.0, slow) for slow in (9.0, 8.0, 7.5, 7.0, 6.5, 6.0, 4.0, 3.0, 2.0, 1.0, 0.5)))  # fmt: skip
PER_CYCLE = f"{len(SEEDS)} seeds x {CYCLES} cycles; interval by cycle"
ALONE = Approach(mix=riders(1.0))
MIXES = [Approach(mix=(share, 1.0 - share, 0.0, 0.0)) for share in (0.0, 0.2, 0.4, 0.6, 0.8)]
PLOTS = {
    "ring": "Flow of a ring of 1.2 km beside the closed form",
    "waves": "Where the boundary between two speeds met each car, from where it was first met",
    "saturation": "Saturation flow of 17 approaches as a share of the published one; band: 10 %",
    "headways": "Headways at the line by place in the queue, cars, with their standard deviation",
    "pcu": "Cars against motorcycles that crossed from 5 to 25 s into a green, by cycle",
    "steps": "Figures with longer steps as a share of those with 0.2 s; band: 5 %",
    "link": "Minutes of a link of two lanes, usual mix, before bottlenecks of 9 to 0.5 m/s",
}


Taken = dict[Approach, list[Green]]


def _take(approaches: Iterable[Approach]) -> Taken:
    """Return the greens of each approach, measured on as many processes as there are cores."""
    jobs = [(approach, seed) for approach in dict.fromkeys(approaches) for seed in SEEDS]
    greens(CARS_ONLY, 1, 1)  # compiled once, before there are several
    taken: Taken = {}
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        found = pool.map(greens, *zip(*jobs, strict=True), [CYCLES] * len(jobs))
        for (approach, _), some in zip(jobs, found, strict=True):
            taken.setdefault(approach, []).extend(some)
    return taken


def _plot(name: str) -> Path:
    return OUT / f"traffic-{name}.png"


def _car_following() -> Table:
    flows = [ring_flow(number) for number in ON_RING]
    plots.draw_ring(_plot("ring"), flows)
    waves = [wave(*pair) for pair in WAVES]
    plots.draw_waves(_plot("waves"), waves)
    ring_sample = "120 s after 300 s, all cars of one ring; no randomness in it"
    figures = [
        Figure(f"flow at {f.density_pkm:.0f} vehicles/km, vehicles/h", "IDM, Treiber et al. 2000, eq. 10",
               f.closed_vph, f.flow_vph, 0.02, ring_sample, digits=1)
        for f in flows
    ]  # fmt: skip
    cars = f"slope over cars {FIRST} to {LAST} of one column"
    figures += [
        Figure(f"wave from {w.behind_mps:g} to {w.before_mps:g} m/s, m/s", "Rankine and Hugoniot",
               w.theory_mps, w.measured_mps, 0.05, cars, digits=3)
        for w in waves
    ]  # fmt: skip
    return table("Car following against closed forms", figures, (
        "The ring starts at half the speed of its equilibrium with one car at rest. A wave is where cars "
        "pass through the mean of both speeds; the last one is a queue that follows a leader at 8 m/s."
    ))  # fmt: skip


def _saturation(taken: Taken) -> Table:
    figures = [_of_case(case, taken[case.approach]) for case in CASES]
    plots.draw_saturation(_plot("saturation"), figures)
    return table("Saturation flow", figures, (
        "pcu/h of green from 5 to 25 s into it, with 0.2, 1.0 and 1.3 pcu for a motorcycle, a light and a "
        "heavy vehicle. LE are the driving lanes, of 3.5 m unless said, without a strip at the kerb. Red "
        "running is off. Headways and side friction were fitted on the first three approaches; "
        "the rest are predictions."
    ))  # fmt: skip


def _of_case(case: Case, cycles: Sequence[Green]) -> Figure:
    flows = saturation_pcu_h(cycles)
    name = f"{case.name}{', fitted' if case.fitted else ''}"
    mean = float(flows.mean())
    return Figure(name, case.source, case.expected_pcu_h, mean, 0.10, PER_CYCLE, half_width(flows))


def _stop_line(taken: Taken) -> Table:
    times_s = queue_times_s(taken[CARS_ONLY], CARS_ONLY.lanes)
    lost = lost_time_s(times_s)
    plots.draw_headways(_plot("headways"), times_s, headway_s(times_s))
    usual, alone = taken[USUAL], taken[ALONE]
    early, whole = (rider_share(usual, until_s) for until_s in (GREEN_S / 3, GREEN_S))
    rows, rows_alone = (np.array([float(g.first_row[0]) for g in some]) for some in (usual, alone))
    cycles = [green for approach in MIXES for green in taken[approach]]
    flow, pcu, error = pcu_by_regression(cycles)
    plots.draw_pcu(_plot("pcu"), cycles, flow, pcu)
    lanes_too = f"{len(times_s)} queues of one lane"
    figures = [
        Figure("start-up lost time, s", "HCM, about 2", 2.0, float(lost.mean()), 0.5, lanes_too,
               half_width(lost), 2, absolute=True, note="nobody takes time to react to the green"),
        Figure("motorcycles in the first row on 7 m, usual mix", "about 6 [?]", 6.0, float(rows.mean()), 1.0,
               PER_CYCLE, half_width(rows), 1, absolute=True, note="cars hold the middle strips"),
        Figure("the same where only riders wait", "about 6 [?]", 6.0, float(rows_alone.mean()), 1.0,
               PER_CYCLE, half_width(rows_alone), 1, absolute=True),
        Figure("share of motorcycles in the first third of green", "more than over the whole green",
               float(whole.mean()), float(early.mean()), 0.03, PER_CYCLE, half_width(early), 3,
               at_least=True),
        Figure("pcu of a motorcycle", "PKJI 2023, 0.15 to 0.2", 0.175, pcu, 0.025,
               f"{len(cycles)} cycles of 5 mixes without heavy vehicles", 1.96 * error, 3, absolute=True),
    ]  # fmt: skip
    return table("At the stop line", figures, (
        "Lost time: what the first four headways of a lane exceed the saturation headway by, the mean of the "
        "5th to the 12th. First row: fronts nearer to the line than 2.5 m, or beyond it. "
        "pcu: cars = S - pcu x motorcycles."
    ))  # fmt: skip


def _steps() -> Table:
    runs = [at_step(step_s, 1, CYCLES) for step_s in STEPS_S]
    plots.draw_steps(_plot("steps"), runs)
    columns = (
        "step, s", "free travel, s", "cars, pcu/h", "usual mix, pcu/h", "four signals, s", "shock, m/s"
    )  # fmt: skip
    return Table("Convergence", columns, tuple(_step_row(run) for run in runs), (
        "One seed; the flows over 8 cycles, so that a cycle's chance is in them, about ± 2 % for cars and "
        "3 % for the mix. A step of 1 s is too long for queues: the safe bound on the speed binds before the "
        "IDM, as one reacts after a step."
    ))  # fmt: skip


def _step_row(run: AtStep) -> tuple[str, ...]:
    return (
        f"{run.step_s:g}", f"{run.free_s:.2f}", f"{run.cars_pcu_h:.0f}", f"{run.mixed_pcu_h:.0f}",
        f"{run.corridor_s:.1f}", f"{run.shock_mps:.3f}",
    )  # fmt: skip


def _stuck() -> Table:
    figures = []
    for name in STREETS:
        counts = np.array([len(stuck_on(name, seed, 1200).stuck) for seed in SEEDS])
        sample = f"20 minutes, seeds {SEEDS[0]} to {SEEDS[-1]}: {', '.join(map(str, counts))}"
        figures.append(
            Figure(f"stuck, {name}", "nobody", 0.0, float(counts.sum()), 0.0, sample, absolute=True)
        )
    return table("Who stands for no reason", figures, (
        "Below 0.1 m/s for 300 s, not at the kerb, with more than 5 m free before the front on its strips at "
        "that time, across the junction too, and not held by a red all the time."
    ))  # fmt: skip


def _draw_link() -> None:
    states = [link_states(vph, slow_mps, 1) for vph, slow_mps in ON_LINK]
    plots.draw_link(_plot("link"), states, LANES)


def _pictures() -> str:
    return "\n".join(f"![{text}](traffic-{name}.png)\n\n{text}.\n" for name, text in PLOTS.items())


def main() -> int:
    """Measure, draw and write; return 0: what does not hold stands on the page."""
    OUT.mkdir(parents=True, exist_ok=True)
    run_of, wall_s = commit(), time.perf_counter()
    taken = _take((*(case.approach for case in CASES), *MIXES))
    sys.stdout.write(f"crossings: {time.perf_counter() - wall_s:.0f} s\n")
    tables = []
    parts = (_car_following, partial(_saturation, taken), partial(_stop_line, taken), _steps, _stuck)
    for part in parts:
        tables.append(part())
        sys.stdout.write(f"{tables[-1].heading}: {time.perf_counter() - wall_s:.0f} s\n")
        sys.stdout.flush()
    _draw_link()
    effort = Effort("this page", run_of, time.perf_counter() - wall_s, sum(os.times()[:4]))
    finding = Finding(_all_hold(tables), _sentence(tables), tuple(tables))
    text = page("Traffic against theory and published figures", finding, effort)
    head, cut, circumstances = text.rpartition("## Circumstances")
    path = OUT / "traffic.md"
    path.write_text(f"{head}## Plots\n\n{_pictures()}\n{cut}{circumstances}", encoding="utf-8")
    sys.stdout.write(f"{finding.sentence} {path}\n")
    return 0


def _verdicts(tables: Sequence[Table]) -> list[tuple[str, bool]]:
    judged = [one for one in tables if "holds?" in one.columns]
    return [(row[0], row[4] == "yes") for one in judged for row in one.rows]


def _all_hold(tables: Sequence[Table]) -> bool:
    return all(holds for _, holds in _verdicts(tables))


def _sentence(tables: Sequence[Table]) -> str:
    verdicts = _verdicts(tables)
    failed = [name for name, holds in verdicts if not holds]
    told = f" What does not: {'; '.join(failed)}." if failed else ""
    return f"{len(verdicts) - len(failed)} of {len(verdicts)} figures hold.{told}"


if __name__ == "__main__":
    sys.exit(main())
