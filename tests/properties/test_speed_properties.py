"""What must not matter to a measured speed, and what may only ever help the accused."""

import math
from collections.abc import Callable
from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from detectors.citywide import SectionSpeed
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.frame import NS_PER_S, TimeBase
from detectors.datatypes.passages import Passage
from detectors.datatypes.plates import PlateReading
from detectors.datatypes.site import DAY_S, SitePlan
from detectors.datatypes.survey import SpeedSection
from detectors.datatypes.violations import Verdict, VerdictKind
from detectors.ports import Rule
from detectors.violations.racing import Racing
from detectors.violations.speeding import Speeding
from tests.judgement import STILL, Motion, Place, at, drive, moved_back
from tests.speeds import KMH, SURVEY, drives, measured_site

MODEST = settings(deadline=None, max_examples=12)
Paths = dict[int, Callable[[float], Place | None]]
speeds = st.floats(20.0, 110.0)
motions = st.builds(
    Motion, st.floats(-math.pi, math.pi), st.tuples(st.floats(-900, 900), st.floats(-900, 900))
)


def judged(
    rule: Callable[[SitePlan], Rule],
    paths: Paths,
    motion: Motion = STILL,
    *,
    shift_ns: int = 0,
    reverse: bool = False,
) -> list[Verdict]:
    plan = measured_site(motion=motion)
    return drive(rule(plan), at(17) + shift_ns, 9, paths, motion=motion, every_s=0.2, reverse=reverse)


def gist(found: list[Verdict]) -> list[tuple[int, str, str, float, float]]:
    return sorted(
        (v.track_id, v.kind, str(v.reason), round(v.extremum, 3), round(v.uncertainty or 0.0, 3))
        for v in found
    )


@MODEST
@given(speed=speeds, motion=motions)
@example(speed=64.0, motion=Motion(0.0, (111.0, 0.0)))  # two stretches as fast: rounding chose between them
def test_a_rigid_motion_changes_no_measured_speed(speed: float, motion: Motion) -> None:
    moved, still = (gist(judged(Speeding, {1: drives(speed)}, how)) for how in (motion, STILL))
    assert [one[:3] for one in moved] == [one[:3] for one in still]
    for one, other in zip(moved, still, strict=True):
        assert math.isclose(one[3], other[3], abs_tol=0.01)
        assert math.isclose(one[4], other[4], abs_tol=0.01)


@MODEST
@given(speed=speeds, far=st.tuples(st.floats(300, 900), st.floats(300, 900)))
def test_a_far_vehicle_changes_no_measured_speed(speed: float, far: Place) -> None:
    for rule in (Speeding, Racing):
        alone = judged(rule, {7: drives(speed)})
        both = judged(rule, {3: lambda _t: far, 7: drives(speed)})
        assert [v for v in both if v.track_id == 7] == alone


@MODEST
@given(speed=speeds, days=st.integers(-400, 400))
def test_another_day_shifts_the_evidence_of_a_speed_only(speed: float, days: int) -> None:
    shift_ns = days * DAY_S * NS_PER_S
    moved = judged(Speeding, {1: drives(speed)}, shift_ns=shift_ns)
    assert moved_back(moved, shift_ns) == judged(Speeding, {1: drives(speed)})


@MODEST
@given(speeds=st.lists(speeds, min_size=2, max_size=4))
def test_the_order_of_tracks_changes_no_race(speeds: list[float]) -> None:
    paths: Paths = {n: drives(one, 0.3 * n) for n, one in enumerate(speeds)}
    assert gist(judged(Racing, paths, reverse=True)) == gist(judged(Racing, paths))


@MODEST
@given(speed=speeds, limit=st.floats(30.0, 90.0), more=st.floats(0.0, 40.0), poorer=st.floats(1.0, 30.0))
def test_a_higher_limit_and_a_poorer_survey_never_make_a_case(
    speed: float, limit: float, more: float, poorer: float
) -> None:
    def accused(plan: SitePlan) -> bool:
        found = drive(Speeding(plan), at(17), 9, {1: drives(speed)}, every_s=0.2)
        return VerdictKind.VIOLATION in {v.kind for v in found}

    usual = measured_site(limit * KMH)
    worse = replace(SURVEY, angle_rad=poorer * SURVEY.angle_rad, frame_time_s=poorer * SURVEY.frame_time_s)
    for plan in (measured_site((limit + more) * KMH), measured_site(limit * KMH, worse)):
        assert accused(usual) or not accused(plan)


def passed(view: str, at_s: float, clock_s: float, number: int) -> Passage:
    plate = PlateReading(f"KX {number} LX", 0.99)
    return Passage(
        view, "gate", number, VehicleClass.CAR, at(17) + round(at_s * NS_PER_S), TimeBase.UTC, 0.02, 0.5,
        clock_s, plate, (116.85, -1.26), simulated=True,
    )  # fmt: skip


@MODEST
@given(
    took_s=st.floats(10.0, 300.0),
    off_s=st.tuples(st.floats(-1, 1), st.floats(-1, 1)),
    clock_s=st.floats(0.0, 2.0),
    length_m=st.floats(200.0, 2000.0),
)
def test_clocks_within_their_bounds_never_accuse_who_kept_the_limit(
    took_s: float, off_s: tuple[float, float], clock_s: float, length_m: float
) -> None:
    section = SpeedSection("s", "a", "gate", "b", "gate", length_m, 1.0, 50.0 * KMH)
    city = SectionSpeed([section])
    seen = [
        passed("a", clock_s * off_s[0], clock_s, 1234),
        passed("b", took_s + clock_s * off_s[1], clock_s, 1234),
    ]
    if seen[0].crossed_ns >= seen[1].crossed_ns:
        return
    found = [v for one in seen for v in city.take(one)] + list(city.advance(at(20)))
    kinds = {v.kind for v in found}
    if length_m / took_s <= 50.0 * KMH:
        assert VerdictKind.VIOLATION not in kinds
    if length_m / took_s > 50.0 * KMH:
        assert VerdictKind.CLEAR not in kinds
