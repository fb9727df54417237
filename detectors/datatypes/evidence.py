"""What proves a case beside its pictures: a clip, and what was measured, how well, and by what."""

from dataclasses import dataclass

from detectors.datatypes.arrays import ShapeError, UInt8Array

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class EvidenceClip:
    """Some seconds of a view: images (h, w, 3) BGR of one size, each with the time at which it was taken.

    `own_px` is where the vehicle of the case stands in each, None where it does not show; `others_px` where
    the others that were followed stand. Both are empty where nobody knows. `density_px_m` as in
    `EvidencePicture`, the same for all images.
    """

    case_id: str
    times_ns: tuple[int, ...]
    images_bgr: tuple[UInt8Array, ...]
    simulated: bool
    own_px: tuple[Box | None, ...] = ()
    others_px: tuple[tuple[Box, ...], ...] = ()
    density_px_m: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        shapes = {image.shape for image in self.images_bgr}
        if len(self.times_ns) != len(self.images_bgr) or len(shapes) != 1:
            msg = (
                f"EvidenceClip {self.case_id}: expected pictures of one size and a time each, got "
                f"{len(self.images_bgr)} of {sorted(shapes)} and {len(self.times_ns)} times"
            )
            raise ShapeError(msg)
        for name, boxes in (("own_px", self.own_px), ("others_px", self.others_px)):
            if len(boxes) not in (0, len(self.times_ns)):
                msg = f"EvidenceClip {self.case_id}: {name} of {len(boxes)} of {len(self.times_ns)} pictures"
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
