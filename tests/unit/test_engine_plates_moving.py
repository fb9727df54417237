"""Plates of moving offences: who stands is zoomed in on, who drives is read in the frames that show him."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from detectors.archive.memory import ListDocket
from detectors.cases.evidence import Box
from detectors.datatypes.cases import Case, PictureKind
from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.plates import PlateReading, PlateSight, Unread
from detectors.datatypes.signals import Aspect
from detectors.datatypes.steps import StepRecord
from detectors.datatypes.tracks import Track
from detectors.engine import ViewEngine
from detectors.violations.registry import rules_for
from tests.judgement import (
    Place,
    ScriptedControl,
    ScriptedDetector,
    ScriptedSignals,
    ScriptedTracker,
    at,
    cruises,
    frame,
    lights,
    site,
    track,
)
from tests.unit.test_engine_plates import OWN, ScriptedReader

START = at(17)
AT: Box = (120.0, 125.0, 140.0, 130.0)
SEEN = PlateSight(OWN, AT)
OTHER = PlateSight(PlateReading("KX 1284 LX", 0.9), AT)
SMALL = PlateSight(None, AT, None, Unread.TOO_SMALL)
NOTHING = PlateSight()
PASSES = cruises(8.0, 6.0)
RED = lights((START - 60 * NS_PER_S, Aspect.RED))


def box_at(x_m: float) -> Box:
    """Return a box that comes nearer as its vehicle does."""
    scale = 1 + max(0.0, x_m + 60) / 60
    return 100 + 4 * x_m + 240, 100.0, 100 + 4 * x_m + 240 + 30 * scale, 100 + 20 * scale


def waits_beyond(t_s: float) -> Place:
    """Drive up and stand 3 m beyond the line with the front."""
    return min(-40 + 5 * t_s, 0.8), 0.0


@dataclass
class Passing:
    """An engine before which somebody passes the line at red, and nobody was told the plate."""

    answers: list[PlateSight]
    path: Callable[[float], Place] = PASSES
    control: ScriptedControl | None = field(default_factory=ScriptedControl)

    def __post_init__(self) -> None:
        self.reader, self.docket = ScriptedReader(list(self.answers)), ListDocket()
        plan = site()
        parts = ScriptedDetector(), ScriptedTracker(self.script), rules_for(plan), self.docket
        self.view = ViewEngine(
            plan, *parts, signals=ScriptedSignals(RED), control=self.control, plates=self.reader
        )
        self.records: list[StepRecord] = []
        for n in range(150):
            self.records.append(self.view.step(frame(n, START + n * NS_PER_S // 5)))
        self.records.append(self.view.finish())

    def script(self, now_ns: int) -> tuple[Track, ...]:
        t_s = (now_ns - START) / NS_PER_S
        (x, y), (x0, y0) = self.path(t_s), self.path(t_s - 0.1)
        velocity = (x - x0) / 0.1, (y - y0) / 0.1
        found = track(4, now_ns, (x, y), velocity, box_px=box_at(x))
        return (replace(found, plate=None),)

    def case(self, rule: str) -> Case:
        (found,) = [case for case in self.docket.cases() if case.rule == rule]
        return found


def test_who_passes_is_read_in_the_frames_that_show_him_and_the_camera_is_not_asked() -> None:
    one = Passing([SEEN, SEEN, SEEN])
    case = one.case("red_light")
    assert case.plate is not None
    assert case.plate.text == OWN.text
    assert case.plate.confidence > OWN.confidence
    assert not one.control.requests if one.control else False
    pictures = one.docket.pictures(case.case_id)
    shown = [p for p in pictures if p.kind is PictureKind.PLATE]
    assert len({p.taken_ns for p in shown}) == len(shown) == 3
    assert all(p.box_px is not None and p.taken_ns <= case.opened_ns for p in shown)


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([SMALL, SMALL], Unread.TOO_SMALL),
        ([SEEN, OTHER, NOTHING], Unread.DISAGREE),
        ([SEEN, NOTHING, NOTHING], Unread.ALONE),
        ([NOTHING, NOTHING, NOTHING], Unread.NOT_SEEN),
    ],
)
def test_what_cannot_be_read_is_unreadable_with_its_reason(answers: list[PlateSight], why: Unread) -> None:
    one = Passing(answers)
    case = one.case("red_light")
    assert case.plate is None
    assert case.unread is why
    (told,) = [read for record in one.records for read in record.plates if read.case_id == case.case_id]
    assert told.why is why


def test_who_stands_beyond_the_line_is_zoomed_in_on_once() -> None:
    one = Passing([], path=waits_beyond)
    case = one.case("stop_line")
    assert one.control is not None
    (request,) = [asked for asked in one.control.requests if asked.case_id == case.case_id]
    x0, y0, x1, y1 = box_at(0.8)
    assert request.target_px == pytest.approx(((x0 + x1) / 2, (y0 + y1) / 2))
    assert request.zoom > 1
    assert one.reader.boxes == []  # nothing is read until the camera has answered


def test_where_the_camera_gives_no_zoom_who_stands_is_read_in_the_view() -> None:
    one = Passing([SEEN, SEEN], path=waits_beyond, control=None)
    assert one.case("stop_line").plate is not None


def test_a_plate_that_is_known_is_not_looked_for() -> None:
    named = Named([], path=waits_beyond)
    assert named.case("stop_line").plate == OWN
    assert not [asked for record in named.records for asked in record.requests]
    assert named.reader.boxes == []


class Named(Passing):
    """The same of a vehicle whose plate somebody told."""

    def script(self, now_ns: int) -> tuple[Track, ...]:
        return (replace(super().script(now_ns)[0], plate=OWN),)
