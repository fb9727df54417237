"""What `bconnect detect` says of its outcome."""

from rich.console import Console

from scenarios.recorded import DetectOutcome, detect
from scenarios.texts import Texts

__all__ = ["detect", "show"]


def show(outcome: DetectOutcome, texts: Texts) -> None:
    """Say what was found, what could not be judged and why, and where the result is."""
    console = Console(highlight=False, soft_wrap=True)
    counts = {"frames": outcome.frames, "tracks": outcome.tracks, "cases": len(outcome.cases)}
    console.print(texts.text("{frames} frames, {tracks} tracks, {cases} cases", **counts), markup=False)
    for note in outcome.notes:
        console.print(texts.text(note), markup=False)
    for rule, reason, number in outcome.undetermined:
        said = f"{texts.text(rule)}: {number} x {texts.text('undetermined')} ({texts.text(reason)})"
        console.print(said, markup=False)
    console.print(texts.text("Result: {path}", path=outcome.out), markup=False)
