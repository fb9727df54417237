"""Signals are safe whatever comes: random arrivals on the detectors, random plans, any hour."""

from datetime import date, time

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signal_watch import Watch, assert_safe, crossing, with_detectors
from twin.clock import from_local
from twin.network.model import Phase, SignalPlan
from twin.traffic.kernel.arrays import GREEN

START_NS = from_local(date(2026, 11, 24), time(23, 50))
UNTIL_S = 1500.0
LAW = settings(deadline=None, max_examples=25)
STAGES = (
    (("e-c", "w-c"), ("n-c", "s-c")),
    (("e-c",), ("w-c",), ("n-c", "s-c")),
    (("e-c", "n-c"), ("e-c", "w-c"), ("s-c",)),  # one group goes on
    (("e-c", "w-c", "n-c", "s-c"),),  # people cross
)
seconds = st.floats(5, 60).map(lambda value: round(value, 2))


@st.composite
def plans(draw: st.DrawFn, **more: object) -> SignalPlan:
    groups = draw(st.sampled_from(STAGES))
    red_s = draw(st.floats(0.5, 3).map(lambda value: round(value, 1)))
    phases = tuple(Phase(names, draw(seconds), 3.0, red_s) for names in groups)
    return SignalPlan("c", phases, draw(st.floats(0, 200)), **more)  # type: ignore[arg-type]


@st.composite
def traffic(draw: st.DrawFn) -> dict[str, list[float]]:
    """Return when somebody is over the loop of each approach: from each of these times for a second."""
    times = st.lists(st.floats(0, UNTIL_S), max_size=draw(st.sampled_from([0, 5, 60, 400])))
    return {f"{arm}-c": sorted(draw(times)) for arm in "nesw"}


@LAW
@given(plans(), traffic(), st.floats(0, 5), st.floats(0.5, 6), st.booleans())
def test_an_actuated_plan_is_safe_and_keeps_its_limits(
    plan: SignalPlan, seen: dict[str, list[float]], min_green_s: float, gap_s: float, skip: bool
) -> None:
    actuated = with_detectors(plan, min_green_s, gap_s, skip=skip)

    def occupied(road: str, now_s: float) -> bool:
        return any(0 <= now_s - since_s < 1.0 for since_s in seen[road])

    spells = Watch(crossing(actuated), START_NS, occupied).spells(UNTIL_S)
    assert_safe(spells, (actuated,))
    assert spells == Watch(crossing(actuated), START_NS, occupied).spells(UNTIL_S)
    longest_s = max(phase.green_s for phase in plan.phases)
    for spell in spells:
        one_phase = sum(spell.group in phase.groups for phase in plan.phases) == 1
        if spell.state == GREEN and one_phase:
            assert spell.lasts_s >= min_green_s - 1e-6
            assert skip or spell.lasts_s <= longest_s + 1e-6


@LAW
@given(plans(), plans(hours=((23.9, 0.1),)), st.booleans(), st.booleans())
def test_plans_that_relieve_each_other_are_safe(
    first: SignalPlan, second: SignalPlan, stretched: bool, stretched_too: bool
) -> None:
    made = tuple(
        with_detectors(plan, 4.0, 2.0) if actuated else plan
        for plan, actuated in ((first, stretched), (second, stretched_too))
    )
    spells = Watch(crossing(*made), START_NS, lambda road, s: (s // 7 + ord(road[0])) % 3 == 0).spells(
        UNTIL_S
    )
    assert_safe(spells, made)
