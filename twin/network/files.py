"""Files that are there whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a path to write to; what was written there gets its name only when all went well."""
    part = path.with_name(path.name + ".part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def written_whole(path: Path) -> Iterator[IO[str]]:
    """Give a text file that has its name only when all of it is written."""
    with whole(path) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        yield file
