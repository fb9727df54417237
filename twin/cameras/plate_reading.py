"""The chance that the zoomed picture of a stand lets its plate be read: stated, not calibrated.

The reader of `detectors.reading` came later; nothing here is fitted to it. Source of the shape: PP-OCRv4
read 58 of 60 lines of 12 to 20 px; by night four fifths of what by day (GA/T 497 asks for 90 and 80 %);
beyond 30 degrees of depression plates hide behind bonnets and bumpers (Milestone, Axxon).
"""

import numpy as np

from detectors.datatypes.arrays import Float64Array
from twin.cameras.optics import density_px_per_m
from twin.cameras.sensing import USUAL_SIZE_M, Acts, SensingView
from twin.cameras.snapshots import SNAPSHOT_PX

LETTER_M = np.array([0.045, 0.065, 0.065, 0.065])  # height of a character by class [?]
HALF_PX, SPREAD = 8.0, 0.18  # half of the characters of this height are read; spread in its logarithm [?]
BEST_DAY, BEST_NIGHT = 0.95, 0.80  # of legible plates [?]
STEEP_DEG, STEEP_OVER_DEG = 30.0, 10.0  # from here on, and until nothing is read any more
FILLS = 0.6  # what the vehicle fills of the width of the zoomed picture


def plate_chance(view: SensingView, acts: Acts) -> Float64Array:
    """Return the chance (N,) that the plate is read once a stand was found; 0 for a crossing."""
    camera = view.camera
    density = density_px_per_m(camera, acts.position_m)
    across_px = np.maximum(density * USUAL_SIZE_M[acts.vehicle_class, 0], 1.0)
    zoom = np.clip(FILLS * camera.width_px / across_px, 1.0, view.max_zoom)
    letters_px = density * zoom * SNAPSHOT_PX[0] / camera.width_px * LETTER_M[acts.vehicle_class]
    sharp = 1.0 / (1.0 + np.exp(-np.log(np.maximum(letters_px, 1e-6) / HALF_PX) / SPREAD))
    sight = acts.position_m - camera.position_m
    down_deg = np.degrees(np.arctan2(-sight[:, 2], np.hypot(sight[:, 0], sight[:, 1])))
    shown = np.clip(1.0 - (down_deg - STEEP_DEG) / STEEP_OVER_DEG, 0.0, 1.0)
    best = BEST_NIGHT + (BEST_DAY - BEST_NIGHT) * acts.daylight
    return np.where((acts.approach < 0) & (density > 0), sharp * shown * best, 0.0)
