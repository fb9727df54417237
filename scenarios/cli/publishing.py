"""What `bconnect cameras publish` says: where the cameras are, and how it went."""

from pathlib import Path

from rich.console import Console

from scenarios.broadcast import Broadcast, BroadcastEnd, OnAir, broadcast, spec_for
from scenarios.cli.watching import stopped_by_signals
from scenarios.progress import Progress
from scenarios.texts import Texts

__all__ = ["Broadcast", "run", "show", "spec_for"]


def run(given: Broadcast, out: Path, texts: Texts, progress: Progress) -> BroadcastEnd:
    """Publish, say where, and stop in good order on Ctrl-C."""
    console = Console(highlight=False, soft_wrap=True)

    def on_air(what: OnAir) -> None:
        for kind, view, url in what.urls:
            console.print(f"{view}  {kind}  {url}", markup=False)
        if what.no_rtsp:
            console.print(texts.text("Without RTSP: {reason}", reason=what.no_rtsp), markup=False)
        for path in what.estates:
            console.print(texts.text("Watch them: bconnect live {path}", path=path), markup=False)

    with stopped_by_signals() as stop:
        return broadcast(given, out, stop=stop, on_air=on_air, progress=progress)


def show(end: BroadcastEnd, texts: Texts) -> None:
    """Say how many frames were published, and how late the last one was."""
    said = texts.text(
        "{frames} frames published, the last {late} s late", frames=end.frames, late=f"{end.late_s:.2f}"
    )
    Console(highlight=False, soft_wrap=True).print(said, markup=False)
