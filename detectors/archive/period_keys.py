"""Keys of plate hashes: named by reference, one for one period, and overwritten by the next.

A key is a small TOML text, as those that seal (`keys`): `secret` (32 bytes in base64), `from`, `until`.
"""

import base64
import fcntl
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from detectors.archive.errors import StoreError
from detectors.archive.keys import NS_PER_S, dated_text, key_bytes, key_values, key_window
from detectors.privacy.plate_hashes import KEPT_NS, PeriodKey


def period_key(reference: str, environ: Mapping[str, str]) -> PeriodKey:
    """Return the key that "file:PATH" or "env:NAME" names; SealError where there is none."""
    values = key_values(reference, environ, private=True)
    from_ns, until_ns = key_window(values, reference)
    if from_ns >= until_ns:
        msg = f"key {reference}: expected from before until"
        raise StoreError(msg)
    return PeriodKey(key_bytes(values, "secret", reference), from_ns, until_ns)


def rotated(path: Path, now_ns: int, period_ns: int = KEPT_NS) -> PeriodKey:
    """Return the key of a file, a new one in its place where there is none that holds at an instant.

    The old key is overwritten, then replaced: no hash of its period can be told from chance any more. What
    a disk, a snapshot or a backup keeps of a file is theirs. Times are whole seconds. One process at a time
    rotates the keys of a folder.
    """
    with _alone(path.parent):
        if path.is_file():
            known = period_key(f"file:{path}", {})
            if known.from_ns <= now_ns < known.until_ns:
                return known
            destroy(path)
        from_ns = now_ns // NS_PER_S * NS_PER_S
        made = PeriodKey(secrets.token_bytes(32), from_ns, from_ns + period_ns)
        _write(path, dated_text("secret", base64.b64encode(made.secret).decode(), from_ns, made.until_ns))
    return made


def destroy(path: Path) -> None:
    """Overwrite a key and remove its file."""
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
        os.fsync(held)
    finally:
        os.close(held)


def _write(path: Path, text: str) -> None:
    """Write a key for its owner only; who reads it meanwhile sees none or the whole."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
