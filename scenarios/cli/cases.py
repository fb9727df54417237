"""`bconnect cases`: what lies on the officer's desk."""

import os
from collections.abc import Iterator, Sequence
from typing import Annotated

import typer
from rich.console import Console

from detectors.archive.store import CaseLine, CaseStore
from detectors.datatypes.cases import Case
from detectors.privacy.roles import Action
from scenarios.cli.acting import As
from scenarios.cli.terminal import Language, examples, texts_for
from scenarios.desk.finding import find_case
from scenarios.desk.saying import sanction_text, step_text
from scenarios.guarding import allow, person, sees_plates
from scenarios.texts import Texts
from twin.clock import to_local

Store = Annotated[
    str, typer.Argument(metavar="DIR|URL", help="Folder of a result, its cases.db, or a database URL.")
]
LIST_EXAMPLES = examples("bconnect cases list out/beruang-madu")
SHOW_EXAMPLES = examples(
    "bconnect cases show out/beruang-madu",
    "bconnect cases show out/beruang-madu/cases.db kerb-north_kerb-parking_20251127T160105_0001",
)

app = typer.Typer(help="The cases of a result.", epilog=LIST_EXAMPLES)


@app.command("list", epilog=LIST_EXAMPLES)
def list_cases(where: Store, *, as_: As = None, lang: Language = None) -> None:
    """List the cases of a result in the order in which they were opened."""
    texts, who = texts_for(lang), person(as_, os.environ)
    with CaseStore(where, create=False) as store:
        allow(store, Action.LIST, who)
        named = sees_plates(store, who)
        rows = [_line(line, texts, named=named) for line in store.lines()]
    headings = [texts.text(said) for said in ("Case", "Rule", "Vehicle", "Plate", "Place", "State")]
    for line in _aligned([tuple(headings), *rows]):
        typer.echo(line)  # a line a case, to be copied, however wide the terminal is


@app.command("show", epilog=SHOW_EXAMPLES)
def show_case(
    where: Store,
    case_id: Annotated[
        str | None,
        typer.Argument(metavar="[CASE]", help="Id of a case, or a pattern; else the first."),
    ] = None,
    *,
    as_: As = None,
    lang: Language = None,
) -> None:
    """Show one case: the offence, each step with its time and ground, and the evidence pictures."""
    texts, who = texts_for(lang), person(as_, os.environ)
    console = Console(highlight=False, soft_wrap=True)
    with CaseStore(where, create=False) as store:
        chosen = find_case(store, case_id or next((line.case_id for line in store.lines()), ""))
        allow(store, Action.LOOK, who, chosen)
        for line in _lines(store.case(chosen), texts):
            console.print(line, markup=False)
        for line in _evidence(store, chosen, texts):
            console.print(line, markup=False)


def _evidence(store: CaseStore, case_id: str, texts: Texts) -> Iterator[str]:
    """Yield a line a piece of evidence: what was measured and by what, pictures, clips."""
    for said in store.statements(case_id):
        within = "" if said.uncertainty is None else f" \u00b1 {said.uncertainty:.2f}"
        yield f"{texts.text('Measured')}: {said.value:.2f}{within} {said.unit}"
        by = said.instruments
        for what, name in (
            (texts.text("Software"), by.software),
            (texts.text("Detector"), by.detector),
            (texts.text("Weights"), by.weights),
            (texts.text("Calibration"), by.calibration),
        ):
            if name:
                yield f"  {what}: {name}"
    for picture in store.pictures(case_id):
        yield f"{texts.text(picture.kind)}: {picture.path}  sha256 {picture.sha256}"
    for path in store.clips(case_id):
        yield f"{texts.text('Clip')}: {path}"


def _line(line: CaseLine, texts: Texts, *, named: bool) -> tuple[str, ...]:
    vehicle = texts.text(line.vehicle_class.name.lower())
    plate = line.plate or "-" if named else "-"
    return line.case_id, texts.text(line.rule), vehicle, plate, line.place, texts.text(line.state)


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Yield rows of words as lines whose columns stand below each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip()


def _row(case: Case, texts: Texts) -> tuple[str, ...]:
    vehicle = texts.text(case.vehicle_class.name.lower())
    plate = case.plate.text if case.plate else texts.text("unreadable") if case.unread else "-"
    return case.case_id, texts.text(case.rule), vehicle, plate, case.place, texts.text(case.state)


def _how_read(case: Case, texts: Texts) -> str:
    """Return how sure a plate is that was read, or why it was not; nothing of one that was told."""
    if case.unread is not None:
        return f" ({texts.text(f'plate {case.unread.value}')})"
    if case.plate is None or case.plate.oracle:
        return ""
    said = texts.text("read, confidence {confidence}", confidence=f"{case.plate.confidence:.2f}")
    return f" ({said})"


def _lines(case: Case, texts: Texts) -> list[str]:
    number, rule, vehicle, plate, place, _ = _row(case, texts)
    offence = f"{rule}, UU 22/2009 Pasal {case.article}: {case.extremum:.1f} {case.unit}"
    lines = [
        f"{texts.text('Case')}: {number}",
        f"{texts.text('Offence')}: {offence}",
        f"{texts.text('Sanction')}: {sanction_text(case, texts)}",
        f"{texts.text('Vehicle')}: {vehicle}",
        f"{texts.text('Plate')}: {plate}{_how_read(case, texts)}",
        f"{texts.text('Place')}: {case.view}, {place}",
    ]
    if case.simulated:
        lines.append(texts.text("SIMULATED: evidence against nobody"))
    steps = ((to_local(event.timestamp_ns), event) for event in case.history)
    return lines + [f"{at:%Y-%m-%d %H:%M:%S} WITA  {step_text(event, texts)}" for at, event in steps]
