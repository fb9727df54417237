"""One suite for every Rule of the registry: what a verdict keeps to, and what must not matter to it."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from detectors.datatypes.frame import NS_PER_S, TimeBase
from detectors.datatypes.signals import Aspect
from detectors.datatypes.site import DailyWindow, SitePlan
from detectors.datatypes.steps import Observation
from detectors.datatypes.violations import Verdict, VerdictKind, WindowPhase
from detectors.ports import Rule
from detectors.violations.registry import RULES, rules_for
from tests.judgement import (
    Place,
    at,
    cruises,
    lights,
    observe,
    signed_site,
    stands,
    track,
    turns_right,
)
from tests.speeds import KMH, drives, measured_site

START_NS = at(17)
SECONDS, EVERY_S = 150.0, 0.25
MEASURED = ("speeding", "racing")
PHASES = {"opened": {"extended", "closed"}, "extended": {"extended", "closed"}}
Path = Callable[[float], Place | None]
SIGNALS = lights(
    (at(16, 59), Aspect.GREEN), (at(17, 0, 30), Aspect.YELLOW), (at(17, 0, 33), Aspect.RED),
    (at(17, 1, 37), Aspect.GREEN),
)  # fmt: skip


def hidden(path: Path, from_s: float, to_s: float) -> Path:
    """Return the path, unseen for a while."""
    return lambda t_s: None if from_s <= t_s < to_s else path(t_s)


PATHS: dict[int, Path] = {
    1: stands(5, 140),
    2: stands(10, 30, (-40.0, 5.5)),
    3: hidden(stands(4, 120, (-60.0, 5.0)), 30, 75),
    4: cruises(12.0, 20.0),
    5: cruises(10.0, 60.0, y=-2.0),
    6: cruises(11.0, 33.1, y=2.0),
    7: hidden(cruises(9.0, 80.0), 78, 81),
    8: stands(8, 500, (-70.0, 6.0)),
    9: lambda _t_s: (-30.0, 0.0),
    10: lambda t_s: waits_until(t_s, 96.0, -4.0),  # green is at 97 s
    11: lambda t_s: waits_until(t_s, 98.5, -1.0),
    12: lambda t_s: waits_until(t_s, 97.0, -6.0, 3.0),
    13: lambda t_s: (-20.0 - 5.0 * t_s, 7.0) if t_s < 14 else None,  # against the traffic
    14: lambda t_s: (-50.0 + 1.5 * (20 - t_s), 7.0) if 20 < t_s < 40 else None,
    15: lambda t_s: (-90.0 + 9.0 * (t_s - 100), -3.0) if 100 < t_s < 140 else None,
    16: lambda t_s: turns_right()(t_s - 40) if t_s > 40 else None,
    18: lambda t_s: waits_until(t_s, 120.0, 1.5, -3.0),
    19: lambda t_s: waits_until(t_s, 96.9, -2.4, 2.0),
    17: lambda t_s: None if 86 < t_s < 90 else turns_right()(t_s - 78),
}
# measured speed: slow traffic, one near the limit, a pair that races, a single speeder, a pair near to a race
PATHS |= {20 + n: drives(30.0, 3.0 * n, y=-3.0) for n in range(4)}
PATHS |= {24: drives(40.0, 20.0), 25: drives(80.0, 25.0), 26: drives(80.0, 25.0, -108.0)}
PATHS |= {27: drives(90.0, 50.0), 28: drives(62.0, 70.0), 29: drives(62.0, 70.0, -108.0)}
LIMIT_MPS = 40.0 * KMH


def waits_until(t_s: float, goes_at_s: float, x: float, y: float = 0.0) -> Place | None:
    """Drives up, stands from 60 s on with the front of a car 2.2 m ahead of x, and sets out."""
    if t_s < 50:
        return None
    return 5.0 * min(t_s - 60.0, 0.0) + x + 6.0 * max(t_s - goes_at_s, 0.0), y


def site() -> SitePlan:
    """Return the site with everything signed, the turn by day by one sign and at night by another."""
    plan = signed_site()
    night = replace(plan.prohibited_turns[0], name="night", windows=(DailyWindow(22 * 3600, 24 * 3600),))
    return replace(plan, prohibited_turns=(*plan.prohibited_turns, night))


def places(plan: SitePlan) -> set[str]:
    """Return the names of all that is signed."""
    signed = (plan.no_parking, plan.stop_lines, plan.one_way, plan.prohibited_turns, plan.carriageways)
    return {one.name for kind in signed for one in kind}  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Evening:
    """What a rule is told: all paths, or those of some vehicles, on the ground or in pixels only."""

    paths: tuple[int, ...] = tuple(PATHS)
    reverse: bool = False
    on_ground: bool = True
    time_base: TimeBase = TimeBase.UTC
    signals_known: bool = True

    def observations(self) -> Iterator[Observation]:
        for n in range(round(SECONDS / EVERY_S) + 1):
            yield self._at(n * EVERY_S)

    def _at(self, t_s: float) -> Observation:
        now_ns = START_NS + round(t_s * NS_PER_S)
        tracks = []
        for number in reversed(self.paths) if self.reverse else self.paths:
            here, before = PATHS[number](t_s), PATHS[number](t_s - EVERY_S)
            if here is None:
                continue
            last = before or here
            v = (here[0] - last[0]) / EVERY_S, (here[1] - last[1]) / EVERY_S
            seen = track(number, now_ns, here, v)
            if not self.on_ground:
                seen = replace(seen, position_m=None, velocity_mps=None, heading_rad=None)
            tracks.append(seen)
        signals = SIGNALS(now_ns) if self.signals_known else None
        return observe(now_ns, *tracks, signals=signals, time_base=self.time_base)


EVENINGS = {
    "all told": Evening(),
    "time of day unknown": Evening(time_base=TimeBase.MEDIA),
    "signals unknown": Evening(signals_known=False),
}


@pytest.fixture(params=RULES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def plan_of(name: str) -> SitePlan:
    return measured_site(LIMIT_MPS) if name in MEASURED else site()


def make(name: str, plan: SitePlan | None = None) -> Rule:
    (rule,) = rules_for(plan or plan_of(name), (name,))
    return rule


def run(rule: Rule, evening: Evening) -> list[Verdict]:
    found = [verdict for seen in evening.observations() for verdict in rule.judge(seen)]
    return found + list(rule.finish(START_NS + round(SECONDS * NS_PER_S)))


def check(verdict: Verdict, name: str, plan: SitePlan) -> None:
    """Check all that the datatype promises of one verdict."""
    assert (verdict.rule, verdict.view) == (name, plan.view)
    assert verdict.article.startswith(("287(", "297"))
    assert verdict.place in places(plan)
    assert verdict.opened_ns <= verdict.updated_ns
    assert START_NS <= verdict.updated_ns <= START_NS + round(SECONDS * NS_PER_S)
    assert math.isfinite(verdict.extremum)
    assert verdict.extremum >= 0
    assert verdict.unit in (("km/h",) if name in MEASURED else ("s", "m"))
    assert (verdict.reason is not None) == (verdict.kind is VerdictKind.UNDETERMINED)
    times = verdict.evidence_times_ns
    assert list(times) == sorted(times)
    assert all(START_NS <= one <= verdict.updated_ns for one in times)
    assert bool(times) == (verdict.kind is VerdictKind.VIOLATION)
    assert verdict.plate is not None  # every track here carries one


def test_it_is_called_as_it_is_registered(name: str) -> None:
    assert make(name).name == name


@pytest.mark.parametrize("evening", EVENINGS.values(), ids=EVENINGS)
def test_verdicts_are_whole_and_name_the_view_and_the_place(name: str, evening: Evening) -> None:
    found = run(make(name), evening)
    # without a signal nobody is known to have waited at red: the passage is one of `red_light`
    assert found or (name == "jump_start" and not evening.signals_known)
    for verdict in found:
        check(verdict, name, plan_of(name))


def test_all_three_verdicts_are_given(name: str) -> None:
    kinds = {verdict.kind for verdict in run(make(name), Evening())}
    assert kinds == set(VerdictKind)


@pytest.mark.parametrize("evening", EVENINGS.values(), ids=EVENINGS)
def test_a_window_opens_once_may_be_extended_and_closes_once(name: str, evening: Evening) -> None:
    windows: dict[str, list[Verdict]] = {}
    for verdict in run(make(name), evening):
        windows.setdefault(verdict.key, []).append(verdict)
    for told in windows.values():
        phases = [verdict.phase for verdict in told]
        if told[0].kind is not VerdictKind.VIOLATION:
            assert phases == [WindowPhase.CLOSED]
            continue
        assert phases[0] is WindowPhase.OPENED
        assert phases[-1] is WindowPhase.CLOSED
        assert phases.count(WindowPhase.OPENED) == phases.count(WindowPhase.CLOSED) == 1
        assert {verdict.kind for verdict in told} == {VerdictKind.VIOLATION}
        extrema = [verdict.extremum for verdict in told]
        assert extrema == sorted(extrema)


def test_an_empty_observation_says_nothing(name: str) -> None:
    rule = make(name)
    for n in range(10):
        assert rule.judge(observe(START_NS + n * NS_PER_S)) == ()


def test_tracks_without_a_place_on_the_ground_say_nothing(name: str) -> None:
    assert run(make(name), Evening(on_ground=False)) == []


def test_finishing_before_the_start_or_twice_says_nothing_more(name: str) -> None:
    end_ns = START_NS + round(SECONDS * NS_PER_S)
    assert make(name).finish(START_NS) == ()
    rule = make(name)
    run(rule, Evening())
    assert rule.finish(end_ns) == ()
    assert rule.finish(end_ns + 3600 * NS_PER_S) == ()


def test_two_instances_in_one_process_do_not_disturb_each_other(name: str) -> None:
    evenings = Evening(), Evening((1, 4, 5, 7), signals_known=False)
    apart = [run(make(name), evening) for evening in evenings]
    rules = make(name), make(name)
    mixed: list[list[Verdict]] = [[], []]
    for pair in zip(*(evening.observations() for evening in evenings), strict=True):
        for told, rule, seen in zip(mixed, rules, pair, strict=True):
            told.extend(rule.judge(seen))
    for told, rule in zip(mixed, rules, strict=True):
        told.extend(rule.finish(START_NS + round(SECONDS * NS_PER_S)))
    assert mixed == apart
    assert apart[0] != apart[1]


def test_the_order_of_the_tracks_does_not_matter(name: str) -> None:
    def told(evening: Evening) -> list[Verdict]:
        return sorted(run(make(name), evening), key=lambda v: (v.updated_ns, v.key, v.phase))

    assert told(Evening()) == told(Evening(reverse=True))


def test_what_nobody_signed_is_not_judged(name: str) -> None:
    bare = replace(
        plan_of(name), carriageways=(), no_parking=(), stop_lines=(), one_way=(), prohibited_turns=()
    )
    assert run(make(name, bare), Evening()) == []
