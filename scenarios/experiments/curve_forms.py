"""Forms that sensing curves can take, and which of them foretells views that it has not seen best.

The form is chosen on the views of the fit alone, by the logarithm of the likelihood that curves fitted
without a view give to it (cross-validation over views; Stone, Journal of the Royal Statistical Society B 36,
1974). Views that the curves are tried on afterwards take no part.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array
from scenarios.experiments.pooled_fit import ALONE, Parted, Shrink, pooled_fit
from twin.cameras.curves import FEATURES, TYPICAL

FOLDS = 6
CLOSE = 1e-4  # to 0 or 1: no chance is held for surer than this
COVER = FEATURES[len(TYPICAL) :]
SIZE = TYPICAL[: TYPICAL.index("still")]
ENDS = ("size beyond 12 px", "size beyond 80 px")
MOVING = ("still", "still, size", "still, motorcycle")
FACING = ("toward", "toward, size", "down", "down, size")
STEPS = ("one", "size", "size beyond 20 px", "motorcycle", "bus or truck", "still")


@dataclass(frozen=True, slots=True)
class Form:
    """Which columns a curve has, and how its conditions are drawn to one another."""

    name: str
    columns: tuple[str, ...]
    shrink: Shrink

    def used(self, names: tuple[str, ...]) -> BoolArray:
        """Return (F,) which of the named columns it has."""
        return np.array([name in self.columns for name in names])


FORMS = (
    Form("size, class and cover; each condition alone", (*SIZE, *COVER), ALONE),
    Form("the same with standing and facing; each condition alone", (*SIZE, *MOVING, *FACING, *COVER), ALONE),
    Form(
        "few columns, conditions drawn to their light and weather",
        (*STEPS, "hidden", "crowd"),
        Shrink(common=1.0, light=1.0, weather=3.0, own=30.0),
    ),
    Form(
        "all columns, conditions drawn to their light and weather",
        (*SIZE, *MOVING, *FACING, *COVER),
        Shrink(common=1.0, light=3.0, weather=10.0, own=30.0),
    ),
    Form(
        "all columns, conditions drawn closely to their light and weather",
        (*SIZE, *MOVING, *FACING, *COVER),
        Shrink(common=1.0, light=30.0, weather=100.0, own=300.0),
    ),
    Form(
        "as before with fewer bends by size",
        (*(name for name in SIZE if name not in ENDS), *MOVING, *FACING, *COVER),
        Shrink(common=1.0, light=30.0, weather=100.0, own=300.0),
    ),
    Form(
        "all columns, conditions that hardly differ but in level",
        (*SIZE, *MOVING, *FACING, *COVER),
        Shrink(common=1.0, light=100.0, weather=300.0, own=1000.0),
    ),
)


@dataclass(frozen=True, slots=True)
class Tried:
    """How a form did on views that it was fitted without.

    `loss` is the mean of the negative logarithm of the likelihood of a sighting, every view counting the
    same, `off` the mean absolute difference between the recall of a view and what was said of it.
    """

    form: str
    columns: int
    loss: float
    off: float


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Sightings as a fit needs them: columns (N, F), found (N,) 0 or 1, condition and view (N,)."""

    columns: Float64Array
    found: Float64Array
    code: np.ndarray
    view: np.ndarray

    def of(self, chosen: BoolArray) -> "Rows":
        """Return some of the rows."""
        return Rows(self.columns[chosen], self.found[chosen], self.code[chosen], self.view[chosen])


def weights_of(
    rows: Rows, form: Form, names: tuple[str, ...], codes: tuple[int, ...], weight: Float64Array | None = None
) -> Float64Array:
    """Return the weights (C, F) of all named columns, 0 for those that the form does not have."""
    used = form.used(names)
    masks = [rows.code == code for code in codes]
    parted = Parted(
        np.array(codes),
        tuple(rows.columns[mask][:, used] for mask in masks),
        tuple(rows.found[mask] for mask in masks),
    )
    each = None if weight is None else [weight[mask] for mask in masks]
    found = np.zeros((len(codes), len(names)))
    found[:, used] = pooled_fit(parted, form.shrink, weights=each)
    return found


def chosen_form(
    rows: Rows, codes: tuple[int, ...], forms: tuple[Form, ...] = FORMS
) -> tuple[Form, tuple[Tried, ...]]:
    """Return the form of the smallest loss on views left out, and how all of them did."""
    tried = tuple(_tried(rows, codes, form) for form in forms)
    return forms[int(np.argmin([one.loss for one in tried]))], tried


def _tried(rows: Rows, codes: tuple[int, ...], form: Form) -> Tried:
    chance = left_out(rows, lambda part: weights_of(part, form, FEATURES, codes), codes)
    likely = np.clip(np.where(rows.found > 0, chance, 1.0 - chance), CLOSE, 1.0)
    _, row, count = np.unique(rows.view, return_inverse=True, return_counts=True)
    loss = np.bincount(row, -np.log(likely)) / count
    off = np.bincount(row, chance - rows.found) / count
    return Tried(form.name, int(form.used(FEATURES).sum()), float(loss.mean()), float(np.abs(off).mean()))


def left_out(rows: Rows, fit: Callable[[Rows], Float64Array], codes: tuple[int, ...]) -> Float64Array:
    """Return the chance (N,) of each row by weights fitted without its view."""
    order = np.searchsorted(codes, rows.code)
    fold = np.unique(rows.view, return_inverse=True)[1] % FOLDS
    chance = np.zeros(len(rows.found))
    for number in np.unique(fold):
        own = fold == number
        weights = fit(rows.of(~own)) if not own.all() else fit(rows)
        total = np.einsum("nf,nf->n", rows.columns[own], weights[order[own]])
        chance[own] = 1.0 / (1.0 + np.exp(-np.clip(total, -30.0, 30.0)))
    return chance
