"""`bconnect traffic calibrate`: a demand from counts."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from scenarios.cli.terminal import Language, bars, examples, texts_for
from scenarios.texts import Texts
from twin.traffic.profiles import DayKind

if TYPE_CHECKING:
    from scenarios.calibration import Calibrated, Compared

EXAMPLES = examples(
    "bconnect traffic run mt-haryono --start 16:45 --until 4500 --counts counts.csv",
    "bconnect traffic calibrate counts.csv --hold-out 5 --out demand.toml",
    "bconnect traffic run mt-haryono --demand demand.toml --until 3600",
)
SHOWN = 60  # rows of the table; the worst, where there are more


def calibrate_command(  # noqa: PLR0913 - one parameter an option
    counts: Annotated[Path, typer.Argument(help="CSV: road,hour,count and, if wished, class.")],
    *,
    network: Annotated[str, typer.Option(help="Name of a network, or a file.")] = "mt-haryono",
    prior: Annotated[
        str | None, typer.Option(help="Demand to start from, a name or a file; else the built-in one.")
    ] = None,
    day: Annotated[DayKind, typer.Option(help="The kind of day that was counted.")] = DayKind.WEEKDAY,
    hold_out: Annotated[int, typer.Option(min=0, help="Counted roads that the fit does not see.")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Which roads these are.")] = 1,
    spread: Annotated[
        float, typer.Option(min=0.01, max=100, help="How far flows may lie from the prior; 1 is usual.")
    ] = 1.0,
    out: Annotated[Path | None, typer.Option(help="Write the demand, as TOML.")] = None,
    lang: Language = None,
) -> None:
    """Fit the demand at the gates to counts on roads, and print the GEH of each before and after.

    A count is how many vehicles came to a road in a local hour. Flows are fitted by generalised least
    squares about the prior (Cascetta 1984), each hour and class by itself, on the quickest ways. Behind a
    queue that grows a count tells what got through, not what wanted to.
    """
    from scenarios.calibration import Calibration, calibrate  # noqa: PLC0415 - scipy, numba: not for `--help`

    texts = texts_for(lang)
    job = Calibration(counts, network, prior, day, hold_out, seed, spread, out)
    with bars(texts) as progress:
        done = calibrate(job, progress)
    console = Console(highlight=False)
    show(done, console, texts)
    if out is not None:
        console.print(texts.text("Written: {path}", path=out), markup=False, soft_wrap=True)


def show(done: "Calibrated", console: Console, texts: Texts) -> None:
    """Print the counts beside the flows before and after, what they come to, and what is wrong with them."""
    from scenarios.calibration import summary  # noqa: PLC0415 - as above

    console.print(_rows(done.rows, texts))
    if len(done.rows) > SHOWN:
        said = texts.text("The {shown} worst of {all} counts.", shown=SHOWN, all=len(done.rows))
        console.print(said, markup=False, soft_wrap=True)
    table = Table(title=texts.text("Fit"))
    for name in ("Counts", "Number", "Counted", "before", "after", "GEH < 5 before", "GEH < 5 after"):
        table.add_column(texts.text(name), justify="left" if name == "Counts" else "right")
    for what, held in ((texts.text("used by the fit"), False), (texts.text("held out"), True)):
        total = summary([row for row in done.rows if row.held_out is held])
        if total.links:
            numbers = (total.counted, total.before, total.after)
            shares = (total.good_before, total.good_after)
            table.add_row(
                what, f"{total.links}", *(f"{n:.0f}" for n in numbers), *(f"{share:.0%}" for share in shares)
            )
    console.print(table)
    for line in _remarks(done, texts):
        console.print(line, markup=False, soft_wrap=True)


def _rows(rows: "Sequence[Compared]", texts: Texts) -> Table:
    worst = sorted(rows, key=lambda row: -row.geh[1])[:SHOWN]
    shown = [row for row in rows if row in worst] if len(rows) > SHOWN else rows
    table = Table(title=texts.text("Flows on the counted roads, vehicles an hour"))
    for name in ("Road", "Hour", "Counted", "before", "GEH", "after", "GEH", "", ""):
        right = name not in ("Road", "")
        table.add_column(texts.text(name), justify="right" if right else "left", no_wrap=name == "Road")
    for row in shown:
        count = row.count
        kind = texts.text(count.kind.name.lower()) if count.kind is not None else ""
        how = texts.text("held out") if row.held_out else ""
        if not row.reached:
            how = texts.text("no way passes")
        table.add_row(
            count.road, f"{count.hour}", f"{count.vehicles:.0f}", f"{row.before:.0f}", f"{row.geh[0]:.1f}",
            f"{row.after:.0f}", f"{row.geh[1]:.1f}", how, kind,
        )  # fmt: skip
    return table


def _remarks(done: "Calibrated", texts: Texts) -> list[str]:
    """Return what is wrong with the counts: out of reach, or contradicting each other."""
    lost = [row.count for row in done.rows if not row.reached and row.count.vehicles > 0]
    said = []
    if lost:
        roads = ", ".join(sorted({count.road for count in lost}))
        said.append(
            texts.text("Out of reach, not fitted: {roads}. No way of the prior passes there.", roads=roads)
        )
    for junction, (hour, _), into, out in done.contradictions:
        said.append(
            texts.text(
                "Counts around junction {junction} contradict each other at {hour} h, or a queue grew: "
                "{into} in, {out} out.",
                junction=junction, hour=hour, into=f"{into:.0f}", out=f"{out:.0f}",
            )
        )  # fmt: skip
    return said
