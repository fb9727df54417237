"""What each driver of an evening met: own measures, those against others in sight, officers, cameras."""

from dataclasses import dataclass

import numpy as np

from twin.clock import seconds
from twin.field.crews import Durations
from twin.field.kerb import SANCTIONS, Act, Kerb, Measure
from twin.people.attitudes import Attitudes
from twin.people.draws import Bools, Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Met:
    """By row (R,): own sanctions and warnings, enforcement seen on others, whether a camera acted."""

    sanctioned: Floats
    warned: Floats
    seen: Floats
    camera: Bools


def met(kerb: Kerb, present: Bools, attitudes: Attitudes, durations: Durations) -> Met:
    """Return what the drivers of an evening met, by the acts on its kerb.

    A warning reaches a driver who is there; a sticker or a tow is found by whoever comes back.
    """
    rows = len(kerb.at_ns)
    sanctioned, warned = np.zeros(rows), np.zeros(rows)
    camera = np.zeros(rows, np.bool_)
    for act in kerb.acts:
        if act.measure in SANCTIONS:
            sanctioned[act.row] = 1.0
        elif present[act.row]:
            warned[act.row] = 1.0
        camera[act.row] |= act.by_camera and (act.measure in SANCTIONS or bool(present[act.row]))
    sees = _sees(kerb, attitudes.sight_m, durations)
    worth = np.array([1.0 if act.measure in SANCTIONS else attitudes.warning_seen for act in kerb.acts])
    heard = np.array([act.measure is Measure.ANNOUNCEMENT for act in kerb.acts], np.bool_)
    seen = np.minimum(sees @ worth, attitudes.most_seen) if len(worth) else np.zeros(rows)
    return Met(sanctioned, warned, seen, camera | (sees & heard).any(axis=1))


def _sees(kerb: Kerb, sight_m: float, durations: Durations) -> Bools:
    """Return which row saw which act against another (R, A)."""
    acts: list[Act] = kerb.acts
    whom: Ints = np.array([act.row for act in acts], np.int64)
    when: Ints = np.array([act.at_ns for act in acts], np.int64)
    passing_ns, shown_ns = seconds(durations.passing_s), seconds(durations.shown_s)
    from_ns = np.where(kerb.stood, kerb.at_ns, kerb.at_ns - passing_ns)
    until_ns = np.where(kerb.stood, kerb.left_ns, kerb.at_ns + passing_ns)
    then = (from_ns[:, None] <= when + shown_ns) & (when <= until_ns[:, None])
    apart_m = np.hypot(*(kerb.spot_m[:, None, axis] - kerb.spot_m[None, whom, axis] for axis in (0, 1)))
    other = np.arange(len(kerb.at_ns))[:, None] != whom
    sees: Bools = then & (apart_m <= sight_m) & other
    return sees
