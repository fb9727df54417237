"""Sights of vehicles as a file of trajectories gives them, one by one, and their values, checked."""

import math
from dataclasses import dataclass, field
from pathlib import Path

from detectors.datatypes.detections import VehicleClass

FASTEST_MPS = 70.0  # more is no vehicle on a street, and between two sights a jump
KINDS = {
    VehicleClass.MOTORCYCLE: ("motorcycle", "mc", "moped", "scooter", "motor", "two_wheeler", "bike"),
    VehicleClass.BUS: ("bus", "coach", "angkot_besar"),
    VehicleClass.TRUCK: ("truck", "trailer", "lorry", "hgv", "heavy"),
}


class TrajectoryError(ValueError):
    """A file of trajectories cannot be used; the message says what and where."""


@dataclass(slots=True)
class Sights:
    """What is read of one vehicle, sight by sight: time s, x, y, z m, heading rad, speed m/s (NaN: unsaid).

    `edges` are the edges that it is on, "" where that is not said; `lines` where each sight stands.
    """

    kind: VehicleClass
    rows: list[tuple[float, float, float, float, float, float]] = field(default_factory=list)
    edges: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Read:
    """All sights of a file by the name of the vehicle; `at_front` says that places are those of fronts.

    `place` is what the numbers in `lines` count: lines or rows.
    """

    sights: dict[str, Sights]
    at_front: bool
    place: str = "line"


def kind_of(said: str) -> VehicleClass:
    """Return the class that a type is called after; a car where the name tells nothing."""
    words = said.lower().replace("@", "_").replace("-", "_").split("_")
    for kind, names in KINDS.items():
        if said.lower() in names or any(word in names for word in words):
            return kind
    return VehicleClass.CAR


def number(
    path: Path,
    place: str,
    name: str,
    said: object,
    *,
    may_lack: bool = False,
    least: float = -math.inf,
    most: float = math.inf,
) -> float:
    """Return a finite number from `least` to `most`; NaN where it may lack and does.

    Raises TrajectoryError that names the file, the place in it and the value.
    """
    lacks = said is None or said == "" or (isinstance(said, float) and math.isnan(said))
    if may_lack and lacks:
        return math.nan
    try:
        value = float(said)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        value = math.nan
    if not (math.isfinite(value) and least <= value <= most):
        bounds = f" from {least:g} to {most:g}" if math.isfinite(most) else ""
        shown = "" if said is None else str(said)[:40]
        msg = f"{path}: {place}: {name} '{shown}': expected a number{bounds}; correct it or drop the vehicle"
        raise TrajectoryError(" ".join(msg.split()))
    return value
