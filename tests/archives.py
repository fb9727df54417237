"""Builders for tests of archives: cases of many vehicles, small evidence, keys, clocks."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from detectors.archive.keys import new_key, signing_key
from detectors.archive.seals import Sealer
from detectors.archive.store import CaseStore
from detectors.cases.opening import CaseBook
from detectors.cases.policy import Policy
from detectors.datatypes.cases import Case, CaseEvent, EvidencePicture, PictureKind
from detectors.datatypes.evidence import EvidenceStatement, Instruments
from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.plates import PlateReading
from tests.judgement import SEEN, at, verdict

NOW_NS = at(20)
DAY_NS = 24 * 3600 * NS_PER_S
BY = Instruments("bconnect-twin 0.1.0", "motion", "", "5f" * 32)


def nth_case(number: int) -> Case:
    """Return a case of its own vehicle, minute and plate; the same for the same number."""
    opened_ns = at(16, 30) + number * NS_PER_S
    entry = CaseBook(Policy()).take(verdict(track_id=number, opened_ns=opened_ns), SEEN)
    assert entry is not None
    plate = PlateReading(f"KX {number} L", 0.9)
    return renamed(replace(entry.case, plate=plate), f"case-{number:06d}")


def renamed(case: Case, case_id: str) -> Case:
    """Return a case under another id."""
    history = tuple(replace(event, case_id=case_id) for event in case.history)
    return replace(case, case_id=case_id, history=history)


def next_step(case: Case, later_s: float = 60.0) -> Case:
    """Return a case one step on, whatever steps there are: the archive does not know them."""
    states = list(type(case.state))
    state = states[(states.index(case.state) + 1) % len(states)]
    at_ns = case.history[-1].timestamp_ns + round(later_s * NS_PER_S)
    event = CaseEvent(case.case_id, at_ns, state, "officer")
    return replace(case, history=(*case.history, event), extremum=case.extremum + later_s)


def picture_of(case: Case, kind: PictureKind = PictureKind.CONTEXT, size: int = 24) -> EvidencePicture:
    """Return a picture that is like no other case's."""
    seed = int(case.case_id.rpartition("-")[2])
    image = np.random.default_rng(seed).integers(0, 255, (size, size, 3), dtype=np.uint8)
    return EvidencePicture(case.case_id, kind, case.opened_ns, image, simulated=case.simulated)


def statement_of(case: Case) -> EvidenceStatement:
    """Return what was measured of a case."""
    measured = (case.extremum, case.unit, 0.2, BY)
    return EvidenceStatement(case.case_id, case.opened_ns, *measured, simulated=case.simulated)


def sealer_in(folder: Path, every: int = 16, now_ns: int = NOW_NS) -> Sealer:
    """Return who seals with a key that holds for a day around NOW_NS."""
    path = folder / "seal.key"
    if not path.exists():
        new_key(path, NOW_NS - DAY_NS, NOW_NS + DAY_NS)
    return Sealer(signing_key(f"file:{path}", {}), lambda: now_ns, every)


def filled(store: CaseStore, cases: int, first: int = 0) -> None:
    """Put cases with a statement, a picture and every third a second step."""
    for number in range(first, first + cases):
        case = nth_case(number)
        store.put(case)
        store.attest(statement_of(case))
        store.attach(picture_of(case))
        if number % 3 == 0:
            store.put(next_step(case))
