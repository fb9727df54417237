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

    CAPTURED = "captured"  # waits for an officer's review
    PICTURE_ASKED = "picture-asked"  # the officer wants another picture
    ACCEPTED = "accepted"  # by the review
    REJECTED = "rejected"
    TEGURAN = "teguran"  # warned on the spot
    STIKER = "stiker"  # violation sticker ordered
    PENGGEMBOSAN = "penggembosan"  # tyres deflated
    PENDEREKAN = "penderekan"  # towing ordered
    WARNING_LETTER = "warning-letter"
    LETTER = "letter"  # confirmation letter sent to the owner
    CONFIRMED = "confirmed"  # by the owner, or his answer did not stand
    DISOWNED = "disowned"  # "not mine", "sold"
    CLONE_REPORTED = "clone-reported"
    TILANG = "tilang"  # ticket issued
    APPEALED = "appealed"
    PAID = "paid"
    BLOCKED = "blocked"  # the registration is
    RELEASED = "released"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class PictureKind(StrEnum):
    """What an evidence picture shows."""

    CONTEXT = "context"
    VEHICLE = "vehicle"
    ZOOMED = "zoomed"
    PLATE = "plate"
    BEFORE_LINE = "before-line"
    IN_JUNCTION = "in-junction"
    EARLIER = "earlier"
    LATER = "later"
    MEASURED_FROM = "measured-from"  # where the measurement of a speed began
    MEASURED_TO = "measured-to"


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One step of one case: the state reached, when, on what ground (a code), and by whom.

    `by` is the code of a role, `officer` the id of who had it, never a name; each is "" where a step of
    before these were kept, or the engine itself, does not say.
    """

    case_id: str
    timestamp_ns: int
    state: CaseState
    ground: str
    by: str = ""
    officer: str = ""


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
    """A picture that belongs to a case; `taken_ns` is the time of its frame.

    `box_px` x0, y0, x1, y1 is where its vehicle stands in it, or its plate; None where that is not known.
    `others_px` are the other vehicles that were followed there (there may be more), None where nobody knows.
    `density_px_m` is how many pixels a metre of a person takes at most, in bands of equal height from the
    top, 0 where that is not known; None where it is known nowhere.
    """

    case_id: str
    kind: PictureKind
    taken_ns: int
    image_bgr: UInt8Array
    simulated: bool
    box_px: tuple[float, float, float, float] | None = None
    others_px: tuple[tuple[float, float, float, float], ...] | None = None
    density_px_m: tuple[float, ...] | None = None
