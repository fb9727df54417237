"""Evidence pictures by numpy alone: the last few frames, the crop, the outline, the zoom to ask for."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.evidence import EvidenceClip
from detectors.datatypes.frame import NS_PER_S, Frame
from detectors.datatypes.tracks import Track

Box = tuple[float, float, float, float]
OUTLINE_BGR = (0, 200, 255)
FRAMES_KEPT = 32  # bounds the memory of a view whatever its frame rate
OLDER_KEPT, OLDER_APART_S = 8, 15.0  # of two minutes: who stands is shown as he was a while before, too


@dataclass(frozen=True, slots=True)
class Seen:
    """A frame and where its vehicles stood in it, by track id."""

    frame: Frame
    boxes_px: dict[int, Box]

    def others_px(self, track_id: int, corner_px: tuple[float, float] = (0.0, 0.0)) -> tuple[Box, ...]:
        """Return where the others stand in a part of the frame that begins at a corner (x, y)."""
        x, y = corner_px
        others = (box for other, box in self.boxes_px.items() if other != track_id)
        return tuple((x0 - x, y0 - y, x1 - x, y1 - y) for x0, y0, x1, y1 in others)


@dataclass(slots=True)
class RecentFrames:
    """Frames of the last `memory_s` seconds, at most FRAMES_KEPT, thinned evenly, and a few older ones."""

    memory_s: float = 4.0
    _seen: deque[Seen] = field(default_factory=lambda: deque(maxlen=FRAMES_KEPT))
    _older: deque[Seen] = field(default_factory=lambda: deque(maxlen=OLDER_KEPT))
    _latest: Seen | None = None

    def add(self, frame: Frame, tracks: Sequence[Track]) -> None:
        """Remember a frame; of a fast camera only every so many are kept besides the latest."""
        self._latest = Seen(frame, {t.track_id: t.box_px for t in tracks if t.observed})
        apart_ns = self.memory_s * NS_PER_S / FRAMES_KEPT
        if not self._seen or frame.timestamp_ns - self._seen[-1].frame.timestamp_ns >= apart_ns:
            self._seen.append(self._latest)
        if (
            not self._older
            or frame.timestamp_ns - self._older[-1].frame.timestamp_ns >= OLDER_APART_S * NS_PER_S
        ):
            self._older.append(self._latest)
        while frame.timestamp_ns - self._seen[0].frame.timestamp_ns > self.memory_s * NS_PER_S:
            self._seen.popleft()

    def clip(
        self, case_id: str, track_id: int, density_px_m: tuple[float, ...] | None = None
    ) -> EvidenceClip | None:
        """Return what is remembered as a clip of a case; None where nothing is, or of several sizes."""
        frames = [seen.frame for seen in self._seen]
        if len({frame.size_px for frame in frames}) != 1:
            return None
        times = tuple(frame.timestamp_ns for frame in frames)
        simulated = any(frame.simulated for frame in frames)
        own = tuple(seen.boxes_px.get(track_id) for seen in self._seen)
        others = tuple(seen.others_px(track_id) for seen in self._seen)
        images = tuple(frame.image_bgr for frame in frames)
        return EvidenceClip(case_id, times, images, simulated, own, others, density_px_m)

    @property
    def spacing_s(self) -> float | None:
        """The longest time between two frames that are remembered; None of fewer than two."""
        times = [seen.frame.timestamp_ns for seen in self._seen]
        apart = [later - earlier for earlier, later in pairwise(times)]
        return max(apart) / NS_PER_S if apart else None

    def first_since(self, timestamp_ns: int, track_id: int) -> Seen | None:
        """Return the first of the older frames since an instant that shows the track, or None."""
        shows = (seen for seen in self._older if track_id in seen.boxes_px)
        return next((seen for seen in shows if seen.frame.timestamp_ns >= timestamp_ns), None)

    def nearest(self, track_id: int, apart_s: float = 0.5) -> list[Seen]:
        """Return the frames that show a track, the one that shows it largest first.

        They are so far apart, from the latest frame too, that one does not only repeat the other.
        """
        shows = [seen for seen in self._seen if track_id in seen.boxes_px]
        taken = [self._latest.frame.timestamp_ns] if self._latest is not None else []
        found: list[Seen] = []
        for seen in sorted(shows, key=lambda seen: -_area(seen.boxes_px[track_id])):
            at_ns = seen.frame.timestamp_ns
            if all(abs(at_ns - other) >= apart_s * NS_PER_S for other in taken):
                taken.append(at_ns)
                found.append(seen)
        return found

    def stood(self, track_id: int, stood_s: float) -> Box | None:
        """Return where a track was so long before the latest frame, None where it was not seen then."""
        if self._latest is None:
            return None
        at_ns = self._latest.frame.timestamp_ns - round(stood_s * NS_PER_S)
        seen = self.at(at_ns, track_id)
        return None if seen is None or seen.frame.timestamp_ns > at_ns else seen.boxes_px[track_id]

    def at(self, timestamp_ns: int, track_id: int) -> Seen | None:
        """Return the last frame up to an instant that shows the track; failing that the first that does."""
        known = [*self._seen, self._latest] if self._latest is not None else []
        shows = [seen for seen in known if seen is not None and track_id in seen.boxes_px]
        before = [seen for seen in shows if seen.frame.timestamp_ns <= timestamp_ns]
        return before[-1] if before else next(iter(shows), None)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def cropped(image_bgr: UInt8Array, box_px: Box, margin: float = 0.25) -> UInt8Array:
    """Return the part of a picture (h, w, 3) around a box, `margin` of its size added on each side."""
    rows, columns = _span(image_bgr, box_px, margin)
    return np.ascontiguousarray(image_bgr[rows, columns])


def box_in_crop(image_bgr: UInt8Array, box_px: Box, margin: float = 0.25) -> Box:
    """Return where a box stands in what `cropped` gives of it."""
    rows, columns = _span(image_bgr, box_px, margin)
    x0, y0 = float(columns.start), float(rows.start)
    return box_px[0] - x0, box_px[1] - y0, box_px[2] - x0, box_px[3] - y0


def outlined(image_bgr: UInt8Array, box_px: Box, width_px: int = 2) -> UInt8Array:
    """Return a copy of a picture (h, w, 3) with a box drawn around the vehicle."""
    picture = image_bgr.copy()
    rows, columns = _span(image_bgr, box_px, 0.0)
    inner = picture[rows, columns]
    for edge in (np.s_[:width_px], np.s_[-width_px:], np.s_[:, :width_px], np.s_[:, -width_px:]):
        inner[edge] = OUTLINE_BGR
    return picture


def zoom_to_fill(size_px: tuple[int, int], box_px: Box, share: float = 0.6, most: float = 25.0) -> float:
    """Return the zoom 1..`most` at which a box fills `share` of the picture in its tighter side."""
    width_px, height_px = max(box_px[2] - box_px[0], 1.0), max(box_px[3] - box_px[1], 1.0)
    zoom = share * min(size_px[0] / width_px, size_px[1] / height_px)
    return float(min(max(zoom, 1.0), most))


def _span(image: UInt8Array, box_px: Box, margin: float) -> tuple[slice, slice]:
    """Return rows and columns of the box inside the picture, at least one pixel each."""
    grow_x, grow_y = margin * (box_px[2] - box_px[0]), margin * (box_px[3] - box_px[1])
    height, width = image.shape[:2]
    x0 = int(np.clip(np.floor(box_px[0] - grow_x), 0, width - 1))
    y0 = int(np.clip(np.floor(box_px[1] - grow_y), 0, height - 1))
    x1 = int(np.clip(np.ceil(box_px[2] + grow_x), x0 + 1, width))
    y1 = int(np.clip(np.ceil(box_px[3] + grow_y), y0 + 1, height))
    return slice(y0, y1), slice(x0, x1)
