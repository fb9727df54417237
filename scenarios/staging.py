"""Results that are whole or not there: written beside their folder, put in its place at the end."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scenarios.errors import InputError


@contextmanager
def staged(out: Path, mark: str = "cases.db") -> Iterator[Path]:
    """Give a folder beside `out` to write to, and put it in its place when all went well.

    An existing `out` is replaced only if it is an earlier result, which has a file `mark`; otherwise
    InputError.
    """
    if out.exists() and any(out.iterdir() if out.is_dir() else [out]) and not (out / mark).exists():
        msg = f"{out}: exists and is not an earlier result; name another folder with --out"
        raise InputError(msg)
    stage = out.with_name(out.name + ".partial")
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(parents=True)
    try:
        yield stage
    except BaseException:
        shutil.rmtree(stage, ignore_errors=True)
        raise
    shutil.rmtree(out, ignore_errors=True)
    stage.rename(out)
