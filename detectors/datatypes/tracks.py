"""One vehicle followed over frames, as believed at one instant."""

from dataclasses import dataclass

from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.plates import PlateReading


@dataclass(frozen=True, slots=True)
class Track:
    """What is believed of one vehicle at `timestamp_ns`.

    `track_id` is unique within its tracker. `position_m` and `velocity_mps` are on the ground in
    the frame of the site, or None where the view has no SitePlan. `box_px` is x0, y0, x1, y1.
    `observed` is false while the track is bridged without a detection. `leapt_ns` is when it was last joined
    with a box that is hardly where its own should have been: it may be another vehicle since then.
    """

    track_id: int
    timestamp_ns: int
    vehicle_class: VehicleClass
    box_px: tuple[float, float, float, float]
    score: float
    first_seen_ns: int
    last_seen_ns: int
    observed: bool
    position_m: tuple[float, float] | None = None
    velocity_mps: tuple[float, float] | None = None
    heading_rad: float | None = None
    plate: PlateReading | None = None
    leapt_ns: int | None = None
