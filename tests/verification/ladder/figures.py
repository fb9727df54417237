"""A figure of the traffic beside what it should be, and the table of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from tests.verification.page import Table

COLUMNS = ("figure", "theory or source", "measured", "tolerance", "holds?", "sample")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: what it is, by whom what it should be, what it is, and of how many it was taken."""

    name: str
    source: str
    expected: float
    measured: float
    tolerance: float  # a share of what is expected, or in its unit where `absolute`
    sample: str
    half_width: float = 0.0  # of the 95 % interval
    digits: int = 0
    absolute: bool = False
    at_least: bool = False  # more than expected by the tolerance, no matter how much
    note: str = ""

    @property
    def holds(self) -> bool:
        if self.at_least:
            return self.measured >= self.expected + self.tolerance
        off = abs(self.measured - self.expected)
        return off <= self.tolerance * (1.0 if self.absolute else abs(self.expected))

    def row(self) -> tuple[str, ...]:
        d = self.digits
        interval = f" ± {self.half_width:.{d}f}" if self.half_width else ""
        off = f" ({self.measured / self.expected - 1:+.1%})" if self.expected and not self.absolute else ""
        wide = f"± {self.tolerance:g}" if self.absolute else f"{self.tolerance:.0%}"
        if self.at_least:
            wide = f"at least {self.tolerance:g} more"
        holds = "yes" if self.holds else f"**no**{': ' if self.note else ''}{self.note}"
        measured = f"{self.measured:.{d}f}{interval}{off}"
        return self.name, f"{self.expected:.{d}f}, {self.source}", measured, wide, holds, self.sample


def table(heading: str, figures: Sequence[Figure], note: str) -> Table:
    return Table(heading, COLUMNS, tuple(one.row() for one in figures), note)


def half_width(values: NDArray[np.float64]) -> float:
    """Half of the 95 % interval of the mean of independent values, by Student's t."""
    n = len(values)
    return float(student.ppf(0.975, n - 1) * values.std(ddof=1) / np.sqrt(n)) if n > 1 else 0.0
