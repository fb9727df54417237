"""`bconnect cases`: what lies on the officer's desk."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from detectors.archive.store import CaseStore
from detectors.cases.law import UnknownSanction, sanction
from detectors.datatypes.cases import Case
from scenarios.cli.terminal import Language, examples, texts_for
from scenarios.errors import unknown_name
from scenarios.texts import Texts
from twin.clock import to_local

Store = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a result, or its cases.db.")]
LIST_EXAMPLES = examples("bconnect cases list out/beruang-madu")
SHOW_EXAMPLES = examples(
    "bconnect cases show out/beruang-madu",
    "bconnect cases show out/beruang-madu/cases.db kerb-north_kerb-parking_20251127T160105_0001",
)
LONGEST_LINE = 400
SIGNATURE = "needs a lawyer's signature"

app = typer.Typer(help="The cases of a result.", epilog=LIST_EXAMPLES)


@app.command("list", epilog=LIST_EXAMPLES)
def list_cases(where: Store, *, lang: Language = None) -> None:
    """List the cases of a result in the order in which they were opened."""
    texts = texts_for(lang)
    table = Table(box=None, pad_edge=False)
    for heading in ("Case", "Rule", "Vehicle", "Plate", "Place", "State"):
        table.add_column(texts.text(heading), no_wrap=True)
    with CaseStore(where, create=False) as store:
        for case in store.cases():
            table.add_row(*_row(case, texts))
    console = Console(highlight=False)
    needed = Measurement.get(console, console.options.update(max_width=LONGEST_LINE), table).maximum
    console.width = max(console.width, needed)  # a line a case, to be copied
    console.print(table)


@app.command("show", epilog=SHOW_EXAMPLES)
def show_case(
    where: Store,
    case_id: Annotated[
        str | None, typer.Argument(metavar="[CASE]", help="Id of a case; else the first.")
    ] = None,
    *,
    lang: Language = None,
) -> None:
    """Show one case: the offence, each step with its time and ground, and the evidence pictures."""
    texts = texts_for(lang)
    console = Console(highlight=False, soft_wrap=True)
    with CaseStore(where, create=False) as store:
        known = {case.case_id: case for case in store.cases()}
        chosen = case_id or next(iter(known), "")
        if chosen not in known:
            raise unknown_name(chosen, known, what="case")
        for line in _lines(known[chosen], texts):
            console.print(line, markup=False)
        for picture in store.pictures(chosen):
            said = f"{texts.text(picture.kind)}: {picture.path}  sha256 {picture.sha256}"
            console.print(said, markup=False)


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


def _sanction(case: Case, texts: Texts) -> str:
    """Return the row of the law that would apply to the act if it were decided at its last step."""
    act_day, now = (to_local(at_ns).date() for at_ns in (case.offence_ns, case.history[-1].timestamp_ns))
    try:
        row = sanction(case.article, act_day, max(act_day, now))
    except UnknownSanction:
        return texts.text("UNDETERMINED: the table of the law has no row for it")
    fine = f"{row.max_fine_rp:,}".replace(",", ".")
    said = texts.text("at most Rp{fine}, row of {since}", fine=fine, since=row.valid_from.isoformat())
    return f"{said}; {texts.text(SIGNATURE)}" if row.needs_signature else said


def _lines(case: Case, texts: Texts) -> list[str]:
    number, rule, vehicle, plate, place, _ = _row(case, texts)
    offence = f"{rule}, UU 22/2009 Pasal {case.article}: {case.extremum:.1f} {case.unit}"
    lines = [
        f"{texts.text('Case')}: {number}",
        f"{texts.text('Offence')}: {offence}",
        f"{texts.text('Sanction')}: {_sanction(case, texts)}",
        f"{texts.text('Vehicle')}: {vehicle}",
        f"{texts.text('Plate')}: {plate}{_how_read(case, texts)}",
        f"{texts.text('Place')}: {case.view}, {place}",
    ]
    if case.simulated:
        lines.append(texts.text("SIMULATED: evidence against nobody"))
    steps = ((to_local(event.timestamp_ns), event) for event in case.history)
    return lines + [
        f"{at:%Y-%m-%d %H:%M:%S} WITA  {texts.text(event.state)}: {texts.text(event.ground)}"
        for at, event in steps
    ]
