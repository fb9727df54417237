"""What the empty road looks like where a SitePlan says that there is one."""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.arrays import BoolArray, Float32Array, Float64Array
from detectors.datatypes.geometry import Polygon
from detectors.datatypes.site import SitePlan
from detectors.detection.layers import likeness

DARKEST, BRIGHTEST = 0.35, 1.35  # the same road in a shadow, or worn and in the sun
CHROMA = 0.04
FEWEST = 12  # road pixels in a row that give it a colour of its own
ROWS = 9
TALLEST_M, BESIDE_PX, LEAST_PX = 3.5, 24, 64


class Road:
    """The carriageways and zones of a view in a picture of `shape` (rows, columns)."""

    def __init__(self, site: SitePlan, shape: tuple[int, int], scale: float) -> None:
        mask = np.zeros(shape, dtype=np.uint8)
        for area in (*(w.area for w in site.carriageways), *(z.area for z in site.no_parking)):
            _fill(mask, area, site, scale)
        for area in site.ignore:
            _fill(mask, area, site, scale, value=0)
        self.mask: BoolArray = mask.astype(bool)

    def colours(self, picture: NDArray[np.float32]) -> Float32Array:
        """Return the colour (rows, 3) of the road in each row: its median there and near by."""
        whole = np.median(picture[self.mask], axis=0) if self.mask.any() else np.full(3, 90.0)
        colours = np.tile(whole, (len(picture), 1))
        for row in range(len(picture)):
            near = slice(max(0, row - ROWS), row + ROWS + 1)
            pixels = picture[near][self.mask[near]]
            if len(pixels) >= FEWEST:
                colours[row] = np.median(pixels, axis=0)
        return np.asarray(colours, dtype=np.float32)

    def strange(self, picture: NDArray[np.float32], colours: NDArray[np.float32]) -> BoolArray:
        """Return (rows, columns): where no light makes a road of these colours (rows, 3) of the picture."""
        model = np.repeat(colours, picture.shape[1], axis=0)
        share, chroma = likeness(picture.reshape(-1, 3), model)
        alike = (share > DARKEST) & (share < BRIGHTEST) & (chroma < CHROMA)
        return np.asarray(~alike.reshape(picture.shape[:2]))

    def carries(self, where: BoolArray) -> bool:
        """Return whether the lower third of a patch lies on the road."""
        rows, columns = np.nonzero(where)
        low = rows >= rows.max() - (rows.max() - rows.min()) / 3
        return bool(self.mask[rows[low], columns[low]].mean() > 0.3)


def window(site: SitePlan | None) -> tuple[int, int, int, int] | None:
    """Return the part of the picture, as x0, y0, x1, y1, in which vehicles on the site can show.

    None where nobody knows where they can be, or where that is nowhere in the picture.
    """
    areas = () if site is None else (*(w.area for w in site.carriageways), *(z.area for z in site.no_parking))
    if site is None or not areas:
        return None
    ground = np.concatenate([site.ground.lift(_rim(area)) for area in areas])
    pixels, depth = site.camera.project(np.concatenate((ground, ground + np.array([0.0, 0.0, TALLEST_M]))))
    size_px = np.array([site.camera.width_px, site.camera.height_px])
    near = (depth > 1.0) & (pixels > -size_px).all(axis=1) & (pixels < 2 * size_px).all(axis=1)
    if not near.any():
        return None
    low = np.clip(np.floor(pixels[near].min(axis=0) - BESIDE_PX), 0, size_px)
    high = np.clip(np.ceil(pixels[near].max(axis=0) + BESIDE_PX), 0, size_px)
    if (high - low < LEAST_PX).any():
        return None
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _rim(area: Polygon) -> Float64Array:
    """Return points (N, 2) along the edges of an area, close to one another."""
    closed = np.concatenate((area.corners_m, area.corners_m[:1]))
    steps = np.linspace(0, 1, 60, endpoint=False)[:, None]
    return np.concatenate([a + (b - a) * steps for a, b in pairwise(closed)])


def _fill(mask: NDArray[np.uint8], area: Polygon, site: SitePlan, scale: float, value: int = 1) -> None:
    """Fill an area of the ground, cut into short edges so that what lies behind the lens drops out."""
    pixels, depth = site.camera.project(site.ground.lift(_rim(area)))
    pixels = pixels[depth > 1.0]
    if len(pixels) >= 3:
        outline = np.clip(np.round(pixels * scale), -4000, 4000).astype(np.int32)
        cv2.fillPoly(mask, [outline], value)
