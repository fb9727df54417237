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
SEPARATORS = ("", " ")  # nothing at all (the blank of the network), and the spaces of a plate
BEAM = 24
LEAST_SHARE = 1e-4  # of a character at a step: less is not followed
OTHER = -1
MOST_LEADING, MOST_DIGITS, MOST_TRAILING = 2, 4, 3


@dataclass(frozen=True, slots=True)
class DecodedPlate:
    """A plate and its probability 0..1, against every other text that the line might show."""

    plate: Plate
    confidence: float


@dataclass(frozen=True, slots=True, eq=False)
class PlateAlphabet:
    """What the classes of a recogniser mean on a plate: `rows` (C,) is the row of SYMBOLS of each class.

    Separators have the row after the last symbol; what no plate shows has OTHER. Small letters count as
    large ones: a recogniser cannot tell an o from an O without its line.
    """

    rows: Int64Array

    @classmethod
    def of(cls, characters: Sequence[str]) -> "PlateAlphabet":
        """Return the alphabet of a recogniser by its characters; "" is the blank of the network."""
        known = {symbol: row for row, symbol in enumerate(SYMBOLS)}
        known |= {symbol.lower(): row for symbol, row in known.items()}
        known |= dict.fromkeys(SEPARATORS, len(SYMBOLS))
        return cls(np.array([known.get(one, OTHER) for one in characters], dtype=np.int64))

    def folded(self, probabilities: Float64Array) -> Float64Array:
        """Return (T, S + 1) the probabilities of SYMBOLS, and of a separator, of (T, C) of all classes."""
        if probabilities.ndim != 2 or probabilities.shape[1] != len(self.rows):
            msg = f"decode: expected probabilities (T, {len(self.rows)}), got {probabilities.shape}"
            raise ShapeError(msg)
        wanted = np.flatnonzero(self.rows != OTHER)
        folded = np.zeros((len(probabilities), len(SYMBOLS) + 1))
        np.add.at(folded.T, self.rows[wanted], probabilities[:, wanted].T.astype(np.float64))
        return folded


def decode(probabilities: Float64Array, alphabet: PlateAlphabet) -> DecodedPlate | None:
    """Return the most probable plate of a line, None where no plate is possible.

    `probabilities` (T, C): a row a step along the line adds up to 1. The confidence of a plate is the
    sum over every way to write it in T steps; what other texts have of the whole lowers it.
    """
    ends = {"": (1.0, 0.0)}
    for step in alphabet.folded(probabilities):
        ends = _extended(ends, step)
    found = {text: sum(both) for text, both in ends.items() if FORM.fullmatch(text)}
    if not found:
        return None
    text = max(found, key=lambda one: (found[one], one))
    return DecodedPlate(parse(text), min(found[text], 1.0)) if found[text] > 0.0 else None


def _extended(ends: dict[str, tuple[float, float]], step: Float64Array) -> dict[str, tuple[float, float]]:
    """Return the beginnings after one more step: text to the probabilities to end in a gap, or not."""
    gap = float(step[-1])
    likely = {SYMBOLS[row]: float(step[row]) for row in np.flatnonzero(step[:-1] >= LEAST_SHARE)}
    grown: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for text, (in_gap, in_symbol) in ends.items():
        grown[text][0] += (in_gap + in_symbol) * gap
        if text:
            grown[text][1] += in_symbol * likely.get(text[-1], 0.0)
        for symbol in _allowed(text, likely):
            came = in_gap if text.endswith(symbol) else in_gap + in_symbol
            grown[text + symbol][1] += came * likely[symbol]
    best = sorted(grown.items(), key=lambda one: (-sum(one[1]), one[0]))[:BEAM]
    return {text: (in_gap, in_symbol) for text, (in_gap, in_symbol) in best}


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
