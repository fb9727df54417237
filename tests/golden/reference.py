"""Reference texts: where they lie, and how far a replay may be from its own."""

import re
from itertools import zip_longest
from pathlib import Path

FOLDER = Path(__file__).parent
DECIMAL = re.compile(r"-?\d+\.\d+")
MISSING = "(nothing)"


def path_of(name: str) -> Path:
    """Return where the reference of a replay lies."""
    return FOLDER / f"{name}.txt"


def read(name: str) -> str:
    """Return the reference text; empty where there is none yet."""
    path = path_of(name)
    return path.read_text(encoding="utf-8") if path.exists() else ""


def difference(reference: str, replayed: str, slack: int) -> tuple[int, str, str] | None:
    """Return the first line that differs as (number from 1, as it was, as it is), or None.

    A number with decimals may differ by `slack` units of its last digit (mathematics libraries and
    vector units differ from machine to machine); everything else has to be the same.
    """
    pairs = zip_longest(reference.splitlines(), replayed.splitlines(), fillvalue=MISSING)
    for row, (was, now) in enumerate(pairs, start=1):
        if not _alike(was, now, slack):
            return row, was, now
    return None


def _alike(was: str, now: str, slack: int) -> bool:
    if was == now:
        return True
    before, after = DECIMAL.findall(was), DECIMAL.findall(now)
    same_words = DECIMAL.sub("#", was) == DECIMAL.sub("#", now)
    return same_words and all(_near(a, b, slack) for a, b in zip(before, after, strict=True))


def _near(was: str, now: str, slack: int) -> bool:
    unit = 10.0 ** -len(was.partition(".")[2])
    return abs(float(was) - float(now)) <= (slack + 0.01) * unit


def complaint(name: str, replayed: str, slack: int) -> str | None:
    """Return what to say where a replay differs from its reference, None where it does not."""
    found = difference(read(name), replayed, slack)
    if found is None:
        return None
    row, was, now = found
    return (
        f"tests/golden/{name}.txt, line {row}:\n  was: {was}\n  now: {now}\n"
        "If the change is meant, accept it with `make golden` and say why in the commit."
    )
