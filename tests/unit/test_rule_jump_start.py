"""Clear, violating and borderline fixtures of jump starts, and that one passage makes one case at most."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.signals import Aspect, SignalStates
from detectors.datatypes.violations import Reason, Verdict, VerdictKind, WindowPhase
from detectors.violations.fronts import FRONT_M
from detectors.violations.jump_start import JumpStart
from detectors.violations.red_light import RedLight
from tests.judgement import Place, at, cruises, drive, lights, site

T0 = at(17)
GREEN_AT_20 = lights((at(16, 59), Aspect.RED), (at(17, 0, 20), Aspect.GREEN))
LAG_S = site().signal_lag_s


def waits(goes_at_s: float, front_m: float = -1.0) -> Callable[[float], Place]:
    """Drives up, stands from about t = 8 s with its front `front_m` past the line, sets out at 4 m/s."""

    def path(t_s: float) -> Place:
        return min(5.0 * (t_s - 8), 0.0) + front_m - 2.2 + max(0.0, 4.0 * (t_s - goes_at_s)), 0.0

    return path


def run(
    path: Callable[[float], Place | None], signals: Callable[[int], SignalStates] = GREEN_AT_20
) -> tuple[list[Verdict], list[Verdict]]:
    """Return what the rule of jump starts and that of red lights say."""
    told = [drive(rule(site()), T0, 30, {1: path}, signals=signals) for rule in (JumpStart, RedLight)]
    return told[0], told[1]


def test_setting_out_before_green_is_a_violation_with_the_seconds_before_green() -> None:
    found, of_red_light = run(waits(18))  # over the line at 18.25
    assert [(v.kind, v.phase) for v in found] == [
        (VerdictKind.VIOLATION, WindowPhase.OPENED),
        (VerdictKind.VIOLATION, WindowPhase.CLOSED),
    ]
    assert found[0].article == "287(2)"
    assert found[0].extremum == pytest.approx(1.75 - LAG_S, abs=0.05)
    before_ns, after_ns = found[0].evidence_times_ns
    assert before_ns < found[0].opened_ns < after_ns <= found[0].opened_ns + 1.6e9
    assert of_red_light == []


def test_setting_out_at_green_is_clear() -> None:
    found, of_red_light = run(waits(20.5))
    assert [v.kind for v in found] == [VerdictKind.CLEAR]
    assert of_red_light == []


@pytest.mark.parametrize(
    ("goes_at_s", "kind"),
    [(19.0, "violation"), (19.4, "undetermined"), (19.9, "undetermined"), (20.2, "clear")],
)
def test_near_the_change_nothing_is_certain(goes_at_s: float, kind: str) -> None:
    found, _ = run(waits(goes_at_s))
    assert found[0].kind == kind
    if kind == "undetermined":
        assert found[0].reason is Reason.NEAR_SIGNAL_CHANGE


def test_a_log_that_lags_or_is_off_widens_what_is_uncertain() -> None:
    late, off = replace(site(), signal_lag_s=1.6), replace(site(), signal_offset_s=1.5)
    for plan in (late, off):
        (found,) = drive(JumpStart(plan), T0, 30, {1: waits(18)}, signals=GREEN_AT_20)
        assert (found.kind, found.reason) == (VerdictKind.UNDETERMINED, Reason.NEAR_SIGNAL_CHANGE)


def test_who_never_stood_runs_the_red() -> None:
    found, of_red_light = run(cruises(8, 18.5))
    assert found == []
    assert of_red_light[0].kind is VerdictKind.VIOLATION


def test_who_stood_and_goes_long_before_green_runs_the_red() -> None:
    found, of_red_light = run(waits(12))
    assert found == []
    assert of_red_light[0].kind is VerdictKind.VIOLATION


def test_a_source_that_ends_before_green_tells_of_no_jump_start() -> None:
    rules = JumpStart(site()), RedLight(site())
    found, of_red_light = (drive(rule, T0, 19.6, {1: waits(17.5)}, signals=GREEN_AT_20) for rule in rules)
    assert found == []
    assert [v.kind for v in of_red_light] == [VerdictKind.VIOLATION] * 2


def test_a_track_that_begins_at_the_line_is_not_accused() -> None:
    path = waits(18)
    found, _ = run(lambda t_s: path(t_s) if t_s > 9 else None)
    assert [v.reason for v in found] == [Reason.TRACK_BEGAN_AT_LINE]


def test_without_a_signal_feed_no_manner_is_known() -> None:
    found, of_red_light = run(waits(18), lights())
    assert found == []
    assert [v.reason for v in of_red_light] == [Reason.SIGNAL_UNKNOWN]


@pytest.mark.parametrize("goes_at_s", [9.0 + 0.25 * n for n in range(48)])
def test_one_passage_is_told_by_one_of_the_two_rules(goes_at_s: float) -> None:
    found, of_red_light = run(waits(goes_at_s))
    assert (found == []) != (of_red_light == [])


def test_who_creeps_over_the_line_as_it_turns_green_may_not_have_entered_before() -> None:
    creeps = {0.0: -1.5, 18.0: -1.5, 19.4: -0.2, 19.6: 0.3, 20.4: 0.8, 21.0: 2.0, 23.0: 12.0, 26.0: 40.0}

    def path(t_s: float) -> Place:
        front_m = float(np.interp(t_s, list(creeps), list(creeps.values())))
        return front_m - FRONT_M[VehicleClass.CAR] + min(t_s - 5.0, 0.0) * 5.0, 0.0

    found, _ = run(path)
    assert [(v.kind, v.reason) for v in found] == [(VerdictKind.UNDETERMINED, Reason.NEAR_SIGNAL_CHANGE)]


def unseen(path: Callable[[float], Place], from_s: float, to_s: float) -> Callable[[float], Place | None]:
    return lambda t_s: None if from_s < t_s < to_s else path(t_s)


def test_who_set_out_unseen_may_have_done_so_when_it_was_green() -> None:
    """Who stood over the line is seen again as he goes on: when he set out nobody saw."""
    found, of_red_light = run(unseen(waits(18, front_m=1.5), 17.0, 20.4))
    assert [(v.kind, v.reason) for v in found] == [(VerdictKind.UNDETERMINED, Reason.NEAR_SIGNAL_CHANGE)]
    assert of_red_light == []


def test_who_was_not_seen_for_long_as_he_set_out_may_be_another() -> None:
    found, of_red_light = run(unseen(waits(18, front_m=1.5), 10.0, 18.2))
    told = [*found, *of_red_light]
    assert [(v.kind, v.reason) for v in told] == [(VerdictKind.UNDETERMINED, Reason.NOT_OBSERVED)]
