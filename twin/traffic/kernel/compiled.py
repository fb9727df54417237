"""The one way in which functions of the kernel are compiled."""

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])

OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy", "_nrt": False}


def compiled(function: F) -> F:
    """Compile a function that allocates nothing.

    `_nrt=False`: otherwise every call counts references to every array that it is handed,
    atomically, which took two fifths of a step.
    """
    fast: F = njit(**OPTIONS)(function)
    return fast
