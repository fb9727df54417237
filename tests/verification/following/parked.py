"""Who stands at the kerb all the time, how often passing traffic covers him, and by which ids he is told."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from detectors.datatypes.detections import Detections, VehicleClass
from detectors.datatypes.frame import NS_PER_S
from detectors.ports import Tracker
from tests.verification.following.errors import Found
from tests.verification.following.street import Eye, spans
from twin.randomness import Seed
from twin.rendering.oracle import LEAST_PX, LEAST_VISIBLE

COVERED = LEAST_VISIBLE  # less of it shows: it is covered
PERIOD_S, DWELL_S = 57.0, 12.0  # as the tours of the plan beruang-madu-proposal: four views, 45 s away
AWAY_NS = 20 * NS_PER_S
SLIPS = 0.01
MISSED_PX = 1.0  # of a head: 0.1 degrees at 58 degrees on 640 pixels [?]


@dataclass(slots=True)
class Stander:
    """One vehicle that stands in view the whole time.

    `covered` counts the times that it was covered after it had shown; `sights` are the ids by which it was
    told, in order of time, while LEAST_VISIBLE of it showed, as a detector is held to no more; `ever` those
    by which it was told at all; `alien` sights of others had one of `ids`.
    """

    vehicle: int
    kind: VehicleClass
    covered: int
    covered_s: float
    stood_s: float
    pictures: int = 0
    found: int = 0
    sights: list[int] = field(default_factory=list)
    visits: int = 0
    last_told_ns: int | None = None
    alien: int = 0
    ever: set[int] = field(default_factory=set)

    @property
    def ids(self) -> set[int]:
        """The ids by which it was told while enough of it showed."""
        return set(self.sights)

    @property
    def keeps(self) -> bool:
        """Whether its first and last sight and all but SLIPS of those between have one id.

        In a single picture a passer who hides two thirds of it may be taken for it: its stay is not broken.
        """
        ends = self.sights[:1] == self.sights[-1:]
        slips = len(self.sights) - self.sights.count(self.sights[0]) if self.sights else 0
        return ends and bool(self.sights) and slips <= SLIPS * len(self.sights)

    @property
    def never_slips(self) -> bool:
        """Whether every sight of it has one id."""
        return len(self.ids) == 1

    @property
    def found_share(self) -> float:
        """In which share of the pictures it was found."""
        return self.found / max(self.pictures, 1)


def standers(eye: Eye, least_s: float) -> list[Stander]:
    """Return those that stand for so long in view, mostly in the clear and large enough to be seen."""
    shown: dict[int, list[tuple[float, float, float, int]]] = {}
    for shot in eye.shots:
        for row in np.flatnonzero(shot.at_kerb & shot.on_site).tolist():
            size = float((shot.boxes_px[row, 2:] - shot.boxes_px[row, :2]).max())
            at_s = (shot.timestamp_ns - eye.shots[0].timestamp_ns) / NS_PER_S
            shown.setdefault(int(shot.vehicle[row]), []).append(
                (at_s, float(shot.seen.visible[row]), size, int(shot.seen.kind[row]))
            )
    found = []
    for vehicle, rows in shown.items():
        at_s, visible, size, kind = (np.array(column) for column in zip(*rows, strict=True))
        lasted_s = at_s[-1] - at_s[0]
        if lasted_s < least_s or np.median(visible) < LEAST_VISIBLE or np.median(size) < LEAST_PX:
            continue
        hidden = visible < COVERED
        times = int((hidden[1:] & ~hidden[:-1]).sum())
        seconds = float(hidden.sum()) / eye.spec.fps
        found.append(Stander(vehicle, VehicleClass(int(kind[0])), times, seconds, float(lasted_s)))
    return found


def follow(eye: Eye, found: Sequence[Found], tracker: Tracker, least_s: float) -> list[Stander]:
    """Return the standers with the ids that a tracker gives them, and how often others had those."""
    by_vehicle = {one.vehicle: one for one in standers(eye, least_s)}
    told: dict[int, dict[int, int]] = {}
    for shot, one in zip(eye.shots, found, strict=True):
        tracks = {t.box_px: t.track_id for t in tracker.update(one.told, shot.timestamp_ns) if t.observed}
        clear = set(shot.vehicle[shot.seen.visible >= COVERED].tolist())
        for vehicle, box in zip(one.vehicle.tolist(), one.told.boxes_px.tolist(), strict=True):
            stander = by_vehicle.get(vehicle)
            if stander is not None:
                stander.found += 1
            track = tracks.get(tuple(box))
            if track is None:
                continue
            counts = told.setdefault(track, {})
            counts[vehicle] = counts.get(vehicle, 0) + 1
            if stander is not None:
                stander.ever.add(track)
                if vehicle in clear:
                    _note(stander, track, shot.timestamp_ns)
    for stander in by_vehicle.values():
        stander.pictures = len(eye.shots)
        others = (told[track] for track in stander.ids)
        stander.alien = sum(n for each in others for who, n in each.items() if who != stander.vehicle)
    return list(by_vehicle.values())


def _note(stander: Stander, track: int, now_ns: int) -> None:
    gone_ns = now_ns - (stander.last_told_ns or 0)
    stander.visits += stander.last_told_ns is None or gone_ns > AWAY_NS
    stander.sights.append(track)
    stander.last_told_ns = now_ns


def toured(eye: Eye, found: Sequence[Found]) -> tuple[Eye, list[Found]]:
    """Return what a guard tour leaves of a view: a look of DWELL_S in each PERIOD_S, aimed a little off."""
    kept = [row for row, at_s in enumerate(spans(eye.shots)) if at_s % PERIOD_S < DWELL_S]
    site = replace(eye.site, revisit_s=PERIOD_S - DWELL_S)
    shots = [eye.shots[row] for row in kept]
    visits = [int((shot.timestamp_ns - eye.shots[0].timestamp_ns) / NS_PER_S // PERIOD_S) for shot in shots]
    return Eye(eye.spec, site, shots), [
        _moved(found[row], visit) for row, visit in zip(kept, visits, strict=True)
    ]


def _moved(one: Found, visit: int) -> Found:
    """Return detections as they come when the head misses its direction a little, another way each time."""
    told = one.told
    off = Seed(visit).generator("repeatability").normal(0.0, MISSED_PX, 2)
    boxes = np.asarray(told.boxes_px + np.tile(off, 2), dtype=np.float32)
    return Found(Detections(boxes, told.scores, told.classes, told.contact_px), one.vehicle)
