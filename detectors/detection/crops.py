"""Windows of labelled pictures, for training: magnified, around vehicles, rare classes more often.

Most of a street picture shows no vehicle, and small vehicles do not survive a smaller picture. A window
keeps or raises their size and leaves the empty street out, so that the same hours of training see more
of them.
"""

import numpy as np

from detectors.datatypes.arrays import Float64Array

SMALLER = 0.4  # a window shows the picture at this to the full magnification
FITS = 0.9  # of a window: what is larger is shown smaller
ANYWHERE = 0.1  # share of the windows that are laid without looking for a vehicle
LEAST_INSIDE = 0.4  # of a vehicle's box; what shows less of itself is no vehicle to learn from


def window(
    shape: tuple[int, int],
    labels: Float64Array,
    weights: Float64Array,
    draw: np.random.Generator,
    window_px: tuple[int, int],
    magnify: float = 1.0,
) -> tuple[tuple[slice, slice], Float64Array]:
    """Return (rows and columns of a picture, labels within) of one window of it.

    `labels` (N, 5) are class, middle and size as shares of the picture, as YOLO has them; so are those
    returned, of the window. `weights` (C,) say how much more often a class is looked for. A window has the
    proportions of `window_px` (width, height), lies within the picture, whose `shape` is height and width,
    and shows it magnified by at most `magnify` (>= 1), less where a vehicle would not fit.
    """
    height, width = shape
    boxes = labels[:, 1:] * [width, height, width, height]
    chance = weights[labels[:, 0].astype(int)]
    least = max(window_px[0] / width, window_px[1] / height)  # shows all that the picture has
    scale = max(least, magnify * SMALLER ** (draw.random() ** 2))
    if not len(labels) or draw.random() < ANYWHERE:
        wide, tall = _shown(scale, shape, window_px)
        left, top = draw.integers(0, width - wide + 1), draw.integers(0, height - tall + 1)
    else:
        x, y, *size = boxes[draw.choice(len(labels), p=chance / chance.sum())].tolist()
        fits = min(FITS * side / max(own, 1.0) for side, own in zip(window_px, size, strict=True))
        wide, tall = _shown(max(least, min(scale, fits)), shape, window_px)
        left = np.clip(x - draw.uniform(0.1, 0.9) * wide, 0, width - wide)
        top = np.clip(y - draw.uniform(0.1, 0.9) * tall, 0, height - tall)
    column, row = int(left), int(top)
    inside = _inside(boxes, column, row, wide, tall)
    return (
        (slice(row, row + tall), slice(column, column + wide)),
        np.column_stack([labels[inside[:, 4].astype(int), 0], inside[:, :4] / [wide, tall, wide, tall]]),
    )


def _shown(scale: float, shape: tuple[int, int], window_px: tuple[int, int]) -> tuple[int, int]:
    """Return how many pixels of a picture a window shows at a magnification: width, height."""
    height, width = shape
    return min(round(window_px[0] / scale), width), min(round(window_px[1] / scale), height)


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
