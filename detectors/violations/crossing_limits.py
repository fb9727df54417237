"""The parameters by which passages of stop lines are judged."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CrossingLimits:
    """Parameters of the rule.

    `uncertainty_s` is how well the instant of entry is known: a signal change within it leaves the
    verdict UNDETERMINED. A vehicle has entered once its front is surely `move_on_m` past the line: one
    that stops over the line, or seems to, has not. Below `stopped_mps` it stands. Only a vehicle that was
    first seen with its front at least `approach_m` before the line can be accused: a track that begins
    nearer may be a part of a vehicle that waits there, or somebody else. Where the detector errs by more,
    that much takes its place. The second picture is taken at least `second_picture_s` after entry
    (FHWA/NHTSA practice: 0.5-1.5 s). Unseen for `gap_s`, the whole gap is the uncertainty, and for
    `blind_s` [?] it may be another; unseen for `lost_s` a vehicle is judged by what was seen of it, for
    `forget_s` it is forgotten. A track that begins up to `begin_m` past the line may have crossed it, up
    to `side_m` beside the end of the line it has. A course `turn_rad` to the left of the approach is a
    left turn; `straight_m` past the line, a vehicle that has not turned goes on. Who stood for `waited_s`
    at most `queue_m` before the line has waited at that red; a green that comes within `jump_s` of his
    entry makes it a jump start [?].
    """

    uncertainty_s: float = 0.3
    move_on_m: float = 4.0
    stopped_mps: float = 0.5
    approach_m: float = 4.0
    second_picture_s: float = 0.5
    gap_s: float = 1.0
    blind_s: float = 3.0
    lost_s: float = 1.5
    forget_s: float = 60.0
    begin_m: float = 6.0
    side_m: float = 0.5
    turn_rad: float = math.radians(45)
    straight_m: float = 20.0
    waited_s: float = 1.0
    queue_m: float = 15.0
    jump_s: float = 3.0


DEFAULT_LIMITS = CrossingLimits()
