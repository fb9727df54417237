"""How long work says how far it is: a callable, so that a terminal, a test or nobody may listen."""

from collections.abc import Callable

Progress = Callable[[str, float], None]
"""Called with what is being done and the fraction of it that is done, 0..1."""


def silent(_what: str, _fraction: float) -> None:
    """Tell nobody."""
