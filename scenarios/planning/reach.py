"""When a view covers a place, by the curves of the detector that is to look through it."""

import numpy as np

from scenarios.planning.evenings import usual_hours
from scenarios.results import Scenario
from twin.cameras.appearance import WEATHERS
from twin.cameras.curves import DetectorCurves
from twin.cameras.sensing import Curves
from twin.clock import from_local
from twin.environment.sun import ambient
from twin.placement.candidates import REACH, Reach

INSTANTS = 5  # of the hours that are looked at


def reach_of(scenario: Scenario, curves: Curves) -> Reach:
    """Return the reach of fitted curves in the light of the usual hours; stated ones have a stated one.

    So has a weather that the curves were not fitted in.
    """
    weather = WEATHERS.index(scenario.weather.sky.value)
    if not isinstance(curves, DetectorCurves) or not curves.knows_weather(weather):
        return REACH
    hours = usual_hours(scenario)
    first_ns, last_ns = (from_local(scenario.day, moment) for moment in (hours.start, hours.end))
    instants = np.linspace(first_ns, last_ns, INSTANTS).astype(np.int64).tolist()
    return Reach(curves=curves, daylight=tuple(ambient(one) for one in instants), weather=weather)
