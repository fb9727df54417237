"""The audit log only grows, and no purge takes evidence of a case that may still be needed."""

import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.archive.audit import Access
from detectors.archive.purge import Order
from detectors.archive.store import CaseStore
from detectors.cases.tracks import FINAL
from detectors.datatypes.cases import Case, CaseEvent, CaseState
from detectors.privacy.retention import Keep, RetentionTerms, closed_ns, keep
from detectors.privacy.roles import Action, Person, Role
from scenarios.guarding import NotPermittedError, allow
from tests.archives import DAY_NS, NOW_NS, nth_case

states = st.sampled_from(CaseState)
days = st.integers(0, 60)
histories = st.lists(st.tuples(states, days), max_size=5)
terms = st.builds(RetentionTerms, appeal_days=st.integers(0, 40).map(float))
people = st.builds(Person, st.sampled_from(Role), st.sampled_from(("a", "b")))


def told(number: int, steps: list[tuple[CaseState, int]]) -> Case:
    """Return a case with steps, each some days after the one before."""
    case, at_ns = nth_case(number), NOW_NS
    history = list(case.history)
    for state, later in steps:
        at_ns += later * DAY_NS
        history.append(CaseEvent(case.case_id, at_ns, state, "officer"))
    return replace(case, history=tuple(history))


def last_ns(case: Case) -> int:
    return max(event.timestamp_ns for event in case.history)


def may_be_needed(case: Case, kept_for: RetentionTerms, now_ns: int) -> bool:
    return case.state not in FINAL or now_ns < last_ns(case) + kept_for.appeal_ns


@settings(max_examples=300)
@given(histories, histories, terms, st.integers(-50, 500))
def test_evidence_is_due_only_when_its_case_is_over_and_its_days_too(
    steps: list[tuple[CaseState, int]],
    others: list[tuple[CaseState, int]],
    kept_for: RetentionTerms,
    after: int,
) -> None:
    case, other = told(1, steps), told(2, others)
    now_ns = NOW_NS + after * DAY_NS
    if keep(case, (case, other), kept_for, now_ns) is Keep.DUE:
        assert case.state in FINAL
        assert now_ns >= closed_ns((case, other)) + kept_for.appeal_ns


@settings(max_examples=12, deadline=None)
@given(st.lists(histories, min_size=1, max_size=4), terms, st.lists(days, min_size=1, max_size=2), st.data())
def test_no_purge_erases_what_may_be_needed_and_the_audit_log_only_grows(
    all_steps: list[list[tuple[CaseState, int]]],
    kept_for: RetentionTerms,
    purges: list[int],
    data: st.DataObject,
) -> None:
    with tempfile.TemporaryDirectory() as folder, CaseStore(Path(folder)) as store:
        cases = [replace(told(n, steps), simulated=False) for n, steps in enumerate(all_steps)]
        for case in cases:
            store.put(case)
        before: tuple[Access, ...] = ()
        now_ns = NOW_NS
        for later in purges:
            now_ns += later * DAY_NS
            who, action = data.draw(people), data.draw(st.sampled_from(Action))
            with suppress(NotPermittedError):
                allow(store, action, who)
            store.purge(Order(kept_for, who.text, now_ns))
            log = store.accesses()
            assert log[: len(before)] == before
            assert len(log) == len(before) + 1
            before = log
            left = {case.case_id for case in store.cases()}
            assert {c.case_id for c in cases if may_be_needed(c, kept_for, now_ns)} <= left
            assert left <= {c.case_id for c in cases}
            found = store.verify()
            assert found.holds, found.faults
