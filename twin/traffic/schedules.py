"""What fixed-time plans lay down: stages one after another through the day, and when a group changes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise

from twin.clock import DAY_NS, NS_PER_S, local_hour, seconds, since_midnight_ns
from twin.network.model import Phase, SignalPlan, plan_at
from twin.traffic.kernel.arrays import GREEN, RED, YELLOW

SHORTEST_GREEN_S = 7.0  # of a green that is shortened to fall into step


@dataclass(frozen=True, slots=True)
class Stage:
    """A phase that begins at `begin_ns`; `breaks`: its groups stop even where the next one has them too."""

    begin_ns: int
    phase: Phase
    breaks: bool


def plan_due(plans: Sequence[SignalPlan], now_ns: int) -> SignalPlan:
    """Return which plan of a junction holds at an instant."""
    return plan_at(plans, local_hour(now_ns))


def cycle_ns(plan: SignalPlan) -> int:
    """Return the length of the cycle."""
    return sum(seconds(phase.length_s) for phase in plan.phases)


def cycle_position_ns(plan: SignalPlan, now_ns: int) -> int:
    """Return how far into its cycle a plan is at `now_ns` (the first phase starts at `offset_s`)."""
    return (since_midnight_ns(now_ns) - seconds(plan.offset_s)) % cycle_ns(plan)


def in_step(plan: SignalPlan, begin_ns: int) -> SignalPlan:
    """Return the plan of a cycle that begins at `begin_ns` and after which the plan is at its offset.

    Its greens are stretched or shortened in proportion, none to less than 7 s, so that the cycle is as
    near as can be to its usual length.
    """
    usual_ns, greens_ns = cycle_ns(plan), [seconds(phase.green_s) for phase in plan.phases]
    lag_ns = -cycle_position_ns(plan, begin_ns) % usual_ns
    if lag_ns == 0 or sum(greens_ns) == 0:
        return plan
    short = (sum(greens_ns) - usual_ns + lag_ns) / sum(greens_ns)
    shortest_s = min(phase.green_s for phase in plan.phases) * short
    change_ns = lag_ns if lag_ns <= usual_ns / 2 or shortest_s < SHORTEST_GREEN_S else lag_ns - usual_ns
    share = 1 + change_ns / sum(greens_ns)
    scaled_ns = [round(green_ns * share) for green_ns in greens_ns]
    scaled_ns[-1] += sum(greens_ns) + change_ns - sum(scaled_ns)
    phases = (
        replace(phase, green_s=green_ns / NS_PER_S)
        for phase, green_ns in zip(plan.phases, scaled_ns, strict=True)
    )
    return replace(plan, phases=tuple(phases))


def stages(plans: Sequence[SignalPlan], from_ns: int, *, running: bool) -> Iterator[Stage]:
    """Yield the stages of the plans of a junction until an actuated one is due, which takes over then.

    `running`: the plan has run before, and the stages begin a cycle before the one at `from_ns`;
    else its first phase begins then. Another plan takes over at the end of a cycle, and whatever is
    out of step with its offset (by that, or since the day began anew) falls into step in one cycle.
    """
    plan = plan_due(plans, from_ns)
    at_ns = from_ns
    if running:
        at_ns -= cycle_position_ns(plan, from_ns) + cycle_ns(plan)
    while not plan.actuated:
        for phase in (plan if at_ns < from_ns else in_step(plan, at_ns)).phases:
            yield Stage(at_ns, phase, len(plan.phases) == 1)
            at_ns += seconds(phase.length_s)
        if at_ns >= from_ns:
            plan = plan_due(plans, at_ns)


def changes(ahead: Iterable[Stage], group: str) -> Iterator[tuple[int, int]]:
    """Yield when a group changes and to which state; a state that lasts for a day is given again."""
    state, since_ns = RED, None
    for stage, following in pairwise(chain(ahead, (None,))):
        if stage is None:
            return
        since_ns = stage.begin_ns if since_ns is None else since_ns
        if group not in stage.phase.groups:
            if stage.begin_ns - since_ns >= DAY_NS:
                since_ns = stage.begin_ns
                yield since_ns, state
            continue
        if state == RED or stage.begin_ns - since_ns >= DAY_NS:
            state, since_ns = GREEN, stage.begin_ns
            yield since_ns, state
        if following is None or stage.breaks or group not in following.phase.groups:
            yellow_ns = stage.begin_ns + seconds(stage.phase.green_s)
            state, since_ns = RED, yellow_ns + seconds(stage.phase.yellow_s)
            yield yellow_ns, YELLOW
            yield since_ns, RED
