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

    def heading_rad(self, points_m: Float64Array) -> Float64Array:
        """Return the direction of traffic (N,) at points (N, 2): that of their carriageway."""
        heading = np.zeros(len(points_m))
        nearest = np.full(len(points_m), np.inf)
        for way in self._site.carriageways:
            corners = way.area.corners_m
            distance = np.linalg.norm(points_m - corners.mean(axis=0), axis=1)
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
        guesses = np.stack([self._fit(boxes_px, lower_px, heading, size) for size in SIZES_M])
        best = np.argmin(np.nan_to_num(guesses[:, :, 4], nan=1e9), axis=0)
        told = classes < VehicleClass.UNKNOWN
        best = np.asarray(np.where(told, classes, best), dtype=np.int64)
        picked = guesses[best, np.arange(len(best))]
        contact = np.asarray(np.where(known.reshape(-1, 1), contact_px, picked[:, 2:4]))
        position = self._site.camera.ground_points(contact, self._site.ground)
        covariance = self._covariance(contact, position)
        along = np.column_stack((np.cos(heading), np.sin(heading)))
        hidden = CUT_SIGMA_M**2 * along[:, :, None] * along[:, None, :]
        covariance += hidden * (self._is_cut(boxes_px) & ~known)[:, None, None]
        return Footprints(position, covariance, best, heading)

    def _is_cut(self, boxes_px: Float64Array) -> BoolArray:
        """Return (N,): which boxes (N, 4) the edge of the picture cuts, so that they show a part only."""
        right, lower = self._site.camera.width_px - EDGE_PX, self._site.camera.height_px - EDGE_PX
        x0, y0, x1, y1 = boxes_px.T
        return np.asarray((x0 <= EDGE_PX) | (y0 <= EDGE_PX) | (x1 >= right) | (y1 >= lower))

    def _fit(
        self, boxes_px: Float64Array, lower_px: Float64Array, heading: Float64Array, size_m: Float64Array
    ) -> Float64Array:
        """Return (N, 5): ground x, y, contact u, v and cost, for vehicles of one size."""
        camera, ground = self._site.camera, self._site.ground
        contact = lower_px.copy()
        for _ in range(3):
            box = self._cuboid_boxes(camera.ground_points(contact, ground), heading, size_m)
            contact = contact + lower_px - np.column_stack(((box[:, 0] + box[:, 2]) / 2, box[:, 3]))
        position = camera.ground_points(contact, ground)
        box = self._cuboid_boxes(position, heading, size_m)
        sizes = np.maximum(boxes_px[:, 2:] - boxes_px[:, :2], 1.0)
        wanted = np.maximum(box[:, 2:] - box[:, :2], 1.0)
        cost = np.square(np.log(sizes / wanted) / SIZE_SIGMA).sum(axis=1) / 2
        rarity = RARITY[np.argmin(np.abs(SIZES_M[:, 0] - size_m[0]))]
        return np.column_stack((position, contact, cost + rarity))

    def _cuboid_boxes(
        self, position_m: Float64Array, heading: Float64Array, size_m: Float64Array
    ) -> Float64Array:
        """Return the boxes (N, 4) in pixels of cuboids that stand at (N, 2)."""
        n = len(position_m)
        cos, sin = np.cos(heading)[:, None], np.sin(heading)[:, None]
        local = _CORNERS * size_m
        x = position_m[:, :1] + cos * local[:, 0] - sin * local[:, 1]
        y = position_m[:, 1:] + sin * local[:, 0] + cos * local[:, 1]
        base = self._site.ground.height_m(np.column_stack((x.ravel(), y.ravel())))
        points = np.column_stack((x.ravel(), y.ravel(), base + np.tile(local[:, 2], n)))
        pixels = self._site.camera.project(points)[0].reshape(n, len(_CORNERS), 2)
        return np.concatenate((pixels.min(axis=1), pixels.max(axis=1)), axis=1)

    def _covariance(self, contact_px: Float64Array, position_m: Float64Array) -> Float64Array:
        """Return (N, 2, 2): an error of PIXEL_SIGMA in the picture, carried to the ground."""
        columns = []
        for step in ((1.0, 0.0), (0.0, 1.0)):
            moved = self._site.camera.ground_points(contact_px + np.array(step), self._site.ground)
            columns.append(moved - position_m)
        jacobian = np.nan_to_num(np.stack(columns, axis=2), nan=100.0)
        spread: Float64Array = PIXEL_SIGMA**2 * jacobian @ jacobian.transpose(0, 2, 1)
        return spread + FLOOR_SIGMA_M**2 * np.eye(2)
