import numpy as np
import pytest

from detectors.datatypes.arrays import Float64Array, ShapeError
from detectors.plates.decoding import PlateAlphabet, decode
from detectors.plates.grammar import Plate

CHARACTERS = ("", *"0123456789", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "a", "x", ".", " ")
ALPHABET = PlateAlphabet.of(CHARACTERS)
BLANK, SPACE = 0, len(CHARACTERS) - 1


def steps(*shares: dict[str, float]) -> Float64Array:
    """Rows of probabilities; what is not named is the blank's."""
    rows = np.zeros((len(shares), len(CHARACTERS)))
    for row, named in zip(rows, shares, strict=True):
        for character, share in named.items():
            row[CHARACTERS.index(character)] += share
        row[BLANK] += 1.0 - sum(named.values())
    return rows


def sure(text: str) -> Float64Array:
    """Every character once, a blank behind each."""
    return steps(*(named for character in text for named in ({character: 1.0}, {})))


@pytest.mark.parametrize(
    ("line", "plate"),
    [
        ("KX 1234 LX", Plate("KX", 1234, "LX")),
        ("KX1199LL", Plate("KX", 1199, "LL")),
        ("b9", Plate("B", 9, "")),
        ("Kx  55 a", Plate("KX", 55, "A")),
    ],
)
def test_a_line_of_which_everything_is_sure(line: str, plate: Plate) -> None:
    alphabet = PlateAlphabet.of((*CHARACTERS, "b"))
    rows = np.pad(sure(line.replace("b", "B")), ((0, 0), (0, 1)))
    if line.startswith("b"):
        rows[0, [CHARACTERS.index("B"), -1]] = 0.0, 1.0
    found = decode(rows, alphabet)
    assert found is not None
    assert (found.plate, found.confidence) == (plate, pytest.approx(1.0))


def test_the_grammar_decides_between_what_looks_alike() -> None:
    rows = sure("KX 1234 LX")
    rows[0] = steps({"K": 0.4, "8": 0.6})[0]  # no plate begins with a digit
    rows[2 * 4] = steps({"Z": 0.7, "2": 0.3})[0]  # nor is there a letter within its number
    found = decode(rows, ALPHABET)
    assert found is not None
    assert found.plate == Plate("KX", 1234, "LX")
    assert found.confidence == pytest.approx(0.4 * 0.3)


def test_its_confidence_is_that_against_all_other_texts() -> None:
    rows = sure("KX 8 B")
    rows[2 * 5] = steps({"B": 0.6, "D": 0.3, ".": 0.1})[0]
    found = decode(rows, ALPHABET)
    assert found is not None
    assert found.confidence == pytest.approx(0.6)


def test_the_ways_to_write_one_plate_add_up() -> None:
    # three steps: A, 1, and one that is 1 again or nothing; four of five ways to share them are A 1
    found = decode(steps({"A": 1.0}, {"1": 1.0}, {"1": 0.5}), ALPHABET)
    assert found is not None
    assert (found.plate.text, found.confidence) == ("A 1", pytest.approx(1.0))


def test_a_repeated_character_needs_a_gap() -> None:
    apart = decode(steps({"A": 1.0}, {"1": 1.0}, {}, {"1": 1.0}), ALPHABET)
    assert apart is not None
    assert apart.plate.text == "A 11"
    together = decode(steps({"A": 1.0}, {"1": 1.0}, {"1": 1.0}), ALPHABET)
    assert together is not None
    assert together.plate.text == "A 1"


@pytest.mark.parametrize(("line", "text"), [("KX 1301 A0", "KX 1301 AO"), ("KX 1O31 1L", "KX 1031 IL")])
def test_where_it_stands_tells_a_zero_from_an_o(line: str, text: str) -> None:
    found = decode(sure(line), ALPHABET)
    assert found is not None
    assert (found.plate.text, found.confidence) == (text, pytest.approx(1.0))


def test_where_its_place_does_not_tell_nothing_is_sure() -> None:
    assert decode(sure("KX 130 AB"), ALPHABET) == decode(sure("KX130AB"), ALPHABET)  # as it is written
    found = decode(sure("KX1301A0"), ALPHABET)  # or KX 130 IAO
    assert found is not None
    assert found.confidence <= 0.5


def test_a_space_is_between_the_parts_of_a_plate_and_not_within_one() -> None:
    assert decode(sure("KX 12 34 LX"), ALPHABET) is None
    assert decode(sure("KX 1234 L X"), ALPHABET) is None


@pytest.mark.parametrize("line", ["", "04.27", "TOKO", "1234", "KX 0", "....", "KXX 1"])
def test_what_is_no_plate_gives_none(line: str) -> None:
    assert decode(sure(line) if line else np.zeros((0, len(CHARACTERS))), ALPHABET) is None


def test_a_shape_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"expected probabilities \(T, 41\), got \(3, 5\)"):
        decode(np.zeros((3, 5)), ALPHABET)
