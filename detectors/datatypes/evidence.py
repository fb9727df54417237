"""What proves a case beside its pictures: a clip, and what was measured, how well, and by what."""

from dataclasses import dataclass

from detectors.datatypes.arrays import ShapeError, UInt8Array


@dataclass(frozen=True, slots=True, eq=False)
class EvidenceClip:
    """Some seconds of a view: images (h, w, 3) BGR of one size, each with the time at which it was taken."""

    case_id: str
    times_ns: tuple[int, ...]
    images_bgr: tuple[UInt8Array, ...]
    simulated: bool

    def __post_init__(self) -> None:
        shapes = {image.shape for image in self.images_bgr}
        if len(self.times_ns) != len(self.images_bgr) or len(shapes) != 1:
            msg = (
                f"EvidenceClip {self.case_id}: expected pictures of one size and a time each, got "
                f"{len(self.images_bgr)} of {sorted(shapes)} and {len(self.times_ns)} times"
            )
            raise ShapeError(msg)


@dataclass(frozen=True, slots=True)
class Instruments:
    """By what a view measures: ids that a court can ask for.

    `calibration` is the SHA-256 of the surveyed site plan, `weights` that of the model's file; each is ""
    where there is none.
    """

    software: str = ""
    detector: str = ""
    weights: str = ""
    calibration: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceStatement:
    """What was measured of a case: `value` in `unit`, wrong by at most `uncertainty`; None: not known."""

    case_id: str
    at_ns: int
    value: float
    unit: str
    uncertainty: float | None
    instruments: Instruments
    simulated: bool
