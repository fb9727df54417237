"""Questions of a quiz: cases of a run with what was true of them, and wrong ones made of right ones."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from detectors.archive.store import CaseStore
from detectors.datatypes.cases import Case, PictureKind
from scenarios.desk.exchange import moved_outline
from scenarios.desk.finding import REPORT
from scenarios.errors import InputError
from scenarios.score import Match
from twin.randomness import Seed

RIGHT = (Match.CORRECT.value, Match.REPEATED.value)
WRONG = (Match.WRONG_VEHICLE.value, Match.NOBODY.value)
PLATE_EXCHANGED, OUTLINE_MOVED = "plate-exchanged", "outline-moved"
WRONG_SHARE = 0.4  # of a quiz: wrong cases are rare in a run, and a trainee has to meet some


@dataclass(frozen=True, slots=True)
class Question:
    """A case with its pictures (kind, JPEG) in the order in which they are looked at.

    `plate` is what the statement says, `why` the code of what was true, `truth` the values that its text
    asks for. `right` says whether accusing is right, `made` whether it was made wrong for practice.
    """

    case: Case
    plate: str
    pictures: tuple[tuple[str, bytes], ...]
    right: bool
    why: str
    truth: dict[str, str] = field(default_factory=dict)
    made: bool = False


@dataclass(frozen=True, slots=True)
class _Known:
    """A case with its store, the folder of its run, and what the report says of it."""

    store: CaseStore
    run: Path
    case: Case
    said: dict[str, Any]

    @property
    def match(self) -> str:
        return str(self.said["match"])

    @property
    def plate(self) -> str:
        return self.case.plate.text if self.case.plate else ""


def questions(folder: Path, number: int, seed: int) -> tuple[Question, ...]:
    """Return up to `number` questions of a result, mixed; the same for the same seed.

    Raises InputError where the folder is no result with its truth, or has no case to ask about.
    """
    draws = Seed(seed).child("quiz")
    stores: list[CaseStore] = []
    try:
        known = list(_known(folder, stores))
        known.sort(key=lambda one: draws.uniform("order", one.case.view, one.case.case_id))
        chosen = _chosen(known, number)
    finally:
        for store in stores:
            store.close()
    if not chosen:
        msg = f"{folder}: no case with pictures whose truth is known; run `bconnect validate` first"
        raise InputError(msg)
    return tuple(
        sorted(chosen, key=lambda one: draws.uniform("place", one.case.view, one.case.case_id, one.why))
    )


def _known(folder: Path, stores: list[CaseStore]) -> Iterator[_Known]:
    """Yield the cases of a result that lie in its stores and are clearly right or wrong."""
    for run in _report(folder)["runs"]:
        place = folder / run["folder"]
        store = CaseStore(place, create=False)
        stores.append(store)
        there = {line.case_id for line in store.lines()}
        for said in (one for view in run["views"] for one in view["cases"]):
            if said["case_id"] in there and said["match"] in RIGHT + WRONG:
                case = store.case(said["case_id"])
                if store.pictures(case.case_id):
                    yield _Known(store, place / "run", case, said)


def _report(folder: Path) -> dict[str, Any]:
    file = folder / REPORT
    if not file.is_file():
        msg = f"{folder}: no {REPORT} here; a quiz needs a result of `bconnect validate` with its truth"
        raise InputError(msg)
    try:
        told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return {"runs": [dict(run) for run in told["runs"]]}
    except (ValueError, KeyError, TypeError) as error:
        msg = f"{file}: not a report of a run ({type(error).__name__})"
        raise InputError(msg) from error


def _chosen(known: Sequence[_Known], number: int) -> list[Question]:
    """Return wrong cases up to their share, made ones where the run has too few, and right ones.

    No case is asked about twice: of the right ones at most half become wrong.
    """
    wrong = [one for one in known if one.match in WRONG][: round(WRONG_SHARE * number)]
    right = [one for one in known if one.match in RIGHT]
    lacking = min(round(WRONG_SHARE * number) - len(wrong), len(right) // 2)
    made: dict[str, Question] = {}
    for row, one in enumerate(right):
        if len(made) >= lacking:
            break
        question = _made(one, known, plate_first=row % 2 == 0)
        if question is not None:
            made[one.case.case_id] = question
    asked = [_asked(one) for one in wrong] + list(made.values())
    rest = [_asked(one) for one in right if one.case.case_id not in made]
    return asked + rest[: number - len(asked)]


def _asked(one: _Known) -> Question:
    """Return a case as it is."""
    truth = one.said.get("truth") or {}
    why = one.match
    if why == Match.WRONG_VEHICLE.value and not truth:
        why = "did-nothing"
    elif why in RIGHT and not truth:
        why = "correct-untold"
    values = {name: str(value or "-") for name, value in truth.items()} | {"said": one.plate or "-"}
    return Question(one.case, one.plate, _pictures(one), one.match in RIGHT, why, values)


def _pictures(one: _Known) -> tuple[tuple[str, bytes], ...]:
    order = list(PictureKind)
    kept = sorted(one.store.pictures(one.case.case_id), key=lambda picture: order.index(picture.kind))
    return tuple((picture.kind.value, one.store.content(picture.path)) for picture in kept)


def _made(one: _Known, known: Sequence[_Known], *, plate_first: bool) -> Question | None:
    """Return a right case made wrong in one of two ways, None where neither can be seen in its pictures."""
    ways = (_with_other_plate(one, known), _with_moved_outline(one))
    return next((way for way in (ways if plate_first else ways[::-1]) if way is not None), None)


def _with_other_plate(one: _Known, known: Sequence[_Known]) -> Question | None:
    """Exchange the plate in the statement for a neighbour's, where a picture shows which is right."""
    shows = any(kind == PictureKind.PLATE.value for kind, _ in _pictures(one))
    others = [o for o in known if o.plate and o.plate != one.plate]
    near = [o for o in others if o.case.view == one.case.view] or others
    if not (shows and one.plate and near):
        return None
    other = min(near, key=lambda o: (abs(o.case.offence_ns - one.case.offence_ns), o.case.case_id))
    truth = {"plate": one.plate, "said": other.plate}
    asked = replace(_asked(one), plate=other.plate, right=False, why=PLATE_EXCHANGED)
    return replace(asked, truth=asked.truth | truth, made=True)


def _with_moved_outline(one: _Known) -> Question | None:
    found = moved_outline(one.store, one.run, one.case)
    if found is None:
        return None
    moved, jpeg = found
    order = list(PictureKind)
    kept = sorted(one.store.pictures(one.case.case_id), key=lambda picture: order.index(picture.kind))
    pictures = tuple(
        (picture.kind.value, jpeg if picture == moved else one.store.content(picture.path))
        for picture in kept
    )
    truth = {"kind": moved.kind.value}
    asked = replace(_asked(one), pictures=pictures, right=False, why=OUTLINE_MOVED)
    return replace(asked, truth=asked.truth | truth, made=True)
