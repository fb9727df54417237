"""Whose a case truly is, also where the rule speaks when its vehicle has left the picture."""

import numpy as np

from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.steps import StepRecord
from detectors.datatypes.tracks import Track
from scenarios.attributing import KEPT_NS, LastSights, Sight, attributed
from twin.clock import NS_PER_S
from twin.rendering.truth_boxes import FrameTruth

BOX = (100.0, 100.0, 140.0, 130.0)


def truth(*vehicles: tuple[int, tuple[float, float, float, float]]) -> FrameTruth:
    n = len(vehicles)
    return FrameTruth(
        np.array([one for one, _ in vehicles], np.int64),
        np.ones(n, np.int8),
        np.array([box for _, box in vehicles], np.float64).reshape(-1, 4),
        np.zeros((n, 2)),
        np.ones(n),
        tuple(f"KX {one} LX" for one, _ in vehicles),
    )


def record(at_s: float, *track_ids: int, observed: bool = True) -> StepRecord:
    now_ns = round(at_s * NS_PER_S)
    tracks = tuple(
        Track(one, now_ns, VehicleClass.CAR, BOX, 1.0, now_ns, now_ns, observed) for one in track_ids
    )
    return StepRecord("view", 0, now_ns, len(tracks), False, tracks, (), ())


def itself(scenery: FrameTruth) -> FrameTruth:
    return scenery


def named(sights: LastSights[FrameTruth], track_id: int = 7) -> int | None:
    return attributed("case", sights.of(track_id), itself).vehicle_id


def test_who_has_left_the_picture_is_found_where_he_was_seen_last() -> None:
    sights = LastSights[FrameTruth]()
    sights.note(record(0.0, 7), truth((41, BOX)))
    sights.note(record(1.0), truth((42, BOX)))  # another now drives where he was
    assert named(sights) == 41


def test_a_place_that_was_only_expected_is_no_sight() -> None:
    sights = LastSights[FrameTruth]()
    sights.note(record(0.0, 7), truth((41, BOX)))
    sights.note(record(0.2, 7, observed=False), truth((42, BOX)))
    assert [sight.scenery.vehicle_id.tolist() for sight in sights.of(7)] == [[41]]


def test_who_was_never_seen_or_long_ago_is_nobody() -> None:
    sights = LastSights[FrameTruth]()
    assert sights.of(7) == ()
    assert named(sights) is None
    sights.note(record(0.0, 7), truth((41, BOX)))
    sights.note(record(KEPT_NS / NS_PER_S + 1.0), truth())
    assert sights.of(7) == ()


def test_a_box_that_lies_on_nobody_is_nobodys() -> None:
    for here in (truth((41, (300.0, 100.0, 340.0, 130.0))), truth()):
        assert attributed("case", [Sight(0, BOX, here)], itself).vehicle_id is None
    assert attributed("case", [Sight(0, BOX, truth((41, BOX)))], itself).iou == 1.0


def test_a_case_is_of_whom_the_last_sights_show_mostly() -> None:
    sights = LastSights[FrameTruth]()
    for n in range(12):  # in the last of them another rides before him
        sights.note(
            record(0.2 * n, 7), truth((41 if n < 11 else 42, BOX))
        )  # at last another rides before him
    assert named(sights) == 41


def test_a_track_that_went_on_with_another_is_of_the_other() -> None:
    sights = LastSights[FrameTruth]()
    for n in range(20):
        sights.note(record(0.2 * n, 7), truth((41 if n < 15 else 42, BOX)))
    assert named(sights) == 42


def test_of_two_who_show_as_often_it_is_the_latest() -> None:
    sights = LastSights[FrameTruth]()
    for n in range(4):
        sights.note(record(0.2 * n, 7), truth((41 if n < 2 else 42, BOX)))
    assert named(sights) == 42
