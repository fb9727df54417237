"""How well detections, whose true vehicles are known, were joined: HOTA, IDF1, and changes of number."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detectors.datatypes.arrays import Int64Array
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.tracks import Track
from detectors.ports import Tracker
from scenarios.bench.pictures import Labels
from scenarios.bench.sitting import Looked
from scenarios.bench.tracking import TrackCounts, track_counts
from tests.verification.following.errors import Found
from tests.verification.following.street import Eye

PACK = 0.9  # less of the box around all that touches is its own


def ids_by(tracker: Tracker, eye: Eye, found: Sequence[Found]) -> list[Int64Array]:
    """Return the id of each detection of each shot, -1 where a tracker told none."""
    ids = []
    for shot, one in zip(eye.shots, found, strict=True):
        tracks = {t.box_px: t.track_id for t in tracker.update(one.told, shot.timestamp_ns) if t.observed}
        ids.append(
            np.array([tracks.get(tuple(box), -1) for box in one.told.boxes_px.tolist()], dtype=np.int64)
        )
    return ids


def counted(eye: Eye, found: Sequence[Found], ids: Sequence[Int64Array]) -> TrackCounts:
    """Return the counts of HOTA and IDF1 of one clip."""
    looked = []
    for shot, one, given in zip(eye.shots, found, ids, strict=True):
        labels = Labels(
            shot.boxes_px, shot.seen.kind, shot.vehicle, shot.seen.visible, shot.held, shot.on_site
        )  # fmt: skip
        tracks = tuple(
            _track(int(who), tuple(box), shot.timestamp_ns)
            for who, box in zip(given, one.told.boxes_px.tolist(), strict=True)
            if who >= 0
        )
        looked.append(
            Looked(
                eye.spec.name, eye.spec.name, shot.timestamp_ns, 1 / eye.spec.fps, "", "", labels, one.told,
                tracks, (0.0, 0.0, 0.0),
            )
        )  # fmt: skip
    return track_counts(looked)


@dataclass(frozen=True, slots=True)
class Joined:
    """How often a vehicle was told, and by another id than before; `pack`: motorcycles that touch others."""

    told: int = 0
    changed: int = 0
    pack: int = 0
    pack_changed: int = 0

    def __add__(self, other: "Joined") -> "Joined":
        return Joined(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


def joined(eye: Eye, found: Sequence[Found], ids: Sequence[Int64Array]) -> Joined:
    """Count the changes of id in one clip, where it is known whose each detection is."""
    last: dict[int, int] = {}
    told = changed = pack = pack_changed = 0
    for shot, one, given in zip(eye.shots, found, ids, strict=True):
        riders = (shot.seen.kind == VehicleClass.MOTORCYCLE) & (shot.seen.lone < PACK)
        in_pack = set(shot.vehicle[riders].tolist())
        for vehicle, who in zip(one.vehicle.tolist(), given.tolist(), strict=True):
            if vehicle < 0 or who < 0:
                continue
            other = last.get(vehicle, who) != who
            last[vehicle] = who
            told, changed = told + 1, changed + other
            pack, pack_changed = pack + (vehicle in in_pack), pack_changed + (other and vehicle in in_pack)
    return Joined(told, changed, pack, pack_changed)


def _track(who: int, box: tuple[float, ...], at_ns: int) -> Track:
    x0, y0, x1, y1 = box
    return Track(who, at_ns, VehicleClass.UNKNOWN, (x0, y0, x1, y1), 1.0, at_ns, at_ns, observed=True)
