"""Windows cut from labelled pictures, for training: magnified, around vehicles, rare classes more often.

Most of a street picture shows no vehicle, and small vehicles do not survive a smaller picture. A window
keeps or raises their size and leaves the empty street out, so that the same hours of training see more
of them.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from detectors.datatypes.arrays import Float64Array, UInt8Array
from detectors.detection.errors import ModelError

WINDOW_PX = (320, 256)  # width, height
WINDOWS_EACH = 3
SMALLER = 0.4  # a window shows the picture at this to the full magnification
FITS = 0.9  # of a window: what is larger is shown smaller
ANYWHERE = 0.1  # share of the windows that are laid without looking for a vehicle
LEAST_INSIDE = 0.4  # of a vehicle's box; what shows less of itself is no vehicle to learn from
JPEG_QUALITY = 97


def cut(
    dataset: Path, split: str, out: Path, *, magnify: float, seed: int = 1, each: int = WINDOWS_EACH
) -> int:
    """Write windows of the pictures of `dataset`/images/`split`, with YOLO labels, to `out`; return how many.

    There are `each` of a picture. A window is WINDOW_PX on disk and shows that much of the picture over a
    magnification of up to `magnify` (>= 1), a smaller one where a vehicle would not fit. Names begin with a
    hash, so that their order is none. Raises ModelError for a picture that cannot be read.
    """
    pictures = sorted((dataset / "images" / split).glob("*.jpg"))
    labels = {file: _labels(dataset / "labels" / split / f"{file.stem}.txt") for file in pictures}
    weights = class_weights(np.concatenate([rows[:, 0] for rows in labels.values()] or [np.zeros(0)]))
    draw = np.random.default_rng(seed)
    for kind in ("images", "labels"):
        (out / kind / split).mkdir(parents=True, exist_ok=True)
    count = 0
    for file in pictures:
        image = cv2.imread(str(file), cv2.IMREAD_COLOR)
        if image is None:
            msg = f"{file}: not a picture that can be read; export the dataset again"
            raise ModelError(msg)
        found = windows(image.shape[:2], labels[file], weights, draw, magnify, each)
        for number, (window, rows) in enumerate(found):
            name = f"{hashlib.blake2b(f'{file.stem}{number}'.encode(), digest_size=4).hexdigest()}_{number}"
            part = cv2.resize(image[window], WINDOW_PX, interpolation=cv2.INTER_LINEAR)
            _write(out, split, name, np.asarray(part, dtype=np.uint8), rows)
            count += 1
    return count


def windows(
    shape: tuple[int, int],
    labels: Float64Array,
    weights: Float64Array,
    draw: np.random.Generator,
    magnify: float = 1.0,
    each: int = WINDOWS_EACH,
) -> Iterator[tuple[tuple[slice, slice], Float64Array]]:
    """Yield (rows and columns of the picture, labels within) of the windows of one picture.

    `labels` (N, 5) are class, middle and size as shares of the picture, as YOLO has them; so are those
    yielded, of the window. `weights` (C,) say how much more often a class is looked for. A window has the
    proportions of WINDOW_PX and lies within the picture, whose `shape` is height and width.
    """
    height, width = shape
    boxes = labels[:, 1:] * [width, height, width, height]
    chance = weights[labels[:, 0].astype(int)]
    least = max(WINDOW_PX[0] / width, WINDOW_PX[1] / height)  # shows all that the picture has
    for _ in range(each):
        scale = max(least, magnify * SMALLER ** (draw.random() ** 2))
        if not len(labels) or draw.random() < ANYWHERE:
            wide, tall = _shown(scale, width, height)
            left, top = draw.integers(0, width - wide + 1), draw.integers(0, height - tall + 1)
        else:
            x, y, *size = boxes[draw.choice(len(labels), p=chance / chance.sum())].tolist()
            fits = min(FITS * side / max(own, 1.0) for side, own in zip(WINDOW_PX, size, strict=True))
            scale = max(least, min(scale, fits))
            wide, tall = _shown(scale, width, height)
            left = np.clip(x - draw.uniform(0.1, 0.9) * wide, 0, width - wide)
            top = np.clip(y - draw.uniform(0.1, 0.9) * tall, 0, height - tall)
        column, row = int(left), int(top)
        inside = _inside(boxes, column, row, wide, tall)
        yield (
            (slice(row, row + tall), slice(column, column + wide)),
            np.column_stack([labels[inside[:, 4].astype(int), 0], inside[:, :4] / [wide, tall, wide, tall]]),
        )


def _shown(scale: float, width: int, height: int) -> tuple[int, int]:
    """Return how many pixels of a picture a window shows at a magnification: width, height."""
    return min(round(WINDOW_PX[0] / scale), width), min(round(WINDOW_PX[1] / scale), height)


def _inside(boxes: Float64Array, column: int, row: int, wide: int, tall: int) -> Float64Array:
    """Return (M, 5) middle, size and index of the boxes that show enough of themselves, cut at the edge."""
    low, high = boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2
    low_in = np.clip(low - [column, row], 0, [wide, tall])
    high_in = np.clip(high - [column, row], 0, [wide, tall])
    sizes = high_in - low_in
    shown = np.prod(sizes, axis=1) / np.maximum(np.prod(boxes[:, 2:], axis=1), 1e-9)
    kept = np.flatnonzero(shown >= LEAST_INSIDE)
    return np.column_stack([(low_in + high_in)[kept] / 2, sizes[kept], kept.astype(np.float64)])


def class_weights(classes: Float64Array) -> Float64Array:
    """Return (C,) one over the root of how often each class appears."""
    counts = np.bincount(classes.astype(int), minlength=1)
    return np.asarray(1.0 / np.sqrt(np.maximum(counts, 1)))


def _labels(file: Path) -> Float64Array:
    """Return (N, 5) of a label file; none where there is no file."""
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    try:
        return np.array([line.split() for line in text.splitlines()], dtype=np.float64).reshape(-1, 5)
    except ValueError as error:
        msg = f"{file}: expected lines of class, middle and size (five numbers); export the dataset again"
        raise ModelError(msg) from error


def _write(out: Path, split: str, name: str, window: UInt8Array, labels: Float64Array) -> None:
    done, jpeg = cv2.imencode(".jpg", window, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        msg = f"{out}: a window cannot be written as JPEG"
        raise ModelError(msg)
    (out / "images" / split / f"{name}.jpg").write_bytes(jpeg.tobytes())
    lines = [f"{int(kind)} {x:.6f} {y:.6f} {w:.6f} {h:.6f}\n" for kind, x, y, w, h in labels]
    (out / "labels" / split / f"{name}.txt").write_text("".join(lines), encoding="utf-8")
