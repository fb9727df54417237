"""A case: what an officer gets on the desk, and every step that it took."""

from dataclasses import dataclass
from enum import StrEnum

from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.plates import PlateReading, Unread


class CaseTrack(StrEnum):
    """The two tracks of enforcement (a moving offence never gets a sticker)."""

    STANDING = "standing"
    MOVING = "moving"


class CaseState(StrEnum):
    """Where a case stands. Indonesian terms where they are the term."""

    OPENED = "opened"
    TEGURAN = "teguran"  # warned
    STIKER = "stiker"  # violation sticker asked for
    PENDEREKAN = "penderekan"  # towing asked for
    REVIEW = "review"  # a moving offence waits for a certified officer
    LETTER = "letter"  # warning letter (socialisation) or confirmation letter
    CLOSED = "closed"


class PictureKind(StrEnum):
    """What an evidence picture shows."""

    CONTEXT = "context"
    VEHICLE = "vehicle"
    ZOOMED = "zoomed"
    PLATE = "plate"
    BEFORE_LINE = "before-line"
    IN_JUNCTION = "in-junction"


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One step of one case: the state reached, when, and on what ground (a code)."""

    case_id: str
    timestamp_ns: int
    state: CaseState
    ground: str


@dataclass(frozen=True, slots=True)
class Case:
    """One violation by one vehicle. `history` is oldest first; the last entry is where it stands.

    `plate` None with `unread` says why the plate is unreadable; without, that nobody looked for it yet.
    """

    case_id: str
    enforcement: CaseTrack
    rule: str
    article: str
    view: str
    place: str
    track_id: int
    vehicle_class: VehicleClass
    opened_ns: int
    offence_ns: int
    simulated: bool
    oracle: bool
    plate: PlateReading | None
    extremum: float
    unit: str
    history: tuple[CaseEvent, ...]
    unread: Unread | None = None

    @property
    def state(self) -> CaseState:
        """The state of the last event."""
        return self.history[-1].state


@dataclass(frozen=True, slots=True, eq=False)
class EvidencePicture:
    """A picture that belongs to a case; `taken_ns` is the time of its frame."""

    case_id: str
    kind: PictureKind
    taken_ns: int
    image_bgr: UInt8Array
    simulated: bool
