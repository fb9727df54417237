"""Two camera plans under the same traffic: paired over seeds, with a decision or none."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array
from detectors.datatypes.detections import VehicleClass
from scenarios.experiments.intervals import Interval, paired_interval
from scenarios.experiments.replicate import replicate
from scenarios.offences import KERB_PARKING, PLANNED_RULES
from scenarios.planning.evenings import Evening, Hours, approach_points, simulate
from scenarios.progress import Progress, silent
from scenarios.results import Scenario
from twin.cameras.curves import DetectorCurves
from twin.cameras.plans import CameraPlan
from twin.cameras.plate_reading import plate_chance
from twin.cameras.sensing import CURVES, Acts, Curves, capture, capture_by_view, sensing_views
from twin.network.model import RoadNetwork

DAY_FROM, NIGHT_TO = 0.9, 0.1  # of the daylight
LIGHTS = ("day", "dusk", "night")
CLASSES = (VehicleClass.MOTORCYCLE, VehicleClass.CAR, VehicleClass.BUS, VehicleClass.TRUCK)
REFITS = 20  # of fitted curves: what the band of a difference rests on
NORMAL_95 = 1.96
SHARE_THRESHOLD = 0.02  # a difference of shares smaller than this makes no difference in practice [?]


class Decision(StrEnum):
    """What the comparison says; nothing is said that the interval does not carry."""

    A = "A"
    B = "B"
    NOT_RESOLVED = "not resolved"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What to compare: two plans on one network, one scenario, the hours, the curves."""

    scenario: Scenario
    network: RoadNetwork
    plan_a: CameraPlan
    plan_b: CameraPlan
    hours: Hours
    threshold: float = SHARE_THRESHOLD
    curves: Curves = CURVES


@dataclass(frozen=True, slots=True, eq=False)
class SeedPair:
    """One seed: what counted, and the chance (N,) that each plan catches each of it.

    `named_a`, `named_b` (N,): the chance that it is caught and its plate read. `drawn_a`, `drawn_b`
    (B, N): the chance by each refit of fitted curves over views drawn anew; stated curves have none.
    """

    evening: Evening
    chance_a: Float64Array
    chance_b: Float64Array
    named_a: Float64Array
    named_b: Float64Array
    drawn_a: Float64Array
    drawn_b: Float64Array

    @property
    def seed(self) -> int:
        """The seed of the evening."""
        return self.evening.seed

    @property
    def same(self) -> bool:
        """Whether the two plans catch exactly the same."""
        return bool((self.chance_a == self.chance_b).all())

    def by_plates(self) -> "SeedPair":
        """Return the same with the chance that the plate is read too in place of that of a capture.

        Its refits are scaled alike.
        """
        drawn_a = self.drawn_a * _ratio(self.named_a, self.chance_a)
        drawn_b = self.drawn_b * _ratio(self.named_b, self.chance_b)
        return replace(self, chance_a=self.named_a, chance_b=self.named_b, drawn_a=drawn_a, drawn_b=drawn_b)


@dataclass(frozen=True, slots=True)
class Row:
    """One measure: the mean of each plan, the paired difference, and what it means.

    `share` says that it is a share (0..1), not a count. `threshold` is the least difference that matters.
    The interval of the difference holds `curves_sd` too, the deviation that the fit of the curves alone
    gives the mean difference (0 for stated curves, whose error nobody knows).
    """

    group: str
    measure: str
    share: bool
    mean_a: float | None
    mean_b: float | None
    difference: Interval | None
    threshold: float
    decision: Decision
    curves_sd: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """The outcome: pairs by seed, the table (its first row decides), the decision."""

    spec: Comparison
    pairs: tuple[SeedPair, ...]
    rows: tuple[Row, ...]

    @property
    def main(self) -> Row:
        """The row that decides."""
        return self.rows[0]

    @property
    def decision(self) -> Decision:
        """Which plan is better, if either."""
        return self.main.decision


@dataclass(frozen=True, slots=True)
class RenderedRow:
    """Of the violations of one rule: found in rendered pictures, and expected by the closed form."""

    plan: str
    rule: str
    hits: int
    trials: int
    rendered: float | None
    analytic: float | None
    low: float
    high: float

    @property
    def fits(self) -> bool:
        """Whether the closed form lies in the exact 95 % interval of the rendered share."""
        return self.analytic is None or self.low <= self.analytic <= self.high


def compare(
    spec: Comparison, seeds: Sequence[int], workers: int = 1, progress: Progress = silent
) -> Compared:
    """Simulate every seed once, hold both plans against it, and decide."""
    pairs = replicate(partial(pair, spec), seeds, workers, progress)
    return Compared(spec, pairs, rows(pairs, spec.threshold))


def pair(spec: Comparison, seed: int) -> SeedPair:
    """Return one seed's evening and what each plan catches of it."""
    evening = simulate(spec.scenario, spec.network, spec.hours, seed)
    return held_against(spec, evening)


def held_against(spec: Comparison, evening: Evening) -> SeedPair:
    """Return what each plan catches of an evening that was simulated before."""
    lines = approach_points(spec.network, spec.scenario.zone)
    (chance_a, named_a, drawn_a), (chance_b, named_b, drawn_b) = (
        _caught(plan, spec, evening.acts, lines) for plan in (spec.plan_a, spec.plan_b)
    )
    return SeedPair(evening, chance_a, chance_b, named_a, named_b, drawn_a, drawn_b)


def _caught(
    plan: CameraPlan, spec: Comparison, acts: Acts, lines: Sequence[Float64Array]
) -> tuple[Float64Array, Float64Array, Float64Array]:
    """Return the chances (N,) that a plan catches each act, that it reads the plate too; refits (B, N)."""
    views = sensing_views(plan, spec.network)
    by_view = capture_by_view(views, acts, lines, spec.curves)
    plates = np.array([plate_chance(view, acts) for view in views]).reshape(by_view.shape)
    drawn = [capture(capture_by_view(views, acts, lines, one)) for one in _refits(spec.curves)]
    refits = np.array(drawn, dtype=np.float64).reshape(-1, len(acts))
    return capture(by_view), capture(by_view * plates), refits


def _refits(curves: Curves) -> list[Curves]:
    if not isinstance(curves, DetectorCurves):
        return []
    return [curves.drawn(number) for number in range(min(REFITS, len(curves.draws)))]


def _ratio(part: Float64Array, whole: Float64Array) -> Float64Array:
    return np.asarray(part / np.maximum(whole, 1e-12), dtype=np.float64)


def decide(difference: Interval | None, threshold: float) -> Decision:
    """Return the plan that is better by more than `threshold`, the whole interval long."""
    if difference is None:
        return Decision.NOT_RESOLVED
    if difference.low > threshold:
        return Decision.B
    return Decision.A if difference.high < -threshold else Decision.NOT_RESOLVED


def score_of(evening: Evening, chance: Float64Array) -> float | None:
    """Return the mean over the rules of the share that is caught; None where nothing happened."""
    shares = [share_of_rule(evening, rule, chance) for rule in PLANNED_RULES]
    known = [share for share in shares if share is not None]
    return float(np.mean(known)) if known else None


def share_of(chance: Float64Array, mask: BoolArray) -> float | None:
    """Return the expected share that is caught of the acts of a mask, None where there are none."""
    return float(chance[mask].mean()) if mask.any() else None


def share_of_rule(evening: Evening, rule: str, chance: Float64Array) -> float | None:
    """Return the expected share that is caught of the violations of one rule."""
    return share_of(chance, _is_rule(evening, rule))


def rows(pairs: Sequence[SeedPair], threshold: float) -> tuple[Row, ...]:
    """Return the table; its first row is the one that decides."""
    found = [_row("all", "caught, mean of the rules", pairs, score_of, threshold)]
    for rule in PLANNED_RULES:
        found += _rule_rows(rule, pairs, threshold)
    return tuple(row for row in found if row.mean_a is not None)


def _rule_rows(rule: str, pairs: Sequence[SeedPair], threshold: float) -> list[Row]:
    found = [
        _row(rule, "caught", pairs, _masked(rule, _everything), threshold),
        _row(rule, "caught, number", pairs, partial(_number, rule), 1.0, share=False),
    ]
    masks = [(light, partial(_in_light, light)) for light in LIGHTS]
    masks += [(kind.name.lower(), partial(_of_class, kind)) for kind in CLASSES]
    found += [_row(rule, name, pairs, _masked(rule, mask), threshold) for name, mask in masks]
    if rule == KERB_PARKING:
        named = [one.by_plates() for one in pairs]
        found.append(_row(rule, "caught, plate read", named, _masked(rule, _everything), threshold))
    return found


Measure = Callable[[Evening, Float64Array], float | None]
Mask = Callable[[Evening], BoolArray]


def _row(
    group: str,
    measure: str,
    pairs: Sequence[SeedPair],
    value: Measure,
    threshold: float,
    *,
    share: bool = True,
) -> Row:
    both = [(value(one.evening, one.chance_a), value(one.evening, one.chance_b)) for one in pairs]
    known = [(a, b) for a, b in both if a is not None and b is not None]
    left, right = [a for a, _ in known], [b for _, b in known]
    curves_sd = _curves_sd(pairs, value)
    difference = widened(paired_interval(left, right), curves_sd)
    mean_a, mean_b = (float(np.mean(left)), float(np.mean(right))) if known else (None, None)
    decision = decide(difference, threshold)
    return Row(group, measure, share, mean_a, mean_b, difference, threshold, decision, curves_sd)


def _curves_sd(pairs: Sequence[SeedPair], value: Measure) -> float:
    """Return the deviation of the mean difference over refits of the curves: all seeds share each."""
    means = []
    for number in range(min((len(one.drawn_a) for one in pairs), default=0)):
        each = [
            (value(one.evening, one.drawn_a[number]), value(one.evening, one.drawn_b[number]))
            for one in pairs
        ]
        gains = [b - a for a, b in each if a is not None and b is not None]
        means += [float(np.mean(gains))] if gains else []
    return float(np.std(means, ddof=1)) if len(means) > 1 else 0.0


def widened(interval: Interval | None, deviation: float) -> Interval | None:
    """Return the interval with a second, independent error in it: half widths add as squares."""
    if interval is None:
        return None
    extra = NORMAL_95 * deviation
    low = interval.estimate - math.hypot(interval.estimate - interval.low, extra)
    high = interval.estimate + math.hypot(interval.high - interval.estimate, extra)
    return Interval(interval.estimate, low, high, interval.n)


def _masked(rule: str, mask: Mask) -> Measure:
    return lambda evening, chance: share_of(chance, _is_rule(evening, rule) & mask(evening))


def _number(rule: str, evening: Evening, chance: Float64Array) -> float:
    return float(chance[_is_rule(evening, rule)].sum())


def _is_rule(evening: Evening, rule: str) -> BoolArray:
    return np.array([one == rule for one in evening.rules], dtype=np.bool_)


def _everything(evening: Evening) -> BoolArray:
    return np.ones(len(evening.acts), dtype=np.bool_)


def _in_light(light: str, evening: Evening) -> BoolArray:
    level = evening.acts.daylight
    masks = {"day": level >= DAY_FROM, "night": level <= NIGHT_TO}
    masks["dusk"] = ~(masks["day"] | masks["night"])
    return np.asarray(masks[light], dtype=np.bool_)


def _of_class(kind: VehicleClass, evening: Evening) -> BoolArray:
    classes: Int64Array = evening.acts.vehicle_class
    return np.asarray(classes == int(kind), dtype=np.bool_)
