"""Photographs behind vehicles: what no renderer has drawn (Tremblay et al. 2018, arXiv 1804.06516)."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from detectors.datatypes.arrays import Float64Array, UInt8Array
from scenarios.errors import InputError

KINDS = (".jpg", ".jpeg", ".png", ".webp")
LARGEST_PX = 1600  # on the longer side: a part of a photograph is wanted, not its grain
SMALLEST_PART = 0.3  # of the width of a photograph
EXPOSURE = 0.25  # spread of the logarithm of how bright it is beside the street


def photographs(folders: Sequence[str]) -> tuple[Path, ...]:
    """Return the photographs below some folders, in order; raises InputError where there is none."""
    found = [
        file
        for folder in folders
        for file in sorted(Path(folder).rglob("*"))
        if file.suffix.lower() in KINDS and file.is_file() and not file.is_symlink()
    ]
    if folders and not found:
        msg = f"backdrops: no photograph ({', '.join(KINDS)}) below {', '.join(folders)}; give other folders"
        raise InputError(msg)
    return tuple(found)


def backdrop(photos: tuple[Path, ...], street: UInt8Array, draw: np.random.Generator) -> Float64Array | None:
    """Return a part of a photograph (H, W, 3) as large and about as bright as the street that it replaces.

    None where the photograph cannot be read.
    """
    photo = _photo(photos[int(draw.integers(len(photos)))])
    if photo is None:
        return None
    height, width = street.shape[:2]
    most = min(photo.shape[1], photo.shape[0] * width / height)
    wide = float(draw.uniform(SMALLEST_PART, 1.0)) * most
    tall = wide * height / width
    left, top = draw.uniform(0, photo.shape[1] - wide), draw.uniform(0, photo.shape[0] - tall)
    part = photo[int(top) : int(top + tall) + 1, int(left) : int(left + wide) + 1]
    if draw.random() < 0.5:
        part = part[:, ::-1]
    fitted = cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA).astype(np.float64)
    level = float(np.exp(draw.normal(0.0, EXPOSURE))) * street.mean() / max(fitted.mean(), 1.0)
    return np.asarray(np.clip(fitted * level, 0.0, 255.0), dtype=np.float64)


@lru_cache(maxsize=96)
def _photo(file: Path) -> UInt8Array | None:
    image = cv2.imread(str(file), cv2.IMREAD_COLOR)
    if image is None or min(image.shape[:2]) < 64:
        return None
    scale = min(1.0, LARGEST_PX / max(image.shape[:2]))
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
