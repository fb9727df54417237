"""One suite for every Tracker: on the ground of a site, and in pixels."""

import math
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.datatypes.detections import Detections, VehicleClass
from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.plates import PlateReading
from detectors.datatypes.tracks import Track
from detectors.ports import Tracker
from detectors.tracking.ground import GroundTracker
from detectors.tracking.pixels import PixelTracker
from tests.judgement import at, site

START_NS = at(17)
FPS = 5
EVERY_NS = NS_PER_S // FPS
NOBODY = Detections(np.zeros((0, 4)), np.zeros(0), np.zeros(0), np.zeros((0, 2)))
MAKERS: dict[str, Callable[[], Tracker]] = {"ground": lambda: GroundTracker(site()), "pixels": PixelTracker}
Film = list[Detections]
Told = list[tuple[Track, ...]]


@pytest.fixture(params=MAKERS.values(), ids=MAKERS, scope="module")
def make(request: pytest.FixtureRequest) -> Callable[[], Tracker]:
    made: Callable[[], Tracker] = request.param
    return made


def vehicle(index: int, row: int) -> tuple[float, float, float, float]:
    """The box of one vehicle: rows move to the right at their own pace, below the horizon."""
    x, y = 30.0 + 70 * row + (2 + row) * index, 150.0 + 45 * row
    return x, y, x + 50, y + 34


def film(frames: int = 30, rows: Iterable[int] = range(4), seed: int = 1) -> Film:
    """Detections of `rows` vehicles, a few of them missed, one seen by its plate."""
    draw = np.random.default_rng(seed)
    found = []
    for index in range(frames):
        seen = [row for row in rows if draw.random() > 0.1]
        boxes = np.array([vehicle(index, row) for row in seen]).reshape(-1, 4)
        boxes = boxes + draw.normal(0, 0.5, boxes.shape)
        plates = tuple(PlateReading("KX 1 LX", 0.9) if row == 1 else None for row in seen)
        n = len(seen)
        kinds = np.full(n, VehicleClass.UNKNOWN)
        found.append(Detections(boxes, np.full(n, 0.8), kinds, np.full((n, 2), np.nan), plates))
    return found


def run(tracker: Tracker, frames: Film, start_ns: int = START_NS) -> Told:
    return [tracker.update(found, start_ns + n * EVERY_NS) for n, found in enumerate(frames)]


def check(track: Track, now_ns: int) -> None:
    """Check all that the datatype promises of one track."""
    assert track.timestamp_ns == now_ns
    assert track.first_seen_ns <= track.last_seen_ns <= now_ns
    assert track.observed == (track.last_seen_ns == now_ns)
    assert isinstance(track.track_id, int)
    assert isinstance(track.vehicle_class, VehicleClass)
    assert 0 <= track.score <= 1
    assert all(isinstance(edge, float) and math.isfinite(edge) for edge in track.box_px)
    on_ground = (track.position_m, track.velocity_mps)
    assert len({value is None for value in on_ground}) == 1
    assert all(math.isfinite(part) for value in on_ground if value is not None for part in value)


def test_tracks_are_whole_ordered_by_id_and_each_there_once(make: Callable[[], Tracker]) -> None:
    for n, tracks in enumerate(run(make(), film())):
        ids = [track.track_id for track in tracks]
        assert ids == sorted(set(ids))
        for track in tracks:
            check(track, START_NS + n * EVERY_NS)


def test_each_vehicle_keeps_one_id_and_its_plate(make: Callable[[], Tracker]) -> None:
    last = run(make(), film())[-1]
    assert len(last) == 4
    assert {track.track_id for tracks in run(make(), film()) for track in tracks} == {
        track.track_id for track in last
    }
    assert [track.plate.text for track in last if track.plate] == ["KX 1 LX"]


def with_plates(texts: Iterable[str]) -> Film:
    """Detections of one vehicle that shows one plate after another."""
    still = np.array([vehicle(0, 1)], dtype=np.float32)
    kind, nowhere = np.full(1, VehicleClass.UNKNOWN), np.full((1, 2), np.nan)
    return [Detections(still, np.full(1, 0.8), kind, nowhere, (PlateReading(text, 0.9),)) for text in texts]


def test_a_plate_that_shows_once_does_not_take_the_place_of_the_one_that_showed_for_long(
    make: Callable[[], Tracker],
) -> None:
    for at_row in (0, 10, 29):
        texts = ["KX 1 LX"] * 30
        texts[at_row] = "KX 2 LX"
        (last,) = run(make(), with_plates(texts))[-1]
        assert last.plate is not None
        assert last.plate.text == "KX 1 LX", at_row


def test_a_track_that_begins_to_show_another_plate_has_none_and_then_that_one(
    make: Callable[[], Tracker],
) -> None:
    """It has gone on with another vehicle: what that one does must not name the first."""
    told = [
        track.plate.text if track.plate else ""
        for tracks in run(make(), with_plates(["KX 1 LX"] * 60 + ["KX 2 LX"] * 12))[2:]
        for track in tracks
    ]
    assert told[:59] == ["KX 1 LX"] * 59
    assert told[-4:] == ["KX 2 LX"] * 4
    after = told[58:]
    assert after == sorted(after, key=["KX 1 LX", "", "KX 2 LX"].index)
    assert 3 <= after.count("") <= 6


def test_ids_belong_to_the_instance(make: Callable[[], Tracker]) -> None:
    assert run(make(), film()) == run(make(), film())


def test_two_trackers_interleaved_equal_two_apart(make: Callable[[], Tracker]) -> None:
    films = film(seed=1), film(seed=2, rows=(0, 2, 3))
    apart = [run(make(), one) for one in films]
    trackers = make(), make()
    mixed: list[Told] = [[], []]
    for n in range(len(films[0])):
        for told, tracker, one in zip(mixed, trackers, films, strict=True):
            told.append(tracker.update(one[n], START_NS + n * EVERY_NS))
    assert mixed == apart


@given(order=st.permutations(range(4)), swap=st.booleans())
@settings(deadline=None, max_examples=8)
def test_shuffled_detections_change_no_track(
    make: Callable[[], Tracker], order: list[int], swap: bool
) -> None:
    frames = film()
    shuffled = []
    for n, found in enumerate(frames):
        rows = np.array([row for row in order if row < len(found)], dtype=int)
        shuffled.append(found.select(rows[::-1] if swap and n % 2 else rows))
    assert run(make(), shuffled) == run(make(), frames)


def test_two_detections_in_one_place_may_come_in_either_order(make: Callable[[], Tracker]) -> None:
    box = vehicle(0, 1)
    plates = PlateReading("KX 1 LX", 0.9), PlateReading("KX 2 LX", 0.9)
    kinds = np.array([VehicleClass.CAR, VehicleClass.TRUCK])
    twice = Detections([box, box], [0.9, 0.5], kinds, np.full((2, 2), np.nan), plates)
    told = [run(make(), [twice.select(np.array(rows))] * 8) for rows in ((0, 1), (1, 0))]
    assert told[0] == told[1]
    assert len(told[0][-1]) == 2


def test_where_nobody_is_there_is_no_track(make: Callable[[], Tracker]) -> None:
    assert run(make(), [NOBODY] * 5) == [()] * 5


def test_an_unseen_vehicle_is_bridged_then_forgotten_and_its_id_not_given_again(
    make: Callable[[], Tracker],
) -> None:
    tracker = make()
    frames = [*film(12), *[NOBODY] * 400]
    told = run(tracker, frames)
    first_gap = told[12]
    assert first_gap
    assert not any(track.observed for track in first_gap)
    assert told[-1] == ()
    later_ns = START_NS + len(frames) * EVERY_NS
    again = run(tracker, film(12), later_ns)[-1]
    used = {track.track_id for tracks in told for track in tracks}
    assert again
    assert min(track.track_id for track in again) > max(used)


def test_shifting_all_timestamps_shifts_the_times_of_tracks_only(make: Callable[[], Tracker]) -> None:
    shift_ns = 86_400 * NS_PER_S
    later = run(make(), film(), START_NS + shift_ns)
    back = [
        tuple(
            replace(
                track,
                timestamp_ns=track.timestamp_ns - shift_ns,
                first_seen_ns=track.first_seen_ns - shift_ns,
                last_seen_ns=track.last_seen_ns - shift_ns,
            )
            for track in tracks
        )
        for tracks in later
    ]
    assert back == run(make(), film())


def test_a_vehicle_far_away_changes_no_other_track(make: Callable[[], Tracker]) -> None:
    def place(told: Told) -> list[list[tuple[object, ...]]]:
        kept = [[t for t in tracks if t.box_px[1] < 240] for tracks in told]
        return [[(t.box_px, t.position_m, t.observed) for t in tracks] for tracks in kept]

    three, four = film(rows=(0, 1, 2)), film(rows=(0, 1, 2))
    four = [_with(found, vehicle(n, 3)) for n, found in enumerate(four)]
    assert place(run(make(), three)) == place(run(make(), four))


def _with(found: Detections, box: tuple[float, float, float, float]) -> Detections:
    return Detections(
        np.vstack((found.boxes_px, [box])),
        np.append(found.scores, 0.8),
        np.append(found.classes, VehicleClass.UNKNOWN),
        np.vstack((found.contact_px, [(np.nan, np.nan)])),
        (*found.plates, None),
    )


def test_a_frame_told_twice_and_a_long_gap_are_no_errors(make: Callable[[], Tracker]) -> None:
    tracker, frames = make(), film()
    run(tracker, frames)
    now_ns = START_NS + (len(frames) - 1) * EVERY_NS
    for later_ns in (now_ns, now_ns, now_ns + 7200 * NS_PER_S):
        for track in tracker.update(frames[-1], later_ns):
            check(track, later_ns)


def test_boxes_without_a_place_on_the_ground_are_no_errors(make: Callable[[], Tracker]) -> None:
    sky = Detections([(10, 0, 60, 4)], [0.9], [VehicleClass.CAR], [(np.nan, np.nan)])
    for tracks in run(make(), [sky] * 6):
        for track in tracks:
            check(track, track.timestamp_ns)
