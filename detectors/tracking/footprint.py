"""From a box in the picture to a footprint on the ground, and from its size to a class."""

from dataclasses import dataclass

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.site import SitePlan

# length, width, height in metres of a typical vehicle, rows by VehicleClass (PKJI 2023 classes)
SIZES_M = np.array([[1.9, 0.8, 1.6], [4.3, 1.75, 1.5], [11.0, 2.5, 3.1], [7.5, 2.3, 2.9]])
SIZE_SIGMA = 0.35  # standard deviation of the logarithm of a box's width and height within a class
RARITY = np.array([0.0, 0.0, 1.5, 1.0])  # -log of how often a class is seen, beside the two common ones
PIXEL_SIGMA = 2.0
FLOOR_SIGMA_M = 0.35
CUT_SIGMA_M = 2.0  # along its way: how far off the middle is when the edge of the picture hides a part
EDGE_PX = 2.0  # so near to the edge of the picture a box is cut by it
_CORNERS = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (0.0, 1.0)])


@dataclass(frozen=True, slots=True, eq=False)
class Footprints:
    """N footprints: middle (N, 2) m, its covariance (N, 2, 2) m2, class (N,), heading (N,) rad."""

    position_m: Float64Array
    covariance_m2: Float64Array
    classes: Float64Array
    heading_rad: Float64Array


class FootprintModel:
    """Solves for the cuboid on the ground whose picture has the box's lower edge and middle."""

    def __init__(self, site: SitePlan) -> None:
        self._site = site
        self._ways = [(way, way.area.corners_m.mean(axis=0)) for way in site.carriageways]

    def heading_rad(self, points_m: Float64Array) -> Float64Array:
        """Return the direction of traffic (N,) at points (N, 2): that of their carriageway."""
        heading = np.zeros(len(points_m))
        nearest = np.full(len(points_m), np.inf)
        for way, middle_m in self._ways:
            distance = np.hypot(points_m[:, 0] - middle_m[0], points_m[:, 1] - middle_m[1])
            distance[way.area.contains(points_m)] = 0.0
            heading[distance < nearest] = way.heading_rad
            nearest = np.minimum(nearest, distance)
        return heading

    def solve(self, boxes_px: Float64Array, classes: Float64Array, contact_px: Float64Array) -> Footprints:
        """Return the footprints of boxes (N, 4); a known `contact_px` (N, 2) is taken as it is.

        Rows whose ground lies above the horizon come back as NaN.
        """
        known = np.asarray(np.isfinite(contact_px).all(axis=1))
        lower_px = np.column_stack(((boxes_px[:, 0] + boxes_px[:, 2]) / 2, boxes_px[:, 3]))
        lower_m = self._site.camera.ground_points(lower_px, self._site.ground)
        heading = self.heading_rad(np.nan_to_num(lower_m))
        best, contact = classes.astype(np.int64), contact_px.copy()
        open_rows = np.flatnonzero(~known | (classes >= VehicleClass.UNKNOWN))
        if len(open_rows):
            guesses = self._guesses(boxes_px[open_rows], lower_px[open_rows], heading[open_rows])
            likely = np.argmin(np.nan_to_num(guesses[:, :, 4], nan=1e9), axis=0)
            told = classes[open_rows] < VehicleClass.UNKNOWN
            best[open_rows] = np.where(told, classes[open_rows], likely)
            picked = guesses[best[open_rows], np.arange(len(open_rows)), 2:4]
            contact[open_rows] = np.where(known[open_rows, None], contact_px[open_rows], picked)
        position = self._site.camera.ground_points(contact, self._site.ground)
        covariance = self._covariance(contact, position)
        along = np.column_stack((np.cos(heading), np.sin(heading)))
        hidden = CUT_SIGMA_M**2 * along[:, :, None] * along[:, None, :]
        covariance += hidden * (self._is_cut(boxes_px) & ~known)[:, None, None]
        return Footprints(position, covariance, best.astype(np.float64), heading)

    def _is_cut(self, boxes_px: Float64Array) -> BoolArray:
        """Return (N,): which boxes (N, 4) the edge of the picture cuts, so that they show a part only."""
        right, lower = self._site.camera.width_px - EDGE_PX, self._site.camera.height_px - EDGE_PX
        x0, y0, x1, y1 = boxes_px.T
        return np.asarray((x0 <= EDGE_PX) | (y0 <= EDGE_PX) | (x1 >= right) | (y1 >= lower))

    def _guesses(self, boxes_px: Float64Array, lower_px: Float64Array, heading: Float64Array) -> Float64Array:
        """Return (K, N, 5): ground x, y, contact u, v and cost of N boxes, for each of K sizes at once."""
        kinds, n = len(SIZES_M), len(boxes_px)
        cuboids_m = np.repeat(_CORNERS * SIZES_M[:, None, :], n, axis=0)
        lower, turned = np.tile(lower_px, (kinds, 1)), np.tile(heading, kinds)
        contact = lower
        for _ in range(3):
            box = self._cuboid_boxes(
                self._site.camera.ground_points(contact, self._site.ground), turned, cuboids_m
            )
            contact = contact + lower - np.column_stack(((box[:, 0] + box[:, 2]) / 2, box[:, 3]))
        position = self._site.camera.ground_points(contact, self._site.ground)
        box = self._cuboid_boxes(position, turned, cuboids_m)
        sizes = np.tile(np.maximum(boxes_px[:, 2:] - boxes_px[:, :2], 1.0), (kinds, 1))
        wanted = np.maximum(box[:, 2:] - box[:, :2], 1.0)
        cost = np.square(np.log(sizes / wanted) / SIZE_SIGMA).sum(axis=1) / 2 + np.repeat(RARITY, n)
        return np.column_stack((position, contact, cost)).reshape(kinds, n, 5)

    def _cuboid_boxes(
        self, position_m: Float64Array, heading: Float64Array, cuboids_m: Float64Array
    ) -> Float64Array:
        """Return the boxes (N, 4) in pixels of cuboids (N, 8, 3) that stand at (N, 2)."""
        cos, sin = np.cos(heading)[:, None], np.sin(heading)[:, None]
        points = np.empty_like(cuboids_m)
        points[..., 0] = position_m[:, :1] + cos * cuboids_m[..., 0] - sin * cuboids_m[..., 1]
        points[..., 1] = position_m[:, 1:] + sin * cuboids_m[..., 0] + cos * cuboids_m[..., 1]
        ground_m = self._site.ground.height_m(points[..., :2].reshape(-1, 2)).reshape(points.shape[:2])
        points[..., 2] = ground_m + cuboids_m[..., 2]
        pixels = self._site.camera.project(points.reshape(-1, 3))[0].reshape(-1, len(_CORNERS), 2)
        return np.concatenate((pixels.min(axis=1), pixels.max(axis=1)), axis=1)

    def _covariance(self, contact_px: Float64Array, position_m: Float64Array) -> Float64Array:
        """Return (N, 2, 2): an error of PIXEL_SIGMA in the picture, carried to the ground."""
        stepped = (contact_px[:, None] + np.eye(2)).reshape(-1, 2)
        moved = self._site.camera.ground_points(stepped, self._site.ground).reshape(-1, 2, 2)
        jacobian = np.nan_to_num((moved - position_m[:, None]).transpose(0, 2, 1), nan=100.0)
        spread: Float64Array = PIXEL_SIGMA**2 * jacobian @ jacobian.transpose(0, 2, 1)
        return spread + FLOOR_SIGMA_M**2 * np.eye(2)
