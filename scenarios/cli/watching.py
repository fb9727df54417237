"""What `bconnect live` shows: a table of the cameras while it watches, and what there was at the end."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from hardware_adapters.link import LinkState
from scenarios.estate_files import load_estate
from scenarios.live import CameraReport, Tell, seen_all
from scenarios.live import watch as watch_estate
from scenarios.texts import Texts

__all__ = ["seen_all", "stopped_by_signals", "watch"]
COLOURS = {LinkState.LIVE: "green", LinkState.STALE: "yellow", LinkState.CONNECTING: "cyan"}
HEADINGS = ("Camera", "State", "fps", "Age", "Reconnects", "Drops", "Suspect", "Clock", "Cases")


def watch(name: str, out: Path, duration_s: float | None, texts: Texts) -> tuple[CameraReport, ...]:
    """Watch an estate and show its table; raises InputError."""
    estate = load_estate(name)
    console = Console(highlight=False, soft_wrap=not Console().is_terminal)
    with stopped_by_signals() as stop, _shown(console, texts) as tell:
        reports = watch_estate(estate, out, stop=stop, duration_s=duration_s, tell=tell)
    if not console.is_terminal:
        console.print(_table(reports, texts))
    console.print(texts.text("Result: {path}", path=out), markup=False)
    return reports


@contextmanager
def stopped_by_signals() -> Iterator[threading.Event]:
    """Give an event that Ctrl-C or a request to end sets: work then ends in good order."""
    stop = threading.Event()
    before = {one: signal.signal(one, lambda *_: stop.set()) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextmanager
def _shown(console: Console, texts: Texts) -> Iterator[Tell]:
    """Give a `tell` that redraws a table; where there is no terminal, a line for each change of state."""
    if console.is_terminal:
        with Live(console=console, auto_refresh=False) as drawn:
            yield lambda reports: drawn.update(_table(reports, texts), refresh=True)
        return
    states: dict[str, LinkState] = {}

    def tell(reports: tuple[CameraReport, ...]) -> None:
        for report in reports:
            if states.get(report.camera) is not report.link.state:
                states[report.camera] = report.link.state
                said = f"{report.camera}: {texts.text(report.link.state)}"
                console.print(f"{said} ({report.error})" if report.error else said, markup=False)

    yield tell


def _table(reports: tuple[CameraReport, ...], texts: Texts) -> Group:
    """Return the table, and below it what went wrong last, a line a camera."""
    table = Table()
    for heading in HEADINGS:
        table.add_column(texts.text(heading), no_wrap=heading == "Camera", overflow="fold")
    for report in reports:
        table.add_row(*_row(report, texts))
    return Group(table, *(Text(f"{r.camera}: {r.error}", overflow="fold") for r in reports if r.error))


def _row(report: CameraReport, texts: Texts) -> tuple[str, ...]:
    link = report.link
    colour = COLOURS.get(link.state, "red")
    drops = link.dropped_mailbox + link.dropped_stale + link.dropped_order
    return (
        report.camera,
        f"[{colour}]{texts.text(link.state)}[/{colour}]",
        f"{link.fps:.1f}",
        "-" if link.age_s is None else f"{link.age_s:.1f} s",
        str(link.reconnects),
        str(drops),
        str(link.suspect),
        texts.text(link.clock) if link.clock else "-",
        str(report.cases),
    )
