"""What must not matter to a rule: where the site lies, who else is about, which day, which order."""

import math
from collections.abc import Callable

from hypothesis import example, given, settings
from hypothesis import strategies as st

from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.signals import Aspect
from detectors.datatypes.site import DAY_S, SitePlan
from detectors.datatypes.violations import Verdict, VerdictKind, WindowPhase
from detectors.ports import Rule
from detectors.violations.kerb_parking import KerbParking
from detectors.violations.red_light import RedLight
from tests.judgement import STILL, Motion, Place, at, creeps, cruises, drive, lights, moved_back, site, stands

MODEST = settings(deadline=None, max_examples=20)
DAY_NS = DAY_S * NS_PER_S
KERB_STEP_MS = 500
Paths = dict[int, Callable[[float], Place | None]]

stand_paths = st.builds(
    stands,
    from_s=st.floats(2, 20),
    to_s=st.floats(25, 150),
    place=st.tuples(st.floats(-70, -30), st.floats(4.5, 6.5)),
)
crossing_paths = st.builds(
    cruises, speed_mps=st.floats(3, 16), line_at_s=st.floats(3, 17), y=st.floats(-3, 3)
)


def judged(
    rule: Callable[[SitePlan], Rule], paths: Paths, motion: Motion = STILL, **more: int
) -> list[Verdict]:
    """Judge the paths over 170 s at 2 Hz (kerb) or 20 s at 10 Hz (red light)."""
    shift_ns = more.get("shift_ns", 0)
    start_ns = at(17) + shift_ns
    signals = lights(
        (at(16, 59) + shift_ns, Aspect.GREEN),
        (at(17, 0, 7) + shift_ns, Aspect.YELLOW),
        (at(17, 0, 10) + shift_ns, Aspect.RED),
    )
    long = rule is KerbParking
    seconds, every_s = (170, KERB_STEP_MS / 1000) if long else (22, 0.1)
    reverse = bool(more.get("reverse"))
    plan = site(motion)
    return drive(
        rule(plan), start_ns, seconds, paths, signals=signals, motion=motion, every_s=every_s, reverse=reverse
    )


def gist(found: list[Verdict]) -> list[tuple[int, VerdictKind, WindowPhase, str, int, int]]:
    """Return what was concluded, times to the millisecond (rounding moves with the frame)."""
    return sorted(
        (v.track_id, v.kind, v.phase, str(v.reason), round(v.opened_ns / 1e6), round(v.updated_ns / 1e6))
        for v in found
    )


motions = st.builds(
    Motion, st.floats(-math.pi, math.pi), st.tuples(st.floats(-900, 900), st.floats(-900, 900))
)


@MODEST
@given(path=stand_paths, motion=motions)
# two metres after 0.4 s at 5 m/s: whether that is as far as a stand reaches is a matter of rounding
@example(path=stands(2.0, 43.6, (-30.0, 5.0)), motion=Motion(0.0, (1.611564311430584, 0.0)))
def test_a_rigid_motion_changes_no_parking_verdict(path: Callable[[float], Place], motion: Motion) -> None:
    moved, still = (gist(judged(KerbParking, {1: path}, how)) for how in (motion, STILL))
    assert [one[:-1] for one in moved] == [one[:-1] for one in still]
    for one, other in zip(moved, still, strict=True):
        assert abs(one[-1] - other[-1]) <= KERB_STEP_MS


@MODEST
@given(path=crossing_paths, motion=motions)
def test_a_rigid_motion_changes_no_red_light_verdict(path: Callable[[float], Place], motion: Motion) -> None:
    assert gist(judged(RedLight, {1: path}, motion)) == gist(judged(RedLight, {1: path}))


@MODEST
@given(path=stand_paths, far=st.tuples(st.floats(200, 900), st.floats(200, 900)))
def test_a_far_vehicle_changes_no_parking_verdict(path: Callable[[float], Place], far: Place) -> None:
    alone = judged(KerbParking, {7: path})
    assert [v for v in judged(KerbParking, {3: lambda _t: far, 7: path}) if v.track_id == 7] == alone


@MODEST
@given(path=crossing_paths, far=st.tuples(st.floats(200, 900), st.floats(200, 900)))
def test_a_far_vehicle_changes_no_red_light_verdict(path: Callable[[float], Place], far: Place) -> None:
    alone = judged(RedLight, {7: path})
    assert [v for v in judged(RedLight, {3: lambda _t: far, 7: path}) if v.track_id == 7] == alone


@MODEST
@given(path=stand_paths, days=st.integers(-400, 400))
def test_another_day_shifts_parking_evidence_only(path: Callable[[float], Place], days: int) -> None:
    moved = judged(KerbParking, {1: path}, shift_ns=days * DAY_NS)
    assert moved_back(moved, days * DAY_NS) == judged(KerbParking, {1: path})


@MODEST
@given(path=crossing_paths, days=st.integers(-400, 400))
def test_another_day_shifts_red_light_evidence_only(path: Callable[[float], Place], days: int) -> None:
    moved = judged(RedLight, {1: path}, shift_ns=days * DAY_NS)
    assert moved_back(moved, days * DAY_NS) == judged(RedLight, {1: path})


@MODEST
@given(first=stand_paths, second=stand_paths)
def test_the_order_of_tracks_changes_no_parking_verdict(
    first: Callable[[float], Place], second: Callable[[float], Place]
) -> None:
    paths: Paths = {1: first, 2: second}
    assert judged(KerbParking, paths, reverse=1) == judged(KerbParking, paths)


@MODEST
@given(first=crossing_paths, second=crossing_paths)
def test_the_order_of_tracks_changes_no_red_light_verdict(
    first: Callable[[float], Place], second: Callable[[float], Place]
) -> None:
    paths: Paths = {1: first, 2: second}
    assert judged(RedLight, paths, reverse=1) == judged(RedLight, paths)


@MODEST
@given(
    stood_s=st.sampled_from((40.0, 90.0)), noise=st.lists(st.floats(-0.15, 0.15), min_size=20, max_size=20)
)
def test_noise_makes_no_verdict_and_takes_none_away(stood_s: float, noise: list[float]) -> None:
    path = stands(10, 10 + stood_s)

    def shaken(t_s: float) -> Place:
        (x, y), n = path(t_s), round(t_s * 2)
        return x + noise[n % 20], y + noise[7 * n % 20]

    phases = [v.phase for v in judged(KerbParking, {1: shaken}) if v.kind is VerdictKind.VIOLATION]
    told = [WindowPhase.OPENED, WindowPhase.CLOSED] if stood_s > 60 else []
    assert phases == told


@MODEST
@given(pace=st.floats(0.35, 0.75), stood_s=st.floats(20, 57))
@example(pace=0.35, stood_s=57.0)
def test_a_slow_way_in_and_out_accuses_nobody(pace: float, stood_s: float) -> None:
    found = judged(KerbParking, {1: creeps(stood_s, pace)})
    assert [v for v in found if v.kind is VerdictKind.VIOLATION] == []


@MODEST
@given(pace=st.floats(0.35, 0.75), stood_s=st.floats(62, 120))
def test_a_slow_way_in_and_out_saves_nobody(pace: float, stood_s: float) -> None:
    opened = [v for v in judged(KerbParking, {1: creeps(stood_s, pace)}) if v.phase is WindowPhase.OPENED]
    assert [v.kind for v in opened] == [VerdictKind.VIOLATION]
    assert opened[0].extremum - (opened[0].uncertainty or 0.0) >= 60.0
