"""The one way in which inner loops of the twin are compiled (numba): the motion kernel and the raster."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
import numpy as np

F = TypeVar("F", bound=Callable[..., Any])

OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy", "_nrt": False, "no_cfunc_wrapper": True}
FOLD: dict[str, Any] = {"forceinline": True}
SHUT: dict[str, Any] = {"no_cpython_wrapper": True}
SOURCES = ("compiled.py", "traffic/kernel/*.py", "rendering/faces.py", "rendering/raster.py")


def compiled(function: F) -> F:
    """Compile a function that allocates nothing.

    `_nrt=False`: otherwise every call counts references to every array that it is handed,
    atomically, which took two fifths of a step of traffic.
    """
    fast: F = numba.njit(**OPTIONS)(function)
    return fast


def inlined(function: F) -> F:
    """Compile a function into its callers, too.

    For small ones that are called for every vehicle or pixel: an array is seven words to hand over, and
    handing some twenty arrays down took more than half of a step of traffic. It costs time to compile.
    """
    fast: F = numba.njit(**OPTIONS | FOLD)(function)
    return fast


# Without a way to call it from Python a function compiles in two thirds of the time. Python that calls
# one nevertheless crashes: a test sees to it that only compiled code does.


def inner(function: F) -> F:
    """Compile a function that only compiled code calls."""
    fast: F = numba.njit(**OPTIONS | SHUT)(function)
    return fast


def folded(function: F) -> F:
    """Compile a function that only compiled code calls into its callers."""
    fast: F = numba.njit(**OPTIONS | SHUT | FOLD)(function)
    return fast


@folded
def whole(number: int) -> int:
    """Return an integer in full width: callers with narrow ones, or constants, compile anew for each."""
    return int(number + np.int64(0))


@folded
def real(number: float) -> float:
    """Return a number in double precision, for the same reason."""
    return float(number + np.float64(0.0))


def _cache_by_source() -> None:
    """Keep compiled code under a digest of all sources.

    Numba looks for changes in the file of a function only, not in those that it calls, and would go
    on running old code after a change elsewhere.
    """
    here = Path(__file__).parent
    sources = sorted(path for pattern in SOURCES for path in here.glob(pattern))
    digest = hashlib.blake2b(b"".join(path.read_bytes() for path in sources), digest_size=6)
    cache = here / "__pycache__" / f"numba-{digest.hexdigest()}"
    settings: Any = numba.config
    if not settings.CACHE_DIR and os.access(here, os.W_OK):
        settings.CACHE_DIR = str(cache)


_cache_by_source()
