"""Who may do what with a case, by date: Dishub warns, stickers, deflates and tows, police ticket."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from detectors.cases.deeds import Actor, CaseStep
from detectors.cases.law import PROMULGATED
from detectors.datatypes.cases import CaseTrack

E = CaseStep
TOWING_SINCE = date(2026, 1, 5)  # DOMAIN 1: towing became effective


@dataclass(frozen=True, slots=True)
class Power:
    """That an actor may take a step on a track between two days, both included; None means still.

    `basis` is a code of the source. `needs_signature` says that a lawyer has not confirmed it.
    """

    actor: Actor
    track: CaseTrack
    step: CaseStep
    basis: str
    valid_from: date = PROMULGATED
    valid_to: date | None = None
    needs_signature: bool = True

    def holds_on(self, day: date) -> bool:
        """Return whether the power holds on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @property
    def always(self) -> bool:
        """Whether it holds on any day since the statute."""
        return self.valid_from <= PROMULGATED and self.valid_to is None


Powers = tuple[Power, ...]

REVIEWING = (E.ACCEPT, E.REJECT, E.ASK_PICTURE, E.ADD_PICTURE)
TICKETING = (E.TICKET, E.BLOCK, E.RELEASE)
WARNING = (E.ANNOUNCE, E.WARN, E.SEND_WARNING)


def _granted(actor: Actor, track: CaseTrack, basis: str, steps: Iterable[CaseStep]) -> Powers:
    return tuple(Power(actor, track, step, basis) for step in steps)


STANDING: Powers = (
    *_granted(Actor.SYSTEM, CaseTrack.STANDING, "sop", (E.ADD_PICTURE, E.ANNOUNCE, E.CLOSE)),
    *_granted(Actor.DISHUB, CaseTrack.STANDING, "sop", (*REVIEWING, *WARNING, E.STICKER, E.DEFLATE, E.CLOSE)),
    Power(Actor.DISHUB, CaseTrack.STANDING, E.TOW, "sop", TOWING_SINCE),
    *_granted(Actor.POLICE, CaseTrack.STANDING, "uu-22-2009", (*REVIEWING, *WARNING, *TICKETING, E.CLOSE)),
    *_granted(Actor.OWNER, CaseTrack.STANDING, "uu-22-2009", (E.PAY, E.APPEAL)),
    *_granted(Actor.COURT, CaseTrack.STANDING, "uu-22-2009", (E.UPHOLD, E.ANNUL)),
)
ANSWERING = (E.CONFIRM, E.DISOWN, E.REPORT_CLONE)
CORRESPONDING = (E.SEND_LETTER, E.SEND_WARNING, E.READDRESS, E.HOLD, E.CANCEL)
MOVING: Powers = (
    *_granted(Actor.SYSTEM, CaseTrack.MOVING, "sop", (E.ADD_PICTURE,)),
    *_granted(Actor.POLICE, CaseTrack.MOVING, "etle", (*REVIEWING, *CORRESPONDING, *TICKETING, E.CLOSE)),
    *_granted(Actor.OWNER, CaseTrack.MOVING, "etle", (*ANSWERING, E.PAY, E.APPEAL)),
    *_granted(Actor.COURT, CaseTrack.MOVING, "uu-22-2009", (E.UPHOLD, E.ANNUL)),
)
POWERS: Powers = STANDING + MOVING


def may(actor: Actor, track: CaseTrack, step: CaseStep, day: date | None, table: Powers) -> bool | None:
    """Return whether somebody may take a step on a day.

    `day` None means that it is not known; the answer is None where it would depend on it.
    """
    rows = [row for row in table if (row.actor, row.track, row.step) == (actor, track, step)]
    if day is not None:
        return any(row.holds_on(day) for row in rows)
    if any(row.always for row in rows):
        return True
    return None if rows else False


def holders(track: CaseTrack, step: CaseStep, table: Powers) -> tuple[Power, ...]:
    """Return who may ever take a step on a track."""
    return tuple(row for row in table if (row.track, row.step) == (track, step))


def towing_since(day: date, table: Powers = POWERS) -> Powers:
    """Return the powers of a city whose towing is in force from a day on."""
    return tuple(replace(row, valid_from=day) if row.step is E.TOW else row for row in table)
