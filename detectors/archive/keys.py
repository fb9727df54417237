"""Keys that seal a chain: Ed25519 (RFC 8032), from and until when they hold, named by reference.

A key is a small TOML text, in a file or in an environment variable: `private` or `public` (32 bytes in
base64), `from` and `until` (dates with a zone). Nothing here says what a private key is.
"""

import base64
import binascii
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from detectors.archive.errors import SealError

NS_PER_S = 1_000_000_000
OTHERS = 0o077  # who else may read a private key: nobody


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Who sealed: `text` is the key in base64, it holds from `from_ns` until `until_ns`."""

    text: str
    from_ns: int
    until_ns: int

    def holds(self, at_ns: int) -> bool:
        """Return whether the key holds at an instant."""
        return self.from_ns <= at_ns < self.until_ns


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that can seal. What it is made of does not show when it is printed."""

    public: PublicKey
    name: str
    _private: Ed25519PrivateKey = field(repr=False)

    def check(self, at_ns: int) -> None:
        """Raise SealError where the key does not hold at an instant."""
        if not self.public.holds(at_ns):
            since, until = (_date(ns) for ns in (self.public.from_ns, self.public.until_ns))
            msg = f"key {self.name}: holds from {since} until {until}, not at {_date(at_ns)}; make a new one"
            raise SealError(msg)

    def sign(self, message: bytes) -> str:
        """Return the signature of a message, 64 bytes in base64."""
        return base64.b64encode(self._private.sign(message)).decode()


def signed_by(public: str, message: bytes, signature: str) -> bool:
    """Return whether a signature is that of a key, both in base64, on a message."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        key.verify(base64.b64decode(signature, validate=True), message)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def new_key(path: Path, from_ns: int, until_ns: int) -> PublicKey:
    """Make a key: the private one in `path`, readable by its owner only, the public one beside it (.pub).

    Raises SealError where a file is there already: a key is never overwritten.
    """
    private = Ed25519PrivateKey.generate()
    raw, public = private.private_bytes_raw(), private.public_key().public_bytes_raw()
    made = PublicKey(base64.b64encode(public).decode(), from_ns, until_ns)
    _write_new(path, dated_text("private", base64.b64encode(raw).decode(), from_ns, until_ns), 0o600)
    _write_new(public_file(path), dated_text("public", made.text, from_ns, until_ns), 0o644)
    return made


def public_file(path: Path) -> Path:
    """Return where the public part of a key lies."""
    return path.with_name(path.name + ".pub")


def signing_key(reference: str, environ: Mapping[str, str]) -> SigningKey:
    """Return the key that "file:PATH" or "env:NAME" names; SealError where there is none that can seal."""
    values = key_values(reference, environ, private=True)
    raw = key_bytes(values, "private", reference)
    private = Ed25519PrivateKey.from_private_bytes(raw)
    text = base64.b64encode(private.public_key().public_bytes_raw()).decode()
    return SigningKey(PublicKey(text, *key_window(values, reference)), reference, private)


def public_key(reference: str, environ: Mapping[str, str]) -> PublicKey:
    """Return the public key of "file:PATH" or "env:NAME"; SealError where there is none."""
    values = key_values(reference, environ, private=False)
    text = base64.b64encode(key_bytes(values, "public", reference)).decode()
    return PublicKey(text, *key_window(values, reference))


def dated_text(part: str, value: str, from_ns: int, until_ns: int) -> str:
    """Return the text of a key: its part in base64, from and until when it holds."""
    since, until = (datetime.fromtimestamp(ns // NS_PER_S, UTC) for ns in (from_ns, until_ns))
    return f'{part} = "{value}"\nfrom = {since.isoformat()}\nuntil = {until.isoformat()}\n'


def _write_new(path: Path, text: str, mode: int) -> None:
    try:
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError as error:
        msg = f"{path}: is there already; a key is never overwritten"
        raise SealError(msg) from error
    with os.fdopen(made, "w", encoding="utf-8") as file:
        file.write(text)


def key_values(reference: str, environ: Mapping[str, str], *, private: bool) -> dict[str, object]:
    """Return what the text of a key says; SealError where there is none, or others may read it."""
    scheme, _, name = reference.partition(":")
    if scheme not in ("file", "env") or not name:
        msg = "a key is named by reference: file:PATH or env:NAME"  # never repeat what may be the key itself
        raise SealError(msg)
    text = _file_text(Path(name), private=private) if scheme == "file" else environ.get(name)
    if text is None:
        msg = f"key {reference}: no such variable"
        raise SealError(msg)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        msg = f"key {reference}: not TOML; expected private or public, from, until"
        raise SealError(msg) from None  # the cause may quote the key


def _file_text(path: Path, *, private: bool) -> str:
    try:
        if private and path.stat().st_mode & OTHERS:
            msg = f"key file:{path}: others may read it; chmod 600 {path}"
            raise SealError(msg)
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"key file:{path}: cannot be read ({type(error).__name__})"
        raise SealError(msg) from error


def key_bytes(values: dict[str, object], part: str, reference: str) -> bytes:
    """Return the 32 bytes of a part of a key; SealError where it has none."""
    try:
        raw = base64.b64decode(str(values[part]), validate=True)
    except (KeyError, binascii.Error):
        raw = b""
    if len(raw) != 32:
        msg = f"key {reference}: expected {part} = 32 bytes in base64"
        raise SealError(msg)
    return raw


def key_window(values: dict[str, object], reference: str) -> tuple[int, int]:
    """Return from and until when a key holds, ns since 1970; SealError where it does not say."""
    since, until = values.get("from"), values.get("until")
    for value in (since, until):
        if not isinstance(value, datetime) or value.tzinfo is None:
            msg = f"key {reference}: expected from and until as dates with a zone, 2026-01-01T00:00:00Z"
            raise SealError(msg)
    return _ns(since), _ns(until)


def _ns(at: object) -> int:
    return int(at.timestamp()) * NS_PER_S if isinstance(at, datetime) else 0


def _date(at_ns: int) -> str:
    return datetime.fromtimestamp(at_ns // NS_PER_S, UTC).isoformat()
