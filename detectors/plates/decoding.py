"""From a recogniser's characters over the length of a line to the plate that it most probably shows.

Prefix beam search over connectionist temporal classification (Graves et al., ICML 2006; Hannun et al., arXiv
1408.2873), restricted to what can be a plate: what is outside the grammar is never returned.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from detectors.datatypes.arrays import Float64Array, Int64Array, ShapeError
from detectors.plates.grammar import FORM, Plate, parse

LETTERS, DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
SYMBOLS = LETTERS + DIGITS
SEPARATORS = (
    "",
    " ",
)  # nothing at all (the blank of the network), and the space between the parts of a plate
LOOK_ALIKE = tuple((SYMBOLS.index(a), SYMBOLS.index(b)) for a, b in ("O0", "I1"))
NO_PREFIX = frozenset("IO")  # a prefix that only look-alikes make is none: 1234 is not I 234
CLEAR_FROM = 0.5  # a plate with so much of the whole needs no look-alikes
BEAM = 24
LEAST_SHARE = 1e-4  # of a character at a step: less is not followed
OTHER = -1
MOST_LEADING, MOST_DIGITS, MOST_TRAILING = 2, 4, 3


_Ends = dict[str, tuple[float, float, float]]


@dataclass(frozen=True, slots=True)
class DecodedPlate:
    """A plate and its probability 0..1, against every other text that the line might show."""

    plate: Plate
    confidence: float


@dataclass(frozen=True, slots=True, eq=False)
class PlateAlphabet:
    """What the classes of a recogniser mean on a plate: `rows` (C,) is the row of SYMBOLS of each class.

    Separators have the rows after the last symbol; what no plate shows has OTHER. Small letters count as
    large ones: a recogniser cannot tell an o from an O without its line.
    """

    rows: Int64Array

    @classmethod
    def of(cls, characters: Sequence[str]) -> "PlateAlphabet":
        """Return the alphabet of a recogniser by its characters; "" is the blank of the network."""
        known = {symbol: row for row, symbol in enumerate(SYMBOLS)}
        known |= {symbol.lower(): row for symbol, row in known.items()}
        known |= {one: len(SYMBOLS) + row for row, one in enumerate(SEPARATORS)}
        return cls(np.array([known.get(one, OTHER) for one in characters], dtype=np.int64))

    def folded(self, probabilities: Float64Array) -> Float64Array:
        """Return (T, S + 2) the probabilities of SYMBOLS and SEPARATORS, from (T, C) those of all classes."""
        if probabilities.ndim != 2 or probabilities.shape[1] != len(self.rows):
            msg = f"decode: expected probabilities (T, {len(self.rows)}), got {probabilities.shape}"
            raise ShapeError(msg)
        wanted = np.flatnonzero(self.rows != OTHER)
        folded = np.zeros((len(probabilities), len(SYMBOLS) + len(SEPARATORS)))
        np.add.at(folded.T, self.rows[wanted], probabilities[:, wanted].T.astype(np.float64))
        return folded


def decode(probabilities: Float64Array, alphabet: PlateAlphabet) -> DecodedPlate | None:
    """Return the most probable plate of a line, None where no plate is possible.

    `probabilities` (T, C): a row a step along the line adds up to 1. The confidence of a plate is the
    sum over every way to write it in T steps; what other texts have of the whole lowers it. Only where no
    plate has half of the whole are an O and a 0, an I and a 1 taken for one another: their place says
    which it is, and if it does not, several plates share the whole.
    """
    steps = alphabet.folded(probabilities)
    found = _most_probable(steps)
    if found is not None and found.confidence >= CLEAR_FROM:
        return found
    alike = steps.copy()
    for a, b in LOOK_ALIKE:
        alike[:, [a, b]] = steps[:, [a, b]].sum(axis=1, keepdims=True)
    other = _most_probable(alike)
    return found if other is None or set(other.plate.prefix) & NO_PREFIX else other


def _most_probable(steps: Float64Array) -> DecodedPlate | None:
    ends = {"": (1.0, 0.0, 0.0)}
    for step in steps:
        ends = _extended(ends, step)
    found = {text: sum(shares) for text, shares in ends.items() if FORM.fullmatch(text)}
    if not found:
        return None
    text = max(found, key=lambda one: (found[one], one))
    whole = max(1.0, sum(found.values()))
    return DecodedPlate(parse(text), found[text] / whole) if found[text] > 0.0 else None


def _extended(ends: _Ends, step: Float64Array) -> _Ends:
    """Return the beginnings after one more step.

    A beginning ends in nothing, in a space, or in its last symbol: a text has a probability for each.
    After a space a new part of the plate begins, and not within one.
    """
    nothing, space = float(step[-2]), float(step[-1])
    likely = {SYMBOLS[row]: float(step[row]) for row in np.flatnonzero(step[:-2] >= LEAST_SHARE)}
    grown: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for text, (in_nothing, in_space, in_symbol) in ends.items():
        grown[text][0] += (in_nothing + in_symbol) * nothing
        grown[text][1] += (in_nothing + in_symbol) * space + in_space * (nothing + space)
        if text:
            grown[text][2] += in_symbol * likely.get(text[-1], 0.0)
        for symbol in _allowed(text, likely):
            came = in_nothing if text.endswith(symbol) else in_nothing + in_symbol
            came += in_space if not text or _begins_part(text, symbol) else 0.0
            grown[text + symbol][2] += came * likely[symbol]
    best = sorted(grown.items(), key=lambda one: (-sum(one[1]), one[0]))[:BEAM]
    return {text: (shares[0], shares[1], shares[2]) for text, shares in best}


def _begins_part(text: str, symbol: str) -> bool:
    return (text[-1] in DIGITS) != (symbol in DIGITS)


def _allowed(text: str, symbols: dict[str, float]) -> Iterator[str]:
    """Yield those symbols that may follow the beginning of a plate."""
    leading = len(text) - len(text.lstrip(LETTERS))
    digits = sum(one in DIGITS for one in text)
    trailing = len(text) - leading - digits
    for symbol in symbols:
        if symbol in DIGITS:
            first = digits == 0
            if leading and trailing == 0 and digits < MOST_DIGITS and not (first and symbol == "0"):
                yield symbol
        elif (digits == 0 and leading < MOST_LEADING) or (digits > 0 and trailing < MOST_TRAILING):
            yield symbol
