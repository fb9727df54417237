"""Draws for many drivers at once, each keyed by (seed, component, driver), whoever else is asked."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from twin.randomness import Seed

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


def uniforms(seed: Seed, ids: Ints, *key: str | int) -> Floats:
    """Return one number in (0, 1) for each of `ids` (N,), which depends on seed, key and id only.

    A counter-based generator: the output function of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014),
    twice, over a key that BLAKE2 makes of the names.
    """
    text = "\x1f".join(repr(part) for part in (seed.root, *seed.path, *key))
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    state = np.asarray(ids, np.int64).astype(np.uint64) * _STEP + np.uint64(int.from_bytes(digest, "little"))
    bits = _scrambled(_scrambled(state) + _STEP)
    found: Floats = ((bits >> np.uint64(11)).astype(np.float64) + 0.5) / 2.0**53
    return found


def _scrambled(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    state = (state ^ (state >> np.uint64(30))) * _MIX[0]
    state = (state ^ (state >> np.uint64(27))) * _MIX[1]
    return state ^ (state >> np.uint64(31))
