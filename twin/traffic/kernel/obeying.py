"""What a signal means to a driver, and to a turn: who takes it as leave to go, who gives way to whom."""

from twin.compiled import folded, whole
from twin.traffic.kernel.arrays import DARES, GREEN, PASSES, RED, YELLOW, Lanes, Rows

YELLOW_BRAKE_MPS2 = 3.0  # one stops at yellow where this suffices
LATE_S = 3.2  # how far into red a red runner still crosses
JUMP_S = 1.8  # how long before green he starts
NEAR_M = 14.0
STOPPED_MPS = 0.5


@folded
def may_pass(lanes: Lanes, signals: Rows, fleet: Rows, v: int, c: int, dist_m: float) -> bool:
    """Return whether the driver takes the signal as permission to cross, disobedience included."""
    me = fleet[v]
    group = whole(lanes.row[c].group)
    if group < 0 or me.disobeys == PASSES:
        return True
    speed = float(me.speed_mps)
    if signals[group].state == GREEN:
        return bool(
            signals[group].into_s >= signals[group].start_s or speed > STOPPED_MPS or me.disobeys == DARES
        )
    if signals[group].state == YELLOW:
        return bool(me.disobeys == DARES or dist_m < speed * speed / (2.0 * YELLOW_BRAKE_MPS2))
    if lanes.row[c].on_red:
        return True
    late_s = signals[group].into_s + dist_m / max(speed, 3.0)
    jumps = signals[group].to_green_s < JUMP_S and dist_m < NEAR_M
    return bool(me.disobeys == DARES and (late_s < LATE_S or jumps))


@folded
def rank_now(lanes: Lanes, signals: Rows, c: int) -> int:
    """Return the rank of a connector now: who turns on red gives way to everybody."""
    group = whole(lanes.row[c].group)
    if group >= 0 and lanes.row[c].on_red and signals[group].state == RED:
        return -1
    return whole(lanes.row[c].rank)
