"""A case is named by a plate that was read, and by no other: neighbours, doubts and other pictures."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from detectors.archive.memory import ListDocket
from detectors.cases.evidence import Box
from detectors.cases.naming import PlateLook, hidden_by
from detectors.cases.opening import CaseBook
from detectors.cases.policy import Policy
from detectors.datatypes.cases import CaseState, PictureKind
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.frame import NS_PER_S, Frame, SnapshotTag
from detectors.datatypes.plates import PlateReading, PlateSight, Unread
from detectors.datatypes.steps import PlateRead, SnapshotRequest, StepRecord
from detectors.datatypes.tracks import Track
from detectors.datatypes.violations import WindowPhase
from detectors.engine import ViewEngine
from detectors.violations.registry import rules_for
from tests.judgement import (
    SEEN,
    ScriptedControl,
    ScriptedDetector,
    ScriptedTracker,
    at,
    frame,
    site,
    stands,
    track,
    verdict,
)

START, READ_S = at(17), 80.0
OWN = PlateReading("KX 1234 LX", 0.97)
VEHICLE: Box = (100.0, 100.0, 160.0, 140.0)
MIDDLE: Box = (
    600.0,
    420.0,
    690.0,
    440.0,
)  # of a snapshot 1280 px wide: the plate of what stands in its middle


@dataclass
class ScriptedReader:
    """Gives its answers one after another and notes where it was told to look."""

    answers: list[PlateSight]
    boxes: list[tuple[str, Box]] = field(default_factory=list)

    def read(self, _frame: Frame, box_px: Box) -> PlateSight:
        self.boxes.append(("vehicle", box_px))
        return self.answers.pop(0)

    def read_closer(self, _frame: Frame, box_px: Box) -> PlateSight:
        self.boxes.append(("plate", box_px))
        return self.answers.pop(0)


STAND_IN = Policy(stand_in=True)
Script = Callable[[int], tuple[Track, ...]]


def parked(now_ns: int, *, kind: VehicleClass = VehicleClass.CAR, leaves_s: float = 300.0) -> Track:
    """A car at the kerb, of which nobody was told the plate."""
    t_s = (now_ns - START) / NS_PER_S
    here = stands(5, leaves_s)(t_s)
    box = VEHICLE if t_s < leaves_s else (300.0, 100.0, 360.0, 140.0)
    found = track(4, now_ns, here, (0.0, 0.0) if 5 < t_s < leaves_s else (5.0, 0.0), kind=kind, box_px=box)
    return replace(found, plate=None)


@dataclass
class Stage:
    """An engine before which a car has stood long enough for a case and a request."""

    answers: list[PlateSight]
    script: Script = lambda now_ns: (parked(now_ns),)
    control: ScriptedControl = field(default_factory=ScriptedControl)
    lasts_s: float = READ_S
    docket: ListDocket = field(default_factory=ListDocket)
    simulated: bool = True

    def __post_init__(self) -> None:
        self.reader = ScriptedReader(list(self.answers))
        plan = replace(site(), simulated=self.simulated)
        parts = ScriptedDetector(), ScriptedTracker(self.script), rules_for(plan), self.docket
        self.view = ViewEngine(plan, *parts, control=self.control, plates=self.reader, policy=STAND_IN)
        for n in range(round(self.lasts_s * 2) + 1):
            now_ns = START + n * NS_PER_S // 2
            self.view.step(frame(n, now_ns, simulated=self.simulated))

    def answer(self, number: int = -1, *, zoom: float | None = None) -> StepRecord:
        """Let the camera answer a request."""
        asked = self.control.requests[number]
        tag = SnapshotTag(asked.request_id, asked.zoom if zoom is None else zoom)
        now_ns = START + round(self.lasts_s * NS_PER_S)
        image = np.zeros((720, 1280, 3), dtype=np.uint8)
        return self.view.step(Frame("view-1", 0, now_ns, image, self.simulated, snapshot=tag))

    @property
    def plate(self) -> PlateReading | None:
        (case,) = self.docket.cases()
        return case.plate


def test_the_case_is_named_by_the_plate_in_its_snapshot() -> None:
    stage = Stage([PlateSight(OWN, MIDDLE)])
    record = stage.answer()
    (case,) = stage.docket.cases()
    assert case.plate == OWN
    assert record.plates == (PlateRead(case.case_id, OWN),)
    assert '"plates":[{"case":"' in record.json_line()
    assert '"confidence":0.97,"plate":"KX 1234 LX"' in record.json_line()
    (looked,) = stage.reader.boxes
    assert looked[0] == "vehicle"
    # the box fills 60 % of the height, about the middle of the snapshot
    assert looked[1] == pytest.approx((639.5 - 324, 359.5 - 216, 639.5 + 324, 359.5 + 216))


def test_the_name_stays_while_the_case_climbs_and_closes() -> None:
    stage = Stage([PlateSight(OWN, MIDDLE)])
    stage.answer()
    for n in range(1400):
        stage.view.step(frame(200 + n, START + round((READ_S + 0.5 + n / 2) * NS_PER_S)))
    (case,) = stage.docket.cases()
    assert case.state is CaseState.CLOSED
    assert case.plate == OWN


def test_an_unreadable_plate_leaves_the_case_without_one_and_says_so() -> None:
    stage = Stage([PlateSight()])
    record = stage.answer()
    (case,) = stage.docket.cases()
    assert case.plate is None
    assert case.unread is Unread.NOT_SEEN
    assert record.plates == (PlateRead(case.case_id, None, Unread.NOT_SEEN),)
    assert '"confidence":null,"plate":null,"why":"not-seen"' in record.json_line()
    assert len(stage.control.requests) == 1


def test_a_plate_that_is_seen_but_not_read_is_looked_at_more_closely_once() -> None:
    stage = Stage([PlateSight(None, MIDDLE), PlateSight(None, (550.0, 330.0, 730.0, 380.0))])
    record = stage.answer()
    (closer,) = record.requests
    assert closer.request_id.endswith(".plate")
    first = stage.control.requests[0]
    # 90 px of a snapshot of 1280 px at zoom 5.4 are 8.3 px of a view of 640 px; they are to fill 0.3 of it
    assert closer.zoom == pytest.approx(0.3 * 640 / (90 / (2 * first.zoom)))
    assert closer.target_px == pytest.approx((130 + 5.5 / 10.8, 120 + 70.5 / 10.8))
    record = stage.answer()
    assert record.requests == ()
    assert [read.reading for read in record.plates] == [None]
    assert stage.plate is None
    kinds = [picture.kind for picture in stage.docket.pictures(closer.case_id)]
    assert kinds[-2:] == [PictureKind.ZOOMED, PictureKind.PLATE]
    assert stage.reader.boxes[1][0] == "plate"
    assert stage.reader.boxes[1][1] == pytest.approx(
        (639.5 - 192, 359.5 - 42.7, 639.5 + 192, 359.5 + 42.7), abs=1
    )


def test_the_closer_look_names_the_case() -> None:
    stage = Stage([PlateSight(None, MIDDLE), PlateSight(OWN, (550.0, 330.0, 730.0, 380.0))])
    stage.answer()
    stage.answer()
    assert stage.plate == OWN


def test_a_closer_look_that_shows_another_number_than_the_first_seemed_to_leaves_it_unreadable() -> None:
    seemed = PlateSight(None, MIDDLE, PlateReading("KX 1284 LX", 0.99), Unread.TOO_SMALL)
    stage = Stage([seemed, PlateSight(OWN, (550.0, 330.0, 730.0, 380.0))])
    stage.answer()
    record = stage.answer()
    assert [read.why for read in record.plates] == [Unread.DISAGREE]
    assert stage.plate is None
    unsure = replace(seemed, doubtful=PlateReading("KX 1284 LX", 0.6))
    named = Stage([unsure, PlateSight(OWN, (550.0, 330.0, 730.0, 380.0))])
    named.answer()
    named.answer()
    assert named.plate == OWN


def test_a_camera_that_gives_no_second_picture_leaves_the_plate_unreadable() -> None:
    stage = Stage([PlateSight(None, MIDDLE)])
    stage.control.willing = False
    record = stage.answer()
    assert record.requests == ()
    assert [read.reading for read in record.plates] == [None]


def test_a_number_of_another_class_is_another_vehicles() -> None:
    for text, named in (("KX 3234 LX", False), ("KX 8234 LX", False), ("KX 234 LX", True)):
        stage = Stage([PlateSight(PlateReading(text, 0.99), MIDDLE)])
        stage.answer()
        assert (stage.plate is not None) == named
    unsure = Stage(
        [PlateSight(PlateReading("KX 3234 LX", 0.99), MIDDLE)],
        lambda now_ns: (parked(now_ns, kind=VehicleClass.UNKNOWN),),
    )
    unsure.answer()
    assert unsure.plate is not None


def test_a_plate_that_may_not_be_used_here_names_nobody() -> None:
    for text, simulated, named in (
        ("KT 1234 LX", True, False),
        ("KX 1234 LX", False, False),
        ("KT 1234 LX", False, True),
    ):
        stage = Stage([PlateSight(PlateReading(text, 0.99), MIDDLE)], simulated=simulated)
        stage.answer()
        assert (stage.plate is not None) == named


def test_a_vehicle_that_has_left_its_place_is_not_named_by_what_stands_there_now() -> None:
    stage = Stage([PlateSight(OWN, MIDDLE)], lambda now_ns: (parked(now_ns, leaves_s=79.0),))
    record = stage.answer()
    assert [read.reading for read in record.plates] == [None]
    assert stage.reader.boxes == []
    assert stage.plate is None


@pytest.mark.parametrize(
    ("box", "named"),
    [
        ((90.0, 105.0, 170.0, 160.0), False),  # before it, over its plate
        ((90.0, 80.0, 170.0, 130.0), True),  # behind it
        ((180.0, 105.0, 260.0, 160.0), True),  # before it, but aside
    ],
)
def test_a_plate_in_the_box_of_a_vehicle_before_it_is_not_taken(box: Box, named: bool) -> None:
    def script(now_ns: int) -> tuple[Track, ...]:
        other = track(9, now_ns, (-50.0, 0.0), (8.0, 0.0), box_px=box)
        return parked(now_ns), replace(other, plate=None)

    stage = Stage([PlateSight(OWN, MIDDLE)], script)
    record = stage.answer()
    assert (stage.plate is not None) == named
    assert record.requests == ()


def test_a_picture_at_another_zoom_is_another_picture() -> None:
    stage = Stage([PlateSight(OWN, MIDDLE)])
    stage.answer(zoom=2.0)
    assert stage.plate is None
    assert stage.reader.boxes == []


def test_without_a_reader_nothing_is_said_of_plates() -> None:
    stage = Stage([])
    stage.view.plates = None
    assert stage.answer().plates == ()
    assert stage.plate is None


def test_what_was_told_is_not_read() -> None:
    def told(now_ns: int) -> tuple[Track, ...]:
        return (replace(parked(now_ns), plate=PlateReading("KX 77 A", 1.0, oracle=True)),)

    stage = Stage([], told)
    assert stage.answer().plates == ()
    assert stage.plate == PlateReading("KX 77 A", 1.0, oracle=True)


def test_a_case_that_closed_meanwhile_is_named_and_stays_closed() -> None:
    book = CaseBook(STAND_IN)
    entry = book.take(verdict(), SEEN)
    assert entry is not None
    book.await_plate(entry.case)
    closed = verdict(WindowPhase.CLOSED, stood_s=90)
    book.take(closed, SEEN)
    named = book.name(entry.case.case_id, OWN)
    assert named is not None
    assert (named.state, named.plate) == (CaseState.CLOSED, OWN)
    assert book.name(entry.case.case_id, OWN) is None
    assert book.take(verdict(stood_s=200), SEEN) is None


def test_where_a_snapshot_shows_something_is_where_the_view_shows_it() -> None:
    camera = site().camera
    target = (400.0, 120.0)
    request = SnapshotRequest("a.zoomed", "a", target, 6.0, START)
    aimed = camera.aimed_at(target, 6.0)
    zoomed = replace(aimed, width_px=1280, height_px=720, focal_px=aimed.focal_px * 2)
    picture = Frame(
        "v", 0, START, np.zeros((720, 1280, 3), np.uint8), simulated=True,
        snapshot=SnapshotTag("a.zoomed", 6.0, zoomed),
    )  # fmt: skip
    (case,) = Stage([]).docket.cases()
    look = PlateLook(request, case, VEHICLE, VEHICLE, (640, 360))
    point = camera.position_m + 30.0 * camera.rays((418.0, 127.0))
    u, v = zoomed.project(point)[0][0].tolist()
    x, y = camera.project(point)[0][0].tolist()
    at_px = (u - 12.0, v - 6.0, u + 12.0, v + 6.0)
    found = look.in_view(at_px, picture, camera)
    assert found == pytest.approx((x - 1, y - 0.5, x + 1, y + 0.5), abs=1e-6)
    assert look.in_view(at_px, picture, None) == pytest.approx(found, abs=1.0)


def test_whose_plate_a_box_can_hide() -> None:
    assert not hidden_by((10, 10, 20, 14), (0, 0, 40, 30), ())
    assert hidden_by((10, 20, 20, 24), (0, 0, 40, 30), ((5, 5, 45, 40),))
    # the roof of a bus, or a rider's helmet: no plate of theirs stands so high
    assert not hidden_by((10, 10, 20, 14), (0, 0, 40, 30), ((5, 5, 45, 40),))
    assert not hidden_by((10, 10, 20, 14), (0, 0, 40, 30), ((5, 5, 45, 25),))
