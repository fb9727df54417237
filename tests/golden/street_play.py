"""A play on the corner street, by hand: one car parks at the kerb, one crosses on red, others pass."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from detectors.datatypes.cases import Case
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.signals import Aspect
from scenarios.watching import ViewAtWork, ViewJob
from tests.corner_street import AFTERNOON_NS, KERB_VIEW, LIGHT_VIEW, scene, street
from twin.cameras.plans import ViewSpec
from twin.clock import NS_PER_S, seconds
from twin.randomness import Seed
from twin.truth import Scene

Row = tuple[float, float, float, float]
Motion = Callable[[float], float]
FAR_M = 190.0  # beyond every view


@dataclass(frozen=True, slots=True)
class Play:
    """What one view is shown: actors (class, lane's y, x over time) and the signal of the street."""

    view: ViewSpec
    lasts_s: float
    actors: tuple[tuple[VehicleClass, float, Motion], ...]
    red_from_s: float

    def scenes(self) -> Iterator[Scene]:
        for n in range(round(self.lasts_s * self.view.fps)):
            yield self._scene(n / self.view.fps)

    def _scene(self, t_s: float) -> Scene:
        rows: list[Row] = [
            (kind, max(-FAR_M, min(x(t_s), FAR_M)), y, 0.0 if y > 0 else 180.0) for kind, y, x in self.actors
        ]
        aspect = Aspect.RED if t_s >= self.red_from_s else Aspect.GREEN
        return scene(*rows, at_ns=AFTERNOON_NS + round(t_s * NS_PER_S), aspects=(("w-j", aspect),))


def passes(x0_m: float, speed_mps: float, from_s: float = 0.0) -> Motion:
    """Drive at a steady speed, at `x0_m` at the second `from_s`."""
    return lambda t_s: x0_m + speed_mps * (t_s - from_s)


def parks(x_m: float, from_s: float, to_s: float) -> Motion:
    """Drive in at 8 m/s, brake, stand at `x_m` from one second to another, drive off."""
    return lambda t_s: x_m - _way_m(from_s - t_s) + _way_m(t_s - to_s)


def _way_m(t_s: float) -> float:
    """Return the way after `t_s` from a stand: 2 m/s2 up to 8 m/s."""
    t_s = max(t_s, 0.0)
    return min(t_s, 4.0) ** 2 + 8.0 * max(t_s - 4.0, 0.0)


KERB = Play(
    replace(KERB_VIEW, fps=1.0),
    lasts_s=88.0,
    actors=(
        (VehicleClass.CAR, 9.3, parks(-84.0, 7.0, 74.0)),
        (VehicleClass.MOTORCYCLE, 6.5, passes(-120.0, 9.0, 12.0)),
        (VehicleClass.TRUCK, 3.5, passes(-120.0, 7.0, 24.0)),
        (VehicleClass.CAR, -4.0, passes(-40.0, -10.0, 52.0)),
        (VehicleClass.CAR, 9.3, parks(-70.0, 45.0, 500.0)),
    ),
    red_from_s=0.0,
)
LIGHT = Play(
    replace(LIGHT_VIEW, along_m=374.0, aim_along_m=398.0, clock_error_ns=40_000_000),
    lasts_s=13.0,
    actors=(
        (VehicleClass.CAR, 5.0, passes(-18.2, 10.0, 9.0)),
        (VehicleClass.MOTORCYCLE, 7.5, passes(-17.0, 11.0, 3.0)),
        (VehicleClass.CAR, 3.0, parks(-20.0, 7.5, 500.0)),
    ),
    red_from_s=4.0,
)
PLAYS = (KERB, LIGHT)


def watch(play: Play, detector: str, out: Path) -> tuple[Path, tuple[Case, ...]]:
    """Run the pipeline of one view over a play; return its run log and its cases."""
    start_ns = AFTERNOON_NS
    moments = (start_ns + seconds(play.lasts_s / 2),)
    seed = Seed(1, ("view", play.view.name))
    job = ViewJob(street(), play.view, seed, detector, "enforcement", out, start_ns, moments)
    view = ViewAtWork(job)
    for one in play.scenes():
        view.take(one)
    return out / "run" / f"{play.view.name}.jsonl", view.finish().cases
