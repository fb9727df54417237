"""The one way in which inner loops of the twin are compiled (numba): the motion kernel and the raster."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., Any])

OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy", "_nrt": False}
SOURCES = ("compiled.py", "traffic/kernel/*.py", "rendering/faces.py", "rendering/raster.py")


def compiled(function: F) -> F:
    """Compile a function that allocates nothing.

    `_nrt=False`: otherwise every call counts references to every array that it is handed,
    atomically, which took two fifths of a step of traffic.
    """
    fast: F = numba.njit(**OPTIONS)(function)
    return fast


def inlined(function: F) -> F:
    """Compile a function into its callers.

    For small ones that are called for every vehicle or pixel: an array is seven words to hand over, and
    handing some twenty arrays down took more than half of a step of traffic. It costs time to compile.
    """
    fast: F = numba.njit(**OPTIONS, forceinline=True)(function)
    return fast


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
