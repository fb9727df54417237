"""Finds vehicles by what differs from the empty street. OpenCV, no weights, one instance a view."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.arrays import BoolArray, Float32Array
from detectors.datatypes.detections import Detections, VehicleClass
from detectors.datatypes.frame import NS_PER_S, Frame
from detectors.datatypes.site import SitePlan
from detectors.detection.layers import Layers
from detectors.detection.road import Road

HALF = 0.5
MAX_GAP_S = 5.0  # a longer gap between frames counts as this much
SMALLEST_PX = 90  # pixels of the half picture, where no site gives a scale
SMALLEST_M2 = 0.5  # of the picture of a motorcycle and rider, about 1.2 m2
GHOST_EDGE = 1.25
VEHICLE_SHARE = 0.25  # of a vehicle's pixels are such as no light gives the road
WHOLE_SHARE = 0.5  # of what differs from the street has settled: it stands as one
HALF_WAY = 0.5  # of the time that makes it stand: it is settling


@dataclass(frozen=True, slots=True)
class _Blob:
    """A connected patch: box in pixels of the half picture, its number of pixels, standing or not."""

    x0: int
    y0: int
    x1: int
    y1: int
    pixels: int
    stands: bool


class MotionDetector:
    """Detector of whatever moves or has come to stand, with boxes in pixels of the frame.

    The first `learning_s` seconds are for learning the street: it finds nothing in them. With a
    SitePlan, patches too small to be a motorcycle are dropped.
    """

    def __init__(self, site: SitePlan | None = None, *, learning_s: float = 8.0) -> None:
        self._site = site
        self._learning_ns = round(learning_s * NS_PER_S)
        self._first_ns: int | None = None
        self._last_ns: int | None = None
        self._samples: list[tuple[int, Float32Array]] = []
        self._layers: Layers | None = None
        self._least: Float32Array | None = None
        self._road: Road | None = None

    @property
    def name(self) -> str:
        """What to call it in a report."""
        return "motion"

    def detect(self, frame: Frame) -> Detections:
        """Return the vehicles in `frame`, classes UNKNOWN."""
        picture = _half(frame.image_bgr)
        if self._layers is None:
            self._layers = self._learn(picture, frame.timestamp_ns)
            self._last_ns = frame.timestamp_ns
            return _as_detections([])
        since_ns = self._last_ns or frame.timestamp_ns
        gap_s = (frame.timestamp_ns - since_ns) / NS_PER_S
        self._last_ns = frame.timestamp_ns
        self._layers.update(picture, min(max(gap_s, 0.0), MAX_GAP_S))
        if gap_s > MAX_GAP_S:
            self._layers.drop_hidden()
        self._decide_standing(self._layers)
        return _as_detections(self._blobs(self._layers))

    def learn_from(self, frames: Iterable[Frame]) -> None:
        """Learn the street from pictures taken at any time, instead of from the first seconds."""
        self._samples = [(frame.timestamp_ns, _half(frame.image_bgr)) for frame in frames]
        if self._samples:
            self._layers = self._from_samples()

    def _learn(self, picture: Float32Array, timestamp_ns: int) -> Layers | None:
        first_ns = timestamp_ns if self._first_ns is None else self._first_ns
        self._first_ns = first_ns
        wanted_ns = first_ns + len(self._samples) * self._learning_ns // 24
        if timestamp_ns >= wanted_ns:
            self._samples.append((timestamp_ns, picture))
        if timestamp_ns - first_ns < self._learning_ns:
            return None
        return self._from_samples()

    def _from_samples(self) -> Layers:
        """Learn the street: what shows most of the time, put right by the pictures in their order.

        A vehicle that stands in most of them is taken for street at first. Once it has left, or where
        the bare road showed before it came, the road is found as it is behind a vehicle that drives off.
        """
        pictures = np.stack([picture for _, picture in self._samples])
        # The lower one of two in the middle: their mean would show neither the vehicle nor the road.
        street = np.quantile(pictures, 0.5, axis=0, method="lower").astype(np.float32)
        if self._site is not None and self._site.carriageways:
            self._road = Road(self._site, (street.shape[0], street.shape[1]), HALF)
        layers = Layers(street, _flicker(pictures))
        before_ns = self._samples[0][0]
        for timestamp_ns, picture in self._samples:
            elapsed_s = min((timestamp_ns - before_ns) / NS_PER_S, MAX_GAP_S)
            layers.update(picture, max(elapsed_s, 0.0))
            self._decide_standing(layers)
            before_ns = timestamp_ns
        self._samples = []
        return layers.emptied()

    def _decide_standing(self, layers: Layers) -> None:
        """Put down what has settled; what left a hole in the street is taken for street.

        A patch is judged when most of what settles there has: a part of a vehicle tells too little.
        """
        ripe = layers.settled()
        if not ripe.any():
            return
        whole = cv2.connectedComponents(_closed(layers.moving, 3))[1]
        settling = layers.settled(HALF_WAY)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(_closed(settling, 3), connectivity=8)
        for number in range(1, count):
            where = (labels == number) & settling
            if np.count_nonzero(where & ripe) <= WHOLE_SHARE * np.count_nonzero(where):
                continue
            around = layers.moving & np.isin(whole, np.unique(whole[where]))
            if np.count_nonzero(where) > WHOLE_SHARE * np.count_nonzero(around):
                where = around
            x, y, width, height = stats[number, :4].tolist()
            blob = _Blob(x, y, x + width, y + height, int(np.count_nonzero(where)), stands=True)
            if blob.pixels >= self._least_pixels(blob, layers) and self._is_vehicle(where, layers):
                layers.put_down(where)
            else:
                layers.absorb(where)

    def _is_vehicle(self, where: BoolArray, layers: Layers) -> bool:
        """Return whether what has settled is a vehicle, not bare road where one stood or a patch of sun."""
        looks_new = not _is_ghost(where, layers.recent, layers.street)
        if self._road is None or not self._road.carries(where):
            return looks_new
        colours = self._road.colours(layers.street)
        strange_now = float(np.mean(self._road.strange(layers.recent, colours)[where]))
        strange_before = float(np.mean(self._road.strange(layers.street, colours)[where]))
        return strange_now >= VEHICLE_SHARE and (strange_before < VEHICLE_SHARE or looks_new)

    def _blobs(self, layers: Layers) -> list[_Blob]:
        moving = _closed(_cleaned(layers.moving), 5)
        found = _patches(moving, stands=False)
        found += [_Blob(*one.box, int(np.count_nonzero(one.mask)), stands=True) for one in layers.standing]
        return [blob for blob in found if blob.pixels >= self._least_pixels(blob, layers)]

    def _least_pixels(self, blob: _Blob, layers: Layers) -> float:
        if self._site is None:
            return SMALLEST_PX
        if self._least is None:
            self._least = _least_by_row(self._site, layers.street.shape[0])
        return float(self._least[min(blob.y1, len(self._least) - 1)])


def _half(image_bgr: NDArray[np.uint8]) -> Float32Array:
    rows, columns = (max(1, round(HALF * side)) for side in image_bgr.shape[:2])
    small = cv2.resize(image_bgr, (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.float32)


def _flicker(pictures: Float32Array) -> Float32Array:
    """Return how much each pixel (h, w) of N pictures flickers: its mean absolute deviation, grey levels.

    From the median step between one picture and the next (Elgammal, Harwood and Davis 2000), which a
    vehicle that stands in half of them does not raise, as it does the deviation from the median.
    """
    if len(pictures) < 2:
        return np.zeros(pictures.shape[1:3], dtype=np.float32)
    steps = np.abs(np.diff(pictures, axis=0)).max(axis=3)
    return np.asarray(np.median(steps, axis=0) / np.sqrt(2), dtype=np.float32)


def _cleaned(mask: BoolArray) -> BoolArray:
    """Drop what is thinner than 3 pixels everywhere, and leave the rest whole.

    Opening by reconstruction (Vincent 1993): a plain opening would take the thin parts of a far vehicle.
    """
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    kept = np.zeros(count, dtype=bool)
    kept[labels[_morph(mask, cv2.MORPH_OPEN, 3)]] = True
    return np.asarray(kept[labels])


def _closed(mask: BoolArray, size: int) -> NDArray[np.uint8]:
    return _morph(mask, cv2.MORPH_CLOSE, size).astype(np.uint8)


def _morph(mask: NDArray[np.generic], operation: int, size: int) -> BoolArray:
    kernel = np.ones((size, size), dtype=np.uint8)
    return np.asarray(cv2.morphologyEx(mask.astype(np.uint8), operation, kernel), dtype=bool)


def _patches(mask: NDArray[np.uint8], *, stands: bool) -> list[_Blob]:
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return [_Blob(x, y, x + w, y + h, int(pixels), stands) for x, y, w, h, pixels in stats[1:].tolist()]


def _is_ghost(where: BoolArray, picture: Float32Array, street: Float32Array) -> bool:
    """Return whether the outline is an edge of the remembered street, not of the picture."""
    grown = _morph(where, cv2.MORPH_DILATE, 5)
    rim = grown & ~_morph(where, cv2.MORPH_ERODE, 5)
    return _edge(street, rim) > GHOST_EDGE * _edge(picture, rim)


def _edge(picture: Float32Array, rim: BoolArray) -> float:
    grey = picture[..., 1]
    dx = cv2.Sobel(grey, cv2.CV_32F, 1, 0)
    dy = cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    return float(np.mean(np.hypot(dx, dy)[rim])) if rim.any() else 0.0


def _least_by_row(site: SitePlan, rows: int) -> Float32Array:
    """Return the least pixels (rows,) of a patch whose lowest row is given, from the camera."""
    camera = site.camera
    middle = np.column_stack((np.full(rows, camera.centre_px[0]), np.arange(rows) / HALF))
    points = camera.ground_points(middle, site.ground)
    spots = site.ground.lift(np.nan_to_num(points, nan=1e6))
    densities = np.array([camera.pixels_per_metre(spot) for spot in spots]) * HALF
    least = np.maximum(SMALLEST_M2 * densities**2, 8.0)
    return np.asarray(least, dtype=np.float32)


def _as_detections(blobs: list[_Blob]) -> Detections:
    boxes = np.array([(b.x0, b.y0, b.x1, b.y1) for b in blobs], dtype=np.float32).reshape(-1, 4) / HALF
    filled = [b.pixels / max(1, (b.x1 - b.x0) * (b.y1 - b.y0)) for b in blobs]
    n = len(blobs)
    return Detections(
        boxes,
        np.clip(np.array(filled, dtype=np.float32), 0.05, 1.0),
        np.full(n, VehicleClass.UNKNOWN, dtype=np.int8),
        np.full((n, 2), np.nan, dtype=np.float32),
    )
