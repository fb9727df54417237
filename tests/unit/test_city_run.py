"""The log of the city is the same however its passages are told: in one go, or as they come."""

from pathlib import Path

from detectors.cases.policy import Policy
from detectors.datatypes.evidence import Instruments
from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.passages import Passage
from scenarios.city_run import CityAtWork
from scenarios.sections import Told
from tests.unit.test_citywide import SECTION, START_NS, passage

WAYS = [  # two become due while others come in
    (passage("a", second, plate=plate), passage("b", second + 51.0, plate=plate))
    for second, plate in ((0.0, "KX 1234 LX"), (2.0, "KX 1777 LX"), (500.0, "KX 1555 LX"))
]
END_NS = START_NS + 2000 * NS_PER_S


def logged(out: Path, *, in_one_go: bool) -> bytes:
    city = CityAtWork((SECTION,), out, Policy(phase="enforcement"))
    ways = [WAYS] if in_one_go else [[way] for way in WAYS]
    for some in ways:
        for view, passages in (("b", [way[1] for way in some]), ("a", [way[0] for way in some])):
            city.take(told(view, passages))
    city.finish(END_NS)
    return (out / "run" / "city.jsonl").read_bytes()


def told(view: str, passages: list[Passage]) -> Told:
    return Told(view, tuple(passages), passages[-1].crossed_ns + 1, Instruments())


def test_how_many_passages_are_told_at_once_changes_no_byte(tmp_path: Path) -> None:
    at_once, one_by_one = (logged(tmp_path / str(how), in_one_go=how) for how in (True, False))
    assert at_once.count(b'"kind":"violation"') == 6
    assert at_once == one_by_one
