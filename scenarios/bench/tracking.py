"""How well vehicles are followed: HOTA and IDF1 of one clip as counts, and of many together.

HOTA: Luiten et al., IJCV 129 (2021), sections 4 and 5; IDF1: Ristani et al., arXiv 1609.01775. trackeval
is the reference, and a test holds this against it where it is installed: it asks for opencv-python, which
overwrites the headless one, so the program cannot ask for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from detectors.datatypes.arrays import Float64Array, Int64Array
from scenarios.bench.sitting import Looked
from scenarios.boxes import covered, overlaps

ALPHAS = np.arange(0.05, 0.99, 0.05)
SAME = 0.5  # overlap from which a track is on a vehicle, for IDF1 and for false alarms
TINY = float(np.finfo(float).eps)


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """One picture: ids of vehicles (G,) and tracks (T,) as rows from 0 on, and their overlaps (G, T)."""

    vehicles: Int64Array
    tracks: Int64Array
    overlap: Float64Array


@dataclass(frozen=True, slots=True, eq=False)
class TrackCounts:
    """Counts of one clip, of which those of many are sums; (A,) ones are by ALPHAS.

    `hits` (A,), `association` (A,) the sum over hits of how well the ids agree; `vehicles` and `tracks`
    are boxes; `id_hits` those of IDF1. `false_tracks` are on no vehicle for most of their time, in all of
    `watched_s`.
    """

    hits: Float64Array
    association: Float64Array
    vehicles: float
    tracks: float
    id_hits: float
    false_tracks: float
    watched_s: float


def counts(frames: Sequence[Followed], false_tracks: int, watched_s: float) -> TrackCounts:
    """Return the counts of one clip."""
    vehicles = 1 + max((int(one.vehicles.max(initial=-1)) for one in frames), default=-1)
    tracks = 1 + max((int(one.tracks.max(initial=-1)) for one in frames), default=-1)
    likely, same = np.zeros((vehicles, tracks)), np.zeros((vehicles, tracks))
    seen, told = np.zeros(vehicles), np.zeros(tracks)
    for one in frames:
        pairs = np.ix_(one.vehicles, one.tracks)
        either = one.overlap.sum(axis=0)[None] + one.overlap.sum(axis=1)[:, None] - one.overlap
        likely[pairs] += np.divide(one.overlap, either, out=np.zeros_like(either), where=either > TINY)
        same[pairs] += one.overlap >= SAME
        seen[one.vehicles] += 1
        told[one.tracks] += 1
    both = seen[:, None] + told[None]
    matched = _matched(frames, likely / np.maximum(both - likely, TINY))
    share = matched / np.maximum(1.0, both - matched)
    rows, columns = linear_sum_assignment(-same)
    return TrackCounts(
        hits=matched.sum(axis=(1, 2)),
        association=(matched * share).sum(axis=(1, 2)),
        vehicles=float(seen.sum()),
        tracks=float(told.sum()),
        id_hits=float(same[rows, columns].sum()),
        false_tracks=float(false_tracks),
        watched_s=watched_s,
    )


def _matched(frames: Sequence[Followed], aligned: Float64Array) -> Float64Array:
    """Return (A, V, T) in how many pictures each pair is matched; pairs `aligned` as wholes come first."""
    matched = np.zeros((len(ALPHAS), *aligned.shape))
    for one in frames:
        worth = aligned[np.ix_(one.vehicles, one.tracks)] * one.overlap
        rows, columns = linear_sum_assignment(-worth)
        good = one.overlap[rows, columns][None] >= ALPHAS[:, None] - TINY
        for alpha in range(len(ALPHAS)):
            which = good[alpha]
            matched[alpha, one.vehicles[rows[which]], one.tracks[columns[which]]] += 1
    return matched


def scores(parts: Sequence[TrackCounts], weights: Sequence[float]) -> dict[str, float]:
    """Return HOTA, its parts and IDF1 of several clips, each counted by its weight; NaN without vehicles."""
    total = {
        name: sum((w * getattr(one, name) for one, w in zip(parts, weights, strict=True)), np.float64(0))
        for name in ("hits", "association", "vehicles", "tracks", "id_hits", "false_tracks", "watched_s")
    }
    nan = float("nan")
    if not total["vehicles"]:
        return {"HOTA": nan, "DetA": nan, "AssA": nan, "IDF1": nan}
    hits = np.asarray(total["hits"])
    detection = hits / np.maximum(1.0, total["vehicles"] + total["tracks"] - hits)
    association = np.asarray(total["association"]) / np.maximum(1.0, hits)
    return {
        "HOTA": float(np.sqrt(detection * association).mean()),
        "DetA": float(detection.mean()),
        "AssA": float(association.mean()),
        "IDF1": float(2 * total["id_hits"] / (total["vehicles"] + total["tracks"])),
    }


def track_counts(looked: Sequence[Looked]) -> TrackCounts:
    """Return the counts of the pictures of one clip, in order of time.

    Vehicles are those that a detector is held to see and the engine to follow; a track that lies on one
    of the others, and on none of these, is left out, as MOTChallenge does.
    """
    vehicle_row: dict[int, int] = {}
    track_row: dict[int, int] = {}
    frames = []
    on_something: dict[int, list[bool]] = {}
    for one in looked:
        if one.labels is None or one.tracks is None:
            continue
        labels, tracks = one.labels, [track for track in one.tracks if track.observed]
        boxes = np.array([track.box_px for track in tracks], dtype=np.float64).reshape(-1, 4)
        held = labels.held & labels.on_site
        shared = overlaps(labels.boxes_px[held], boxes)
        nobody = shared.max(axis=0, initial=0.0) < SAME
        beside = covered(boxes, labels.boxes_px[~held]).max(axis=1, initial=0.0) >= SAME
        for track, lost, left in zip(tracks, nobody.tolist(), beside.tolist(), strict=True):
            on_something.setdefault(track.track_id, []).append(left or not lost)
        kept = np.flatnonzero(~(nobody & beside))
        vehicles = [vehicle_row.setdefault(int(v), len(vehicle_row)) for v in labels.vehicle[held]]
        ids = [track_row.setdefault(tracks[row].track_id, len(track_row)) for row in kept.tolist()]
        frames.append(Followed(_rows(vehicles), _rows(ids), shared[:, kept]))
    false = sum(2 * sum(seen) < len(seen) for seen in on_something.values())
    return counts(frames, false, sum(one.elapsed_s for one in looked))


def _rows(values: Sequence[int]) -> Int64Array:
    return np.array(values, dtype=np.int64)
