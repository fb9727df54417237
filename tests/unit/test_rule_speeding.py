"""Clear, violating and borderline fixtures of Pasal 287(5), measured in one view."""

from dataclasses import replace

import numpy as np
import pytest

from detectors.datatypes.measures import Interval
from detectors.datatypes.survey import SurveyErrors
from detectors.datatypes.violations import Reason, Verdict, VerdictKind, WindowPhase
from detectors.violations.speeding import Speeding, SpeedLimits
from detectors.violations.speedometer import Speedometer
from detectors.violations.track_noise import TrackNoise
from tests.judgement import Place, at, drive
from tests.speeds import KMH, LIMIT_MPS, SURVEY, drives, measured_site

NO_NOISE = TrackNoise(place_m=0.0, box_px=0.0, contact_m=0.0)


def told(found: list[Verdict]) -> list[tuple[VerdictKind, WindowPhase, Reason | None]]:
    return [(v.kind, v.phase, v.reason) for v in found]


def passes(speed_kmh: float, **more: object) -> list[Verdict]:
    return drive(Speeding(measured_site(**more)), at(17), 14, {1: drives(speed_kmh)})  # type: ignore[arg-type]


def test_well_above_the_limit_is_a_violation_with_its_uncertainty() -> None:
    found = passes(80.0)
    assert {v.kind for v in found} == {VerdictKind.VIOLATION}
    assert found[0].phase is WindowPhase.OPENED
    assert found[-1].phase is WindowPhase.CLOSED
    assert len({v.key for v in found}) == 1
    assert (found[0].article, found[0].unit, found[0].place) == ("287(5)", "km/h", "road")
    assert found[-1].extremum == pytest.approx(80.0, abs=0.5)
    assert found[0].uncertainty is not None
    assert 1.0 < found[0].uncertainty < 15.0
    assert found[0].extremum - found[0].uncertainty > 55.0
    assert found[0].evidence_times_ns == (found[0].opened_ns, found[0].updated_ns)


def test_below_the_limit_is_clear() -> None:
    assert told(passes(35.0)) == [(VerdictKind.CLEAR, WindowPhase.CLOSED, None)]


@pytest.mark.parametrize("speed_kmh", [47.0, 50.0, 53.0, 56.0])
def test_an_interval_that_holds_the_limit_is_undetermined(speed_kmh: float) -> None:
    found = passes(speed_kmh)
    assert told(found) == [(VerdictKind.UNDETERMINED, WindowPhase.CLOSED, Reason.SPEED_NEAR_LIMIT)]
    assert found[0].extremum == pytest.approx(speed_kmh, abs=0.5)


def test_a_poorer_survey_takes_the_accusation_away() -> None:
    poor = replace(SURVEY, angle_rad=0.03)
    assert told(passes(80.0, survey=poor)) == [
        (VerdictKind.UNDETERMINED, WindowPhase.CLOSED, Reason.SPEED_NEAR_LIMIT)
    ]


def test_without_a_survey_nothing_is_measured() -> None:
    assert told(passes(90.0, survey=None)) == [
        (VerdictKind.UNDETERMINED, WindowPhase.CLOSED, Reason.SURVEY_UNKNOWN)
    ]


def test_where_no_limit_was_written_down_a_fast_one_is_told_and_not_accused() -> None:
    assert told(passes(90.0, limit_mps=None)) == [
        (VerdictKind.UNDETERMINED, WindowPhase.CLOSED, Reason.SPEED_LIMIT_UNKNOWN)
    ]
    assert passes(35.0, limit_mps=None) == []


def test_who_seems_faster_than_anybody_drives_is_not_one_vehicle() -> None:
    rule = Speeding(measured_site(), SpeedLimits(impossible_mps=85.0 * KMH))
    found = drive(rule, at(17), 14, {1: drives(90.0)})
    assert told(found) == [(VerdictKind.UNDETERMINED, WindowPhase.CLOSED, Reason.IMPOSSIBLE_SPEED)]


def test_a_track_that_jumps_from_one_vehicle_to_the_next_accuses_nobody() -> None:
    """One at 40 km/h is lost and the one 20 m before it is taken for it: 40 km/h look like 90."""
    slow = drives(40.0)

    def path(t_s: float) -> Place | None:
        here = slow(t_s)
        return None if here is None else (here[0] + (20.0 if t_s > 1.5 else 0.0), here[1])

    found = drive(Speeding(measured_site()), at(17), 10, {1: path})
    assert VerdictKind.VIOLATION not in {v.kind for v in found}
    assert found[-1].reason is Reason.TRACK_UNEVEN


def test_what_was_not_seen_is_not_measured_over() -> None:
    """Seen at both ends only: whether it is the same vehicle nobody knows."""
    fast = drives(90.0)
    found = drive(Speeding(measured_site()), at(17), 8, {1: lambda t: None if 0.9 < t < 3.5 else fast(t)})
    assert found == []


def test_a_short_sight_is_not_worth_a_verdict() -> None:
    assert drive(Speeding(measured_site()), at(17), 8, {1: drives(90.0, to_m=-80.0)}) == []


def test_a_higher_limit_never_makes_a_case() -> None:
    limits = [30.0, 50.0, 55.0, 60.0, 65.0, 75.0]
    kinds = [{v.kind for v in passes(70.0, limit_mps=limit * KMH)} for limit in limits]
    accused = [VerdictKind.VIOLATION in kind for kind in kinds]
    assert accused == sorted(accused, reverse=True)
    assert (accused[0], accused[-1]) == (True, False)


def test_braking_is_measured_and_not_averaged_away() -> None:
    """From 90 km/h at 3 m/s2: the mean speed of the first three seconds is 73.8 km/h."""

    def path(t_s: float) -> Place | None:
        return (-100.0 + 25.0 * t_s - 1.5 * t_s * t_s, 0.0) if t_s < 4 else None

    found = drive(Speeding(measured_site()), at(17), 8, {1: path})
    assert found[0].kind is VerdictKind.VIOLATION
    assert found[0].extremum == pytest.approx((25.0 - 3.0 * 1.5) * 3.6, abs=0.3)


def fitted(survey: SurveyErrors, noise: TrackNoise, speed_mps: float = 20.0) -> Interval:
    times = np.linspace(0.0, 3.0, 31)
    places = np.stack((-80.0 + speed_mps * times, np.zeros_like(times)), axis=1)
    found = Speedometer(measured_site(survey=survey), noise).measure(times, places)
    assert isinstance(found, Interval)
    return found


def test_fifty_kmh_over_ten_metres_is_fifty_kmh() -> None:
    exact = SurveyErrors(0.0, 0.0, 0.0, 0.0)
    found = fitted(exact, NO_NOISE, LIMIT_MPS)
    assert found.value == pytest.approx(LIMIT_MPS)
    assert found.uncertainty == pytest.approx(0.0, abs=1e-6)


def test_each_source_of_error_widens_the_interval() -> None:
    exact = SurveyErrors(0.0, 0.0, 0.0, 0.0)
    for one in (
        replace(exact, position_m=0.1), replace(exact, angle_rad=0.002), replace(exact, place_m=0.2),
        replace(exact, frame_time_s=0.02), replace(exact, focal=0.01),
    ):  # fmt: skip
        assert fitted(one, NO_NOISE).uncertainty > 0.01
    for noise in (
        replace(NO_NOISE, place_m=0.3), replace(NO_NOISE, box_px=2.0), replace(NO_NOISE, contact_m=0.2)
    ):  # fmt: skip
        assert fitted(exact, noise).uncertainty > 0.01


def test_a_camera_that_stands_lower_than_surveyed_makes_ways_longer_by_as_much() -> None:
    """Known answer: places scale with the height of the camera, so 1 % of the height is 1 % of the speed."""
    low = fitted(SurveyErrors(0.1, 0.0, 0.0, 0.0), replace(NO_NOISE, sigmas=1.0))
    assert low.uncertainty / low.value == pytest.approx(0.01, rel=0.02)


def test_the_jitter_of_time_stamps_by_the_closed_form() -> None:
    """Slope of a line through n points, spread evenly over T: sigma sqrt(12 (n - 1) / (n (n + 1))) / T."""
    n, span_s, jitter_s, speed = 31, 3.0, 0.02, 20.0
    found = fitted(SurveyErrors(0.0, 0.0, 0.0, jitter_s), replace(NO_NOISE, sigmas=1.0), speed)
    slope = speed * jitter_s * np.sqrt(12.0 * (n - 1) / (n * (n + 1))) / span_s
    assert found.uncertainty == pytest.approx(float(slope), rel=1e-6)
