"""How long what is kept, and what of it is due (UU 27/2022; DOMAIN 3). Pure: time is an argument."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from detectors.datatypes.cases import Case, CaseState
from detectors.datatypes.frame import NS_PER_S

DAY_NS = 86_400 * NS_PER_S
DATED_FROM_NS = 946_684_800 * NS_PER_S  # 2000-01-01: what is earlier counts from the start of a recording
OVER = (CaseState.CLOSED, CaseState.REJECTED)
RAW_FILES = (
    "annotated.mp4",
    "tracks.csv",
    "summary.json",
    "report.html",
    "report.json",
    "run/*",
    "frames/**/*",
    "snapshots/**/*",
)


class Keep(StrEnum):
    """Why the evidence of a case is kept on, or that it is not."""

    OPEN = "kept-open"
    APPEAL = "kept-appeal"  # closed, but the days of an appeal are not over
    UNDATED = "kept-undated"  # its times are not dates: nobody knows when those days are over
    DUE = "due"


@dataclass(frozen=True, slots=True)
class RetentionTerms:
    """How long what is kept, in days and hours; every default is a judgement [?].

    `raw_files` are patterns of files below the folder of a result that are frames, or made of all frames.
    """

    raw_days: float = 14.0
    raw_files: tuple[str, ...] = RAW_FILES
    hash_hours: float = 24.0
    appeal_days: float = 30.0

    def __post_init__(self) -> None:
        if min(self.raw_days, self.hash_hours) <= 0 or self.appeal_days < 0:
            msg = (
                f"RetentionTerms: expected times from 0 on, got raw {self.raw_days} d, "
                f"hashes {self.hash_hours} h, appeal {self.appeal_days} d"
            )
            raise ValueError(msg)
        wrong = [one for one in self.raw_files if one.startswith(("/", "~")) or ".." in one or "\\" in one]
        if wrong:
            msg = f"RetentionTerms: expected patterns below the folder of a result, got {wrong[0]!r}"
            raise ValueError(msg)

    @property
    def raw_ns(self) -> int:
        """How long raw frames are kept."""
        return round(self.raw_days * DAY_NS)

    @property
    def appeal_ns(self) -> int:
        """How long evidence is kept once its case is over."""
        return round(self.appeal_days * DAY_NS)

    @property
    def hash_ns(self) -> int:
        """How long the hash of a plate is kept."""
        return round(self.hash_hours * 3600 * NS_PER_S)


def closed_ns(told: Sequence[Case]) -> int:
    """Return when the last step of a violation was taken, as all who told of it say."""
    return max(event.timestamp_ns for case in told for event in case.history)


def keep(case: Case, told: Sequence[Case], terms: RetentionTerms, now_ns: int) -> Keep:
    """Return whether the evidence of a violation is kept at an instant.

    `case` is the violation as it stands, `told` what each view tells of it.
    """
    if case.state not in OVER:
        return Keep.OPEN
    since_ns = closed_ns((case, *told))
    if since_ns < DATED_FROM_NS:
        return Keep.UNDATED
    return Keep.DUE if since_ns + terms.appeal_ns <= now_ns else Keep.APPEAL
