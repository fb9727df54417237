"""What a detector is tried on: pictures with their truth, in clips that one camera took."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array, frozen_array
from detectors.datatypes.frame import Frame
from detectors.datatypes.site import SitePlan

CONSECUTIVE_S = 1.0  # pictures farther apart than this cannot be followed
NOT_KNOWN = "not known"
COLUMNS = (
    ("boxes_px", (4,), np.float64), ("kind", (), np.int64), ("vehicle", (), np.int64),
    ("visible", (), np.float64), ("held", (), np.bool_), ("on_site", (), np.bool_),
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """The truth of one picture, N vehicles.

    `boxes_px` (N, 4) as x0, y0, x1, y1; `kind` (N,) of VehicleClass; `vehicle` (N,) an id that lasts over
    the clip, -1 where none is known; `visible` (N,) the share that nothing covers, NaN where unknown;
    `held` (N,) whether a detector is held to find it (what it finds of the others counts neither way);
    `on_site` (N,) whether the engine follows what stands there.
    """

    boxes_px: Float64Array
    kind: Int64Array
    vehicle: Int64Array
    visible: Float64Array
    held: BoolArray
    on_site: BoolArray

    def __post_init__(self) -> None:
        n = len(self.boxes_px)
        for name, shape, dtype in COLUMNS:
            array = frozen_array(f"Labels.{name}", getattr(self, name), (n, *shape), dtype)
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        return len(self.boxes_px)


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A frame in its circumstances; `labels` None where nobody labelled it.

    `plates` are the plates as `labels` are the vehicles; None where nobody labelled any.
    """

    frame: Frame
    labels: Labels | None
    light: str = NOT_KNOWN
    weather: str = NOT_KNOWN
    plates: Labels | None = None


def no_street() -> Iterable[Frame]:
    """Return no pictures of the street."""
    return ()


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Pictures that one camera took one after another, `every_s` apart.

    `camera` names the camera and seed: clips that share it are alike. `street` gives pictures by which a
    detector may learn the street before it starts.
    """

    name: str
    camera: str
    every_s: float
    site: SitePlan | None = None
    street: Callable[[], Iterable[Frame]] = no_street

    @property
    def consecutive(self) -> bool:
        """Whether vehicles can be followed from picture to picture."""
        return self.every_s <= CONSECUTIVE_S


def followed(site: SitePlan, at_m: Float64Array) -> BoolArray:
    """Return (N,) which places (N, 2) lie where the engine follows what stands there."""
    inside = np.zeros(len(at_m), dtype=np.bool_)
    for area in (*(way.area for way in site.carriageways), *(zone.area for zone in site.no_parking)):
        inside |= area.contains(at_m)
    for area in site.ignore:
        inside &= ~area.contains(at_m)
    return inside


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What a source is: `kind` dataset, scenario or video; `pictures` about how many it has."""

    kind: str
    name: str
    simulated: bool
    labelled: bool
    pictures: int


class Source(Protocol):
    """Where pictures come from; those of several clips may come in turn, those of one in order of time."""

    @property
    def facts(self) -> SourceFacts:
        """What it is."""

    def pictures(self) -> Iterator[tuple[Clip, Picture]]:
        """Yield each picture with the clip that it belongs to."""
