"""Pictures that leave the archive show of others nothing that names them, and the accused's plate."""

import numpy as np
import pytest

from detectors.cases.evidence import Box
from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.frame import Frame
from detectors.privacy.redaction import (
    GREY,
    GROWN_PX,
    AccusedVehicle,
    RedactionRefused,
    VehicleBox,
    redact,
)
from detectors.reading.reader import PlateLineReader
from tests.corner_street import NIGHT_NS
from tests.plate_pictures import OWN, Row, snapshot

KERB: Row = (1, -84.0, 9.3, 0.0)
CAR = AccusedVehicle((40.0, 40.0, 100.0, 100.0), VehicleClass.CAR)


def noise(height: int = 120, width: int = 200) -> UInt8Array:
    return np.random.default_rng(4).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_what_is_known_of_others_is_grey_and_the_rest_stays() -> None:
    picture = noise()
    other = VehicleBox((120.0, 40.0, 180.0, 100.0), VehicleClass.CAR)
    shown = redact(picture, CAR, (other,), ((140.0, 80.0, 160.0, 88.0),), ())
    assert (shown[80:88, 140:160] == GREY).all()
    assert (shown[40:73, 120:180] == GREY).all()  # who sits behind glass
    assert (shown[92:100, 120:180] == picture[92:100, 120:180]).all()
    assert (shown[73:100, 40:100] == picture[73:100, 40:100]).all()  # the accused, but for its glass
    assert (shown[40:72, 40:100] == GREY).all()
    assert (shown[:30] == picture[:30]).all()
    assert not np.shares_memory(shown, picture)


def test_of_a_motorcycle_the_upper_third_is_hidden() -> None:
    picture, rider = noise(), AccusedVehicle((40.0, 30.0, 70.0, 90.0), VehicleClass.MOTORCYCLE)
    shown = redact(picture, rider, (), (), ())
    assert (shown[30:50, 40:70] == GREY).all()
    assert (shown[51:90, 40:70] == picture[51:90, 40:70]).all()


def test_another_vehicle_whose_plate_nobody_found_is_hidden_whole() -> None:
    other = VehicleBox((120.0, 40.0, 180.0, 100.0), VehicleClass.TRUCK)
    for plates in ((), None, ((10.0, 10.0, 20.0, 14.0),)):
        assert (redact(noise(), CAR, (other,), plates, ())[40:100, 120:180] == GREY).all()


@pytest.mark.parametrize(
    ("others", "plates", "people"),
    [
        (None, (), ()),
        ((), (), None),
        ((VehicleBox((np.nan, 0.0, 5.0, 5.0)),), (), ()),
        ((VehicleBox((9.0, 0.0, 5.0, 5.0)),), (), ()),
        ((), ((0.0, 0.0, np.inf, 4.0),), ()),
        ((), (), ((5.0, 5.0, 5.0, 9.0),)),
    ],
)
def test_what_nobody_looked_for_hides_all_outside_the_accused(
    others: tuple[VehicleBox, ...] | None, plates: tuple[Box, ...], people: tuple[Box, ...] | None
) -> None:
    picture = noise()
    shown = redact(picture, CAR, others, plates, people)
    outside = np.ones(picture.shape[:2], dtype=bool)
    outside[40 - 2 : 100, 40 - 2 : 100 + 2] = False
    for top in range(0, 120, 12):
        for left in range(0, 200, 12):
            cell = shown[top : top + 12, left : left + 12][outside[top : top + 12, left : left + 12]]
            assert len(np.unique(cell, axis=0)) <= 1
    assert (shown[73:100, 40:100] == picture[73:100, 40:100]).all()


@pytest.mark.parametrize("box", [None, (np.nan, 0.0, 1.0, 1.0), (5.0, 5.0, 5.0, 9.0), (0.0, 0.0, 1e300, 5.0)])
def test_a_picture_whose_own_vehicle_is_not_known_is_refused_in_one_line(box: Box | None) -> None:
    with pytest.raises(RedactionRefused, match="where its own vehicle stands is not known") as raised:
        redact(noise(), None if box is None else AccusedVehicle(box), (), (), ())
    assert "\n" not in str(raised.value)
    with pytest.raises(RedactionRefused, match="expected a picture"):
        redact(noise()[..., 0], CAR, (), (), ())


def test_the_accuseds_plate_stays_unless_somebody_elses_is_said_to_be_there() -> None:
    picture, plate = noise(), (60.0, 85.0, 80.0, 91.0)
    own = AccusedVehicle(CAR.box_px, CAR.vehicle_class, plate)
    over = VehicleBox((50.0, 60.0, 130.0, 110.0))
    where = np.s_[85:91, 60:80]
    assert (redact(picture, own, (over,), None, ())[where] == picture[where]).all()
    assert (redact(picture, own, (over,), (plate,), ())[where] == GREY).all()
    assert (redact(picture, own, (), (), (plate,))[where] == GREY).all()
    whole = AccusedVehicle(CAR.box_px, CAR.vehicle_class, CAR.box_px)  # a "plate" as large as its car
    assert (redact(picture, whole, (over,), None, ())[where] == GREY).all()


def test_plates_are_hidden_beyond_their_box() -> None:
    shown = redact(noise(), CAR, (), ((140.0, 80.0, 160.0, 90.0),), ())
    assert (shown[80 - int(GROWN_PX) : 90 + int(GROWN_PX), 137:163] == GREY).all()


@pytest.fixture(scope="module")
def reader() -> PlateLineReader:
    return PlateLineReader()


@pytest.mark.parametrize("zoom", [3.0, 4.5, 6.0, 9.0])
@pytest.mark.parametrize("at_ns", [None, NIGHT_NS])
def test_a_plate_cannot_be_read_back_at_the_sizes_of_our_snapshots(
    reader: PlateLineReader, zoom: float, at_ns: int | None
) -> None:
    """The car of the picture is another's here: its plate reads before, and by nothing after."""
    frame, box = snapshot(KERB, at_ns=at_ns, zoom=zoom)
    before = reader.read(frame, box)
    if zoom >= 6.0:
        assert before.reading is not None
        assert before.reading.text == OWN
    assert before.at_px is not None
    elsewhere = AccusedVehicle((0.0, 0.0, 40.0, 40.0), VehicleClass.CAR)
    other = VehicleBox(box, VehicleClass.CAR)
    known = {
        "plate": ((other,), (before.at_px,), ()),
        "vehicle": ((other,), None, ()),
        "nothing": (None, None, None),
    }
    for name, (others, plates, people) in known.items():
        image = redact(frame.image_bgr, elsewhere, others, plates, people)
        after = Frame(frame.view, 0, frame.timestamp_ns, image, simulated=True)
        for sight in (reader.read(after, box), reader.read_closer(after, before.at_px)):
            assert sight.reading is None, name
            assert sight.doubtful is None, name


def test_the_plate_of_the_accused_is_read_in_what_is_exported(reader: PlateLineReader) -> None:
    frame, box = snapshot(KERB, zoom=6.0)
    image = redact(frame.image_bgr, AccusedVehicle(box, VehicleClass.CAR), None, None)
    found = reader.read(Frame(frame.view, 0, frame.timestamp_ns, image, simulated=True), box)
    assert found.reading is not None
    assert found.reading.text == OWN
