"""Fixed-time plans through the day: changes of plan, midnight, countdowns; and what detectors change."""

from dataclasses import replace
from datetime import date, time

import numpy as np
import pytest

from tests.signal_watch import Spell, Watch, assert_safe, crossing, with_detectors
from twin.clock import NS_PER_S, from_local
from twin.network.model import Phase, SignalPlan
from twin.traffic.kernel.arrays import GREEN, RED, YELLOW
from twin.traffic.schedules import cycle_ns, cycle_position_ns, in_step
from twin.traffic.signals import state_at

MAIN, SIDE = ("e-c", "w-c"), ("n-c", "s-c")
DAY = SignalPlan("c", (Phase(MAIN, 40.0), Phase(SIDE, 30.0)), offset_s=7.0)
UNEVEN = SignalPlan("c", (Phase(MAIN, 41.0), Phase(SIDE, 32.0)), offset_s=7.0)
PEAK = SignalPlan("c", (Phase(MAIN, 75.0), Phase(SIDE, 55.0)), offset_s=31.0, hours=((16.0, 18.0),))


def at(hour: int, minute: int = 0, second: int = 0) -> int:
    return from_local(date(2026, 11, 24), time(hour, minute, second))


def greens(spells: list[Spell], group: str) -> list[Spell]:
    return [spell for spell in spells if spell.group == group and spell.state == GREEN]


@pytest.mark.parametrize(
    ("start_ns", "before", "due"),
    [
        (at(15, 58), DAY, PEAK),
        (at(17, 58), PEAK, DAY),
        (at(23, 58), UNEVEN, UNEVEN),  # the day is no whole number of its cycles
    ],
)
def test_another_plan_takes_over_at_the_end_of_a_cycle_and_falls_into_step(
    start_ns: int, before: SignalPlan, due: SignalPlan
) -> None:
    plans = (UNEVEN,) if due is UNEVEN else (DAY, PEAK)
    spells = Watch(crossing(*plans), start_ns).spells(900.0)
    assert_safe(spells, plans)
    for group in (*MAIN, *SIDE):
        state, since_ns, until_ns = state_at(due, group, start_ns + 700 * NS_PER_S)
        from_s, to_s = ((t_ns - start_ns) / NS_PER_S for t_ns in (since_ns, until_ns))
        assert Spell(group, state, pytest.approx(from_s), pytest.approx(to_s)) in spells  # type: ignore[arg-type]
    cycles = np.diff([spell.from_s for spell in greens(spells, "e-c") if spell.from_s > 0])
    usual = {before.cycle_s, due.cycle_s}
    odd = [length for length in cycles if not any(abs(length - s) < 1e-6 for s in usual)]
    assert len(odd) == 1  # one cycle, stretched or shortened
    assert 0.4 * min(usual) < odd[0] <= 1.5 * max(usual)


@pytest.mark.parametrize("late_s", [0, 1, 20, 44, 46, 60, 79])
def test_a_cycle_out_of_step_ends_in_step(late_s: int) -> None:
    begin_ns = at(10) - cycle_position_ns(DAY, at(10)) + late_s * NS_PER_S
    made = in_step(DAY, begin_ns)
    assert cycle_position_ns(DAY, begin_ns + cycle_ns(made)) == 0
    assert (made == DAY) == (late_s == 0)
    assert min(phase.green_s for phase in made.phases) >= 7.0
    assert [(p.yellow_s, p.all_red_s) for p in made.phases] == [(3.0, 2.0)] * 2


def test_the_seconds_left_are_those_that_pass() -> None:
    network = crossing(DAY, PEAK)
    network = replace(network, junctions=tuple(replace(j, countdown=j.id == "c") for j in network.junctions))
    start_ns = at(15, 58)
    ended = {(spell.group, spell.from_s): spell.to_s for spell in Watch(network, start_ns).spells(700.0)}
    watch = Watch(network, start_ns)
    board = watch.board()
    assert board.countdown.tolist() == [True] * 4
    for second in np.arange(0.5, 600.0, 3.0):
        watch.env.run(until=round(second * NS_PER_S))
        board.refresh(start_ns + round(second * NS_PER_S))
        for row, group in enumerate(board.groups):
            from_s = max(0.0, float(board.rows["since_s"][row]))
            assert second + board.to_change_s[row] == pytest.approx(ended[group, from_s])


def test_nobody_knows_when_an_actuated_green_ends_but_its_yellow_is_known() -> None:
    plan = with_detectors(DAY, 5.0, 2.0)
    watch = Watch(crossing(plan), at(10), lambda road, _: road == "e-c")
    board = watch.board()
    known = {}
    for tenth in range(1, 1200):
        watch.env.run(until=tenth * NS_PER_S // 10)
        board.refresh(watch.start_ns + tenth * NS_PER_S // 10)
        for row, group in enumerate(board.groups):
            known.setdefault((group in MAIN, int(board.rows["state"][row])), []).append(
                float(board.to_change_s[row])
            )
            assert np.isinf(board.rows["next_green_s"][row]) == np.isnan(board.to_change_s[row])
    assert not board.countdown.any()
    assert np.isnan(known[True, GREEN]).all()
    assert np.nanmax(known[True, YELLOW]) <= 3.0
    assert not np.isnan(known[True, YELLOW]).any()
    assert np.nanmax(known[False, RED]) <= 5.0  # known as soon as the others have yellow


def test_low_demand_gives_the_main_road_a_larger_share_than_fixed_time() -> None:
    plan = with_detectors(DAY, 7.0, 2.5)
    calls = {"e-c", "w-c"}

    def share(occupied: object) -> float:
        spells = Watch(crossing(plan), at(10), occupied).spells(3600.0)  # type: ignore[arg-type]
        assert_safe(spells, (plan,))
        main, side = (sum(s.lasts_s for s in greens(spells, group)) for group in ("e-c", "n-c"))
        return main / (main + side)

    def low(road: str, now_s: float) -> bool:
        return road in calls or now_s % 200 < 1

    fixed = DAY.phases[0].green_s / (DAY.phases[0].green_s + DAY.phases[1].green_s)
    assert share(low) > fixed + 0.2
    assert share(None) == pytest.approx(fixed, abs=0.01)  # detectors fail: the longest greens


def test_with_saturated_demand_every_green_is_the_longest() -> None:
    plan = with_detectors(DAY, 7.0, 2.5)
    spells = Watch(crossing(plan), at(10), lambda *_: True).spells(1800.0)
    assert {round(s.lasts_s, 6) for s in greens(spells, "e-c")} == {40.0}
    assert {round(s.lasts_s, 6) for s in greens(spells, "n-c")} == {30.0}


def test_an_empty_crossing_keeps_to_the_shortest_greens_or_rests() -> None:
    plan = with_detectors(DAY, 7.0, 2.5)
    spells = Watch(crossing(plan), at(10), lambda *_: False).spells(600.0)
    assert {round(s.lasts_s, 6) for s in greens(spells, "n-c")} == {7.0}
    assert Watch(crossing(replace(plan, skip=True)), at(10), lambda *_: False).spells(600.0) == [
        Spell(group, RED, 0.0, 0.0) for group in MAIN
    ]


def test_a_phase_that_nobody_calls_is_skipped() -> None:
    phases = (Phase(("e-c", "w-c"), 40.0), Phase(("n-c",), 30.0), Phase(("s-c",), 30.0))
    plan = with_detectors(SignalPlan("c", phases), 5.0, 2.0, skip=True)
    spells = Watch(crossing(plan), at(10), lambda road, _: road != "s-c").spells(900.0)
    assert not greens(spells, "s-c")
    assert {round(s.lasts_s, 6) for s in greens(spells, "e-c")} == {40.0}
    once = Watch(crossing(plan), at(10), lambda road, s: road != "s-c" or 100 < s < 101).spells(900.0)
    assert len(greens(once, "s-c")) == 1
    assert_safe(once, (plan,))


def test_an_actuated_plan_at_night_and_a_fixed_one_by_day() -> None:
    night = with_detectors(
        SignalPlan("c", (Phase(MAIN, 20.0), Phase(SIDE, 20.0))), 5.0, 2.0, hours=((0.0, 6.0),)
    )
    start_ns = at(5, 55)
    spells = Watch(crossing(DAY, night), start_ns, lambda *_: False).spells(900.0)
    assert_safe(spells, (DAY, night))
    assert greens(spells, "n-c")[0].lasts_s == pytest.approx(5.0)
    assert greens(spells, "n-c")[-1].lasts_s == pytest.approx(30.0)
    back = Watch(crossing(DAY, night), at(23, 55), lambda *_: False).spells(900.0)
    assert_safe(back, (DAY, night))
    assert greens(back, "n-c")[0].lasts_s == pytest.approx(30.0)
    assert greens(back, "n-c")[-1].lasts_s == pytest.approx(5.0)


def test_a_group_in_every_phase_is_always_green() -> None:
    plan = SignalPlan("c", (Phase((*MAIN, "n-c"), 40.0), Phase(("n-c", "s-c"), 30.0)))
    assert state_at(plan, "n-c", at(10))[0] == GREEN
    spells = Watch(crossing(plan), at(10)).spells(400.0)
    assert "n-c" not in {spell.group for spell in spells}
