"""Whatever is ordered: every job ends once or is pending, and no crew is in two places."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.datatypes.cases import Case, CaseState
from tests.unit.test_field_crews import QUICK, STREETS, case_of, kerb_of, minds
from twin.clock import seconds
from twin.field.crews import Activity, Crew, CrewKind, Outcome, Stint
from twin.field.evening import Evening, EveningLog, Orders
from twin.field.travel import Spot
from twin.people.attitudes import Attitudes

END_NS = seconds(3600)
STATES = (
    CaseState.CAPTURED,
    CaseState.ACCEPTED,
    CaseState.TEGURAN,
    CaseState.STIKER,
    CaseState.PENDEREKAN,
)
stands = st.lists(
    st.tuples(st.floats(15, 975), st.floats(0, 3000), st.floats(30, 3600)), min_size=1, max_size=12
)
told = st.lists(st.tuples(st.floats(0, 3500), st.integers(0, 11), st.sampled_from(STATES)), max_size=25)
crews_on_duty = st.lists(
    st.tuples(st.sampled_from(list(CrewKind)), st.floats(0, 1000), st.floats(0, 1800), st.floats(1, 3600)),
    max_size=5,
)


class Script:
    """Cases at given times for given rows."""

    def __init__(self, cases: Sequence[tuple[float, int, CaseState]], rows: int) -> None:
        self.waiting = [
            (seconds(at_s), case_of(row % rows, state, "loudspeaker")) for at_s, row, state in cases
        ]

    def news(self, now_ns: int) -> list[Case]:
        due = [case for at_ns, case in self.waiting if at_ns <= now_ns]
        self.waiting = [one for one in self.waiting if one[0] > now_ns]
        return due

    def warned(self, case_id: str, now_ns: int) -> None:
        """Nobody needs to know."""


def crews_of(rows: list[tuple[CrewKind, float, float, float]]) -> tuple[Crew, ...]:
    return tuple(
        Crew(f"{kind}-{number}", kind, Spot(0, at), seconds(begin), seconds(begin + length))
        for number, (kind, at, begin, length) in enumerate(rows)
    )


def in_order(stints: list[Stint]) -> bool:
    """Whether stints follow one another in time and in space."""
    pairs = pairwise(stints)
    return all(a.until_ns <= b.from_ns and a.goal == b.start for a, b in pairs)


@settings(max_examples=60, deadline=None)
@given(stands, told, crews_on_duty, st.booleans())
def test_jobs_are_conserved_and_no_crew_is_in_two_places(
    at_kerb: list[tuple[float, float, float]],
    cases: list[tuple[float, int, CaseState]],
    crews: list[tuple[CrewKind, float, float, float]],
    warnings_only: bool,
) -> None:
    kerb, on_duty = kerb_of(*at_kerb), crews_of(crews)
    posts = tuple((one.name, (Spot(0, 200.0), Spot(0, 900.0))) for one in on_duty)
    feed = Script(cases, len(at_kerb))
    who = minds(len(at_kerb), present=True)
    orders = Orders(on_duty, posts, warnings_only)
    log = Evening(kerb, who, orders, feed, STREETS, attitudes=Attitudes(), durations=QUICK, from_ns=0).run(
        END_NS
    )
    conserved(log, on_duty)
    assert (kerb.left_ns <= kerb.at_ns + np.array([seconds(one[2]) for one in at_kerb])).all()


def conserved(log: EveningLog, crews: tuple[Crew, ...]) -> None:
    assert len({(job.kind, job.row) for job in log.jobs}) == len(log.jobs)
    for job in log.jobs:
        assert (job.ended_ns is None) == (job.outcome is Outcome.PENDING)
        known = [at for at in (job.asked_ns, job.sent_ns, job.arrived_ns, job.ended_ns) if at is not None]
        assert known == sorted(known)
    for crew in crews:
        stints = [stint for stint in log.stints if stint.crew == crew.name]
        assert in_order(stints)
        assert not stints or stints[0].start == crew.base
        assert all(stint.from_ns >= crew.from_ns for stint in stints)
    worked = [stint for stint in log.stints if stint.activity is Activity.WORK]
    assert len(worked) == sum(job.outcome is Outcome.DONE for job in log.jobs)


def test_a_crew_that_jumps_would_be_noticed() -> None:
    here, there = Spot(0, 0.0), Spot(0, 500.0)
    jump = [Stint("a", Activity.WORK, here, here, 0, 5), Stint("a", Activity.WORK, there, there, 5, 9)]
    twice = [Stint("a", Activity.WORK, here, here, 0, 5), Stint("a", Activity.WORK, here, here, 4, 9)]
    assert not in_order(jump)
    assert not in_order(twice)
    assert in_order([])
    with pytest.raises(AssertionError):
        conserved(EveningLog(np.zeros(0), (), tuple(twice)), (Crew("a", CrewKind.TOW, here, 0, 9),))
