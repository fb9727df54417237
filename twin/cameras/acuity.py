"""How well a picture serves its purpose: scales of pixel density, plates in a row, the shutter bound."""

from dataclasses import dataclass

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array

Scale = tuple[tuple[float, str], ...]

# Least px/m of each class. IEC 62676-4:2014, and 62676-4:2024 as a vendor's note gives it (DOMAIN 6).
SCALE_2014: Scale = ((25.0, "detect"), (62.5, "observe"), (125.0, "recognise"), (250.0, "identify"))
SCALE_2024: Scale = (
    (20.0, "overview"),
    (40.0, "outline"),
    (80.0, "discern"),
    (125.0, "perceive"),
    (250.0, "characterise"),
    (500.0, "validate"),
    (1500.0, "scrutinise"),
)


def class_of(density_px_per_m: float, scale: Scale) -> str:
    """Return the highest class of a scale that a pixel density reaches, "" below the lowest."""
    return next((name for least, name in reversed(scale) if density_px_per_m >= least), "")


def shutter_bound_s(speed_mps: float) -> float:
    """Return the longest exposure that keeps a passing plate sharp: 1 / (11 v), v in km/h (Milestone)."""
    return 1.0 / (11.0 * 3.6 * speed_mps)


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """Cars that stand in a row along a kerb: each hides the plate of the one that it stands behind.

    The plate is `plate_m` high, the front of the next car `front_m` high and `half_width_m` wide to
    each side, `gap_m` away (DOMAIN 2; the width is that of an ordinary car [?]).
    """

    plate_m: float = 0.55
    front_m: float = 0.9
    gap_m: float = 1.0
    half_width_m: float = 0.85

    @property
    def depression_rad(self) -> float:
        """How steeply one must look down along the row to see a plate: 19 degrees as a rule."""
        return float(np.arctan2(self.front_m - self.plate_m, self.gap_m))

    def shown(self, vertical_rad: Float64Array, aside_rad: Float64Array) -> BoolArray:
        """Return (N,): whether plates show, seen so far from above and so far aside of the row.

        The sight line clears the next car over its front, or past its corner.
        """
        rise_m = self.gap_m * np.tan(vertical_rad) / np.maximum(np.cos(aside_rad), 1e-9)
        past = self.gap_m * np.tan(np.abs(aside_rad)) >= self.half_width_m
        return np.asarray((rise_m >= self.front_m - self.plate_m) | past, dtype=np.bool_)


PARKED_ROW = ParkedRow()
