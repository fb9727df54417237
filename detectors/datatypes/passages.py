"""That a vehicle passed a gate: what one view, or the reader of a vendor, tells the city."""

from dataclasses import dataclass

from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.frame import TimeBase
from detectors.datatypes.plates import PlateReading, Unread

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class GatePicture:
    """A vehicle near a gate: `image_bgr` (h, w, 3) is the part of the frame of `taken_ns` around it.

    `box_px` x0, y0, x1, y1 is where it stands in that part, `others_px` where others do. It becomes evidence
    if a case comes of the passage, and is forgotten otherwise.
    """

    taken_ns: int
    image_bgr: UInt8Array
    box_px: Box
    others_px: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """One vehicle over the gate of one view at `crossed_ns`.

    `time_sigma_s` is the standard error of that instant within the clock of the view, `clock_s` the bound of
    how far that clock is from UTC (None: not known), `place_sigma_m` the standard error, along the road, of
    where the vehicle was then. `lonlat` is where the gate is (WGS84). `plate` None with `unread` says why
    the plate is unreadable; without, that nobody looked for it. `picture` is there for a section.
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
    unread: Unread | None = None
    picture: GatePicture | None = None
