"""The one way in which inner loops of the twin are compiled (numba): the motion kernel and the raster.

Where numba is absent the same functions run as they stand, a thousand times slower, with the same numbers.
"""

import hashlib
import os
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

COMPILES = find_spec("numba") is not None
if COMPILES:
    import numba

F = TypeVar("F", bound=Callable[..., Any])

OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy", "_nrt": False, "no_cfunc_wrapper": True}
FOLD: dict[str, Any] = {"forceinline": True}
SHUT: dict[str, Any] = {"no_cpython_wrapper": True}
SOURCES = (
    "compiled.py",
    "traffic/kernel/*.py",
    "rendering/faces.py",
    "rendering/ground_rows.py",
    "rendering/motion_blur.py",
    "rendering/raster.py",
    "rendering/shading.py",
)


def _jit(function: F, options: dict[str, Any]) -> F:
    if not COMPILES:
        return function
    fast: F = numba.njit(**options)(function)
    return fast


def as_rows(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array of records so that the columns of a row can be read and set by their names."""
    return array if COMPILES else array.view(np.recarray)


def compiled(function: F) -> F:
    """Compile a function that allocates nothing.

    `_nrt=False`: otherwise every call counts references to every array that it is handed,
    atomically, which took two fifths of a step of traffic.
    """
    return _jit(function, OPTIONS)


def inlined(function: F) -> F:
    """Compile a function into its callers, too.

    For small ones that are called for every vehicle or pixel: an array is seven words to hand over, and
    handing some twenty arrays down took more than half of a step of traffic. It costs time to compile.
    """
    return _jit(function, OPTIONS | FOLD)


# Without a way to call it from Python the kernel compiles in five sixths of the time. Python that calls
# one nevertheless crashes: a test sees to it that only compiled code does.


def inner(function: F) -> F:
    """Compile a function that only compiled code calls."""
    return _jit(function, OPTIONS | SHUT)


def folded(function: F) -> F:
    """Compile a function that only compiled code calls into its callers."""
    return _jit(function, OPTIONS | SHUT | FOLD)


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


def is_kept() -> bool:
    """Return whether code of these sources was compiled before, or need not be."""
    settings: Any = numba.config if COMPILES else None
    folder = Path(settings.CACHE_DIR) if COMPILES and settings.CACHE_DIR else None
    return folder is None or any(folder.rglob("*.nbc"))


if COMPILES:
    _cache_by_source()
