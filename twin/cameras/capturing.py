"""The chance that a view catches a violation, in closed form, from how often it finds a vehicle in a frame.

Whether a vehicle is found in a frame is a chain of two states, found and missed, with the chance that the
curves give and runs of misses as long as they were measured (Gilbert, Bell System Technical Journal
39, 1960). Chances of one vehicle differ from another's in ways that no curve knows: as far as they do,
captures of short acts are less certain than said here.
"""

from dataclasses import dataclass

import numpy as np

from detectors.datatypes.arrays import Float64Array

LEAST, MOST = 1e-9, 1.0 - 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class FindingChain:
    """N chains: `found` (N,) the share of frames with a find, `leave_miss`, `leave_find` (N,) a frame."""

    found: Float64Array
    leave_miss: Float64Array
    leave_find: Float64Array

    @property
    def memory(self) -> Float64Array:
        """What is left (N,) after one frame of the difference between having been found and missed."""
        return np.asarray(1.0 - self.leave_miss - self.leave_find, dtype=np.float64)


def finding_chain(found: Float64Array, missing_frames: Float64Array) -> FindingChain:
    """Return chains by share found (N,) and mean length of a run of misses in frames (N,), 1 or more.

    Where misses that long would need finds shorter than a frame, runs of misses are longer.
    """
    share = np.clip(found, LEAST, MOST)
    leave_miss = np.minimum(1.0 / np.maximum(missing_frames, 1.0), share / (1.0 - share))
    leave_miss = np.minimum(leave_miss, 1.0)
    return FindingChain(share, leave_miss, leave_miss * (1.0 - share) / share)


def stand_chance(chain: FindingChain, frames: Float64Array, apart: Float64Array) -> Float64Array:
    """Return the chance (N,) of two finds at least `apart` (N,) frames from each other, among `frames` (N,).

    With s = 1 - leave_miss, c the chance of a miss `apart` frames after a find, K = frames - 1 - apart:
    1 - (1 - p) s^K - c (p s^K + K (1 - p) leave_miss s^(K - 1)), the sum over the frame of the first find.
    """
    last = np.floor(frames) - 1.0 - np.ceil(apart)
    kept = np.maximum(last, 0.0)
    p, stay = chain.found, 1.0 - chain.leave_miss
    lost = (1.0 - p) * (1.0 - chain.memory ** np.ceil(apart))
    never = (1.0 - p) * stay**kept
    later = np.where(kept > 0, kept * (1.0 - p) * chain.leave_miss * stay ** np.maximum(kept - 1.0, 0.0), 0.0)
    chance = 1.0 - never - lost * (p * stay**kept + later)
    return np.where(last >= 0, np.clip(chance, 0.0, 1.0), 0.0)


def crossing_chance(chain: FindingChain, before: int, needed: int, after: int) -> Float64Array:
    """Return the chance (N,) of `needed` finds in the `before` frames ahead of a line and one in `after`.

    By the states (finds so far, found or missed in the last frame), frame by frame.
    """
    n = len(chain.found)
    states = np.zeros((needed + 1, 2, n))  # finds so far; 0 missed, 1 found; chain
    if before < 1:
        return np.zeros(n)
    states[0, 0] = 1.0 - chain.found
    states[min(1, needed), 1] = chain.found
    for _ in range(before - 1):
        states = _stepped(states, chain)
    if after < 1:
        return np.asarray(np.clip(states[needed].sum(axis=0), 0.0, 1.0), dtype=np.float64)
    still = (1.0 - chain.leave_miss) ** (after - 1)
    missed = states[needed, 0] * (1.0 - chain.leave_miss) + states[needed, 1] * chain.leave_find
    caught = states[needed].sum(axis=0) - missed * still
    return np.asarray(np.clip(caught, 0.0, 1.0), dtype=np.float64)


def _stepped(states: Float64Array, chain: FindingChain) -> Float64Array:
    """Return the chances of the states one frame on; more finds than needed count as needed."""
    to_miss = states[:, 0] * (1.0 - chain.leave_miss) + states[:, 1] * chain.leave_find
    to_find = states[:, 0] * chain.leave_miss + states[:, 1] * (1.0 - chain.leave_find)
    moved = np.zeros_like(states)
    moved[:, 0] = to_miss
    moved[1:, 1] = to_find[:-1]
    moved[-1, 1] += to_find[-1]
    return moved


def played(chain: FindingChain, row: int, frames: int, runs: int, draw: np.random.Generator) -> np.ndarray:
    """Return (runs, frames) finds of one chain as they fall out: what the closed forms are tried against."""
    found = np.zeros((runs, frames), dtype=np.bool_)
    chances = draw.random((runs, frames))
    found[:, 0] = chances[:, 0] < chain.found[row]
    for frame in range(1, frames):
        stays = np.where(found[:, frame - 1], 1.0 - chain.leave_find[row], chain.leave_miss[row])
        found[:, frame] = chances[:, frame] < stays
    return found
