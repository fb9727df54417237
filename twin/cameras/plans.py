"""A plan of cameras: what is mounted where, and where each view looks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ViewSpec:
    """One camera at one preset.

    It stands beside `road` (id), `along_m` from its start and `offset_m` to the left of the
    centreline, `height_m` above the ground, and looks at the point `aim_along_m` / `aim_offset_m`
    of the same road on the ground. `survey_sigma_m` and `survey_sigma_rad` are the standard errors of the
    surveyed position and angles; the engine gets the surveyed pose.
    """

    name: str
    road: str
    along_m: float
    offset_m: float
    height_m: float
    aim_along_m: float
    aim_offset_m: float
    hfov_rad: float
    fps: float
    size_px: tuple[int, int] = (640, 360)
    max_zoom: float = 25.0
    survey_sigma_m: float = 0.05
    survey_sigma_rad: float = 0.001
    clock_error_ns: int = 0
    snapshot_delay_ns: int = 1_500_000_000


@dataclass(frozen=True, slots=True)
class CameraPlan:
    """A named set of views; the file name is its name."""

    name: str
    views: tuple[ViewSpec, ...]
