"""Exact truth of a frame, and the oracle that tells it."""

import numpy as np
import pytest

from detectors.datatypes.detections import Detections, VehicleClass
from detectors.datatypes.frame import Frame
from tests.corner_street import KERB_VIEW, scene, street
from twin.cameras.survey import mount
from twin.rendering.oracle import OracleDetector
from twin.rendering.truth_boxes import frame_truth

CAR, RIDER, BUS = VehicleClass.CAR, VehicleClass.MOTORCYCLE, VehicleClass.BUS
CAMERA = mount(street(), KERB_VIEW)


def test_box_surrounds_the_vehicle_and_contact_is_the_middle_of_its_footprint() -> None:
    truth = frame_truth(scene((CAR, -88.0, 5.0, 0.0)), CAMERA)
    x0, y0, x1, y1 = truth.boxes_px[0]
    contact, _ = CAMERA.project([[-88.0, 5.0, 0.0]])
    assert truth.contact_px[0] == pytest.approx(contact[0])
    assert x0 < contact[0][0] < x1
    assert y0 < contact[0][1] < y1
    roof, _ = CAMERA.project([[-88.5, 5.0, 1.7]])
    assert y0 == pytest.approx(roof[0][1], abs=8)
    assert truth.visible[0] == pytest.approx(1.0)
    assert truth.plates == ("KX 1000 LX",)


def test_a_bus_hides_the_rider_behind_it_and_not_the_other_way_round() -> None:
    truth = frame_truth(scene((RIDER, -78.0, 5.2, 0.0), (BUS, -86.0, 5.0, 0.0)), CAMERA)
    assert truth.vehicle_id.tolist() == [2, 1]  # nearest first
    assert truth.visible[0] == pytest.approx(1.0)
    assert truth.visible[1] < 0.3


def test_what_stands_in_the_street_hides_what_is_behind_it() -> None:
    wall = np.full((360, 640), 5.0, dtype=np.float32)
    assert frame_truth(scene((CAR, -88.0, 5.0, 0.0)), CAMERA, wall).visible[0] == 0.0


def test_a_vehicle_half_out_of_the_frame_is_clipped_and_partly_visible() -> None:
    inside = [frame_truth(scene((BUS, x, 5.0, 0.0)), CAMERA) for x in np.arange(-108.0, -90.0, 1.0)]
    shares = [float(truth.visible[0]) for truth in inside if len(truth.vehicle_id)]
    assert any(0.1 < share < 0.9 for share in shares)
    for truth in inside:
        assert (truth.boxes_px >= 0).all()
        assert (truth.boxes_px[:, 2] <= 639).all()
        assert (truth.boxes_px[:, 3] <= 359).all()


def test_nothing_behind_the_camera_and_nothing_in_an_empty_street() -> None:
    assert len(frame_truth(scene((CAR, -130.0, 5.0, 0.0)), CAMERA).vehicle_id) == 0
    assert len(frame_truth(scene(), CAMERA).vehicle_id) == 0


def oracle_on(*rows: tuple[float, float, float, float]) -> Detections:
    truth = frame_truth(scene(*rows), CAMERA)
    frame = Frame("kerb", 0, 0, np.zeros((360, 640, 3), np.uint8), simulated=True)
    return OracleDetector(lambda _: truth).detect(frame)


def test_oracle_tells_boxes_contacts_classes_and_plates_and_says_what_it_is() -> None:
    found = oracle_on((CAR, -88.0, 5.0, 0.0), (RIDER, -92.0, 7.0, 0.0))
    assert found.oracle
    assert len(found) == 2
    assert set(found.classes.tolist()) == {int(CAR), int(RIDER)}
    assert np.isfinite(found.contact_px).all()
    reading = found.plate(0)
    assert reading is not None
    assert reading.oracle
    assert reading.confidence == 1.0


def test_oracle_leaves_out_what_is_hidden_or_too_small() -> None:
    assert len(oracle_on((RIDER, -78.0, 5.2, 0.0), (BUS, -86.0, 5.0, 0.0))) == 1
    assert len(oracle_on((RIDER, 190.0, 5.0, 0.0))) == 0
