"""Section speed: clear, violating and borderline ways through a section, and all that must not accuse."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

from detectors.archive.memory import ListDocket
from detectors.citywide import CityWide, SectionSpeed
from detectors.datatypes.cases import PictureKind
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.frame import NS_PER_S, TimeBase
from detectors.datatypes.geometry import LineSegment
from detectors.datatypes.passages import GatePicture, Passage
from detectors.datatypes.plates import PlateReading
from detectors.datatypes.survey import Gate, SpeedSection
from detectors.datatypes.violations import Reason, Verdict, VerdictKind, WindowPhase
from detectors.violations.gate_watch import GateWatch
from tests.judgement import at, observe, track
from tests.speeds import KMH, drives, measured_site

LENGTH_M = 1000.0
SECTION = SpeedSection("KTL-1", "a", "in", "b", "out", LENGTH_M, 1.0, 50.0 * KMH)
PLACES = {"a": (116.85637, -1.26934), "b": (116.85937, -1.26134), "far": (116.904118, -1.257537)}
START_NS = at(17)


def passage(
    view: str, second: float, *, plate: str | None = "KX 1234 LX", sure: float = 0.99, **more: object
) -> Passage:
    gate = {"a": "in", "b": "out"}.get(view, "other")
    reading = PlateReading(plate, sure) if plate else None
    made = Passage(
        view, gate, 1, VehicleClass.CAR, START_NS + round(second * NS_PER_S), TimeBase.UTC, 0.02, 0.5, 0.1,
        reading, PLACES[view], simulated=True,
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def shown(second: float) -> GatePicture:
    picture = np.full((8, 8, 3), round(second), np.uint8)
    return GatePicture(START_NS + round(second * NS_PER_S), picture, (1.0, 1.0, 6.0, 6.0), ())


def judged(*passages: Passage) -> list[Verdict]:
    city = SectionSpeed([SECTION])
    found = [verdict for one in sorted(passages, key=lambda p: p.crossed_ns) for verdict in city.take(one)]
    return found + list(city.advance(START_NS + 4000 * NS_PER_S))


def through(speed_kmh: float, **more: object) -> list[Verdict]:
    return judged(passage("a", 0, **more), passage("b", LENGTH_M / (speed_kmh * KMH), **more))  # type: ignore[arg-type]


def gist(found: Iterable[Verdict]) -> list[tuple[VerdictKind, Reason | None]]:
    return [(v.kind, v.reason) for v in found]


def doubt(reason: Reason) -> list[tuple[VerdictKind, Reason | None]]:
    return [(VerdictKind.UNDETERMINED, reason)]


def test_faster_than_limit_and_tolerance_is_a_violation_with_its_uncertainty() -> None:
    found = through(70.0)
    assert gist(found) == [(VerdictKind.VIOLATION, None)] * 2
    assert [v.phase for v in found] == [WindowPhase.OPENED, WindowPhase.CLOSED]
    first = found[0]
    assert (first.rule, first.article, first.place, first.view) == ("section_speed", "287(5)", "KTL-1", "b")
    assert first.extremum == pytest.approx(70.0, abs=1e-6)
    assert first.uncertainty is not None
    assert 0.2 < first.uncertainty < 1.0
    assert first.evidence_times_ns == (first.opened_ns, first.updated_ns)


def test_below_the_limit_is_clear_and_at_it_undetermined() -> None:
    assert gist(through(45.0)) == [(VerdictKind.CLEAR, None)]
    for speed_kmh in (49.9, 50.0, 53.0, 55.1):
        assert gist(through(speed_kmh)) == doubt(Reason.SPEED_NEAR_LIMIT)


def test_nobody_without_a_plate_and_nobody_seen_at_one_gate_is_judged() -> None:
    assert gist(through(70.0, plate=None)) == doubt(Reason.PLATE_UNREAD)  # at the exit: it may be his way
    assert judged(passage("b", 60)) == []
    assert judged(passage("a", 0), passage("b", 60, plate="KX 1235 LX")) == []


def test_a_doubtful_reading_accuses_nobody() -> None:
    assert gist(through(70.0, sure=0.8)) == doubt(Reason.PLATE_UNSURE)


def test_without_the_time_of_day_or_a_known_clock_nothing_is_measured() -> None:
    assert gist(through(70.0, time_base=TimeBase.MEDIA)) == doubt(Reason.TIME_OF_DAY_UNKNOWN)
    assert gist(through(70.0, clock_s=None)) == doubt(Reason.CLOCK_UNKNOWN)


def test_a_clock_that_may_be_far_off_takes_the_accusation_away() -> None:
    assert gist(through(70.0, clock_s=8.0)) == doubt(Reason.SPEED_NEAR_LIMIT)


def test_an_impossible_speed_is_a_wrong_match() -> None:
    assert gist(through(166.0)) == doubt(Reason.IMPOSSIBLE_SPEED)
    assert gist(through(250.0)) == doubt(Reason.PLATE_AT_TWO_PLACES)  # as the crow flies, already
    assert gist(judged(passage("a", 0), passage("b", 0.1))) == doubt(Reason.PLATE_AT_TWO_PLACES)


def test_a_motorcycle_that_comes_out_as_a_car_is_another_vehicle() -> None:
    found = judged(passage("a", 0, vehicle_class=VehicleClass.MOTORCYCLE), passage("b", 55))
    assert gist(found) == doubt(Reason.CLASS_DIFFERS)


def test_the_one_who_really_came_in_comes_out_later() -> None:
    """A clone joins on the way and comes out before the vehicle whose plate it bears."""
    found = judged(passage("a", 0), passage("b", 55), passage("b", 80))
    assert gist(found) == doubt(Reason.PLATE_SEEN_TWICE) * 2


def test_a_plate_that_differs_by_one_character_and_never_came_out_may_be_the_one_that_did() -> None:
    other = passage("a", 5, plate="KX 1284 LX", track_id=2)
    assert gist(judged(passage("a", 0), other, passage("b", 51))) == doubt(Reason.PLATE_LIKE_ANOTHER)
    came_in_unread = passage("b", 70, plate="KX 1284 LX", track_id=2)
    assert gist(judged(passage("a", 0), passage("b", 51), came_in_unread)) == doubt(Reason.PLATE_LIKE_ANOTHER)
    found = judged(passage("a", 0), other, passage("b", 51), came_in_unread)
    assert [v.kind for v in found if v.updated_ns < START_NS + 60 * NS_PER_S] == [VerdictKind.VIOLATION] * 2


def test_a_plate_that_came_in_twice_is_two_vehicles_or_one_that_turned() -> None:
    assert gist(judged(passage("a", 0), passage("a", 30), passage("b", 85))) == doubt(Reason.PLATE_SEEN_TWICE)


def test_two_tracks_of_one_vehicle_are_one_passage() -> None:
    found = judged(passage("a", 0), passage("a", 0.5, track_id=2), passage("b", 51.0))
    assert gist(found) == [(VerdictKind.VIOLATION, None)] * 2


def test_a_plate_at_two_places_at_once_accuses_nobody() -> None:
    """Five kilometres away in half a minute."""
    found = judged(passage("a", 0), passage("far", 30), passage("b", 51))
    assert gist(found) == doubt(Reason.PLATE_AT_TWO_PLACES)
    later = judged(passage("a", 0), passage("b", 51), passage("far", 60))
    assert gist(later) == doubt(Reason.PLATE_AT_TWO_PLACES)


def test_the_same_plate_elsewhere_an_hour_before_is_no_wonder() -> None:
    assert gist(judged(passage("far", -1800), passage("a", 0), passage("b", 51)))[0] == (
        VerdictKind.VIOLATION, None,
    )  # fmt: skip


def test_a_verdict_waits_until_everybody_else_must_have_come_out() -> None:
    city = SectionSpeed([SECTION])
    city.take(passage("a", 0))
    assert city.take(passage("b", 51)) == ()
    assert city.advance(START_NS + 300 * NS_PER_S) == ()
    assert city.advance(START_NS + 361 * NS_PER_S) != ()


def test_the_end_of_the_day_leaves_what_waited_undetermined() -> None:
    city = SectionSpeed([SECTION])
    city.take(passage("a", 0))
    city.take(passage("b", 51))
    assert gist(city.finish()) == doubt(Reason.NOT_OBSERVED)


def test_a_case_is_opened_with_its_measure_and_is_of_the_moving_track() -> None:
    docket = ListDocket()
    city = CityWide([SECTION], docket)
    assert city.take([passage("a", 0), passage("b", 51)]).events == ()
    events = city.advance(START_NS + 400 * NS_PER_S).events
    (case,) = docket.cases()
    assert [event.case_id for event in events] == [case.case_id]
    assert (case.enforcement.value, case.rule, case.simulated) == ("moving", "section_speed", True)
    (statement,) = docket.statements(case.case_id)
    assert (statement.unit, statement.value) == ("km/h", pytest.approx(1000 / 51 * 3.6))
    assert statement.uncertainty == pytest.approx(0.5, abs=0.3)


def gated(name: str) -> GateWatch:
    plan = measured_site()
    line = LineSegment(-60.0, 8.0, -60.0, -8.0)
    return GateWatch(replace(plan, view=name, gates=(Gate("gate", line),)))


def test_a_gate_times_who_passes_it_between_two_frames_and_tells_his_plate() -> None:
    watch, found = gated("a"), []
    path = drives(50.0)
    for n in range(120):
        now_ns = START_NS + n * NS_PER_S // 10
        here = path(n / 10)
        found += watch.watch(observe(now_ns, *([track(7, now_ns, here)] if here else [])))
    (one,) = found
    assert one.crossed_ns == pytest.approx(START_NS + 40.0 / (50 * KMH) * NS_PER_S, abs=1e5)
    assert (one.track_id, one.gate, one.clock_s, one.simulated) == (7, "gate", 0.1, True)
    assert one.plate is not None
    assert 0.35 < one.place_sigma_m < 2.0
    assert one.lonlat[0] == pytest.approx(116.86 - 60 / 111_195, abs=1e-6)


def test_who_comes_the_other_way_or_beside_the_gate_does_not_pass_it() -> None:
    for path in (lambda t: (-30.0 - 10 * t, 0.0), lambda t: (-90.0 + 10 * t, 30.0)):
        watch = gated("a")
        for n in range(60):
            now_ns = START_NS + n * NS_PER_S // 10
            watch.watch(observe(now_ns, track(7, now_ns, path(n / 10))))
        assert watch.finish() == ()


def test_a_case_has_the_pictures_of_both_gates_and_those_of_nobody_else_are_kept() -> None:
    docket = ListDocket()
    city = CityWide([SECTION], docket)
    slow = [passage("a", 0, plate="KX 1555 LX", picture=shown(0)), passage("b", 100, plate="KX 1555 LX")]
    fast = [passage("a", 1, picture=shown(1)), passage("b", 52, picture=shown(52))]
    city.take(sorted((*slow, *fast), key=lambda p: p.crossed_ns))
    city.advance(START_NS + 400 * NS_PER_S)
    (case,) = docket.cases()
    pictures = docket.pictures(case.case_id)
    assert [(one.kind, int(one.image_bgr[0, 0, 0])) for one in pictures] == [
        (PictureKind.MEASURED_FROM, 1), (PictureKind.MEASURED_TO, 52),
    ]  # fmt: skip
    assert all(one.box_px == (1.0, 1.0, 6.0, 6.0) and one.simulated for one in pictures)
    city.advance(START_NS + 800 * NS_PER_S)
    assert not city._shown  # of passages that came to nothing too


def test_the_end_of_a_run_judges_what_is_due_and_leaves_the_rest_undetermined() -> None:
    city = CityWide([SECTION], ListDocket())
    city.take([passage("a", 0), passage("a", 200, plate="KX 1555 LX")])
    city.take([passage("b", 51), passage("b", 251, plate="KX 1555 LX")])
    told = city.finish(START_NS + 400 * NS_PER_S).verdicts
    assert [(v.kind, v.reason) for v in told if v.phase is WindowPhase.CLOSED] == [
        (VerdictKind.VIOLATION, None), (VerdictKind.UNDETERMINED, Reason.NOT_OBSERVED),
    ]  # fmt: skip
