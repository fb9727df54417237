"""What is believed of a plate in a picture: it must be the plate of that vehicle."""

from dataclasses import dataclass, replace

from detectors.cases.evidence import Box
from detectors.cases.naming import PlateLook, hidden_by, stays
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.cases import Case
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.frame import Frame
from detectors.datatypes.plates import PlateReading, PlateSight, Unread
from detectors.plates.grammar import PlateRefused, admit
from detectors.ports import PlateReader


@dataclass(frozen=True, slots=True)
class LastSeen:
    """Where the view last showed the vehicle (None: nowhere) and the others; `camera` is that as surveyed."""

    own_px: Box | None
    others_px: tuple[Box, ...]
    camera: PinholeCamera | None


def believed(look: PlateLook, picture: Frame, seen: LastSeen, plates: PlateReader) -> PlateSight:
    """Return what is to be believed of a picture: nothing where the plate may be another vehicle's."""
    box = look.in_picture(picture)
    if box is None or seen.own_px is None or not look.still_there(seen.own_px):
        return PlateSight(why=Unread.NO_LOOK)
    sight = plates.read_closer(picture, box) if look.closer else plates.read(picture, box)
    if sight.at_px is None:
        return sight
    return _own(sight, look.in_view(sight.at_px, picture, seen.camera), seen.own_px, seen, look.case)


def believed_in_view(
    case: Case, stood_px: Box, frame: Frame, seen: LastSeen, plates: PlateReader
) -> PlateSight:
    """Return what is to be believed of a frame of the view itself, where a vehicle stood in a box."""
    if seen.own_px is None or not stays(stood_px, seen.own_px):
        return PlateSight(why=Unread.NO_LOOK)
    sight = plates.read(frame, seen.own_px)
    return sight if sight.at_px is None else _own(sight, sight.at_px, seen.own_px, seen, case)


@dataclass(frozen=True, slots=True)
class Passing:
    """Somebody who passes a gate: of what class the vehicle is, and whether it is simulated."""

    vehicle_class: VehicleClass
    simulated: bool


def believed_in_passing(
    who: Passing, own_px: Box, others_px: tuple[Box, ...], frame: Frame, plates: PlateReader
) -> PlateSight:
    """Return what is to be believed of a frame that shows somebody who passes in a box."""
    sight = plates.read(frame, own_px)
    seen = LastSeen(own_px, others_px, None)
    return sight if sight.at_px is None else _own(sight, sight.at_px, own_px, seen, who)


def closer_look(look: PlateLook, picture: Frame, sight: PlateSight, seen: LastSeen) -> PlateLook | None:
    """Return the closer look that is worth it: at a plate that was seen, but not read."""
    if sight.reading is not None or sight.at_px is None:
        return None
    return look.closer_at(look.in_view(sight.at_px, picture, seen.camera), picture)


def _own(sight: PlateSight, in_view_px: Box, own_px: Box, seen: LastSeen, case: Case | Passing) -> PlateSight:
    """Return what is left of a sight: only a plate of this vehicle, and of its class, says anything."""
    if hidden_by(in_view_px, own_px, seen.others_px):
        return PlateSight(why=Unread.OTHER_VEHICLE)
    if sight.reading is not None and not _fits(sight.reading, case):
        return PlateSight(why=Unread.OTHER_VEHICLE)
    if sight.doubtful is not None and not _fits(sight.doubtful, case):
        return replace(sight, doubtful=None)
    return sight


def _fits(reading: PlateReading, case: Case | Passing) -> bool:
    """Return whether a plate may be used here and belongs to a vehicle of that class."""
    try:
        plate = admit(reading.text, simulated=case.simulated)
    except PlateRefused:
        return False
    return case.vehicle_class in (plate.vehicle_class, VehicleClass.UNKNOWN)
