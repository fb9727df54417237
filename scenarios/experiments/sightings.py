"""What a detector made of rendered vehicles: every sighting beside its truth, as columns."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array, frozen_array
from twin.cameras.appearance import STANDS_MPS, Appearance
from twin.cameras.curves import condition


@dataclass(frozen=True, slots=True, eq=False)
class Sightings:
    """N sightings, one a vehicle and frame, as columns (N,), and M frames.

    `view` is a row of `views`, `vehicle` the id within its world, `frame` a row of the frame columns,
    `light` one of `appearance.LIGHTS`, `weather` a row of `appearance.WEATHERS`. `height_px`, `visible`,
    `lone`, `kind`, `toward` and `down_rad` are as in `Appearance`. `speed_mps`, `age_s` (since it first
    showed), `still_s` (since it last moved) and `shade` (how bright its paint is, 0..1) stand beside
    them. `held` says that a detector is held to see it. `overlap`
    is that of its own detection (0 without one), `track` the id of the track at that detection or -1,
    `along_m` and `across_m` the error of that track along and across the line of sight (NaN without
    one), `distance_m` that from the camera. Frames: `frame_view`, `frame_light`, `frame_weather`,
    `frame_vehicles` that show on the site, `frame_false` alarms, `frame_ns`.
    """

    view: Int64Array
    vehicle: Int64Array
    frame: Int64Array
    light: Int64Array
    weather: Int64Array
    height_px: Float64Array
    visible: Float64Array
    lone: Float64Array
    kind: Int64Array
    toward: Float64Array
    speed_mps: Float64Array
    age_s: Float64Array
    still_s: Float64Array
    down_rad: Float64Array
    shade: Float64Array
    distance_m: Float64Array
    held: BoolArray
    overlap: Float64Array
    track: Int64Array
    along_m: Float64Array
    across_m: Float64Array
    frame_view: Int64Array
    frame_light: Int64Array
    frame_weather: Int64Array
    frame_vehicles: Int64Array
    frame_false: Int64Array
    frame_ns: Int64Array
    views: tuple[str, ...]

    def __post_init__(self) -> None:
        for names, count in ((SIGHTING, len(self.view)), (FRAME, len(self.frame_view))):
            for name in names:
                kind = DTYPES.get(name, np.int64)
                array = frozen_array(f"Sightings.{name}", getattr(self, name), (count,), kind)
                object.__setattr__(self, name, array)

    def __len__(self) -> int:
        return len(self.view)

    @property
    def frames(self) -> int:
        """How many frames there are."""
        return len(self.frame_view)

    @property
    def frame_held(self) -> Int64Array:
        """How many vehicles (M,) of each frame a detector is held to see."""
        counts = np.bincount(self.frame[self.held], minlength=self.frames)
        return np.asarray(counts, dtype=np.int64)

    @property
    def appearance(self) -> Appearance:
        """What curves need to know of each sighting."""
        still = (self.speed_mps < STANDS_MPS).astype(np.float64)
        return Appearance(
            self.height_px, self.visible, self.lone, self.kind, self.light, self.weather, self.toward,
            still, self.down_rad,
        )  # fmt: skip

    def of_views(self, chosen: BoolArray) -> "Sightings":
        """Return the sightings and frames of some views: `chosen` (V,) by row of `views`."""
        rows, frames = chosen[self.view], chosen[self.frame_view]
        number = np.cumsum(frames) - 1
        columns = {name: getattr(self, name)[rows] for name in SIGHTING}
        columns["frame"] = number[self.frame[rows]]
        columns |= {name: getattr(self, name)[frames] for name in FRAME}
        return Sightings(**columns, views=self.views)

    def in_conditions(self, conditions: tuple[int, ...]) -> "Sightings":
        """Return the sightings and frames in some conditions (codes of weather and light)."""
        frames = np.isin(condition(self.frame_light, self.frame_weather), conditions)
        rows = frames[self.frame]
        number = np.cumsum(frames) - 1
        columns = {name: getattr(self, name)[rows] for name in SIGHTING}
        columns["frame"] = number[self.frame[rows]]
        columns |= {name: getattr(self, name)[frames] for name in FRAME}
        return Sightings(**columns, views=self.views)

    def of_rows(self, rows: BoolArray) -> "Sightings":
        """Return some of the sightings and all of the frames."""
        columns = {name: getattr(self, name)[rows] for name in SIGHTING}
        columns |= {name: getattr(self, name) for name in FRAME}
        return Sightings(**columns, views=self.views)


_NAMES = tuple(one.name for one in fields(Sightings))
FRAME = tuple(name for name in _NAMES if name.startswith("frame_"))
SIGHTING = tuple(name for name in _NAMES if name not in FRAME and name != "views")
DTYPES = dict.fromkeys(
    (
        "height_px",
        "visible",
        "lone",
        "toward",
        "speed_mps",
        "age_s",
        "still_s",
        "down_rad",
        "shade",
        "distance_m",
        "overlap",
        "along_m",
        "across_m",
    ),
    np.float64,
) | {"held": np.bool_}


def pooled(parts: Sequence[Sightings]) -> Sightings:
    """Return several tables as one; their views are numbered on."""
    if not parts:
        nothing: dict[str, Any] = {
            name: np.zeros(0, DTYPES.get(name, np.int64)) for name in (*SIGHTING, *FRAME)
        }
        return Sightings(**nothing, views=())
    views = np.cumsum([0, *(len(part.views) for part in parts)])
    frames = np.cumsum([0, *(part.frames for part in parts)])
    shifts = {"view": views, "frame": frames, "frame_view": views}
    columns = {name: _joined(parts, name, shifts.get(name)) for name in (*SIGHTING, *FRAME)}
    return Sightings(**columns, views=tuple(view for part in parts for view in part.views))


def _joined(parts: Sequence[Sightings], name: str, shifts: Int64Array | None) -> np.ndarray:
    found = [getattr(part, name) for part in parts]
    if shifts is not None:
        found = [column + shift for column, shift in zip(found, shifts, strict=False)]
    return np.concatenate(found)


def joined_views(parts: Sequence[Sightings]) -> Sightings:
    """Return tables of the same views as one: they keep their numbers. Raises ValueError for others."""
    if any(part.views != parts[0].views for part in parts):
        msg = f"expected the views {', '.join(parts[0].views)} in every part"
        raise ValueError(msg)
    count = len(parts[0].views)
    both = pooled(parts)
    return replace(both, view=both.view % count, frame_view=both.frame_view % count, views=parts[0].views)
