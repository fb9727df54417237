"""Draws what the engine concluded over the picture that it saw; watches, and decides nothing."""

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.arrays import Float64Array, UInt8Array
from detectors.datatypes.geometry import Polygon
from detectors.datatypes.site import SitePlan
from detectors.datatypes.steps import StepRecord
from detectors.datatypes.tracks import Track
from detectors.datatypes.violations import Verdict, VerdictKind, WindowPhase

Colour = tuple[int, int, int]

# BGR; told apart by lightness as well as hue, for readers who do not see red and green apart
PLAIN: Colour = (235, 206, 135)
LOST: Colour = (160, 160, 160)
BAN: Colour = (60, 76, 231)
LINE: Colour = (255, 255, 255)
INK: Colour = (20, 20, 20)
COLOUR_OF: dict[VerdictKind, Colour] = {
    VerdictKind.VIOLATION: (40, 40, 230),
    VerdictKind.UNDETERMINED: (0, 190, 255),
    VerdictKind.CLEAR: PLAIN,
}
WORST = (VerdictKind.CLEAR, VerdictKind.UNDETERMINED, VerdictKind.VIOLATION)
SHADE = 0.22
NEAR_M = 0.5
LINGER_NS = 2_000_000_000
FONT = cv2.FONT_HERSHEY_SIMPLEX


class Overlay:
    """Draws the frames of one view in order; a verdict stays while its window is open, and 2 s more."""

    def __init__(self, site: SitePlan | None) -> None:
        self._site = site
        self._open: dict[str, Verdict] = {}

    def draw(self, image_bgr: UInt8Array, record: StepRecord) -> UInt8Array:
        """Return a copy of `image_bgr` (height, width, 3) with zones, boxes, speeds and verdicts."""
        known = [*self._open.values(), *record.verdicts]
        self._open = {verdict.key: verdict for verdict in known if _lasts(verdict, record.timestamp_ns)}
        picture = np.array(image_bgr)
        if self._site is not None:
            _draw_site(picture, self._site)
        for track in record.tracks:
            _draw_track(picture, track, self._verdict_of(track))
        return picture

    def _verdict_of(self, track: Track) -> Verdict | None:
        mine = [verdict for verdict in self._open.values() if verdict.track_id == track.track_id]
        return max(mine, key=lambda verdict: WORST.index(verdict.kind), default=None)


def _lasts(verdict: Verdict, timestamp_ns: int) -> bool:
    return verdict.phase is not WindowPhase.CLOSED or timestamp_ns - verdict.updated_ns <= LINGER_NS


def draw_overlay(image_bgr: UInt8Array, record: StepRecord, site: SitePlan | None) -> UInt8Array:
    """Return one picture (height, width, 3) with what `record` concluded drawn over it."""
    return Overlay(site).draw(image_bgr, record)


def _draw_site(picture: UInt8Array, site: SitePlan) -> None:
    shade = picture.copy()
    shapes = (_outline_px(site, zone.area) for zone in site.no_parking)
    outlines = [shape for shape in shapes if len(shape)]
    for outline in outlines:
        cv2.fillPoly(shade, [outline], BAN)
    cv2.addWeighted(shade, SHADE, picture, 1 - SHADE, 0, dst=picture)
    for outline in outlines:
        cv2.polylines(picture, [outline], isClosed=True, color=BAN, thickness=1, lineType=cv2.LINE_AA)
    for stop in site.stop_lines:
        ends = np.array([[stop.line.x0_m, stop.line.y0_m], [stop.line.x1_m, stop.line.y1_m]])
        pixels, depth = site.camera.project(site.ground.lift(ends))
        if (depth > NEAR_M).all():
            start, end = _whole(pixels)
            cv2.line(picture, start.tolist(), end.tolist(), LINE, 2, cv2.LINE_AA)


def _outline_px(site: SitePlan, area: Polygon) -> NDArray[np.int32]:
    """Return the outline (N, 2) of an area in pixels, cut where it passes behind the lens."""
    corners = site.ground.lift(area.corners_m)
    depth = (corners - site.camera.position_m) @ site.camera.rotation_camera_world()[2]
    kept: list[Float64Array] = []
    for row in range(len(corners)):
        here, there = depth[row - 1] - NEAR_M, depth[row] - NEAR_M
        if here * there < 0:
            kept.append(corners[row - 1] + (corners[row] - corners[row - 1]) * here / (here - there))
        if there >= 0:
            kept.append(corners[row])
    pixels, _ = site.camera.project(np.array(kept).reshape(-1, 3))
    return _whole(pixels)


def _whole(pixels: Float64Array) -> NDArray[np.int32]:
    # clipped far outside the picture: cv2 wraps around at 16 bits
    return np.clip(np.round(pixels), -20000, 20000).astype(np.int32)


def _draw_track(picture: UInt8Array, track: Track, verdict: Verdict | None) -> None:
    colour = COLOUR_OF[verdict.kind] if verdict else PLAIN
    if not track.observed:
        colour = LOST
    x0, y0, x1, y1 = (round(float(edge)) for edge in track.box_px)
    cv2.rectangle(picture, (x0, y0), (x1, y1), colour, 2 if verdict else 1)
    if track.observed or verdict:
        _label(picture, (x0, y0), _words(track, verdict), colour)


def _words(track: Track, verdict: Verdict | None) -> str:
    words = [f"#{track.track_id}"]
    if track.velocity_mps is not None:
        words.append(f"{3.6 * float(np.hypot(*track.velocity_mps)):.0f} km/h")
    if verdict is not None and verdict.kind is not VerdictKind.CLEAR:
        doubt = "?" if verdict.kind is VerdictKind.UNDETERMINED else ""
        words.append(f"{verdict.article}{doubt} {verdict.extremum:.0f} {verdict.unit}")
    return "  ".join(words)


def _label(picture: UInt8Array, corner: tuple[int, int], words: str, colour: Colour) -> None:
    scale = max(0.35, picture.shape[1] / 1800)
    (width, height), _ = cv2.getTextSize(words, FONT, scale, 1)
    x = int(np.clip(corner[0], 0, max(0, picture.shape[1] - width - 4)))
    y = max(corner[1], height + 4)
    cv2.rectangle(picture, (x, y - height - 4), (x + width + 4, y), colour, -1)
    cv2.putText(picture, words, (x + 2, y - 3), FONT, scale, INK, 1, cv2.LINE_AA)
