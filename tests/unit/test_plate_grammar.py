import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.datatypes.detections import VehicleClass
from detectors.plates.grammar import ISSUED_PREFIXES, Plate, PlateRefused, admit, parse


@pytest.mark.parametrize(
    ("text", "plate"),
    [
        ("KX 1234 LX", Plate("KX", 1234, "LX")),
        ("kt1a", Plate("KT", 1, "A")),
        (" B 9999 ", Plate("B", 9999, "")),
        ("RI 1", Plate("RI", 1, "")),
    ],
)
def test_what_is_a_plate(text: str, plate: Plate) -> None:
    assert parse(text) == plate


@pytest.mark.parametrize(
    "text", ["", "KX", "KX 0123 AB", "KXX 1 A", "KX 12345 A", "KX 1 ABCD", "KX-1-A", "1234"]
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(PlateRefused, match="no plate"):
        parse(text)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (1, VehicleClass.CAR),
        (1999, VehicleClass.CAR),
        (2000, VehicleClass.MOTORCYCLE),
        (6999, VehicleClass.MOTORCYCLE),
        (7000, VehicleClass.BUS),
        (8000, VehicleClass.TRUCK),
        (9999, VehicleClass.TRUCK),
    ],
)
def test_the_class_follows_from_the_number(number: int, kind: VehicleClass) -> None:
    assert Plate("KX", number, "L").vehicle_class is kind


def test_a_synthetic_plate_exists_in_simulation_only() -> None:
    assert admit("KX 1234 LX", simulated=True).text == "KX 1234 LX"
    with pytest.raises(PlateRefused, match="in simulation only"):
        admit("KX 1234 LX", simulated=False)


def test_an_issued_plate_never_enters_a_simulation() -> None:
    for prefix in ISSUED_PREFIXES:
        assert admit(f"{prefix} 1234 LX", simulated=False).prefix == prefix
        with pytest.raises(PlateRefused, match="issued to real owners"):
            admit(f"{prefix} 1234 LX", simulated=True)


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@settings(deadline=None, max_examples=60)
@given(
    st.builds(
        Plate,
        st.text(LETTERS, min_size=1, max_size=2),
        st.integers(1, 9999),
        st.text(LETTERS, max_size=3),
    )
)
def test_what_is_written_is_read_back(plate: Plate) -> None:
    assert parse(plate.text) == plate


@pytest.mark.parametrize("simulated", [True, False])
def test_a_prefix_that_no_region_has_is_a_misreading(*, simulated: bool) -> None:
    with pytest.raises(PlateRefused, match="no region has the prefix XX"):
        admit("XX 791 LL", simulated=simulated)
