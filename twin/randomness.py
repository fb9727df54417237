"""One root seed, one stream per named component, draws keyed by what they are for.

A draw depends on (root seed, component, key...) only, never on how many draws were made before:
one more camera or one more vehicle moves no other draw (common random numbers, DOMAIN 8).
"""

import hashlib
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Seed:
    """A place in the tree of random streams."""

    root: int
    path: tuple[str | int, ...] = ()

    def child(self, *names: str | int) -> "Seed":
        """Return the seed of a component below this one."""
        return Seed(self.root, (*self.path, *names))

    def generator(self, *key: str | int) -> np.random.Generator:
        """Return a fresh generator that belongs to `key` alone."""
        text = "\x1f".join(repr(part) for part in (self.root, *self.path, *key))
        digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
        return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "little")))

    def uniform(self, *key: str | int) -> float:
        """Return one number in [0, 1) that belongs to `key` alone; cheaper than a generator."""
        text = "\x1f".join(repr(part) for part in (self.root, *self.path, *key))
        digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
        return (int.from_bytes(digest, "little") >> 11) / 2**53
