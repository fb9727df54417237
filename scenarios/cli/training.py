"""What `bconnect trainer` does."""

import os
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from scenarios.cli.terminal import bars
from scenarios.cli.validation import make_spec
from scenarios.errors import InputError
from scenarios.texts import Texts

if TYPE_CHECKING:
    from scenarios.trainer.session import Session


def train(name: str, seed: int, lesson: str, folder: Path, texts: Texts, *, headless: bool) -> None:
    """Open the window, or play the lesson without one; raises InputError."""
    if find_spec("pygame") is None:
        msg = "trainer: needs pygame-ce, which is not installed: pip install 'bconnect-twin[trainer]'"
        raise InputError(msg)
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    if headless:
        os.environ["SDL_VIDEODRIVER"] = "dummy"
    from scenarios.trainer.lesson import check_lesson  # noqa: PLC0415 - an extra

    check_lesson(lesson)
    spec = make_spec(name, None, None, short=True)
    with tempfile.TemporaryDirectory(prefix="bconnect-trainer-") as room:
        from scenarios.trainer.session import Session  # noqa: PLC0415 - numba: after what can go wrong

        if headless:
            _play(Session(spec, seed, Path(room)), texts, folder)
            return
        from scenarios.trainer.app import open_window, run_window  # noqa: PLC0415 - an extra

        open_window("B-Connect Twin")
        folder.mkdir(parents=True, exist_ok=True)
        run_window(Session(spec, seed, Path(room)), texts, folder)


def _play(session: "Session", texts: Texts, folder: Path) -> None:
    from scenarios.trainer.play import play  # noqa: PLC0415 - an extra

    with bars(texts) as progress:
        done = play(session, texts, folder, progress)
    console = Console(highlight=False, soft_wrap=True)
    for file in done.screenshots:
        console.print(str(file), markup=False)
    said = {"hits": done.score["hits"], "judged": done.score["judged"]}
    console.print(texts.text("Lesson: {hits} of {judged} decisions right", **said), markup=False)
