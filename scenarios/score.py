"""From a run to its score: what the cases have to do with what really happened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from detectors.datatypes.cases import Case
from detectors.datatypes.detections import VehicleClass
from scenarios.experiments.intervals import exact_interval, lower_bound, upper_bound
from scenarios.offences import RED_LIGHT, SCORED, SCORED_AS, Offence, offences
from scenarios.results import RunResult, Scenario, ViewResult
from scenarios.speed_offences import MEASURED, SECTION_SPEED
from twin.clock import NS_PER_S, seconds

MATCH_TOLERANCE_NS = seconds(5.0)


class Seen(StrEnum):
    """How the pictures behind a number came about. Every reported number carries one."""

    ANALYTIC = "analytic"
    RENDERED = "rendered"
    RECORDED = "recorded"
    LIVE = "live"


class Match(StrEnum):
    """What a case turned out to be."""

    CORRECT = "correct"
    WRONG_VEHICLE = "wrong-vehicle"  # its vehicle did nothing of the kind, or the plate is another's
    NOBODY = "nobody"  # no vehicle was there
    REPEATED = "repeated"  # right, but there is a case of it already
    BORDERLINE = "borderline"  # too close to the rule's limit to count for or against


JUDGED = (Match.CORRECT, Match.WRONG_VEHICLE, Match.NOBODY)


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `trials`, each trial one vehicle and one act."""

    hits: int
    trials: int

    @property
    def value(self) -> float | None:
        """The share, None without trials."""
        return self.hits / self.trials if self.trials else None

    @property
    def interval(self) -> tuple[float, float]:
        """The exact 95 % interval (Clopper and Pearson)."""
        return exact_interval(self.hits, self.trials)

    @property
    def at_most(self) -> float:
        """The largest share that is possible with 95 % confidence."""
        return upper_bound(self.hits, self.trials)

    @property
    def at_least(self) -> float:
        """The smallest share that is possible with 95 % confidence."""
        return lower_bound(self.hits, self.trials)


@dataclass(frozen=True, slots=True)
class CaseMatch:
    """One case and the offence that it is about, if there was one."""

    seed: int
    case_id: str
    rule: str
    vehicle_class: VehicleClass
    match: Match
    offence: Offence | None = None
    latency_s: float | None = None


@dataclass(frozen=True, slots=True)
class ClassScore:
    """Recall by the true class of the vehicle, precision by the class that the case states."""

    vehicle_class: VehicleClass
    recall: Share
    precision: Share


@dataclass(frozen=True, slots=True)
class RuleScore:
    """The score of one rule.

    `view_recall` is of the violations that some view could have seen, `system_recall` of all in
    the zone. A jump start is scored as the crossing on red that it is. `latencies_s` run from the instant
    of the violation to the opening of its case.
    """

    rule: str
    seen: Seen
    oracle: bool
    view_recall: Share
    system_recall: Share
    precision: Share
    wrong_vehicle: Share
    repeated: int
    borderline: int
    latencies_s: tuple[float, ...]
    by_class: tuple[ClassScore, ...]

    def latency_s(self, percent: float) -> float | None:
        """Return a percentile of the latency, None without a correct case."""
        return float(np.percentile(self.latencies_s, percent)) if self.latencies_s else None


@dataclass(frozen=True, slots=True)
class Score:
    """The score of one run, or of several together."""

    seeds: tuple[int, ...]
    seen: Seen
    oracle: bool
    offences: tuple[Offence, ...]
    matches: tuple[CaseMatch, ...]
    rules: tuple[RuleScore, ...]

    def rule(self, name: str) -> RuleScore:
        """Return the score of one rule; raises KeyError that lists the known ones."""
        for rule in self.rules:
            if rule.rule == name:
                return rule
        msg = f"no score for rule {name!r}; there are {', '.join(rule.rule for rule in self.rules)}"
        raise KeyError(msg)


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Why a gate is not passed: `got` (None: nothing to measure it on) is less than `wanted`."""

    rule: str
    measure: str
    got: float | None
    wanted: float


def score(result: RunResult, seen: Seen = Seen.RENDERED) -> Score:
    """Return the score of one run."""
    happened = offences(result)
    matches = _match_cases(result, happened)
    oracle = any(view.oracle for view in result.views)
    return _score((result.seed,), seen, oracle, happened, matches)


def pooled(scores: Sequence[Score]) -> Score:
    """Return the score of all runs together; raises ValueError where they were seen differently."""
    if len({one.seen for one in scores}) != 1:
        msg = "pooled: expected runs seen in one way, got " + (
            ", ".join(sorted({one.seen.value for one in scores})) or "none"
        )
        raise ValueError(msg)
    return _score(
        tuple(seed for one in scores for seed in one.seeds),
        scores[0].seen,
        any(one.oracle for one in scores),
        tuple(offence for one in scores for offence in one.offences),
        tuple(match for one in scores for match in one.matches),
    )


def shortfalls(result: Score, scenario: Scenario) -> tuple[Shortfall, ...]:
    """Return what keeps a score from passing the gates of its scenario."""
    found = []
    for name, least_recall, least_precision in scenario.gates:
        rule = result.rule(name)
        for measure, share, wanted in (
            ("recall", rule.view_recall, least_recall),
            ("precision", rule.precision, least_precision),
        ):
            if share.value is None or share.value < wanted:
                found.append(Shortfall(name, measure, share.value, wanted))
    return tuple(found)


def passed(result: Score, scenario: Scenario) -> bool:
    """Return whether every gate of the scenario is reached."""
    return not shortfalls(result, scenario)


def _match_cases(result: RunResult, happened: tuple[Offence, ...]) -> tuple[CaseMatch, ...]:
    """Match the cases of all views in the order in which they were opened."""
    caught: set[Offence] = set()
    pairs = [(case, vehicle) for view in result.views for case, vehicle in _accused(view)]
    found = []
    for case, vehicle in sorted(pairs, key=lambda pair: (pair[0].opened_ns, pair[0].case_id)):
        offence = next((one for one in happened if _is_about(case, vehicle, one)), None)
        match = _judge(case, vehicle, offence, caught)
        latency_s = None
        if match is Match.CORRECT and offence is not None:
            caught.add(offence)
            latency_s = (case.opened_ns - offence.since_ns) / NS_PER_S
        found.append(
            CaseMatch(
                result.seed, case.case_id, scored_as(case.rule), case.vehicle_class, match, offence, latency_s
            )
        )
    return tuple(found)


def scored_as(rule: str) -> str:
    """Return the rule under which the cases of a rule are scored."""
    return SCORED_AS.get(rule, rule)


def _accused(view: ViewResult) -> Iterable[tuple[Case, int | None]]:
    vehicle_of = {one.case_id: one.vehicle_id for one in view.attributions}
    return ((case, vehicle_of.get(case.case_id)) for case in view.cases)


def _is_about(case: Case, vehicle: int | None, offence: Offence) -> bool:
    act = offence.violation
    if vehicle is None or act.vehicle_id != vehicle or act.rule != scored_as(case.rule):
        return False
    if case.rule == SECTION_SPEED:  # from the gate at which he came in
        return case.place == act.place and abs(case.offence_ns - act.opened_ns) <= MATCH_TOLERANCE_NS
    if case.rule in MEASURED:  # somewhere on the road, before he left it
        begins_ns, ends_ns = offence.since_ns - MATCH_TOLERANCE_NS, offence.until_ns + MATCH_TOLERANCE_NS
        return begins_ns <= case.offence_ns <= ends_ns
    if act.rule != RED_LIGHT:  # two spans that overlap
        begins_ns, ends_ns = act.opened_ns - MATCH_TOLERANCE_NS, offence.until_ns + MATCH_TOLERANCE_NS
        return case.offence_ns <= ends_ns and case.opened_ns >= begins_ns
    return abs(case.offence_ns - act.opened_ns) <= MATCH_TOLERANCE_NS


def _judge(case: Case, vehicle: int | None, offence: Offence | None, caught: set[Offence]) -> Match:
    if offence is None:
        return Match.NOBODY if vehicle is None else Match.WRONG_VEHICLE
    if case.plate is not None and _bare(case.plate.text) != _bare(offence.violation.plate):
        return Match.WRONG_VEHICLE
    if offence.borderline:
        return Match.BORDERLINE
    return Match.REPEATED if offence in caught else Match.CORRECT


def _bare(plate: str) -> str:
    return plate.replace(" ", "").upper()


def _score(
    seeds: tuple[int, ...],
    seen: Seen,
    oracle: bool,  # noqa: FBT001 - a label that travels with `seen`
    happened: tuple[Offence, ...],
    matches: tuple[CaseMatch, ...],
) -> Score:
    rules = tuple(
        _rule_score(
            rule,
            (seen, oracle),
            [one for one in happened if one.violation.rule == rule],
            [one for one in matches if one.rule == rule],
        )
        for rule in SCORED
    )
    return Score(seeds, seen, oracle, happened, matches, rules)


def _rule_score(
    rule: str, how: tuple[Seen, bool], happened: list[Offence], matches: list[CaseMatch]
) -> RuleScore:
    clear = [one for one in happened if not one.borderline]
    caught = {one.offence for one in matches if one.match is Match.CORRECT}
    return RuleScore(
        rule=rule,
        seen=how[0],
        oracle=how[1],
        view_recall=_recall((one for one in clear if one.in_view), caught),
        system_recall=_recall((one for one in clear if one.in_zone), caught),
        precision=_of_judged(matches, Match.CORRECT),
        wrong_vehicle=_of_judged(matches, Match.WRONG_VEHICLE),
        repeated=sum(one.match is Match.REPEATED for one in matches),
        borderline=len(happened) - len(clear),
        latencies_s=tuple(one.latency_s for one in matches if one.latency_s is not None),
        by_class=_by_class([one for one in clear if one.in_view], caught, matches),
    )


def _recall(of: Iterable[Offence], caught: set[Offence | None]) -> Share:
    hits = [one in caught for one in of]
    return Share(sum(hits), len(hits))


def _of_judged(matches: Iterable[CaseMatch], match: Match) -> Share:
    judged = [one.match for one in matches if one.match in JUDGED]
    return Share(judged.count(match), len(judged))


def _by_class(
    in_view: list[Offence], caught: set[Offence | None], matches: list[CaseMatch]
) -> tuple[ClassScore, ...]:
    rows = (
        ClassScore(
            kind,
            _recall((one for one in in_view if one.violation.vehicle_class == kind), caught),
            _of_judged((one for one in matches if one.vehicle_class is kind), Match.CORRECT),
        )
        for kind in VehicleClass
    )
    return tuple(row for row in rows if row.recall.trials or row.precision.trials)
