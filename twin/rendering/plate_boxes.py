"""The exact truth of plates in one frame: where the plate of each vehicle shows in full."""

import cv2
import numpy as np

from detectors.datatypes.arrays import Float64Array
from detectors.datatypes.camera import PinholeCamera
from twin.rendering.fleet import in_place
from twin.truth import VehicleStates

CORNERS = 4


def plate_boxes(camera: PinholeCamera, vehicles: VehicleStates) -> Float64Array:
    """Return (N, 4) the box of the plate of each vehicle in pixels as x0, y0, x1, y1.

    NaN where none faces the camera, a corner is out of the picture, or the outline of a nearer vehicle
    covers one of them.
    """
    found = np.full((len(vehicles), CORNERS), np.nan)
    outlines: dict[int, Float64Array] = {}
    corners: dict[int, Float64Array] = {}
    for shape, rows, points in in_place(vehicles):
        pixels, _ = camera.project(points.reshape(-1, 3))
        for row, own, flat in zip(rows.tolist(), points, pixels.reshape(*points.shape[:2], 2), strict=True):
            outlines[row] = cv2.convexHull(flat.astype(np.float32))
            for face in (shape.front_plate, shape.rear_plate):
                at = shape.faces[face, :CORNERS]
                if face >= 0 and _faces(camera, own[at], own.mean(axis=0)):
                    corners[row] = flat[at]
    away_m = np.linalg.norm(vehicles.position_m - camera.position_m, axis=1)
    edge = np.array([camera.width_px - 1, camera.height_px - 1])
    for row, plate in corners.items():
        nearer = [outlines[other] for other in outlines if away_m[other] < away_m[row]]
        if ((plate >= 0) & (plate <= edge)).all() and not _covered(plate, nearer):
            found[row] = [*plate.min(axis=0), *plate.max(axis=0)]
    return found


def _faces(camera: PinholeCamera, plate_m: Float64Array, middle_m: Float64Array) -> bool:
    """Return whether a plate (4, 3) is turned to the camera; it looks away from the middle of its vehicle."""
    normal = np.cross(plate_m[1] - plate_m[0], plate_m[3] - plate_m[0])
    centre = plate_m.mean(axis=0)
    outward = normal * np.sign(normal @ (centre - middle_m))
    return bool(outward @ (camera.position_m - centre) > 0)


def _covered(plate_px: Float64Array, outlines: list[Float64Array]) -> bool:
    """Return whether a corner of a plate (4, 2) is within one of the outlines."""
    points = plate_px.astype(float).tolist()
    return any(
        cv2.pointPolygonTest(outline, point, measureDist=False) > 0
        for outline in outlines
        for point in points
    )
