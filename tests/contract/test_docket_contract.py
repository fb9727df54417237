"""One suite for every Docket: in memory, in a file, and in PostgreSQL."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detectors.archive.memory import ListDocket
from detectors.archive.store import CaseStore
from detectors.cases.deeds import Actor, CaseStep, Deed
from detectors.cases.ladder import advance
from detectors.cases.needs import Facts
from detectors.cases.opening import CaseBook
from detectors.cases.policy import Policy
from detectors.datatypes.cases import Case, CaseEvent, CaseState, EvidencePicture, PictureKind
from detectors.datatypes.evidence import EvidenceClip, EvidenceStatement, Instruments
from detectors.datatypes.plates import PlateReading
from tests.judgement import SEEN, verdict


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def docket(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ListDocket | CaseStore]:
    if request.param == "memory":
        yield ListDocket()
    elif request.param == "sqlite":
        with CaseStore(tmp_path) as store:
            yield store
    else:
        with CaseStore(request.getfixturevalue("postgresql").new_database()) as store:
            yield store


def case(number: int = 1, rule: str = "kerb_parking") -> Case:
    entry = CaseBook(Policy()).take(verdict(track_id=number, rule=rule), SEEN)
    assert entry is not None
    case_id = f"{entry.case.case_id}-{number}"
    history = tuple(replace(event, case_id=case_id) for event in entry.case.history)
    return replace(
        entry.case, case_id=case_id, history=history, plate=PlateReading("KX 1 L", 0.5, oracle=True)
    )


def reviewed(one: Case, step: CaseStep) -> Case:
    return advance(one, Deed(step, Actor.POLICE, one.opened_ns + 1, "officer"), Facts())


def picture(of: Case, kind: PictureKind = PictureKind.VEHICLE) -> EvidencePicture:
    image = np.full((40, 60, 3), 127, dtype=np.uint8)
    return EvidencePicture(of.case_id, kind, of.opened_ns, image, simulated=True)


def test_what_was_put_is_there(docket: ListDocket | CaseStore) -> None:
    first, second = case(1), case(2, "red_light")
    docket.put(second)
    docket.put(first)
    assert docket.cases() == (first, second)
    assert docket.case(first.case_id) == first
    assert docket.events(second.case_id) == second.history
    assert docket.pictures(first.case_id) == ()


def test_the_next_state_replaces_the_last_and_putting_again_changes_nothing(
    docket: ListDocket | CaseStore,
) -> None:
    first = replace(case(), plate=None)
    accepted = replace(reviewed(first, CaseStep.ACCEPT), extremum=77.0)
    for state in (first, accepted, accepted):
        docket.put(state)
    assert docket.cases() == (accepted,)
    assert [e.ground for e in docket.events(first.case_id)] == ["violation", "officer"]


def test_history_is_never_rewritten(docket: ListDocket | CaseStore) -> None:
    first = case()
    accepted = reviewed(first, CaseStep.ACCEPT)
    docket.put(accepted)
    with pytest.raises(ValueError, match="does not continue the 2 events"):
        docket.put(reviewed(first, CaseStep.REJECT))
    docket.put(first)  # an engine that begins anew tells from the beginning
    assert docket.case(first.case_id) == accepted


def test_pictures_belong_to_a_case(docket: ListDocket | CaseStore) -> None:
    first = case()
    with pytest.raises(ValueError, match="no such case"):
        docket.attach(picture(first))
    docket.put(first)
    for kind in (PictureKind.CONTEXT, PictureKind.VEHICLE, PictureKind.VEHICLE):
        docket.attach(picture(first, kind))
    docket.attach(replace(picture(first), taken_ns=first.opened_ns + 1))
    kept = docket.pictures(first.case_id)
    assert [p.kind for p in kept] == [PictureKind.CONTEXT, PictureKind.VEHICLE, PictureKind.VEHICLE]
    assert [p.taken_ns - first.opened_ns for p in kept] == [0, 0, 1]


def test_clips_and_statements_belong_to_a_case(docket: ListDocket | CaseStore) -> None:
    first = case()
    images = tuple(np.full((40, 60, 3), 20 * n, dtype=np.uint8) for n in range(5))
    clip = EvidenceClip(first.case_id, tuple(n * 100_000_000 for n in range(5)), images, simulated=True)
    by = Instruments("bconnect-twin 0.1.0", "motion", "", "ab12")
    said = EvidenceStatement(first.case_id, 7, 61.5, "s", 0.1, by, simulated=True)
    for keep, what in ((docket.attach_clip, clip), (docket.attest, said)):
        with pytest.raises(ValueError, match="no such case"):
            keep(what)
    docket.put(first)
    for _ in range(2):
        docket.attach_clip(clip)
        docket.attest(said)
    assert len(docket.clips(first.case_id)) == 1
    assert docket.statements(first.case_id) == (said,)


def seen_by(view: str, of: Case, *, later_s: float, track: int = 9) -> Case:
    """Return the same violation as another view tells it."""
    shift_ns = round(later_s * 1e9)
    case_id = f"{view}-{of.case_id}"
    history = tuple(replace(e, case_id=case_id, timestamp_ns=e.timestamp_ns + shift_ns) for e in of.history)
    return replace(
        of,
        case_id=case_id,
        view=view,
        track_id=track,
        offence_ns=of.offence_ns + shift_ns,
        opened_ns=of.opened_ns + shift_ns,
        history=history,
    )


def test_one_violation_seen_by_two_views_is_one_case(docket: ListDocket | CaseStore) -> None:
    first = case()
    other = seen_by("view 2", first, later_s=8)
    accepted = reviewed(other, CaseStep.ACCEPT)
    for one in (first, other, accepted):
        docket.put(one)
    docket.attach(picture(other))
    (kept,) = docket.cases()
    assert kept.case_id == first.case_id
    assert [(e.case_id, e.state) for e in kept.history] == [
        (first.case_id, first.history[0].state),
        (first.case_id, accepted.state),
    ]
    assert docket.case(other.case_id) == kept
    assert len(docket.pictures(first.case_id)) == 1
    docket.put(replace(first, extremum=99.0))  # the first view goes on with what it knows
    assert docket.case(first.case_id).extremum == 99.0


@pytest.mark.parametrize(
    "change",
    [
        {"plate": PlateReading("KX 2 L", 0.9, oracle=True)},
        {"plate": None},
        {"place": "another strip"},
        {"simulated": False},
        {"rule": "red_light"},
    ],
)
def test_another_vehicle_place_or_rule_is_another_case(
    docket: ListDocket | CaseStore, change: dict[str, Any]
) -> None:
    first = case()
    docket.put(first)
    docket.put(replace(seen_by("view 2", first, later_s=8), **change))
    assert len(docket.cases()) == 2


def test_a_later_offence_of_the_same_vehicle_is_another_case(docket: ListDocket | CaseStore) -> None:
    moving = case(2, "red_light")
    docket.put(moving)
    docket.put(seen_by("view 1", moving, later_s=120))
    assert len(docket.cases()) == 2


def test_a_stand_goes_on_after_a_restart_until_it_was_seen_to_end(docket: ListDocket | CaseStore) -> None:
    first = case()
    docket.put(first)
    docket.put(seen_by("after", first, later_s=200))
    assert len(docket.cases()) == 1
    end = CaseEvent(first.case_id, first.opened_ns + 1, CaseState.CLOSED, "stand-ended")
    ended = replace(first, history=(*first.history, end))
    other = replace(ended, place="elsewhere")
    other = replace(seen_by("b", other, later_s=0), plate=first.plate)
    docket.put(other)
    docket.put(seen_by("c", replace(other, history=other.history[:1]), later_s=200))
    assert len(docket.cases()) == 3


def test_cases_that_turn_out_to_be_one_become_one(docket: ListDocket | CaseStore) -> None:
    first = case()
    other = replace(seen_by("view 2", first, later_s=3), plate=None)
    docket.put(first)
    docket.put(other)
    assert len(docket.cases()) == 2
    docket.put(replace(other, plate=first.plate))
    assert docket.cases() == (first,)


def test_an_unknown_case_is_named(docket: ListDocket | CaseStore) -> None:
    with pytest.raises(ValueError, match="no case 'nobody'"):
        docket.case("nobody")
    assert docket.events("nobody") == ()
