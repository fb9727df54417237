"""Seals: a signature over the head of the chain, which is a record of the chain itself."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from detectors.archive.canonical import canonical
from detectors.archive.keys import SigningKey, signed_by
from detectors.archive.records import Entry, RecordKind

DOMAIN = "bconnect seal 1\n"  # so that a signature for this is one for nothing else
EVERY = 64


@dataclass(frozen=True, slots=True)
class Sealer:
    """Who seals a store: with which key, after how many records, and what time it is (UTC, ns)."""

    key: SigningKey
    now_ns: Callable[[], int]
    every: int = EVERY

    def seal(self, covered: "Covered") -> Entry:
        """Return the seal of what was recorded since the last; SealError where the key does not hold."""
        at_ns = self.now_ns()
        self.key.check(at_ns)
        said = covered.said(self.key.public.text, at_ns)
        payload = said | {"signature": self.key.sign(message(said))}
        return Entry(at_ns, RecordKind.SEAL, "", canonical(payload), "", covered.simulated > 0)


@dataclass(frozen=True, slots=True)
class Covered:
    """What a seal covers: records `first` to `last`, the digest of the last, how many are simulated."""

    first: int
    last: int
    digest: str
    simulated: int

    def said(self, public: str, at_ns: int) -> dict[str, Any]:
        """Return what is signed."""
        return {
            "first": self.first,
            "last": self.last,
            "digest": self.digest,
            "simulated": self.simulated,
            "key": public,
            "at_ns": at_ns,
        }


def message(said: dict[str, Any]) -> bytes:
    """Return the bytes that are signed."""
    return (DOMAIN + canonical(said)).encode()


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal as it was recorded."""

    covered: Covered
    key: str
    at_ns: int
    signature: str

    @property
    def is_signed(self) -> bool:
        """Whether the signature is that of its key on what it says."""
        return signed_by(self.key, message(self.covered.said(self.key, self.at_ns)), self.signature)


def read_seal(payload: str) -> Seal | None:
    """Return the seal in a payload, None where there is none."""
    try:
        said = json.loads(payload)
        covered = Covered(*(said[name] for name in ("first", "last", "digest", "simulated")))
        return Seal(covered, said["key"], said["at_ns"], said["signature"])
    except (ValueError, KeyError, TypeError):
        return None
