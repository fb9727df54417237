"""A camera that gives no zoomed picture: the plate is looked for in the frames of the view."""

from dataclasses import replace

import pytest

from detectors.cases.evidence import Box
from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.plates import PlateReading, PlateSight, Unread
from detectors.datatypes.steps import PlateRead
from detectors.datatypes.tracks import Track
from detectors.plates.grammar import parse
from detectors.reading.looks import AT_LONGEST_NS, MOST_LOOKS
from tests.judgement import ScriptedControl, frame, track
from tests.unit.test_engine_plates import OWN, START, Script, Stage, parked

AT: Box = (120.0, 125.0, 140.0, 130.0)
SEEN = PlateSight(OWN, AT)
OTHER = PlateSight(PlateReading("KX 1284 LX", 0.9), AT)
SMALL = PlateSight(None, AT, PlateReading("KX 1284 LX", 0.9), Unread.TOO_SMALL)
DOUBTED = PlateSight(None, AT, None, Unread.DOUBTFUL)


def stage(answers: list[PlateSight], script: Script | None = None) -> Stage:
    """A camera without a control, or one that refuses."""
    refuses = ScriptedControl(willing=False)
    return Stage(answers, control=refuses) if script is None else Stage(answers, script, refuses)


def reads_of(answers: list[PlateSight], script: Script | None = None) -> tuple[Stage, list[PlateRead]]:
    """Return the stage and what was said of plates; the case is opened within its first 80 s."""
    one = stage(answers, script)
    later = [one.view.step(frame(n, START + n * NS_PER_S // 2)) for n in range(161, 260)]
    return one, [read for record in later for read in record.plates]


def test_two_frames_that_agree_name_the_case() -> None:
    one = stage([SEEN, SEEN])
    assert [kind for kind, _ in one.reader.boxes] == ["vehicle", "vehicle"]
    assert one.reader.boxes[0][1] == (100.0, 100.0, 160.0, 140.0)
    assert one.plate is not None
    assert one.plate.text == OWN.text
    assert one.plate.confidence == pytest.approx(1 - 0.03**2)
    assert parse(one.plate.text).number == 1234


def test_it_is_so_without_any_control() -> None:
    refused = stage([SEEN, SEEN])
    without = Stage([SEEN, SEEN], control=None)
    assert without.plate == refused.plate


@pytest.mark.parametrize(
    ("answers", "looks"),
    [
        ([SEEN, OTHER, SEEN], 3),  # they disagree
        ([SEEN, DOUBTED, DOUBTED], 3),  # one alone
        ([SMALL], 1),  # it will be no larger a second later
        ([PlateSight(), DOUBTED, PlateSight()], 3),
    ],
)
def test_all_else_leaves_it_unreadable(answers: list[PlateSight], looks: int) -> None:
    one = stage(answers)
    assert len(one.reader.boxes) == looks <= MOST_LOOKS
    assert one.plate is None


def test_the_record_says_why() -> None:
    def late(now_ns: int) -> tuple[Track, ...]:
        return (parked(now_ns - 40 * NS_PER_S),)

    one, told = reads_of([SEEN, OTHER, SEEN], late)
    (case,) = one.docket.cases()
    assert told == [PlateRead(case.case_id, None, Unread.DISAGREE)]
    assert case.unread is Unread.DISAGREE
    assert reads_of([SMALL], late)[1][0].why is Unread.TOO_SMALL
    assert reads_of([SEEN, PlateSight(), PlateSight()], late)[1][0].why is Unread.ALONE


def test_a_number_of_another_class_and_a_plate_of_another_vehicle_are_not_taken() -> None:
    lorry = PlateSight(PlateReading("KX 8234 LX", 0.99), AT)
    assert stage([lorry, lorry, lorry]).plate is None

    def before(now_ns: int) -> tuple[Track, ...]:
        other = track(9, now_ns, (-50.0, 0.0), (8.0, 0.0), box_px=(90.0, 105.0, 170.0, 160.0))
        return parked(now_ns), replace(other, plate=None)

    assert stage([SEEN, SEEN, SEEN], before).plate is None


def test_a_vehicle_that_leaves_between_two_looks_is_not_named() -> None:
    def leaves(now_ns: int) -> tuple[Track, ...]:
        return (parked(now_ns, leaves_s=65.6),)

    one = stage([SEEN, SEEN, SEEN], leaves)
    assert one.plate is None


def test_a_frame_that_does_not_show_the_vehicle_is_not_looked_at() -> None:
    def flickers(now_ns: int) -> tuple[Track, ...]:
        since = now_ns - START - 66 * NS_PER_S
        return (replace(parked(now_ns), observed=not 0 <= since < AT_LONGEST_NS // 3),)

    one = stage([SEEN, SEEN, SEEN], flickers)
    assert one.plate is not None
    assert len(one.reader.boxes) == 2


def test_a_vehicle_that_is_not_shown_again_is_given_up_and_its_place_is_not_read() -> None:
    def vanishes(now_ns: int) -> tuple[Track, ...]:
        return (replace(parked(now_ns), observed=now_ns < START + 66 * NS_PER_S),)

    one, told = reads_of([SEEN], vanishes)
    assert len(one.reader.boxes) == 1
    assert [read.why for read in told] == [Unread.ALONE]


def test_what_is_open_at_the_end_is_told_then() -> None:
    def ends(now_ns: int) -> tuple[Track, ...]:
        return (parked(now_ns - 29 * NS_PER_S // 2),)

    one = stage([SEEN], ends)
    assert len(one.reader.boxes) == 1
    (case,) = one.docket.cases()
    assert one.view.finish().plates == (PlateRead(case.case_id, None, Unread.ALONE),)
