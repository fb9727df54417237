"""Why people stop at a kerb: what lies along it, how many come to it, when, and for how long."""

from dataclasses import dataclass

from twin.traffic.profiles import HOURS, DayProfiles, Hours

DAY_S = 86400.0


@dataclass(frozen=True, slots=True)
class DwellMix:
    """Kerb stops by kind: log-normal dwell with `median_s` and `sigma`, `share` of all stops."""

    share: float
    median_s: float
    sigma: float


@dataclass(frozen=True, slots=True)
class Generator:
    """A kind of place that makes people stop: how many an hour each, at an hourly factor of 1.

    `hourly` are factors by kind of day and local hour. Only from `from_s` to `until_s` of the local day
    does anybody come, and only as long as there is traffic to come from. Who comes stops within `reach_m`
    of the place, on the same road.
    """

    name: str
    stops_per_h: float
    dwell: tuple[DwellMix, ...]
    hourly: DayProfiles
    from_s: float = 0.0
    until_s: float = DAY_S
    reach_m: float = 30.0


@dataclass(frozen=True, slots=True)
class LandUse:
    """How many places of a kind lie along the roads of a zone."""

    zone: str
    generator: str
    count: int


def _hours(*spans: tuple[int, int, float]) -> Hours:
    """Return factors (24,) from (first hour, last hour, factor), 0 elsewhere."""
    factor = [0.0] * HOURS
    for first, last, value in spans:
        factor[first : last + 1] = [value] * (last + 1 - first)
    return tuple(factor)


_DINING = _hours((7, 10, 0.4), (11, 13, 1.0), (14, 15, 0.5), (16, 16, 0.8), (17, 17, 1.0), (18, 21, 1.3))
_SHOPPING = _hours((8, 9, 0.5), (10, 15, 0.8), (16, 20, 1.0), (21, 21, 0.4))
_SCHOOL = _hours((6, 6, 1.0), (7, 7, 0.5), (11, 11, 0.4), (12, 13, 1.0), (14, 15, 0.5))
_SCHOOL_FRIDAY = _hours((6, 6, 1.0), (7, 7, 0.5), (10, 11, 1.0))
SHORT, DINING = DwellMix(1.0, 240.0, 0.8), DwellMix(1.0, 2700.0, 0.6)
# Every number is [?]: parameters, not findings. The rates of restaurants and shops give together, from
# 17 to 18 h, what 20 stops a kilometre and hour give along KTL-1 with its 21 places.
USUAL_GENERATORS = (
    Generator(
        "restaurant",
        2.2,
        (DINING,),
        DayProfiles(
            _DINING,
            saturday=tuple(1.4 * factor for factor in _DINING),
            sunday=tuple(1.3 * factor for factor in _DINING),
        ),
    ),
    Generator(
        "shop",
        2.2,
        (SHORT,),
        DayProfiles(
            _SHOPPING,
            saturday=tuple(1.3 * factor for factor in _SHOPPING),
            sunday=tuple(1.1 * factor for factor in _SHOPPING),
        ),
    ),
    Generator(
        "school",
        30.0,
        (SHORT,),
        DayProfiles(_SCHOOL, friday=_SCHOOL_FRIDAY, saturday=_hours(), sunday=_hours()),
    ),
    Generator(
        "mosque",
        100.0,
        (DwellMix(1.0, 3600.0, 0.3),),
        DayProfiles(_hours(), friday=_hours((11, 12, 1.0))),
        11.5 * 3600.0,
        13 * 3600.0,
        reach_m=150.0,
    ),
)
