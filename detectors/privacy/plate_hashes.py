"""Plates of people who did nothing, as keyed hashes: to count and to meet again, not to know.

HMAC-SHA-256 (RFC 2104, FIPS 198-1) with a key that holds for a period and is then destroyed. There are some
10^8 plates, so that whoever has the key can try them all: the key is the secret, and once it is gone a hash
says nothing and links to nothing.
"""

import hashlib
import hmac
from dataclasses import dataclass, field

DOMAIN = b"bconnect plate 1\n"  # so that a hash for this is one for nothing else
NS_PER_H = 3600 * 1_000_000_000
KEPT_NS = 24 * NS_PER_H


class PeriodOver(ValueError):  # noqa: N818 - reads as what happened
    """A key does not hold at the time of a sighting; the message is one line without the key."""


@dataclass(frozen=True, slots=True)
class PeriodKey:
    """A key of 32 bytes that holds from `from_ns` until `until_ns`. Its bytes do not show when printed."""

    secret: bytes = field(repr=False)
    from_ns: int
    until_ns: int

    def __post_init__(self) -> None:
        if len(self.secret) != 32 or self.from_ns >= self.until_ns:
            msg = f"PeriodKey: expected 32 bytes and from < until, got {len(self.secret)} bytes"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class PlateSighting:
    """That some plate passed: its hash under the key of a period, where, when, until when this is kept."""

    digest: str
    period_ns: int
    place: str
    seen_ns: int
    expires_ns: int


def sighting(plate: str, place: str, seen_ns: int, key: PeriodKey, kept_ns: int = KEPT_NS) -> PlateSighting:
    """Return what is kept of a plate that was read: never longer than its key holds.

    Raises PeriodOver where the key does not hold at `seen_ns`.
    """
    if not key.from_ns <= seen_ns < key.until_ns:
        msg = f"the key of plate hashes holds from {key.from_ns} until {key.until_ns} ns, not at {seen_ns}"
        raise PeriodOver(msg)
    expires_ns = min(seen_ns + kept_ns, key.until_ns)
    return PlateSighting(hashed(plate, key), key.from_ns, place, seen_ns, expires_ns)


def hashed(plate: str, key: PeriodKey) -> str:
    """Return the hash of a plate under a key, hexadecimal; spaces and case do not count."""
    text = "".join(plate.split()).upper()
    return hmac.new(key.secret, DOMAIN + text.encode(), hashlib.sha256).hexdigest()
