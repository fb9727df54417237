"""Where evidence files lie: in a folder, or in the database itself. Their names say what is in them."""

import hashlib
import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Protocol

import sqlalchemy as sa

from detectors.archive.schema import FILES

EVIDENCE = "evidence"


def is_name(case_id: str) -> bool:
    """Return whether an id can name a folder: it comes from the names of views."""
    return bool(case_id) and not {"/", "\\", "\0"} & set(case_id) and not case_id.startswith(".")


def file_name(subject: str, stem: str, content: bytes, ending: str) -> str:
    """Return e.g. "evidence/CASE/context.SHA256.jpg": the same content of a case has the same name."""
    return f"{EVIDENCE}/{subject}/{stem}.{sha256(content)}.{ending}"


def sha256(content: bytes) -> str:
    """Return the SHA-256 of a content, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def named_sha256(name: str) -> str:
    """Return the SHA-256 that a name says."""
    return name.split(".")[-2] if name.count(".") >= 2 else ""


class Shelf(Protocol):
    """Keeps files by name, for good once `keep` has returned and the transaction around it has ended."""

    def keep(self, connection: sa.Connection, name: str, content: bytes) -> None:
        """Keep a file; one that is there already with that content is left as it is."""

    def content(self, connection: sa.Connection, name: str) -> bytes | None:
        """Return what is in a file, None where it is not there."""

    def erase(self, connection: sa.Connection, subject: str) -> int:
        """Take away all files of a case, drafts of a writer that was killed too; return how many."""


class FolderShelf:
    """Files below a folder; a reader sees none or the whole one, whatever happens in between."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, connection: sa.Connection, name: str, content: bytes) -> None:  # noqa: ARG002 - the port's
        """Write a file, and let the disk have it before it is named by a record."""
        path = self._folder / name
        if path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(path, content)

    def content(self, connection: sa.Connection, name: str) -> bytes | None:  # noqa: ARG002 - the port's
        """Return what is in a file, None where it is not there."""
        try:
            return (self._folder / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def erase(self, connection: sa.Connection, subject: str) -> int:  # noqa: ARG002 - the port's
        """Unlink what lies in the folder of a case, and the folder; a link is unlinked, never followed."""
        folder = self._folder / EVIDENCE / subject
        if not is_name(subject) or not (folder.is_dir() or folder.is_symlink()):
            return 0
        if folder.is_symlink():
            folder.unlink()
            return 1
        files = [one for one in folder.iterdir() if one.is_symlink() or not one.is_dir()]
        for one in files:
            one.unlink()
        _sync(folder)
        if not any(folder.iterdir()):
            folder.rmdir()
            _sync(folder.parent)
        return len(files)


class DatabaseShelf:
    """Files as rows, in the transaction of the record that names them."""

    def keep(self, connection: sa.Connection, name: str, content: bytes) -> None:
        """Insert a file."""
        if connection.scalar(sa.select(FILES.c.name).where(FILES.c.name == name)) is None:
            connection.execute(sa.insert(FILES).values(name=name, content=content))

    def content(self, connection: sa.Connection, name: str) -> bytes | None:
        """Return what is in a file, None where it is not there."""
        found = connection.scalar(sa.select(FILES.c.content).where(FILES.c.name == name))
        return None if found is None else bytes(found)

    def erase(self, connection: sa.Connection, subject: str) -> int:
        """Delete the rows of a case."""
        of_case = FILES.c.name.startswith(f"{EVIDENCE}/{subject}/", autoescape=True)
        return int(connection.execute(sa.delete(FILES).where(of_case)).rowcount)


def _write_whole(path: Path, content: bytes) -> None:
    draft = None
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name[:40]}.", delete=False) as file:
            draft = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        if draft is not None:
            draft.unlink(missing_ok=True)
        raise
    for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
        _sync(folder)  # the name of a new folder is kept by the one above it


def _sync(folder: Path) -> None:
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
