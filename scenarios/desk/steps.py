"""Steps that are taken at the desk: an order in, the next state in the archive out, or why not."""

import re
from dataclasses import dataclass
from datetime import datetime

from detectors.archive.keys import PublicKey
from detectors.archive.store import CaseStore
from detectors.cases.deeds import Actor, CaseStep, Deed
from detectors.cases.ladder import Refusal, advance, refusals
from detectors.cases.needs import Facts
from detectors.cases.policy import Phase, Policy
from detectors.cases.powers import holders, may
from detectors.cases.tracks import TRACKS
from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.cases import Case, EvidencePicture, PictureKind
from scenarios.desk.reasons import reason
from scenarios.desk.saying import who_did
from scenarios.errors import InputError, unknown_name
from scenarios.texts import Texts
from twin.clock import DAY_NS, WITA, seconds, to_local

AT_THE_DESK = (Actor.DISHUB, Actor.POLICE, Actor.OWNER, Actor.COURT)
OFFICER = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9./-]{0,31}")
MEDIA_TIME_NS = 3653 * DAY_NS  # timestamps of a recording without a date begin at 0, ten years never pass


@dataclass(frozen=True, slots=True)
class Order:
    """A step that somebody orders, and what he says of the street; None: he does not say."""

    step: CaseStep
    by: Actor
    officer: str
    at_ns: int
    reason: str = ""
    standing: bool | None = None
    driver_present: bool | None = None
    police_in_crew: bool | None = None
    picture_bgr: UInt8Array | None = None

    @property
    def deed(self) -> Deed:
        """The step as the ladder takes it."""
        return Deed(self.step, self.by, self.at_ns, self.reason, self.officer)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for a whole store: the phase of its zone (None: not known), and whose seals count.

    Without `keys` any seal counts whose signature holds, as in `cases verify`.
    """

    phase: str | None
    keys: tuple[PublicKey, ...] = ()


class StepNotTaken(InputError):  # noqa: N818 - reads as what happened
    """A step that was refused: the archive is as it was."""

    def __init__(self, case: Case, order: Order, refused: tuple[Refusal, ...], texts: Texts) -> None:
        super().__init__(_told(case, order, refused, texts))
        self.refused = refused


def person(text: str) -> tuple[Actor, str]:
    """Return role and id of "police:P-1204"; InputError for another role, or what is no id.

    An id has a digit, so that nobody writes a name. For an owner or a court it is that of the answer.
    """
    role, _, officer = text.partition(":")
    known = [actor.value for actor in AT_THE_DESK]
    if role not in known:
        raise unknown_name(role, known, what="role")
    if OFFICER.fullmatch(officer) is None:
        msg = (
            f"--as {role}:{officer}: expected an id, letters and digits with a digit among them, and no name"
        )
        raise InputError(msg)
    return Actor(role), officer


def moment(case: Case, stated: str | None, now_ns: int) -> int:
    """Return when a step is taken: now, or as stated where the case is simulated.

    Raises InputError for a time that cannot be read, and for a stated one of a case that is not simulated.
    """
    if stated is None:
        return now_ns
    if not case.simulated:
        msg = f"--at {stated}: {case.case_id} is not simulated; its steps have the time of the clock"
        raise InputError(msg)
    try:
        at = datetime.fromisoformat(stated)
    except ValueError:
        msg = f"--at {stated}: expected a date and a time in WITA, 2026-01-12 16:05"
        raise InputError(msg) from None
    local = at if at.tzinfo is not None else at.replace(tzinfo=WITA)
    return seconds(int(local.timestamp()))


def facts_for(store: CaseStore, case: Case, order: Order, terms: Terms) -> Facts:
    """Return what is known when a step is tried: by the archive, by the terms, by who orders it."""
    return Facts(
        policy=Policy(phase=terms.phase or Phase.ENFORCEMENT),
        dated=case.offence_ns >= MEDIA_TIME_NS,
        standing=order.standing,
        driver_present=order.driver_present,
        police_in_crew=order.police_in_crew,
        picture_sealed=store.picture_sealed(case.case_id, terms.keys),
        phase_known=terms.phase is not None,
    )


def take(store: CaseStore, case_id: str, order: Order, terms: Terms, texts: Texts) -> Case:
    """Take a step and keep it; raises StepNotTaken, and InputError for a reason that the step does not know.

    All that is written is one record of the log, besides the picture that `add-picture` brings.
    """
    reason(order.step, order.reason)
    case = store.case(case_id)
    facts = facts_for(store, case, order, terms)
    refused = tuple(refusals(case, order.deed, facts))
    if refused:
        raise StepNotTaken(case, order, refused, texts)
    picture = _picture(case, order)
    after = advance(case, order.deed, facts)
    if picture is not None:
        store.attach(picture)  # before the step, which says that it is there
    store.put_whole(after)
    return after


def _picture(case: Case, order: Order) -> EvidencePicture | None:
    if (order.step is CaseStep.ADD_PICTURE) is (order.picture_bgr is None):
        msg = f"{order.step}: --picture FILE belongs to {CaseStep.ADD_PICTURE}, which needs one"
        raise InputError(msg)
    if order.picture_bgr is None:
        return None
    taken = (case.case_id, PictureKind.ZOOMED, order.at_ns, order.picture_bgr)
    return EvidencePicture(*taken, simulated=case.simulated)


def onward(case: Case, at_ns: int) -> tuple[tuple[CaseStep, tuple[Actor, ...]], ...]:
    """Return the steps that a case has from here, each with who may take it on that day."""
    table, day = TRACKS[case.enforcement], to_local(at_ns).date()
    powers = Policy().powers
    steps = [step for at, step in table if at is case.state]
    return tuple(
        (step, tuple(actor for actor in Actor if may(actor, case.enforcement, step, day, powers)))
        for step in steps
    )


def onward_text(case: Case, at_ns: int, texts: Texts) -> str:
    """Return the steps that a case has from here, in words."""
    steps = (f"{step} ({', '.join(texts.text(a) for a in who)})" for step, who in onward(case, at_ns) if who)
    return ", ".join(steps) or texts.text("nothing: the case is closed")


def _told(case: Case, order: Order, refused: tuple[Refusal, ...], texts: Texts) -> str:
    unknown = texts.text("not known")
    why = (texts.text(one.code) + (f" ({unknown})" if one.undetermined else "") for one in refused)
    powers = holders(case.enforcement, order.step, Policy().powers)
    who = (texts.text("{who} since {day}", who=texts.text(p.actor), day=p.valid_from) for p in powers)
    return texts.text(
        "{case}: {step} by {who} was not taken, nothing was written. Missing: {why}. May: {may}. "
        "From here: {onward}",
        case=case.case_id,
        step=order.step,
        who=who_did(order.by, order.officer, texts),
        why="; ".join(why),
        may=", ".join(who) or texts.text("nobody may"),
        onward=onward_text(case, order.at_ns, texts),
    )
