"""What a user gave and cannot be used: one exception, one line, exit code 2."""

import difflib
from collections.abc import Iterable


class InputError(Exception):
    """Input that cannot be used; the message is one line: where, what was wrong, what is known."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word most like `word`, "" where none is like it."""
    by_lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.5)
    return by_lower[close[0]] if close else ""


def unknown_name(name: str, known: Iterable[str], *, what: str) -> InputError:
    """Return the error for a name that nobody knows: it lists the known ones, the nearest first."""
    names = sorted(known)
    guess = nearest(name, names)
    hint = f"; did you mean '{guess}'?" if guess else "."
    return InputError(f"unknown {what} '{name}'{hint} Known: {', '.join(names) or 'none'}")
