"""A case that two views tell of takes its steps at the desk whichever of the views has ended its part."""

from dataclasses import replace
from pathlib import Path

import pytest

from detectors.archive.store import CaseStore, HistoryError
from detectors.cases.deeds import Actor, CaseStep
from detectors.datatypes.cases import Case, CaseEvent, CaseState
from detectors.datatypes.frame import NS_PER_S
from scenarios.desk.steps import Order, StepNotTaken, Terms, take
from scenarios.texts import Texts
from tests.archives import renamed
from tests.enforcement import OWN, case_in

S = CaseState
EN = Texts("en")
MINUTE = 60 * NS_PER_S


def ended(case: Case, after_min: int = 3) -> Case:
    """Return a case that its view saw end."""
    at_ns = case.opened_ns + after_min * MINUTE
    return replace(case, history=(*case.history, CaseEvent(case.case_id, at_ns, S.CLOSED, "stand-ended")))


def shared(store: CaseStore) -> tuple[Case, Case]:
    """Put a stand that two views tell of; the plate is the same, so it is one case under the first id."""
    whole = case_in(S.CAPTURED, S.ACCEPTED, S.TEGURAN, plate=OWN)
    first, other = (replace(renamed(whole, f"case-{n}"), view=f"view-{n}") for n in (1, 2))
    store.put(first)
    store.put(other)
    assert [case.case_id for case in store.cases()] == ["case-1"]
    return first, other


def step(store: CaseStore, what: CaseStep, after_min: int) -> Case:
    at_ns = store.case("case-1").opened_ns + after_min * MINUTE
    order = Order(what, Actor.DISHUB, "D-17", at_ns, standing=True, driver_present=False)
    return take(store, "case-1", order, Terms("enforcement"), EN)


@pytest.mark.parametrize("ends", [(1,), (2,), ()])
def test_what_one_view_may_still_take_the_case_takes(tmp_path: Path, ends: tuple[int, ...]) -> None:
    with CaseStore(tmp_path) as store:
        views = shared(store)
        for number in ends:
            store.put(ended(views[number - 1]))
        assert store.case("case-1").state is S.TEGURAN  # one view still sees it
        step(store, CaseStep.STICKER, 4)
        step(store, CaseStep.DEFLATE, 5)
        step(store, CaseStep.TOW, 6)
        history = store.case("case-2").history  # asked under either id
        assert [e.state for e in history] == [
            S.CAPTURED, S.ACCEPTED, S.TEGURAN, S.STIKER, S.PENGGEMBOSAN, S.PENDEREKAN,
        ]  # fmt: skip
        assert [(e.case_id, e.officer) for e in history[3:]] == [("case-1", "D-17")] * 3
        step(store, CaseStep.CLOSE, 7)
        whole = store.case("case-1")
        assert whole.state is S.CLOSED
        assert store.verify().holds
        assert [line.state for line in store.lines()] == [whole.state]


def test_what_the_desk_writes_closes_the_case_for_all_views(tmp_path: Path) -> None:
    with CaseStore(tmp_path) as store:
        first, other = shared(store)
        store.put(ended(first))
        step(store, CaseStep.STICKER, 4)
        sticker = CaseEvent(other.case_id, other.opened_ns + 4 * MINUTE, S.STIKER, "", "dishub", "D-17")
        store.put(ended(replace(other, history=(*other.history, sticker)), 9))
        whole = store.case("case-1")
        assert [e.state for e in whole.history][-2:] == [S.STIKER, S.CLOSED]  # closed once, at the end
        with pytest.raises(StepNotTaken):
            step(store, CaseStep.TOW, 10)


def test_a_step_that_comes_again_is_kept_as_well(tmp_path: Path) -> None:
    """Another picture brings a case back to where it was: that is a step of its own in the other view too."""
    with CaseStore(tmp_path) as store:
        opened = case_in(S.CAPTURED, plate=OWN)
        first, other = (replace(renamed(opened, f"case-{n}"), view=f"view-{n}") for n in (1, 2))
        store.put(first)
        store.put(other)
        store.put(ended(first))
        at_ns = first.opened_ns + 4 * MINUTE
        asked = store.case("case-1")
        events = [
            CaseEvent("case-1", at_ns + n * MINUTE, state, "", "dishub", "D-17")
            for n, state in enumerate((S.PICTURE_ASKED, S.CAPTURED, S.ACCEPTED))
        ]
        for event in events:
            asked = replace(asked, history=(*asked.history, event))
            store.put_whole(asked)
        assert store.case("case-1").history == (*first.history, *events)
        assert store.verify().holds


def test_whoever_has_read_an_older_state_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with CaseStore(tmp_path) as store:
        first, _ = shared(store)
        store.put(ended(first))
        stale = store.case("case-1")
        step(store, CaseStep.STICKER, 4)
        before = store.case("case-1")
        late = CaseEvent("case-1", before.history[-1].timestamp_ns + 1, S.PENGGEMBOSAN, "", "dishub", "D-2")
        with pytest.raises(HistoryError):
            store.put_whole(replace(stale, history=(*stale.history, late)))
        assert store.case("case-1") == before
