"""The lesson "Meninjau bukti": cases to judge by their evidence, scored against what really happened."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from detectors.archive.store import CaseStore
from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.cases import Case, CaseTrack
from scenarios.errors import unknown_name
from scenarios.reports.pictures import evidence_files
from scenarios.trainer.planted import Planted, before_the_ban, of_another, on_green
from scenarios.trainer.session import Session
from twin.clock import to_local

LESSONS = ("meninjau-bukti",)
REASONS = ("outside-hours", "green-light", "other-vehicle", "cannot-tell")
RIGHT = "right"
WRONG = ("outside-hours", "green-light", "other-vehicle")
MOST_REAL = 4
Judge = Callable[["Item"], "Decision"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What an officer said of a case; `reason` is one of REASONS where it was rejected."""

    accept: bool
    reason: str
    seconds: float


@dataclass(slots=True, eq=False)
class Item:
    """One case to judge. `truth` is RIGHT or what is wrong with it; the trainee sees it afterwards."""

    case: Case
    pictures: dict[str, UInt8Array]
    truth: str
    decision: Decision | None = None

    @property
    def moving(self) -> bool:
        """Whether it is a moving offence, which never gets a sticker."""
        return self.case.enforcement is CaseTrack.MOVING

    @property
    def at(self) -> str:
        """The time of the case on the clock of the street."""
        return to_local(self.case.opened_ns).strftime("%H:%M:%S")

    @property
    def hit(self) -> bool:
        """Whether the decision was the right one."""
        return self.decision is not None and self.decision.accept is (self.truth == RIGHT)


@dataclass(slots=True)
class Planter:
    """Plants a mistake of each kind while the session runs, when the street offers one."""

    makers: list[Callable[[Session, int], Planted | None]] = field(
        default_factory=lambda: [before_the_ban, on_green, of_another]
    )
    planted: list[Planted] = field(default_factory=list)

    def look(self, session: Session) -> None:
        """Plant what this moment is good for, at most one."""
        for maker in self.makers:
            if len(session.looks) == len(session.views):
                made = maker(session, len(self.planted) + 1)
                if made is not None:
                    self.planted.append(made)
                    self.makers.remove(maker)
                    return


def check_lesson(name: str) -> None:
    """Raise InputError that lists the lessons where `name` is none."""
    if name not in LESSONS:
        raise unknown_name(name, LESSONS, what="lesson")


def items_of(session: Session, planter: Planter) -> list[Item]:
    """Return the cases of a session and the planted ones, mixed by its seed; the session is over then."""
    session.close()
    right = [case for case in session.cases if session.is_right(case)]
    wrong = [case for case in session.cases if not session.is_right(case)]
    chosen = [*((case, RIGHT) for case in right[:MOST_REAL]), *((case, "not-so") for case in wrong[:1])]
    items = [Item(case, read_pictures(session.out, case), truth) for case, truth in chosen]
    with CaseStore(session.out) as store:
        for one in planter.planted:
            store.put(one.case)
            for picture in one.pictures:
                store.attach(picture)
            pictures = {picture.kind.value: picture.image_bgr for picture in one.pictures}
            items.append(Item(one.case, pictures, one.wrong))
    order = np.random.default_rng(session.seed).permutation(len(items))
    return [items[row] for row in order]


def read_pictures(out: Path, case: Case) -> dict[str, UInt8Array]:
    """Return the evidence pictures of a case that are there, by their kind."""
    found = {}
    for kind, file in evidence_files(out, case):
        picture = cv2.imread(str(file), cv2.IMREAD_COLOR)
        if picture is not None:
            found[kind.value] = np.asarray(picture, dtype=np.uint8)
    return found


@dataclass(slots=True)
class Lesson:
    """The items one after another, and the score."""

    session: Session
    items: list[Item]
    at: int = 0

    @property
    def item(self) -> Item | None:
        """The item to judge now, None at the end."""
        return self.items[self.at] if self.at < len(self.items) else None

    @property
    def over(self) -> bool:
        """Whether every item has been judged."""
        return self.at >= len(self.items)

    def decide(self, decision: Decision) -> None:
        """Take the decision on the present item down, in the case store too, and go on."""
        item = self.items[self.at]
        item.decision = decision
        ground = "officer-accepted" if decision.accept else f"officer-rejected-{decision.reason}"
        item.case = self.session.decide(item.case, accept=decision.accept, ground=ground)
        self.at += 1

    def score(self) -> dict[str, Any]:
        """Return counts and seconds: what lesson.json holds."""
        judged = [(item, item.decision) for item in self.items if item.decision is not None]
        wrong = [(item, said) for item, said in judged if not item.hit]
        seconds = [said.seconds for _, said in judged]
        return {
            "cases": len(self.items),
            "judged": len(judged),
            "hits": len(judged) - len(wrong),
            "false_accepts": sum(said.accept for _, said in wrong),
            "false_rejects": sum(not said.accept for _, said in wrong),
            "seconds_a_case": round(sum(seconds) / len(seconds), 1) if seconds else None,
            "items": [
                {
                    "case": item.case.case_id,
                    "rule": item.case.rule,
                    "truth": item.truth,
                    "accepted": said.accept,
                    "reason": said.reason,
                    "hit": item.hit,
                    "state": item.case.state.value,
                }
                for item, said in judged
            ],
        }


def scripted(item: Item) -> Decision:
    """Judge as a trainee does who looks at the clock but not yet at the lamp: deterministic."""
    if item.truth in ("outside-hours", "other-vehicle"):
        return Decision(accept=False, reason=item.truth, seconds=9.0)
    return Decision(accept=True, reason="", seconds=6.0)
