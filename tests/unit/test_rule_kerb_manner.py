"""Standing in a forbidden manner, Pasal 287(3), and letting passengers in or out."""

from dataclasses import replace

import pytest

from detectors.datatypes.site import Ban, SitePlan
from detectors.datatypes.violations import Verdict, VerdictKind, WindowPhase
from detectors.violations.kerb_parking import KerbParking
from tests.judgement import at, drive, site, stands


def banned(ban: Ban = Ban.SIGN, drop_off_s: float = 0.0) -> SitePlan:
    plan = site(window=None)
    zone = replace(plan.no_parking[0], ban=ban, drop_off_s=drop_off_s)
    return replace(plan, no_parking=(zone,))


def judged(plan: SitePlan, stood_s: float) -> list[Verdict]:
    return drive(KerbParking(plan), at(11), stood_s + 40, {1: stands(5, 5 + stood_s)}, every_s=0.5)


@pytest.mark.parametrize("ban", [Ban.JUNCTION, Ban.CROSSING, Ban.SECOND_ROW])
def test_the_manner_is_forbidden_at_any_hour_by_its_own_paragraph(ban: Ban) -> None:
    found = judged(banned(ban), 100)
    assert [(v.kind, v.phase) for v in found] == [
        (VerdictKind.VIOLATION, WindowPhase.OPENED),
        (VerdictKind.VIOLATION, WindowPhase.CLOSED),
    ]
    assert {v.article for v in found} == {"287(3)"}
    short = judged(banned(ban), 40)
    assert [(v.kind, v.article) for v in short] == [(VerdictKind.CLEAR, "287(3)")]


def test_a_sign_is_a_sign() -> None:
    assert {v.article for v in judged(banned(), 100)} == {"287(1)"}


def test_letting_passengers_out_is_tolerated_where_the_zone_says_so() -> None:
    assert [v.kind for v in judged(banned(drop_off_s=60.0), 100)] == [VerdictKind.CLEAR]
    assert judged(banned(), 100)[0].kind is VerdictKind.VIOLATION


def test_whoever_stays_for_longer_did_not_let_passengers_out() -> None:
    found = judged(banned(drop_off_s=60.0), 150)
    assert found[0].kind is VerdictKind.VIOLATION
    assert found[0].extremum == pytest.approx(120.0, abs=1.0)


def test_a_stand_of_which_it_cannot_be_said_whether_it_was_a_drop_off_is_undetermined() -> None:
    """Lost to sight after 80 s, and 120 s are tolerated."""
    base = stands(5, 1e9)
    rule = KerbParking(banned(drop_off_s=60.0))
    found = drive(rule, at(11), 150, {1: lambda t: base(t) if t < 85 else None}, every_s=0.5)
    assert [v.kind for v in found] == [VerdictKind.UNDETERMINED]
