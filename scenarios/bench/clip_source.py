"""A recording as a source, with a CSV of labels or without.

The CSV has the columns vehicle, class, frame, x0, y0, x1, y1, one row a box; lines that begin with # are
remarks. A vehicle is in view from its first row to its last, and between two rows its box moves linearly.
A column `what` may say "unlabelled": a part of the picture in which what is found counts neither way.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.frame import Frame
from detectors.datatypes.site import SitePlan
from hardware_adapters.sources import open_source, street_folder
from scenarios.bench.pictures import Clip, Labels, Picture, SourceFacts, followed
from scenarios.errors import InputError, unknown_name

EDGES = ("x0", "y0", "x1", "y1")
COLUMNS = ("vehicle", "class", "frame", *EDGES)
CLASSES = {
    "motorcycle": VehicleClass.MOTORCYCLE, "car": VehicleClass.CAR, "sedan": VehicleClass.CAR,
    "suv": VehicleClass.CAR, "pickup": VehicleClass.CAR, "van": VehicleClass.CAR, "taxi": VehicleClass.CAR,
    "bus": VehicleClass.BUS, "truck": VehicleClass.TRUCK, "other": VehicleClass.UNKNOWN,
}  # fmt: skip
UNLABELLED = "unlabelled"
FPS = 6.0  # a detector is shown so many frames of a second, or about as many
EXAMPLES = 40


@dataclass(frozen=True, slots=True, eq=False)
class LabelledVehicle:
    """One vehicle: boxes (K, 4) in `frames` (K,), ascending; `counts` is false for what is not labelled."""

    number: int
    kind: VehicleClass
    counts: bool
    frames: Float64Array
    boxes_px: Float64Array

    def box_px(self, frame: int) -> Float64Array | None:
        """Return where it is in a frame (4,), None where it is out of view."""
        if not self.frames[0] <= frame <= self.frames[-1]:
            return None
        return np.array([np.interp(frame, self.frames, edge) for edge in self.boxes_px.T])


def read_labels(file: Path) -> tuple[LabelledVehicle, ...]:
    """Return the vehicles of a CSV of labels; raises InputError with file and line."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        msg = f"{file}: not a CSV in UTF-8 ({error})"
        raise InputError(msg) from error
    numbered = [(at, line) for at, line in enumerate(lines, start=1) if line and not line.startswith("#")]
    reader = csv.DictReader(line for _, line in numbered)
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        msg = f"{file}: expected the columns {', '.join(COLUMNS)}; missing: {', '.join(missing)}"
        raise InputError(msg)
    keys: dict[str, dict[float, list[float]]] = {}
    kinds: dict[str, tuple[VehicleClass, bool]] = {}
    for (at, _), row in zip(numbered[1:], reader, strict=False):
        frame, box = _box(row, f"{file}, line {at}")
        if row["class"] not in CLASSES:
            msg = f"{file}, line {at}: {unknown_name(row['class'], CLASSES, what='class')}"
            raise InputError(msg)
        keys.setdefault(row["vehicle"], {})[frame] = box
        kinds[row["vehicle"]] = CLASSES[row["class"]], row.get("what") != UNLABELLED
    return tuple(
        LabelledVehicle(
            number, *kinds[name], np.array(sorted(drawn)), np.array([drawn[f] for f in sorted(drawn)])
        )
        for number, (name, drawn) in enumerate(keys.items())
    )


def _box(row: dict[str, str], where: str) -> tuple[float, list[float]]:
    try:
        frame, *box = (float(row[column]) for column in ("frame", *EDGES))
    except (TypeError, ValueError) as error:
        msg = f"{where}: expected numbers in frame, {', '.join(EDGES)} ({error})"
        raise InputError(msg) from error
    if not (np.isfinite([frame, *box]).all() and frame >= 0 and box[0] < box[2] and box[1] < box[3]):
        msg = f"{where}: expected a frame of 0 or more, x0 < x1 and y0 < y1, got {frame:g}, {box}"
        raise InputError(msg)
    return frame, box


def _on_site(boxes_px: Float64Array, site: SitePlan) -> BoolArray:
    """Return (N,) which boxes (N, 4) the engine keeps: their ground, a quarter up, lies on the site."""
    middle = (boxes_px[:, 0] + boxes_px[:, 2]) / 2
    ground = np.column_stack((middle, 0.75 * boxes_px[:, 3] + 0.25 * boxes_px[:, 1]))
    return followed(site, site.camera.ground_points(ground, site.ground))


class ClipSource:
    """Source of one recording: `labels` None leaves it without truth, `site` None without ground."""

    def __init__(
        self, path: Path, labels: Path | None = None, fps: float = FPS, site: SitePlan | None = None
    ) -> None:
        self._path, self._site = path, site
        self._video = open_source(path, path.stem, None, simulated=False)
        self._vehicles = read_labels(labels) if labels else None
        self._step = max(1, round(self._video.fps / fps))
        pictures = -(-self._video.frame_count // self._step)
        self.facts = SourceFacts(
            "video", path.name, simulated=False, labelled=bool(labels), pictures=pictures
        )

    def pictures(self) -> Iterator[tuple[Clip, Picture]]:
        """Yield every so many-th frame of the recording."""
        clip = Clip(self._path.stem, self._path.stem, self._step / self._video.fps, self._site, self._street)
        for frame in islice(self._video.frames(), 0, None, self._step):
            yield clip, Picture(frame, self._labels(frame.index))

    def _labels(self, frame: int) -> Labels | None:
        if self._vehicles is None:
            return None
        placed = [(one, one.box_px(frame)) for one in self._vehicles]
        shown = [(one, box) for one, box in placed if box is not None]
        boxes = np.array([box for _, box in shown], dtype=np.float64).reshape(-1, 4)
        counts = np.array([one.counts for one, _ in shown], dtype=np.bool_)
        kinds = np.array([one.kind for one, _ in shown], dtype=np.int64)
        numbers = np.array([one.number for one, _ in shown], dtype=np.int64)
        on_site = np.ones(len(shown), dtype=np.bool_) if self._site is None else _on_site(boxes, self._site)
        return Labels(boxes, kinds, numbers, np.full(len(shown), np.nan), counts, on_site)

    def _street(self) -> Iterable[Frame]:
        """Yield pictures of the empty street beside the recording, else frames spread over it."""
        folder = street_folder(self._path)
        if folder.is_dir():
            return open_source(folder, self._path.stem, None, simulated=False).frames()
        every = max(1, self._video.frame_count // EXAMPLES)
        return islice(self._video.frames(), 0, EXAMPLES * every, every)
