"""What can be done with a case, and who does it."""

from dataclasses import dataclass
from enum import StrEnum


class Actor(StrEnum):
    """Who does something with a case. What each may do is law: see `powers`."""

    SYSTEM = "system"  # the engine and its cameras
    DISHUB = "dishub"  # city transport agency
    POLICE = "police"
    OWNER = "owner"  # who is registered for the plate, or the driver
    COURT = "court"


class CaseStep(StrEnum):
    """The events of both tracks."""

    ACCEPT = "accept"
    REJECT = "reject"
    ASK_PICTURE = "ask-picture"
    ADD_PICTURE = "add-picture"
    ANNOUNCE = "announce"  # teguran by the loudspeaker of a camera
    WARN = "warn"  # teguran by an officer on the spot
    STICKER = "sticker"
    DEFLATE = "deflate"
    TOW = "tow"
    SEND_WARNING = "send-warning"
    SEND_LETTER = "send-letter"
    CONFIRM = "confirm"
    DISOWN = "disown"  # "not mine" or "sold"
    REPORT_CLONE = "report-clone"  # the plate is on another vehicle too
    READDRESS = "readdress"  # the letter goes to who owns the vehicle now
    HOLD = "hold"  # the answer was looked into and does not stand
    TICKET = "ticket"
    APPEAL = "appeal"
    UPHOLD = "uphold"
    ANNUL = "annul"
    PAY = "pay"
    BLOCK = "block"
    RELEASE = "release"
    CANCEL = "cancel"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Deed:
    """One step by somebody at an instant; `ground` is the code of the reason.

    `officer` is an id, never a name: of the officer, or of the answer of an owner or a court.
    """

    step: CaseStep
    by: Actor
    timestamp_ns: int
    ground: str
    officer: str = ""
