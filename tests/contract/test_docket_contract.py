"""One suite for every Docket: in memory, and in a database."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from detectors.archive.memory import ListDocket
from detectors.archive.store import CaseStore
from detectors.cases.deeds import Actor, CaseStep, Deed
from detectors.cases.ladder import advance
from detectors.cases.needs import Facts
from detectors.cases.opening import CaseBook
from detectors.cases.policy import Policy
from detectors.datatypes.cases import Case, EvidencePicture, PictureKind
from detectors.datatypes.plates import PlateReading
from tests.judgement import SEEN, verdict


@pytest.fixture(params=["memory", "sqlite"])
def docket(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ListDocket | CaseStore]:
    if request.param == "memory":
        yield ListDocket()
    else:
        with CaseStore(tmp_path) as store:
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
    for other in (first, reviewed(first, CaseStep.REJECT)):
        with pytest.raises(ValueError, match="does not continue the 2 events"):
            docket.put(other)
    assert docket.case(first.case_id) == accepted


def test_pictures_belong_to_a_case(docket: ListDocket | CaseStore) -> None:
    first = case()
    with pytest.raises(ValueError, match="no such case"):
        docket.attach(picture(first))
    docket.put(first)
    for kind in (PictureKind.CONTEXT, PictureKind.VEHICLE, PictureKind.VEHICLE):
        docket.attach(picture(first, kind))
    kept = docket.pictures(first.case_id)
    assert [p.kind for p in kept] == [PictureKind.CONTEXT, PictureKind.VEHICLE, PictureKind.VEHICLE]
    assert {p.taken_ns for p in kept} == {first.opened_ns}


def test_an_unknown_case_is_named(docket: ListDocket | CaseStore) -> None:
    with pytest.raises(ValueError, match="no case 'nobody'"):
        docket.case("nobody")
    assert docket.events("nobody") == ()
