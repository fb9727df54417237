"""The looks at those who pass the gates of a section: their plates, and a picture of each as evidence."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from detectors.cases.evidence import Box, box_in_crop, cropped, outlined
from detectors.datatypes.frame import NS_PER_S, Frame
from detectors.datatypes.passages import GatePicture, Passage
from detectors.datatypes.plates import PlateSight
from detectors.datatypes.site import SitePlan
from detectors.datatypes.survey import Gate
from detectors.datatypes.tracks import Track
from detectors.plates.voting import voted
from detectors.ports import PlateReader
from detectors.reading.belief import Passing, believed_in_passing

NEAR_M = 8.0  # of road to either side of a gate in which a vehicle is looked at [?]
MOST_LOOKS = 5  # at one plate: who queues at a gate is not read without end
LEAST_ALIKE = 2  # of them that have to show one number, as for cases that only the view shows
MARGIN = 0.5  # of the size of a vehicle that its picture shows on each side
FORGET_NS = 15 * NS_PER_S  # after the last look: its passage was told by then (GateLimits)


@dataclass(slots=True)
class _Looks:
    """What was seen of one vehicle: what its plate showed, and by gate the nearest picture and how near."""

    at_ns: int
    sights: list[PlateSight] = field(default_factory=list)
    nearest: dict[str, tuple[float, GatePicture]] = field(default_factory=dict)


class GateLooks:
    """Looks at the vehicles near those gates of one view that are `timed`. One instance a view.

    Without a reader of plates only pictures are kept: plates then come from the detector, or not at all.
    """

    def __init__(self, site: SitePlan, timed: Collection[str], plates: PlateReader | None) -> None:
        self._site = site
        self._gates = tuple(gate for gate in site.gates if gate.name in timed)
        self._plates = plates
        self._looks: dict[int, _Looks] = {}

    def look(self, frame: Frame, tracks: Sequence[Track]) -> None:
        """Look at those of a frame who are near a gate."""
        there = [track for track in tracks if track.observed and track.position_m is not None]
        for gate in self._gates if there else ():
            for track, near_m in _near(gate, there):
                others = tuple(other.box_px for other in there if other is not track)
                self._look_at(frame, track, (gate.name, near_m), others)
        old = [n for n, one in self._looks.items() if frame.timestamp_ns - one.at_ns > FORGET_NS]
        for track_id in old:
            del self._looks[track_id]

    def named(self, passages: Sequence[Passage]) -> tuple[Passage, ...]:
        """Return passages with what was read of their plates, and their pictures."""
        return tuple(self._named(passage) for passage in passages)

    def _named(self, passage: Passage) -> Passage:
        looks = self._looks.get(passage.track_id)
        if looks is None:
            return passage
        _, picture = looks.nearest.get(passage.gate, (0.0, None))
        if passage.plate is not None or self._plates is None:
            return replace(passage, picture=picture)
        vote = voted(looks.sights, LEAST_ALIKE)
        return replace(passage, plate=vote.reading, unread=vote.why, picture=picture)

    def _look_at(self, frame: Frame, track: Track, gate: tuple[str, float], others: tuple[Box, ...]) -> None:
        name, near_m = gate
        looks = self._looks.setdefault(track.track_id, _Looks(frame.timestamp_ns))
        looks.at_ns = frame.timestamp_ns
        if name not in looks.nearest or near_m < looks.nearest[name][0]:
            looks.nearest[name] = near_m, _picture(frame, track.box_px, others)
        done = len(looks.sights) >= MOST_LOOKS or voted(looks.sights, LEAST_ALIKE).reading is not None
        if self._plates is not None and track.plate is None and not done:
            who = Passing(track.vehicle_class, self._site.simulated or frame.simulated)
            looks.sights.append(believed_in_passing(who, track.box_px, others, frame, self._plates))


def _near(gate: Gate, tracks: Sequence[Track]) -> list[tuple[Track, float]]:
    """Return those within NEAR_M of a gate, between its ends, with how far from it they are."""
    places = [track.position_m or (0.0, 0.0) for track in tracks]
    past_m, along_m = gate.line.offset_m(places).tolist(), gate.line.along_m(places).tolist()
    return [
        (track, abs(past))
        for track, past, along in zip(tracks, past_m, along_m, strict=True)
        if abs(past) <= NEAR_M and 0 <= along <= gate.line.length_m()
    ]


def _picture(frame: Frame, box: Box, others: tuple[Box, ...]) -> GatePicture:
    image = frame.image_bgr
    here = box_in_crop(image, box, MARGIN)
    x, y = box[0] - here[0], box[1] - here[1]
    beside = tuple((x0 - x, y0 - y, x1 - x, y1 - y) for x0, y0, x1, y1 in others)
    part = outlined(cropped(image, box, MARGIN), here)
    return GatePicture(frame.timestamp_ns, part, here, beside)
