import re
from collections import defaultdict
from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.plates.decoding import CLEAR_FROM, SYMBOLS, PlateAlphabet, decode
from detectors.plates.grammar import FORM, Plate, parse

CHARACTERS = ("", *SYMBOLS, "~", " ")
ALPHABET = PlateAlphabet.of(CHARACTERS)
LETTERS = st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
PLATES = st.builds(
    Plate,
    st.text(LETTERS, min_size=1, max_size=2),
    st.integers(1, 9999),
    st.text(LETTERS, max_size=3),
)


@given(PLATES, st.lists(st.integers(1, 3), min_size=24, max_size=24))
def test_a_sure_line_of_any_plate_gives_that_plate(plate: Plate, held: list[int]) -> None:
    rows = []
    for character, times in zip(plate.text, held, strict=False):
        rows += [CHARACTERS.index(character)] * times + [0]
    found = decode(np.eye(len(CHARACTERS))[rows], ALPHABET)
    assert found is not None
    assert found.plate == plate
    assert abs(found.confidence - 1.0) < 1e-9


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(0, 30), st.floats(0.02, 3.0))
def test_nothing_outside_the_grammar_comes_of_any_noise(seed: int, length: int, sharp: float) -> None:
    shares = np.random.default_rng(seed).gamma(sharp, size=(length, len(CHARACTERS))) + 1e-12
    found = decode(shares / shares.sum(axis=1, keepdims=True), ALPHABET)
    if found is not None:
        assert parse(found.plate.text) == found.plate
        assert 0.0 < found.confidence <= 1.0


@settings(deadline=None, max_examples=120)
@given(st.integers(0, 2**32 - 1), st.integers(2, 5))
def test_the_sum_over_every_way_to_write_it_is_that_of_counting_them(seed: int, length: int) -> None:
    few = ("", "A", "B", "1", "2", " ")
    shares = np.random.default_rng(seed).dirichlet(np.full(len(few), 0.25), size=length)
    totals: defaultdict[str, float] = defaultdict(float)
    for path in product(range(len(few)), repeat=length):
        kept = [few[a] for n, a in enumerate(path) if n == 0 or path[n - 1] != a]
        totals[re.sub(" +", " ", "".join(kept)).strip()] += float(np.prod(shares[range(length), path]))
    plates: defaultdict[str, float] = defaultdict(float)
    for text, share in totals.items():
        if FORM.fullmatch(text):
            plates[text.replace(" ", "")] += share
    if not plates or max(plates.values()) < CLEAR_FROM:
        return  # look-alikes are told by place there
    found = decode(shares, PlateAlphabet.of(few))
    assert found is not None
    text = found.plate.text.replace(" ", "")
    assert abs(found.confidence - plates[text]) < 2e-3  # what has less than 1e-4 at a step is not followed
    assert plates[text] > max(plates.values()) - 2e-3
