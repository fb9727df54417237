"""Each case has what a court can ask for: pictures of every kind, a clip, what was measured and by what."""

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from detectors.archive.memory import ListDocket
from detectors.datatypes.cases import Case, PictureKind
from detectors.datatypes.evidence import Instruments
from detectors.datatypes.frame import NS_PER_S, Frame, SnapshotTag
from detectors.datatypes.plates import PlateSight, Unread
from detectors.datatypes.tracks import Track
from detectors.engine import ViewEngine
from detectors.violations.registry import rules_for
from tests.judgement import (
    ScriptedControl,
    ScriptedDetector,
    ScriptedSignals,
    ScriptedTracker,
    frame,
    site,
    stands,
    track,
)
from tests.unit.test_engine_plates import MIDDLE, OWN, ScriptedReader
from tests.unit.test_engine_plates_moving import AT, PASSES, RED, START, box_at, waits_beyond

K = PictureKind
BY = Instruments("bconnect-twin 0.1.0", "twin", "ab" * 32, "5f" * 32)
PATHS = {"kerb_parking": stands(5, 200), "stop_line": waits_beyond, "red_light": PASSES}
SMALL = PlateSight(None, MIDDLE, None, Unread.TOO_SMALL)
SEEN = PlateSight(OWN, AT)
LOOKS = {
    "kerb_parking": [SMALL, PlateSight(OWN, MIDDLE)],  # the zoomed picture, and one of the plate
    "stop_line": [SMALL, PlateSight(OWN, MIDDLE)],
    "red_light": [SEEN, SEEN, SEEN],  # in the frames of the view
}
KINDS = {
    "kerb_parking": {K.EARLIER, K.CONTEXT, K.VEHICLE, K.ZOOMED, K.PLATE},
    "stop_line": {K.EARLIER, K.LATER, K.VEHICLE, K.ZOOMED, K.PLATE},
    "red_light": {K.BEFORE_LINE, K.IN_JUNCTION, K.VEHICLE, K.PLATE},
}


@dataclass
class Watched:
    """An engine before which one violation happens; the camera answers a second after it is asked."""

    rule: str
    docket: ListDocket = field(default_factory=ListDocket)
    control: ScriptedControl = field(default_factory=ScriptedControl)

    def __post_init__(self) -> None:
        plan = site()
        parts = ScriptedDetector(), ScriptedTracker(self.script), rules_for(plan), self.docket
        view = ViewEngine(
            plan, *parts, signals=ScriptedSignals(RED), control=self.control,
            plates=ScriptedReader(list(LOOKS[self.rule])), instruments=BY,
        )  # fmt: skip
        answered = 0
        for n in range(80 * 5):
            now_ns = START + n * NS_PER_S // 5
            for asked in self.control.requests[answered:]:
                if asked.asked_ns + NS_PER_S <= now_ns:
                    tag, answered = SnapshotTag(asked.request_id, asked.zoom), answered + 1
                    image = np.zeros((720, 1280, 3), dtype=np.uint8)
                    view.step(Frame("view-1", 0, now_ns, image, simulated=True, snapshot=tag))
            view.step(frame(n, now_ns))
        view.finish()

    def script(self, now_ns: int) -> tuple[Track, ...]:
        t_s, path = (now_ns - START) / NS_PER_S, PATHS[self.rule]
        (x, y), (x0, y0) = path(t_s), path(t_s - 0.1)
        velocity = (x - x0) / 0.1, (y - y0) / 0.1
        box = box_at(x / 2)
        return (replace(track(4, now_ns, (x, y), velocity, box_px=box), plate=None),)

    @property
    def case(self) -> Case:
        (found,) = [case for case in self.docket.cases() if case.rule == self.rule]
        return found


@pytest.fixture(scope="module", params=sorted(KINDS))
def watched(request: pytest.FixtureRequest) -> Watched:
    return Watched(request.param)


def test_the_pictures_are_all_there_and_say_where_their_vehicle_stands(watched: Watched) -> None:
    pictures = watched.docket.pictures(watched.case.case_id)
    assert {picture.kind for picture in pictures} == KINDS[watched.rule]
    assert all(picture.box_px is not None for picture in pictures)
    in_view = [one for one in pictures if one.kind not in (K.ZOOMED, K.PLATE)]
    assert all(one.others_px is not None and one.density_px_m is not None for one in in_view)
    assert all(one.simulated for one in pictures)


def test_one_shows_it_before_and_one_after(watched: Watched) -> None:
    taken = {p.kind: p.taken_ns for p in watched.docket.pictures(watched.case.case_id)}
    before, after = {
        "kerb_parking": (K.EARLIER, K.CONTEXT),
        "stop_line": (K.EARLIER, K.LATER),
        "red_light": (K.BEFORE_LINE, K.IN_JUNCTION),
    }[watched.rule]
    apart_s = (taken[after] - taken[before]) / NS_PER_S
    assert apart_s >= (30 if watched.rule == "kerb_parking" else 0.5)
    assert taken[before] >= watched.case.offence_ns - NS_PER_S


def test_there_is_a_clip_with_what_stands_where(watched: Watched) -> None:
    (clip,) = watched.docket.clips(watched.case.case_id)
    assert clip.times_ns[-1] - clip.times_ns[0] >= 3 * NS_PER_S
    assert len(clip.own_px) == len(clip.others_px) == len(clip.times_ns)
    assert clip.own_px[-1] is not None


def test_what_was_measured_says_how_wrong_it_may_be_and_by_what(watched: Watched) -> None:
    (said,) = watched.docket.statements(watched.case.case_id)
    assert said.value > 0
    assert said.unit == {"stop_line": "m"}.get(watched.rule, "s")
    assert said.uncertainty is not None
    assert 0 < said.uncertainty < said.value
    assert said.instruments == BY
    assert all((BY.software, BY.detector, BY.weights, BY.calibration))


def test_the_plate_is_read_and_not_told(watched: Watched) -> None:
    plate = watched.case.plate
    assert plate is not None
    assert (plate.text, plate.oracle) == (OWN.text, False)
