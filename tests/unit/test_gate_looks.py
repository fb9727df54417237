"""At the gates of a section the engine reads who passes, and keeps a picture of each."""

from dataclasses import replace

import pytest

from detectors.archive.memory import ListDocket
from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.geometry import LineSegment
from detectors.datatypes.passages import Passage
from detectors.datatypes.plates import PlateReading, PlateSight, Unread
from detectors.datatypes.survey import Gate
from detectors.datatypes.tracks import Track
from detectors.engine import ViewEngine
from detectors.violations.gate_watch import DEFAULT_GATES, GateWatch
from tests.judgement import ScriptedDetector, ScriptedTracker, at, frame, observe, track
from tests.speeds import KMH, drives, measured_site
from tests.unit.test_engine_plates import ScriptedReader

START_NS = at(17)
GATE_X = -60.0
SITE = replace(measured_site(), view="view-1", gates=(Gate("gate", LineSegment(GATE_X, 8.0, GATE_X, -8.0)),))
SEEN = PlateSight(PlateReading("KX 1234 LX", 0.95), (120.0, 130.0, 140.0, 136.0))
OTHER = PlateSight(PlateReading("KX 1284 LX", 0.95), (120.0, 130.0, 140.0, 136.0))
LORRY = PlateSight(PlateReading("KX 8234 LX", 0.99), (120.0, 130.0, 140.0, 136.0))
STRANGER = PlateSight(PlateReading("KT 1234 LX", 0.99), (120.0, 130.0, 140.0, 136.0))
SMALL = PlateSight(why=Unread.TOO_SMALL)


def passing(
    answers: list[PlateSight] | None, *, timed: bool = True, more: tuple[Track, ...] = ()
) -> tuple[Passage, ScriptedReader]:
    """Return the passage of somebody at 50 km/h, and the reader that looked at him."""
    path = drives(50.0)

    def tracks(now_ns: int) -> tuple[Track, ...]:
        here = path((now_ns - START_NS) / NS_PER_S)
        own = () if here is None else (replace(track(7, now_ns, here), plate=None),)
        return (*own, *more)

    reader = ScriptedReader(list(answers or []))
    engine = ViewEngine(
        SITE, ScriptedDetector(), ScriptedTracker(tracks), (), ListDocket(),
        plates=reader if answers is not None else None, timed=frozenset({"gate"} if timed else ()),
    )  # fmt: skip
    found = [p for n in range(120) for p in engine.step(frame(n, START_NS + n * NS_PER_S // 10)).passages]
    (one,) = [*found, *engine.finish().passages]
    return one, reader


def test_two_looks_that_agree_name_who_passes_and_then_nobody_looks_again() -> None:
    one, reader = passing([SEEN, SEEN])
    assert one.plate is not None
    assert one.plate.text == "KX 1234 LX"
    assert one.plate.confidence > 0.99
    assert one.unread is None
    assert len(reader.boxes) == 2


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([SEEN, OTHER, SEEN, SEEN, SEEN], Unread.DISAGREE),
        ([SEEN, PlateSight(), PlateSight(), PlateSight(), PlateSight()], Unread.ALONE),
        ([SMALL] * 5, Unread.TOO_SMALL),
        ([LORRY] * 5, Unread.OTHER_VEHICLE),  # by its number not a car
        ([STRANGER] * 5, Unread.OTHER_VEHICLE),  # no plate of anybody is used in a simulation
    ],
)
def test_all_else_is_unread_with_its_reason(answers: list[PlateSight], why: Unread) -> None:
    one, _ = passing(answers)
    assert (one.plate, one.unread) == (None, why)


def test_a_plate_that_may_be_that_of_a_vehicle_before_it_is_not_taken() -> None:
    before = replace(track(9, START_NS, (0.0, 30.0), box_px=(90.0, 105.0, 170.0, 160.0)), plate=None)
    one, _ = passing([SEEN] * 5, more=(before,))
    assert (one.plate, one.unread) == (None, Unread.OTHER_VEHICLE)


def test_its_picture_is_that_nearest_to_the_gate_with_its_place_in_it() -> None:
    one, _ = passing([SEEN, SEEN])
    assert one.picture is not None
    assert abs(one.picture.taken_ns - one.crossed_ns) <= 0.06 * NS_PER_S
    assert one.picture.image_bgr.shape == (80, 120, 3)  # half of its size to each side
    assert one.picture.box_px == (30.0, 20.0, 90.0, 60.0)


def test_at_other_gates_nobody_looks_and_without_a_reader_only_pictures_are_kept() -> None:
    one, reader = passing([SEEN, SEEN], timed=False)
    assert (one.plate, one.picture, reader.boxes) == (None, None, [])
    one, _ = passing(None)
    assert one.plate is None
    assert one.picture is not None


def test_who_stands_behind_a_gate_is_told_of_in_time_and_until_then_nothing_counts_as_told() -> None:
    watch = GateWatch(SITE)
    crossed_ns = START_NS + round(40.0 / (50 * KMH) * NS_PER_S)
    told: list[tuple[int, Passage]] = []
    for n in range(300):
        now_ns = START_NS + n * NS_PER_S // 10
        here = (min(-100.0 + 50 * KMH * n / 10, -50.0), 0.0)
        told += [(now_ns, one) for one in watch.watch(observe(now_ns, track(7, now_ns, here)))]
        if crossed_ns < now_ns - NS_PER_S and not told:
            assert watch.told_until_ns(now_ns) == pytest.approx(crossed_ns, abs=1e5)
    ((now_ns, one),) = told
    assert one.crossed_ns == pytest.approx(crossed_ns, abs=1e5)
    assert now_ns - one.crossed_ns <= (DEFAULT_GATES.patience_s + 0.2) * NS_PER_S
    assert watch.told_until_ns(now_ns) == now_ns - round(DEFAULT_GATES.gap_s * NS_PER_S)
    assert watch.finish() == ()
