"""The plots of the page on traffic: what was measured as points, what it should be as lines."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from numpy.typing import NDArray

from tests.verification.ladder.cars import LIMIT_MPS, density_at
from tests.verification.ladder.figures import Figure
from tests.verification.ladder.link import LinkStates
from tests.verification.ladder.ring import RingFlow
from tests.verification.ladder.steps import AtStep
from tests.verification.ladder.stopline import STEADY_S, Green, riders_and_cars
from tests.verification.ladder.waves import Wave

SIZE_IN, DPI = (6.4, 3.6), 90
POINTS, LINE = "#1f5fa8", "#c0392b"


@contextmanager
def drawing(path: Path, across: str, up: str) -> Iterator[Axes]:
    """A small plot, written when done."""
    mpl.use("Agg")
    canvas = Canvas(SIZE_IN, DPI, layout="constrained")
    axes = canvas.subplots()
    axes.set(xlabel=across, ylabel=up)
    axes.grid(visible=True, alpha=0.3)
    yield axes
    canvas.savefig(path, metadata={"Software": None})


def draw_ring(path: Path, flows: Sequence[RingFlow]) -> None:
    speeds = np.linspace(0.0, LIMIT_MPS * 0.9999, 300)
    density = np.array([density_at(float(v)) for v in speeds])
    with drawing(path, "density, vehicles/km", "flow, vehicles/h") as axes:
        axes.plot(1000 * density, 3600 * density * speeds, color=LINE, label="IDM, equation 10")
        axes.plot(
            [f.density_pkm for f in flows], [f.flow_vph for f in flows], "o", color=POINTS, label="ring"
        )
        axes.legend()


def draw_waves(path: Path, waves: Sequence[Wave]) -> None:
    with drawing(path, "time, s", "place, m") as axes:
        for number, one in enumerate(waves):
            time_s = one.time_s - one.time_s[0]
            label = f"{one.before_mps:g} m/s before, {one.behind_mps:g} behind"
            axes.plot(time_s, one.place_m - one.place_m[0], "o", ms=3, color=f"C{number}", label=label)
            axes.plot(time_s, one.theory_mps * time_s, color=f"C{number}", lw=1)
        axes.legend(title="points: cars; lines: Rankine and Hugoniot", fontsize=7, title_fontsize=7)


def draw_saturation(path: Path, figures: Sequence[Figure]) -> None:
    with drawing(path, "measured as a share of the published figure", "") as axes:
        at = np.arange(len(figures))[::-1]
        shares = [one.measured / one.expected for one in figures]
        bars = [one.half_width / one.expected for one in figures]
        axes.axvspan(0.9, 1.1, color=LINE, alpha=0.12)
        axes.axvline(1.0, color=LINE)
        axes.errorbar(shares, at, xerr=bars, fmt="o", ms=4, color=POINTS, capsize=2)
        axes.set_yticks(at, [one.name for one in figures], fontsize=7)


def draw_headways(path: Path, times_s: NDArray[np.float64], headway_s: float) -> None:
    """Headways by the place in the queue; `times_s` (N, K) are crossings of N queues."""
    headways = np.diff(times_s, axis=1, prepend=0.0)
    place = np.arange(1, times_s.shape[1] + 1)
    with drawing(path, "place in the queue", "headway at the line, s") as axes:
        axes.errorbar(
            place, headways.mean(0), headways.std(0), fmt="o", ms=4, color=POINTS, capsize=2, label="cars"
        )
        axes.axhline(headway_s, color=LINE, label=f"mean of the 5th to the 12th, {headway_s:.2f} s")
        axes.legend()


def draw_pcu(path: Path, cycles: Sequence[Green], flow: float, pcu: float) -> None:
    per_h = 3600 / (STEADY_S[1] - STEADY_S[0])
    riders, cars = riders_and_cars(cycles, STEADY_S)
    with drawing(path, "motorcycles/h of green", "cars/h of green") as axes:
        axes.plot(riders * per_h, cars * per_h, "o", ms=4, color=POINTS, label="cycles")
        ends = np.array([0.0, riders.max() * per_h])
        axes.plot(ends, flow - pcu * ends, color=POINTS, lw=1, label=f"least squares, {pcu:.3f} pcu")
        for published, style in ((0.15, ":"), (0.2, "-")):
            axes.plot(ends, 4200 - published * ends, style, color=LINE, label=f"PKJI, {published} pcu")
        axes.legend(fontsize=8)


def draw_link(path: Path, states: Sequence[LinkStates], lanes: int) -> None:
    with drawing(path, "density, pcu/km", "flow, pcu/h") as axes:
        for one in states:
            axes.plot(one.density_pcu_km, one.flow_pcu_h, "o", ms=4, color=POINTS)
        axes.axhspan(1650 * lanes, 1700 * lanes, color=LINE, alpha=0.3, label="capacity, 1 650-1 700 a lane")
        ends = np.array([0.0, 1700 * lanes / (LIMIT_MPS * 3.6)])
        axes.plot(ends, ends * LIMIT_MPS * 3.6, "--", color=LINE, label="at the limit of 50 km/h")
        axes.legend()


def draw_steps(path: Path, runs: Sequence[AtStep]) -> None:
    with drawing(path, "step, s", "share of the figure with 0.2 s") as axes:
        for name, label in (
            ("free_s", "free travel time"),
            ("corridor_s", "travel time, four signals"),
            ("cars_pcu_h", "saturation flow, cars"),
            ("mixed_pcu_h", "saturation flow, usual mix"),
            ("shock_mps", "shock speed"),
        ):
            values = np.array([getattr(one, name) for one in runs])
            axes.plot([one.step_s for one in runs], values / values[0], "o-", ms=4, label=label)
        axes.axhspan(0.95, 1.05, color=LINE, alpha=0.12)
        axes.legend(fontsize=8)
