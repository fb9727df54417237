"""How a vehicle appears to a camera, as far as sensing depends on it: size, cover, crowd, light, weather."""

from dataclasses import dataclass

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array, frozen_array
from twin.environment.weather import RAIN_TAKES, Sky

LIGHTS = ("day", "low sun", "dusk", "night")
# of the daylight: sun above 11, 2.5 (below which street lamps come on) and -5 degrees
LIGHT_ABOVE = (0.95, 0.43, 0.03)
WEATHERS = ("clear", "rain", "haze")
STANDS_MPS = 0.3  # slower than this a vehicle stands
TOUCHING_PX = 6.0  # boxes nearer than this run together in a picture


@dataclass(frozen=True, slots=True, eq=False)
class Appearance:
    """N vehicles in pictures of a view, as columns (N,).

    `height_px` of the box, `visible` the share of the vehicle that nothing covers, `lone` the share of
    its own box in the box around all that it touches in the picture (1: it is alone, see `lone_share`),
    `kind` its VehicleClass, `light` a row of LIGHTS, `weather` a row of WEATHERS. `toward` is the cosine
    between its heading and the way to the camera (1: it comes, -1: it goes, 0 also where unknown), `still`
    whether it stands (0 or 1), `down_rad` how far below the horizon one looks at it.
    """

    height_px: Float64Array
    visible: Float64Array
    lone: Float64Array
    kind: Int64Array
    light: Int64Array
    weather: Int64Array
    toward: Float64Array
    still: Float64Array
    down_rad: Float64Array

    def __post_init__(self) -> None:
        n = len(self.height_px)
        for name in ("height_px", "visible", "lone", "toward", "still", "down_rad"):
            array = frozen_array(f"Appearance.{name}", getattr(self, name), (n,), np.float64)
            object.__setattr__(self, name, array)
        for name in ("kind", "light", "weather"):
            array = frozen_array(f"Appearance.{name}", getattr(self, name), (n,), np.int64)
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        return len(self.height_px)


def light_number(daylight: Float64Array, weather: int = 0) -> Int64Array:
    """Return the row (N,) of LIGHTS for daylight levels (N,), 0 (night) to 1 (day), in a row of WEATHERS.

    Dusk begins when street lamps come on: earlier in rain, whose clouds take daylight.
    """
    day, lamps, night = LIGHT_ABOVE
    bounds = (day, lamps / (1.0 - RAIN_TAKES) if WEATHERS[weather] == Sky.RAIN else lamps, night)
    return np.asarray(np.searchsorted(-np.array(bounds), -np.asarray(daylight)), dtype=np.int64)


def lone_share(boxes_px: Float64Array) -> Float64Array:
    """Return (N,) of boxes (N, 4) the share of each in the box around all boxes that it touches.

    Boxes touch within TOUCHING_PX. A detector that cannot part what runs together gives the box
    around it, whose overlap with the vehicle is this share.
    """
    low, high = boxes_px[:, :2] - TOUCHING_PX / 2, boxes_px[:, 2:] + TOUCHING_PX / 2
    near: BoolArray = (low[:, None] < high[None]) & (low[None] < high[:, None])
    touching = near[..., 0] & near[..., 1]
    around_low = np.where(touching[..., None], boxes_px[None, :, :2], np.inf).min(axis=1, initial=np.inf)
    around_high = np.where(touching[..., None], boxes_px[None, :, 2:], -np.inf).max(axis=1, initial=-np.inf)
    own = np.prod(boxes_px[:, 2:] - boxes_px[:, :2], axis=1)
    return np.asarray(own / np.maximum(np.prod(around_high - around_low, axis=1), 1e-9), dtype=np.float64)
