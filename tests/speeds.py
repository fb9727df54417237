"""A street on which speeds are measured: the site of tests/judgement.py with carriageways and a survey."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.site import Carriageway, SitePlan
from detectors.datatypes.survey import SurveyErrors
from tests.judgement import STILL, Motion, Place, box, site

KMH = 1 / 3.6
SURVEY = SurveyErrors(position_m=0.05, angle_rad=0.001, place_m=0.1, frame_time_s=0.005, clock_s=0.1)
LIMIT_MPS = 50.0 * KMH


def measured_site(
    limit_mps: float | None = LIMIT_MPS,
    survey: SurveyErrors | None = SURVEY,
    motion: Motion = STILL,
) -> SitePlan:
    """Return a road to the east, 110 m of it, seen along its way from 10 m above its kerb."""
    x, y = motion.point((-120.0, -6.0))
    camera = PinholeCamera(
        1920, 1080, 1800.0, np.array([x, y, 10.0]), math.radians(8) + motion.turn_rad, math.radians(12)
    )
    road = Carriageway("road", motion.area(box(-110, -8, 30, 9)), motion.turn_rad, limit_mps)
    return replace(site(motion), camera=camera, carriageways=(road,), survey=survey)


def drives(
    speed_kmh: float, start_s: float = 0.0, from_m: float = -100.0, y: float = 0.0, to_m: float = 25.0
) -> Callable[[float], Place | None]:
    """Return a path at a steady speed from `from_m` on, unseen before and beyond `to_m`."""

    def path(t_s: float) -> Place | None:
        x = from_m + speed_kmh * KMH * (t_s - start_s)
        return (x, y) if from_m <= x <= to_m else None

    return path
