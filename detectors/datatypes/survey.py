"""How wrong the survey of a view may be, and the gates at which passing vehicles are timed."""

import math
from dataclasses import dataclass

from detectors.datatypes.arrays import ShapeError
from detectors.datatypes.geometry import LineSegment


@dataclass(frozen=True, slots=True)
class SurveyErrors:
    """Standard errors with which a view was surveyed, and how well its frames are timed.

    `position_m` is of each coordinate of the camera, `angle_rad` of its yaw, tilt and roll (one that turns
    also finds its view again with an error), `focal` and `lens` are relative, of the focal length and of k1
    and k2. `place_m` is how far off a point of the road comes out since the ground is not quite as surveyed.
    `frame_time_s` is the standard deviation of the time stamp of a frame (PTS jitter). `clock_s` is a bound,
    not a standard error: the clock of the camera is never farther from UTC; None: nobody holds it to UTC.
    """

    position_m: float
    angle_rad: float
    place_m: float
    frame_time_s: float
    focal: float = 0.0
    lens: float = 0.0
    clock_s: float | None = None

    def __post_init__(self) -> None:
        given = (self.position_m, self.angle_rad, self.place_m, self.frame_time_s, self.focal, self.lens)
        if not all(math.isfinite(one) and one >= 0 for one in (*given, self.clock_s or 0.0)):
            msg = f"SurveyErrors: expected finite errors from 0 on, got {given} and a clock of {self.clock_s}"
            raise ShapeError(msg)


@dataclass(frozen=True, slots=True)
class Gate:
    """A line across a carriageway at which passing vehicles are timed.

    As with a stop line, traffic comes from its right and crosses to its left. `sigma_m` is the standard error
    of its place along the road, beside what the survey of the camera adds.
    """

    name: str
    line: LineSegment
    sigma_m: float = 0.1


@dataclass(frozen=True, slots=True)
class SpeedSection:
    """A length of road between two gates, mostly of two views; it stands in the plan of the exit.

    `length_m` is the shortest way that can be driven between them, `sigma_m` its standard error.
    """

    name: str
    from_view: str
    from_gate: str
    to_view: str
    to_gate: str
    length_m: float
    sigma_m: float
    limit_mps: float

    def __post_init__(self) -> None:
        if not (self.length_m > 0 and self.sigma_m >= 0 and self.limit_mps > 0):
            msg = (
                f"SpeedSection {self.name}: expected length and limit above 0 and an error from 0 on, got "
                f"{self.length_m} m, {self.limit_mps} m/s, {self.sigma_m} m"
            )
            raise ShapeError(msg)
