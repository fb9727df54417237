"""Whose a case truly is, also where the rule speaks when its vehicle has left the picture."""

import numpy as np

from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.steps import StepRecord
from detectors.datatypes.tracks import Track
from scenarios.attributing import KEPT_NS, LastSights, attributed
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


def test_who_has_left_the_picture_is_found_where_he_was_seen_last() -> None:
    sights = LastSights[FrameTruth]()
    sights.note(record(0.0, 7), truth((41, BOX)))
    sights.note(record(1.0), truth((42, BOX)))  # another now drives where he was
    sight = sights.of(7)
    assert sight is not None
    assert attributed("case", sight.box_px, sight.scenery).vehicle_id == 41


def test_a_place_that_was_only_expected_is_no_sight() -> None:
    sights = LastSights[FrameTruth]()
    sights.note(record(0.0, 7), truth((41, BOX)))
    sights.note(record(0.2, 7, observed=False), truth((42, BOX)))
    sight = sights.of(7)
    assert sight is not None
    assert sight.scenery.vehicle_id.tolist() == [41]


def test_who_was_never_seen_or_long_ago_is_nobody() -> None:
    sights = LastSights[FrameTruth]()
    assert sights.of(7) is None
    sights.note(record(0.0, 7), truth((41, BOX)))
    sights.note(record(KEPT_NS / NS_PER_S + 1.0), truth())
    assert sights.of(7) is None


def test_a_box_that_lies_on_nobody_is_nobodys() -> None:
    assert attributed("case", BOX, truth((41, (300.0, 100.0, 340.0, 130.0)))).vehicle_id is None
    assert attributed("case", BOX, truth()).vehicle_id is None
    assert attributed("case", BOX, truth((41, BOX))).iou == 1.0
