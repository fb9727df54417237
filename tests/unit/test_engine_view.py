"""One view from frame to case, with scripted neighbours."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from detectors.archive.memory import ListDocket
from detectors.cases.evidence import (
    FRAMES_KEPT,
    OUTLINE_BGR,
    RecentFrames,
    Seen,
    cropped,
    outlined,
    zoom_to_fill,
)
from detectors.cases.policy import Policy
from detectors.datatypes.cases import CaseState, PictureKind
from detectors.datatypes.frame import NS_PER_S, SnapshotTag
from detectors.datatypes.plates import PlateReading
from detectors.datatypes.signals import Aspect, SignalStates
from detectors.datatypes.site import Carriageway, SitePlan
from detectors.datatypes.steps import StepRecord
from detectors.datatypes.tracks import Track
from detectors.engine import FrameOrder, ViewEngine
from detectors.violations.registry import UnknownRule, rules_for
from tests.judgement import (
    STILL,
    Place,
    ScriptedControl,
    ScriptedDetector,
    ScriptedSignals,
    ScriptedTracker,
    at,
    box,
    cruises,
    detections,
    frame,
    lights,
    site,
    stands,
    track,
)

START = at(17)
STAND_IN = Policy(sticker_after_s=100, stand_in=True)
Script = Callable[[int], tuple[Track, ...]]


def follows(path: Callable[[float], Place]) -> Script:
    def script(now_ns: int) -> tuple[Track, ...]:
        t_s = (now_ns - START) / NS_PER_S
        (x, y), (x0, y0) = path(t_s), path(t_s - 0.1)
        return (track(4, now_ns, (x, y), ((x - x0) / 0.1, (y - y0) / 0.1)),)

    return script


def engine(
    script: Script,
    docket: ListDocket,
    control: ScriptedControl | None = None,
    signals: Callable[[int], SignalStates] = lambda _now: SignalStates(),
    policy: Policy = STAND_IN,
) -> ViewEngine:
    plan = site()
    parts = ScriptedDetector(), ScriptedTracker(script), rules_for(plan), docket
    return ViewEngine(plan, *parts, signals=ScriptedSignals(signals), control=control, policy=policy)


def play(view: ViewEngine, seconds: float, every_s: float = 0.5) -> list[StepRecord]:
    count = round(seconds / every_s) + 1
    return [view.step(frame(n, START + round(n * every_s * NS_PER_S))) for n in range(count)] + [
        view.finish()
    ]


def test_a_parked_vehicle_becomes_a_case_with_pictures_and_steps() -> None:
    docket, control = ListDocket(), ScriptedControl()
    records = play(engine(follows(stands(5, 200)), docket, control), 210)
    (case,) = docket.cases()
    assert [e.state for e in case.history] == [
        CaseState.CAPTURED,
        CaseState.ACCEPTED,
        CaseState.TEGURAN,
        CaseState.STIKER,
        CaseState.CLOSED,
    ]
    assert case.history == tuple(event for record in records for event in record.events)
    assert case.history[2].ground == "loudspeaker"
    assert control.spoken == ["teguran.kerb_parking"]
    kinds = {PictureKind.EARLIER, PictureKind.CONTEXT, PictureKind.VEHICLE}
    assert {p.kind for p in docket.pictures(case.case_id)} == kinds
    boxes = {picture.kind: picture.box_px for picture in docket.pictures(case.case_id)}
    assert boxes[PictureKind.CONTEXT] == (100, 100, 160, 140)
    assert boxes[PictureKind.VEHICLE] == (15, 10, 75, 50)  # a quarter of its size is kept around it
    assert [(e.by, e.officer) for e in case.history[1:3]] == [("dishub", ""), ("system", "")]
    assert case.simulated
    (said,) = docket.statements(case.case_id)
    assert (said.value, said.unit, said.uncertainty) == (60.5, "s", 1.0)  # looked at twice a second
    (clip,) = docket.clips(case.case_id)
    assert clip.times_ns[-1] == said.at_ns
    assert 3 * NS_PER_S < clip.times_ns[-1] - clip.times_ns[0] <= 4 * NS_PER_S
    assert case.plate == PlateReading("KX 1234 LX", 1.0, oracle=True)
    (request,) = [r for record in records for r in record.requests]
    assert request.target_px == (130, 120)
    assert request.zoom == pytest.approx(0.6 * 360 / 40)


def test_the_snapshot_that_comes_back_goes_to_its_case() -> None:
    docket, control = ListDocket(), ScriptedControl()
    view = engine(follows(stands(5, 200)), docket, control)
    play(view, 80)
    tag = SnapshotTag(control.requests[0].request_id, 5.0)
    for tagged in (tag, tag, SnapshotTag("somebody else's", 2.0)):
        record = view.step(replace(frame(999, START), snapshot=tagged))
        assert record.tracks == record.verdicts == record.events == ()
    (case,) = docket.cases()
    assert [p.kind for p in docket.pictures(case.case_id)].count(PictureKind.ZOOMED) == 1


def test_pictures_say_where_their_vehicle_stands() -> None:
    docket, control = ListDocket(), ScriptedControl()
    view = engine(follows(stands(5, 200)), docket, control)
    play(view, 80)
    tag = SnapshotTag(control.requests[0].request_id, control.requests[0].zoom)
    view.step(replace(frame(999, START), snapshot=tag))
    (case,) = docket.cases()
    pictures = {picture.kind: picture for picture in docket.pictures(case.case_id)}
    whole, part, close = (pictures[k] for k in (PictureKind.CONTEXT, PictureKind.VEHICLE, PictureKind.ZOOMED))
    assert whole.box_px is not None
    assert close.box_px is not None
    x0, y0, x1, y1 = (round(side) for side in whole.box_px)
    assert (whole.image_bgr[y0 : y1 : y1 - y0 - 1, x0:x1] == OUTLINE_BGR).all()
    height, width = part.image_bgr.shape[:2]
    assert part.box_px == pytest.approx((width / 6, height / 6, 5 * width / 6, 5 * height / 6), abs=1)
    assert whole.others_px == part.others_px == ()
    height, width = close.image_bgr.shape[:2]
    sides = np.array(close.box_px).reshape(2, 2)
    assert sides.mean(axis=0).tolist() == pytest.approx([(width - 1) / 2, (height - 1) / 2], abs=0.1)
    assert ((sides[1] - sides[0]) / (width, height)).max() == pytest.approx(0.6, abs=0.01)
    assert close.others_px is None


def test_others_in_a_part_of_a_frame_count_from_its_corner() -> None:
    seen = Seen(frame(0, START), {4: (10.0, 10.0, 30.0, 20.0), 5: (25.0, 12.0, 45.0, 22.0)})
    assert seen.others_px(4) == ((25.0, 12.0, 45.0, 22.0),)
    assert seen.others_px(4, (5.0, 7.0)) == ((20.0, 5.0, 40.0, 15.0),)


def test_without_a_loudspeaker_the_warning_is_left_to_an_officer_and_nothing_is_asked() -> None:
    for control in (None, ScriptedControl(willing=False)):
        docket = ListDocket()
        records = play(engine(follows(stands(5, 200)), docket, control), 80)
        reached = [event.state for event in docket.cases()[0].history]
        assert reached == [CaseState.CAPTURED, CaseState.ACCEPTED, CaseState.CLOSED]
        assert not any(record.requests for record in records)


def test_without_an_officer_nothing_is_said_and_the_end_of_the_stand_closes_nothing() -> None:
    docket, control = ListDocket(), ScriptedControl()
    play(engine(follows(stands(5, 200)), docket, control, policy=Policy(sticker_after_s=100)), 210)
    (case,) = docket.cases()
    assert [e.state for e in case.history] == [CaseState.CAPTURED]
    assert case.extremum == pytest.approx(195, abs=2)
    assert control.spoken == []
    assert len(control.requests) == 1


def test_running_the_red_becomes_a_case_for_an_officer() -> None:
    docket, control = ListDocket(), ScriptedControl()
    signals = lights((at(16, 59), Aspect.RED))
    play(engine(follows(cruises(10, 5.0)), docket, control, signals), 10, every_s=0.1)
    (case,) = docket.cases()
    assert case.state is CaseState.CAPTURED
    assert case.article == "287(2)"
    taken = {p.kind: p.taken_ns for p in docket.pictures(case.case_id)}
    assert taken[PictureKind.BEFORE_LINE] < case.offence_ns < taken[PictureKind.IN_JUNCTION]
    assert 0.5e9 <= taken[PictureKind.IN_JUNCTION] - case.offence_ns <= 1.5e9
    assert PictureKind.VEHICLE in taken
    assert control.spoken == []


def test_a_plate_of_a_real_owner_never_enters_a_simulated_case() -> None:
    base = follows(stands(5, 200))

    def named(now_ns: int) -> tuple[Track, ...]:
        return tuple(replace(t, plate=PlateReading("KT 1234 LX", 0.9)) for t in base(now_ns))

    docket = ListDocket()
    play(engine(named, docket), 80)
    assert docket.cases()[0].plate is None


def test_the_same_frames_twice_give_the_same_log() -> None:
    logs = [
        [r.json_line() for r in play(engine(follows(stands(5, 150)), ListDocket(), ScriptedControl()), 160)]
        for _ in range(2)
    ]
    assert logs[0] == logs[1]


def test_without_a_site_vehicles_are_tracked_and_nothing_is_judged() -> None:
    tracker = ScriptedTracker(lambda now_ns: (track(1, now_ns, None),))
    view = ViewEngine(None, ScriptedDetector(detections(3)), tracker, (), ListDocket())
    assert view.finish().index == 0
    record = view.step(frame(0, START))
    assert (record.detections, len(record.tracks), record.verdicts) == (3, 1, ())


def with_areas(*, carriageway: bool, ignore: bool) -> SitePlan:
    plan = site()
    here = plan.camera.ground_points([[320.0, 200.0]], plan.ground)[0]
    spot = STILL.area([(here[0] + x, here[1] + y) for x, y in box(-3, -3, 3, 3)])
    lanes = (Carriageway("lane", spot, 0.0),) if carriageway else ()
    return replace(plan, carriageways=lanes, ignore=(spot,) if ignore else ())


@pytest.mark.parametrize(
    ("carriageway", "ignore", "left"),
    [(False, False, 2), (True, False, 1), (False, True, 1), (True, True, 0)],
)
def test_what_belongs_to_nobodys_traffic_is_dropped(carriageway: bool, ignore: bool, left: int) -> None:
    plan = with_areas(carriageway=carriageway, ignore=ignore)
    found = detections(2)
    contact = np.array([[320.0, 200.0], [20.0, 340.0]])
    found = replace(found, contact_px=contact, plates=(PlateReading("KX 1 A", 1.0), None))
    tracker = ScriptedTracker(lambda _now: ())
    record = ViewEngine(plan, ScriptedDetector(found), tracker, (), ListDocket()).step(frame(0, START))
    assert record.detections == tracker.heard[0] == left


def test_frames_out_of_order_are_refused() -> None:
    view = engine(lambda _now: (), ListDocket())
    view.step(frame(0, START))
    with pytest.raises(FrameOrder, match="comes after frame 0"):
        view.step(frame(1, START - 1))


def test_an_unknown_rule_lists_the_known_ones() -> None:
    with pytest.raises(UnknownRule, match=r"unknown rule 'kerb_praking'; known: .*kerb_parking, .*red_light"):
        rules_for(site(), ("kerb_praking",))


def test_memory_is_bounded_at_any_frame_rate() -> None:
    recent = RecentFrames()
    for n in range(1000):
        now_ns = START + n * NS_PER_S // 100
        recent.add(frame(n, now_ns), (track(1, now_ns, None),))
    assert len(recent._seen) <= FRAMES_KEPT
    oldest, latest = recent._seen[0].frame, recent.at(now_ns, 1)
    assert 3.5e9 < now_ns - oldest.timestamp_ns <= 4e9
    assert latest is not None
    assert latest.frame.index == 999
    assert recent.at(now_ns, 2) is None


def test_crop_outline_and_zoom() -> None:
    image = np.zeros((100, 200, 3), dtype=np.uint8)
    assert cropped(image, (50, 40, 90, 60)).shape == (30, 60, 3)
    assert cropped(image, (-90, -90, -50, -50)).shape == (1, 1, 3)
    drawn = outlined(image, (50, 40, 90, 60))
    assert not image.any()
    assert np.count_nonzero(drawn.any(axis=2)) == 2 * 2 * 40 + 2 * 2 * 16
    assert zoom_to_fill((640, 360), (0, 0, 64, 18)) == pytest.approx(6.0)
    assert zoom_to_fill((640, 360), (0, 0, 1, 1)) == 25.0
    assert zoom_to_fill((640, 360), (0, 0, 640, 360)) == 1.0
    assert math.isfinite(zoom_to_fill((640, 360), (5, 5, 5, 5)))
