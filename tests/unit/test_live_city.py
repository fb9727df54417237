"""Sections between live cameras: what the site files say, and the thread that judges them."""

from dataclasses import replace
from pathlib import Path

import pytest

from detectors.archive.store import CaseStore
from detectors.datatypes.cases import PictureKind
from detectors.datatypes.evidence import Instruments
from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.geometry import LineSegment
from detectors.datatypes.passages import Passage
from detectors.datatypes.site import SitePlan
from detectors.datatypes.survey import Gate
from hardware_adapters.credentials import Mask
from scenarios.errors import InputError
from scenarios.live_city import LiveCity, sections_between
from scenarios.sections import Told
from tests.speeds import measured_site
from tests.unit.test_citywide import SECTION, START_NS, passage, shown

LINE = LineSegment(0.0, 5.0, 0.0, -5.0)
ENTRY = replace(measured_site(), view="a", gates=(Gate("in", LINE),))
EXIT = replace(measured_site(), view="b", gates=(Gate("out", LINE),), sections=(SECTION,))


def told(view: str, *passages: Passage, until_s: float) -> Told:
    return Told(view, passages, START_NS + round(until_s * NS_PER_S), Instruments(calibration=f"of-{view}"))


@pytest.mark.parametrize(
    ("sites", "says"),
    [
        ((EXIT,), r"section KTL-1: no camera here has gate 'in' of view 'a'; gates: out of b"),
        ((replace(ENTRY, gates=()), EXIT), r"no camera here has gate 'in' of view 'a'"),
        ((ENTRY, replace(EXIT, sections=(SECTION, SECTION))), r"two sections are called 'KTL-1'"),
    ],
)
def test_a_section_that_the_cameras_do_not_make_is_refused(sites: tuple[SitePlan, ...], says: str) -> None:
    with pytest.raises(InputError, match=says):
        sections_between(sites)


def test_the_sections_of_an_estate_are_those_of_its_site_files() -> None:
    assert sections_between((ENTRY, None, EXIT)) == (SECTION,)
    assert sections_between((ENTRY, None)) == ()


def test_who_was_too_fast_between_two_cameras_becomes_a_case_with_both_pictures(tmp_path: Path) -> None:
    city = LiveCity((SECTION,), "enforcement", tmp_path, Mask())
    city.start()
    city.take(told("a", until_s=-1))
    city.take(told("b", until_s=-1))
    city.take(told("b", passage("b", 51.0, picture=shown(51)), until_s=28))  # the exit tells first
    city.take(told("a", passage("a", 0.0, picture=shown(1)), until_s=400))
    city.take(told("b", until_s=400))
    city.leave()
    city.join(20)
    assert not city.is_alive()
    assert city.error == ""
    with CaseStore(tmp_path, create=False) as store:
        (case,) = store.cases()
        assert case.rule == "section_speed"
        assert {one.kind for one in store.pictures(case.case_id)} == {
            PictureKind.MEASURED_FROM, PictureKind.MEASURED_TO,
        }  # fmt: skip
        (statement,) = store.statements(case.case_id)
    assert statement.instruments.calibration == "of-a of-b"


def test_a_view_that_nobody_announced_is_said_and_ends_nothing(tmp_path: Path) -> None:
    city = LiveCity((SECTION,), "enforcement", tmp_path, Mask())
    city.start()
    city.take(told("elsewhere", until_s=1))
    city.take(told("a", passage("a", 0.0), until_s=400))
    city.take(told("b", passage("b", 51.0), until_s=400))
    city.leave()
    city.join(20)
    assert city.error.startswith("sections: KeyError")
    with CaseStore(tmp_path, create=False) as store:
        assert len(store.cases()) == 1
