"""From a box in the picture to a footprint on the ground, and from its size to a class."""

from dataclasses import dataclass

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.geometry import Areas
from detectors.datatypes.site import SitePlan
from detectors.tracking.sight import Sight

# length, width, height in metres of a typical vehicle, rows by VehicleClass (PKJI 2023 classes)
SIZES_M = np.array([[1.9, 0.8, 1.6], [4.3, 1.75, 1.5], [11.0, 2.5, 3.1], [7.5, 2.3, 2.9]])
SIZE_SIGMA = 0.35  # standard deviation of the logarithm of a box's width and height within a class
RARITY = np.array([0.0, 0.0, 1.5, 1.0])  # -log of how often a class is seen, beside the two common ones
PIXEL_SIGMA = 2.0
FLOOR_SIGMA_M = 0.35
CUT_SIGMA_M = 2.0  # along its way: how far off the middle is when the edge of the picture hides a part
STEPS = 3  # of Newton's method with slope one, which brings the cuboid's lower edge to the box's
EDGE_PX = 2.0  # so near to the edge of the picture a box is cut by it
_CORNERS = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (0.0, 1.0)])


@dataclass(frozen=True, slots=True, eq=False)
class Footprints:
    """N footprints: middle (N, 2) m, its covariance (N, 2, 2) m2, class (N,), heading (N,) rad."""

    position_m: Float64Array
    covariance_m2: Float64Array
    classes: Int64Array
    heading_rad: Float64Array


class FootprintModel:
    """Solves for the cuboid on the ground whose picture has the box's lower edge and middle."""

    def __init__(self, site: SitePlan) -> None:
        self._sight = Sight(site)
        ways = site.carriageways
        self._ways = Areas(tuple(way.area for way in ways))
        self._middles_m = np.array([way.area.corners_m.mean(axis=0) for way in ways]).reshape(-1, 2)
        self._headings = np.array([way.heading_rad for way in ways] or [0.0])
        self._along = np.stack((np.cos(self._headings), np.sin(self._headings)))
        sizes = _CORNERS[:, None] * SIZES_M
        middles = self._middles_m if len(ways) else np.zeros((1, 2))
        turned = zip(self._headings, middles, strict=True)
        self._corners_m = np.stack([self._sight.in_camera(sizes, way, at) for way, at in turned], axis=-1)
        self._edges_px = (EDGE_PX, EDGE_PX, site.camera.width_px - EDGE_PX, site.camera.height_px - EDGE_PX)

    def solve(self, boxes_px: Float64Array, classes: Float64Array, contact_px: Float64Array) -> Footprints:
        """Return the footprints of boxes (N, 4); a known `contact_px` (N, 2) is taken as it is.

        Rows whose ground lies above the horizon come back as NaN.
        """
        edges_px = x0, _, x1, y1 = np.ascontiguousarray(boxes_px.T)
        lower = np.stack(self._sight.tangents((x0 + x1) / 2, y1))
        best, contact = classes.astype(np.int64), np.stack(self._sight.tangents(*contact_px.T))
        known = np.asarray(np.isfinite(contact_px).all(axis=1))
        footing = self._sight.footing(np.where(known, contact, lower))
        way = self._way(*self._sight.ground_m(lower[0], lower[1], footing))
        told = classes < VehicleClass.UNKNOWN
        untold = np.flatnonzero(~told)
        if len(untold):
            on = lower[:, untold], footing[:, untold]
            best[untold] = self._likeliest(self._sight.extent(edges_px, untold), on, way[untold])
        rows = np.flatnonzero(~known)
        if len(rows):
            corners = self._corners_m[:, :, best[rows], way[rows]]
            contact[:, rows] = self._fitted(lower[:, rows], footing[:, rows], corners)[0]
        position, covariance = self._placed(contact, footing)
        covariance += self._hidden(way) * (self._is_cut(edges_px) & ~known)
        return Footprints(position.T, covariance.transpose(2, 0, 1), best, self._headings[way])

    def _way(self, x_m: Float64Array, y_m: Float64Array) -> Int64Array:
        """Return the carriageway (N,) that points lie on, else the one whose middle is nearest."""
        if not len(self._middles_m):
            return np.zeros(len(x_m), dtype=np.int64)
        x, y = np.nan_to_num(x_m), np.nan_to_num(y_m)
        away = np.square(x - self._middles_m[:, :1]) + np.square(y - self._middles_m[:, 1:])
        away[self._ways.contain(x, y)] = 0.0
        return np.asarray(away.argmin(axis=0))

    def _likeliest(
        self, size: Float64Array, on: tuple[Float64Array, Float64Array], way: Int64Array
    ) -> Int64Array:
        """Return the class (N,) whose size is most like those of boxes: width and height (2, N) as tangents.

        `on` are the boxes' lower middles (2, N) and their footings (4, N).
        """
        kinds, n = len(SIZES_M), len(way)
        corners = self._corners_m.take(way, axis=3).reshape(3, len(_CORNERS), kinds * n)
        lower, footing = (np.tile(part, kinds) for part in on)
        _, shown = self._fitted(lower, footing, corners)
        wanted = np.maximum(shown, self._sight.pixel).reshape(2, kinds, n)
        unlike = np.square(np.log(size[:, None] / wanted) / SIZE_SIGMA)
        cost = (unlike[0] + unlike[1]) / 2 + RARITY[:, None]
        cost[np.isnan(cost)] = np.inf
        return np.asarray(cost.argmin(axis=0))

    def _fitted(
        self, lower: Float64Array, footing: Float64Array, corners_m: Float64Array
    ) -> tuple[Float64Array, Float64Array]:
        """Return where cuboids stand (2, N) whose lower middle is seen at `lower` (2, N), and their size.

        All are tangents, the size (2, N) as well; `corners_m` (3, 8, N) are the cuboids' own, in the axes of
        the camera.
        """
        a, b = lower
        for _ in range(STEPS):
            left, _, right, bottom = self._sight.boxes(a, b, footing, corners_m)
            a, b = a + lower[0] - (left + right) / 2, b + lower[1] - bottom
        left, top, right, bottom = self._sight.boxes(a, b, footing, corners_m)
        return np.stack((a, b)), np.stack((right - left, bottom - top))

    def _placed(self, contact: Float64Array, footing: Float64Array) -> tuple[Float64Array, Float64Array]:
        """Return positions (2, N) m of contacts (2, N) as tangents, and their covariances (2, 2, N) m2.

        An error of PIXEL_SIGMA in the picture is carried to the ground by steps of one pixel.
        """
        a, b, step = *contact, self._sight.pixel
        seen = self._sight.ground_m(np.stack((a, a + step, a)), np.stack((b, b, b + step)), footing)
        ground = np.stack(seen)
        slopes = ground[:, 1:] - ground[:, :1]
        slopes[np.isnan(slopes)] = 100.0
        (xu, xv), (yu, yv) = slopes * PIXEL_SIGMA
        across = xu * yu + xv * yv
        least = FLOOR_SIGMA_M**2
        spread = np.array(((xu * xu + xv * xv + least, across), (across, yu * yu + yv * yv + least)))
        return ground[:, 0], spread

    def _hidden(self, way: Int64Array) -> Float64Array:
        """Return (2, 2, N) m2: how much less is known along the way of what the edge of the picture cuts."""
        along = CUT_SIGMA_M * self._along[:, way]
        return np.asarray(along[:, None] * along[None])

    def _is_cut(self, edges_px: Float64Array) -> BoolArray:
        """Return (N,): which boxes (4, N) the edge of the picture cuts, so that they show a part only."""
        (x0, y0, x1, y1), (left, upper, right, lower) = edges_px, self._edges_px
        return np.asarray((x0 <= left) | (y0 <= upper) | (x1 >= right) | (y1 >= lower))
