"""How far the proofs go: one seed within `make test`, many and longer within `make verify`."""

import os

VARIABLE = "BCONNECT_PROOFS"
LONG = os.environ.get(VARIABLE) == "long"


def seeds(long: int, first: int = 1) -> range:
    """Return the root seeds of a proof: `long` of them from `first` on, or the first alone."""
    return range(first, first + (long if LONG else 1))


def lasting(short: int, long: int) -> int:
    """Return how long a proof runs, in its own unit."""
    return long if LONG else short
