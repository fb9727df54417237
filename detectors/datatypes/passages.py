"""That a vehicle passed a gate: what one view, or the reader of a vendor, tells the city."""

from dataclasses import dataclass

from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.frame import TimeBase
from detectors.datatypes.plates import PlateReading


@dataclass(frozen=True, slots=True)
class Passage:
    """One vehicle over the gate of one view at `crossed_ns`.

    `time_sigma_s` is the standard error of that instant within the clock of the view, `clock_s` the bound of
    how far that clock is from UTC (None: not known), `place_sigma_m` the standard error, along the road, of
    where the vehicle was then. `lonlat` is where the gate is (WGS84).
    """

    view: str
    gate: str
    track_id: int
    vehicle_class: VehicleClass
    crossed_ns: int
    time_base: TimeBase
    time_sigma_s: float
    place_sigma_m: float
    clock_s: float | None
    plate: PlateReading | None
    lonlat: tuple[float, float]
    simulated: bool
