"""`bconnect cases review` and `step`: what an officer does with a case."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console

from detectors.archive.store import CaseStore
from detectors.cases.deeds import CaseStep
from detectors.cases.policy import Phase
from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.cases import Case as OneCase
from hardware_adapters.clock import utc_ns
from scenarios.cli.desk_options import At, By, Case, Key, Store, ZonePhase, keys_of
from scenarios.cli.terminal import Language, examples, texts_for
from scenarios.desk.finding import find_case, phase_of
from scenarios.desk.images import decoded
from scenarios.desk.saying import who_did
from scenarios.desk.steps import Order, StepNotTaken, Terms, moment, onward_text, person, take
from scenarios.errors import InputError, unknown_name
from scenarios.guarding import decided
from scenarios.sealing import sealer
from scenarios.texts import Texts
from twin.clock import to_local

REVIEW_EXAMPLES = examples(
    "bconnect cases review out/desk 'kerb-1*0001' --accept --as dishub:D-17",
    "bconnect cases review out/desk 'kerb-1*0002' --reject plate-misread --as police:P-204",
    "bconnect cases review out/desk 'kerb-2*0001' --another-picture --as dishub:D-17",
)
STEP_EXAMPLES = examples(
    "bconnect cases step out/desk 'kerb-1*0001' --lang id",
    "bconnect cases step out/desk 'kerb-1*0001' tow --as dishub:D-17 --vehicle stands",
    "bconnect cases step out/desk 'simpang*0001' send-letter --as police:P-204",
    "bconnect cases step out/desk 'simpang*0001' disown --as owner:A-31",
)
T = TypeVar("T")
VEHICLE = {"stands": True, "gone": False}
DRIVER = {"present": True, "absent": False}


def review(  # noqa: PLR0913 - one parameter an option
    store: Store,
    case: Case,
    *,
    by: By,
    accept: Annotated[bool, typer.Option("--accept", help="The evidence shows the offence.")] = False,
    reject: Annotated[
        str | None, typer.Option(metavar="REASON", help="It does not; a code, an unknown one lists them.")
    ] = None,
    another_picture: Annotated[
        bool, typer.Option("--another-picture", help="Ask for another picture first.")
    ] = False,
    at: At = None,
    lang: Language = None,
) -> None:
    """Review a case: accept it, reject it with a reason, or ask for another picture."""
    if [accept, reject is not None, another_picture].count(True) != 1:
        msg = "cases review: expected one of --accept, --reject REASON and --another-picture"
        raise InputError(msg)
    wanted = CaseStep.ACCEPT if accept else CaseStep.REJECT if reject is not None else CaseStep.ASK_PICTURE
    role, officer = person(by)
    _carry_out(store, case, Order(wanted, role, officer, 0, reject or ""), Terms(None), at, texts_for(lang))


def step(  # noqa: PLR0913 - one parameter an option
    store: Store,
    case: Case,
    what: Annotated[
        str | None, typer.Argument(metavar="[STEP]", help="The step; without one, which there are.")
    ] = None,
    *,
    by: By = "",
    reason: Annotated[
        str, typer.Option(metavar="CODE", help="Why, where a step asks for it; an unknown one lists them.")
    ] = "",
    vehicle: Annotated[str | None, typer.Option(help="What is seen at the kerb: stands or gone.")] = None,
    driver: Annotated[str | None, typer.Option(help="Who is seen at the kerb: present or absent.")] = None,
    police_in_crew: Annotated[
        bool | None, typer.Option("--police-in-crew/--no-police-in-crew", help="Who is with the crew.")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The picture that add-picture brings.")
    ] = None,
    phase: ZonePhase = None,
    key: Key = None,
    at: At = None,
    lang: Language = None,
) -> None:
    """Take one step of a case, from its review to its end; what is not lawful is refused, exit code 2."""
    texts = texts_for(lang)
    if what is None:
        _say_onward(store, case, at, texts)
        return
    order = Order(
        _one(what, {one.value: one for one in CaseStep}, "step"),
        *person(by),
        0,
        reason,
        None if vehicle is None else _one(vehicle, VEHICLE, "--vehicle"),
        None if driver is None else _one(driver, DRIVER, "--driver"),
        police_in_crew,
        None if picture is None else _read(picture),
    )
    _carry_out(store, case, order, Terms(_phase(store, phase), keys_of(key)), at, texts)


def _carry_out(store: str, case: str, order: Order, terms: Terms, at: str | None, texts: Texts) -> None:
    """Take a step that was ordered, at its time, and say where the case stands now."""
    with CaseStore(store, create=False, sealer=sealer()) as kept:
        case_id = find_case(kept, case)
        at_ns = moment(kept.case(case_id), at, utc_ns())
        try:
            after = take(kept, case_id, replace(order, at_ns=at_ns), terms, texts)
        except StepNotTaken:
            decided(kept, f"{order.by}:{order.officer}", case_id, order.step, refused=True)
            raise
        decided(kept, f"{order.by}:{order.officer}", case_id, order.step)
        _say(after, texts)


def _one(word: str, known: Mapping[str, T], what: str) -> T:
    if word not in known:
        raise unknown_name(word, known, what=what)
    return known[word]


def _phase(store: str, asked: str | None) -> str | None:
    if asked is not None:
        _one(asked, {one.value: one for one in Phase}, "phase")
    return phase_of(store, asked)


def _read(path: Path) -> UInt8Array:
    return decoded(path.read_bytes(), str(path))


def _say_onward(store: str, case: str, at: str | None, texts: Texts) -> None:
    with CaseStore(store, create=False) as kept:
        one = kept.case(find_case(kept, case))
    at_ns = moment(one, at, utc_ns() if at or not one.simulated else one.history[-1].timestamp_ns)
    said = f"{one.case_id}: {texts.text(one.state)}"
    onward = texts.text("From here: {onward}", onward=onward_text(one, at_ns, texts))
    _print(said, onward)


def _say(case: OneCase, texts: Texts) -> None:
    last = case.history[-1]
    who, at = who_did(last.by, last.officer, texts), to_local(last.timestamp_ns)
    said = f"{case.case_id}: {texts.text(case.state)} ({who}, {at:%Y-%m-%d %H:%M:%S} WITA)"
    _print(said, texts.text("From here: {onward}", onward=onward_text(case, last.timestamp_ns, texts)))


def _print(*lines: str) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(line, markup=False)
