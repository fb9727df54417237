"""Whoever tells first, the city hears the same in the same order."""

from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.citywide import SectionSpeed
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.frame import NS_PER_S, TimeBase
from detectors.datatypes.passages import Passage
from detectors.datatypes.plates import PlateReading
from detectors.datatypes.survey import SpeedSection
from detectors.datatypes.violations import Verdict
from detectors.violations.passage_order import PassageOrder
from tests.judgement import at

VIEWS = ("a", "b")
START_NS = at(17)
SECTION = SpeedSection("s", "a", "in", "b", "out", 300.0, 0.5, 50 / 3.6)
LAW = settings(deadline=None, max_examples=60)
Row = tuple[str, int, int]
rows = st.lists(st.tuples(st.sampled_from(VIEWS), st.integers(0, 600), st.integers(0, 2)), max_size=30)
orders = st.lists(st.sampled_from(VIEWS), max_size=60)


def passage(row: Row) -> Passage:
    view, tenths, who = row
    plate = PlateReading(f"KX 123{who} LX", 0.99)
    at_ns = START_NS + tenths * NS_PER_S // 10
    return Passage(
        view, "in" if view == "a" else "out", who, VehicleClass.CAR, at_ns, TimeBase.UTC, 0.01, 0.4, 0.1,
        plate, (116.85, -1.26), simulated=True,
    )  # fmt: skip


def told(found: list[Row], order: list[str]) -> list[Passage]:
    """Let the views tell theirs piece by piece, in the order in which they get to speak."""
    city = PassageOrder(VIEWS)
    waiting = {
        view: sorted({row for row in found if row[0] == view}, key=lambda row: row[1:]) for view in VIEWS
    }
    heard: list[Passage] = []
    for view in (*order, *VIEWS * 40):
        first = waiting[view][:1]
        del waiting[view][:1]
        until_ns = passage(waiting[view][0]).crossed_ns if waiting[view] else START_NS + 100 * NS_PER_S
        heard += city.take(view, [passage(row) for row in first], until_ns)
    return heard + list(city.finish())


def judged(heard: list[Passage]) -> list[Verdict]:
    city = SectionSpeed([SECTION])
    return [v for one in heard for v in city.take(one)] + list(city.advance(START_NS + 4000 * NS_PER_S))


@LAW
@given(found=rows, one=orders, other=orders)
def test_the_order_of_telling_changes_neither_what_is_heard_nor_any_verdict(
    found: list[Row], one: list[str], other: list[str]
) -> None:
    first, second = told(found, one), told(found, other)
    assert first == second
    assert [p.crossed_ns for p in first] == sorted(p.crossed_ns for p in first)
    assert len(first) == len(set(found))
    assert judged(first) == judged(second)


def test_a_view_that_fell_silent_keeps_the_others_waiting_for_its_patience_only() -> None:
    city = PassageOrder(VIEWS, patience_s=30.0)
    early = passage(("a", 0, 1))
    assert city.take("a", [early], early.crossed_ns + 29 * NS_PER_S) == ()
    assert city.take("a", [], early.crossed_ns + 31 * NS_PER_S) == (early,)
    without = PassageOrder(VIEWS)
    assert without.take("a", [early], early.crossed_ns + 10_000 * NS_PER_S) == ()
    assert without.finish() == (early,)
