"""How finely a view shows a person, at most: it says how coarse a mosaic has to be to hide who it is."""

from dataclasses import replace

import numpy as np

from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.frame import Frame
from detectors.datatypes.geometry import GroundPlane
from detectors.datatypes.ground import Ground
from detectors.datatypes.site import SitePlan

TALLEST_M = 3.0  # above the ground: drivers of lorries and buses sit lower, riders and walkers too
BANDS = 24
PROBE_M = 0.05
UNKNOWN = 0.0


def densities(
    camera: PinholeCamera, ground: Ground, part_px: tuple[float, float, float, float] | None = None
) -> tuple[float, ...]:
    """Return the highest pixel density (px/m) at which a pixel of each band may show a person.

    Bands have equal height, from the top of the picture or of a part of it (x0, y0, x1, y1). Nobody stands
    nearer in a pixel than where its ray is TALLEST_M above the ground. UNKNOWN where a ray meets no such
    place, as above the horizon. Pixel density as in IEC 62676-4; of a lens that bends, that of the place.
    """
    x0, y0, x1, y1 = part_px or (0.0, 0.0, float(camera.width_px), float(camera.height_px))
    u = np.linspace(x0, x1 - 1, 9)
    found = []
    for edges in np.linspace(y0, y1, BANDS + 1)[:-1, None] + [0.0, (y1 - y0) / BANDS]:
        pixels = np.stack(np.meshgrid(u, edges), axis=-1).reshape(-1, 2)
        found.append(_highest(camera, _raised(ground), pixels))
    return tuple(found)


def frame_densities(
    site: SitePlan | None, frame: Frame, part_px: tuple[float, float, float, float] | None = None
) -> tuple[float, ...] | None:
    """Return how finely a frame of a view, or a part of it, shows people; None where its size is another."""
    if site is None or frame.size_px != (site.camera.width_px, site.camera.height_px):
        return None
    return densities(site.camera, site.ground, part_px)


def _highest(camera: PinholeCamera, ground: Ground, pixels: np.ndarray) -> float:
    rays = camera.rays(pixels)
    reach = ground.reach(camera.position_m, rays)
    if not (reach > 0).all():  # NaN as well
        return UNKNOWN
    at_m = camera.position_m + reach[:, None] * rays
    right, down = camera.rotation_camera_world()[:2]
    here = camera.project(at_m)[0]
    across = np.linalg.norm(camera.project(at_m + PROBE_M * right)[0] - here, axis=1)
    along = np.linalg.norm(camera.project(at_m + PROBE_M * down)[0] - here, axis=1)
    highest = float(max(across.max(), along.max()) / PROBE_M)
    return round(highest, 2) if np.isfinite(highest) else UNKNOWN


def _raised(ground: Ground) -> Ground:
    if isinstance(ground, GroundPlane):
        return _lifted(ground)
    pieces = tuple(replace(piece, plane=_lifted(piece.plane)) for piece in ground.pieces)
    return type(ground)(_lifted(ground.around), pieces)


def _lifted(plane: GroundPlane) -> GroundPlane:
    return replace(plane, z0_m=plane.z0_m + TALLEST_M)
