"""The closed forms of capture against the same chains played out, and known answers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.cameras.capturing import FindingChain, crossing_chance, finding_chain, played, stand_chance

RUNS = 40_000
SIGMAS = 4.5


def chain_of(share: float, missing: float) -> FindingChain:
    return finding_chain(np.array([share]), np.array([missing]))


def close(said: float, hits: np.ndarray) -> bool:
    """Return whether a chance is that of the runs, as far as so many can tell."""
    spread = max(np.sqrt(said * (1 - said) / len(hits)), 1.0 / len(hits))
    return bool(abs(said - hits.mean()) <= SIGMAS * spread)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.75, 0.97])
@pytest.mark.parametrize("missing", [1.0, 4.0, 25.0])
@pytest.mark.parametrize(("frames", "apart"), [(20, 10), (60, 12), (11, 10), (10, 10)])
def test_a_stand_is_caught_as_often_as_when_played_out(
    share: float, missing: float, frames: int, apart: int
) -> None:
    chain = chain_of(share, missing)
    found = played(chain, 0, frames, RUNS, np.random.default_rng(1))
    first = np.where(found.any(axis=1), found.argmax(axis=1), frames)
    last = np.where(found.any(axis=1), frames - 1 - found[:, ::-1].argmax(axis=1), -1)
    said = float(stand_chance(chain, np.array([frames]), np.array([apart]))[0])
    assert close(said, last - first >= apart)


@pytest.mark.parametrize("share", [0.05, 0.4, 0.9])
@pytest.mark.parametrize("missing", [1.0, 3.0, 12.0])
@pytest.mark.parametrize(
    ("before", "needed", "after"), [(6, 3, 2), (12, 3, 1), (3, 3, 4), (2, 3, 2), (8, 1, 0)]
)
def test_a_crossing_is_caught_as_often_as_when_played_out(
    share: float, missing: float, before: int, needed: int, after: int
) -> None:
    chain = chain_of(share, missing)
    found = played(chain, 0, before + after, RUNS, np.random.default_rng(2))
    hits = found[:, :before].sum(axis=1) >= needed
    if after:
        hits &= found[:, before:].any(axis=1)
    assert close(float(crossing_chance(chain, before, needed, after)[0]), hits)


def test_the_chain_is_found_as_often_and_missed_as_long_as_was_asked() -> None:
    chain = chain_of(0.6, 8.0)
    found = played(chain, 0, 400, 2000, np.random.default_rng(3))
    assert found.mean() == pytest.approx(0.6, abs=0.01)
    starts = found[:, :-1] & ~found[:, 1:]
    assert (~found).sum() / starts.sum() == pytest.approx(8.0, rel=0.03)


def test_without_memory_it_is_the_binomial() -> None:
    share = 0.3
    chain = chain_of(share, 1 / share)  # misses as long as chance alone makes them
    assert chain.memory[0] == pytest.approx(0.0)
    said = crossing_chance(chain, 5, 2, 0)[0]
    assert said == pytest.approx(1 - 0.7**5 - 5 * 0.3 * 0.7**4)


@given(share=st.floats(0.0, 1.0), missing=st.floats(1.0, 500.0), frames=st.integers(0, 300),
       apart=st.integers(0, 200))  # fmt: skip
def test_chances_are_chances_and_longer_is_never_worse(
    share: float, missing: float, frames: int, apart: int
) -> None:
    chain = chain_of(share, missing)
    chances = [float(stand_chance(chain, np.array([f]), np.array([apart]))[0]) for f in (frames, frames + 1)]
    assert 0.0 <= chances[0] <= chances[1] + 1e-9 <= 1.0 + 2e-9
    crossings = [float(crossing_chance(chain, 6, 3, after)[0]) for after in (1, 2)]
    assert -1e-9 <= crossings[0] <= crossings[1] + 1e-9 <= 1.0 + 2e-9
