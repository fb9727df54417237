import pytest

from detectors.cases.evidence import Box
from detectors.datatypes.plates import PlateReading, PlateSight, Unread
from detectors.plates.voting import OBJECTS_FROM, PlateVote, voted

AT: Box = (0.0, 0.0, 100.0, 20.0)
A, B = "KX 1234 LX", "KX 1284 LX"


def read(text: str, confidence: float = 0.9) -> PlateSight:
    return PlateSight(PlateReading(text, confidence), AT)


def doubted(text: str, confidence: float) -> PlateSight:
    return PlateSight(None, AT, PlateReading(text, confidence), Unread.TOO_SMALL)


def test_one_look_stands_as_it_is() -> None:
    assert voted([read(A)]) == PlateVote(PlateReading(A, 0.9), None)
    assert voted([doubted(A, 0.9), read(A, 0.85)]) == PlateVote(PlateReading(A, 0.85), None)


def test_looks_that_agree_raise_the_confidence() -> None:
    vote = voted([read(A, 0.9), PlateSight(), read(A, 0.8)])
    assert vote.reading is not None
    assert vote.reading.text == A
    assert vote.reading.confidence == pytest.approx(0.98)


def test_looks_that_disagree_leave_nothing() -> None:
    assert voted([read(A), read(B)]) == PlateVote(None, Unread.DISAGREE)
    assert voted([read(A), read(A), read(B)]) == PlateVote(None, Unread.DISAGREE)


def test_a_look_that_is_nearly_sure_speaks_against_another_and_never_for_one() -> None:
    assert voted([doubted(B, OBJECTS_FROM), read(A)]) == PlateVote(None, Unread.DISAGREE)
    assert voted([doubted(B, OBJECTS_FROM - 0.01), read(A)]).reading == PlateReading(A, 0.9)
    assert voted([doubted(A, 0.99), doubted(A, 0.99)]) == PlateVote(None, Unread.TOO_SMALL)


def test_where_two_looks_are_asked_for_one_is_not_enough() -> None:
    assert voted([read(A)], least=2) == PlateVote(None, Unread.ALONE)
    assert voted([read(A), PlateSight(), doubted(A, 0.99)], least=2) == PlateVote(None, Unread.ALONE)
    assert voted([read(A), read(A)], least=2).reading is not None


def test_without_a_reading_the_last_look_says_why() -> None:
    assert voted([]) == PlateVote(None, Unread.NO_LOOK)
    looks = [PlateSight(), PlateSight(why=Unread.OTHER_VEHICLE)]
    assert voted(looks) == PlateVote(None, Unread.OTHER_VEHICLE)
