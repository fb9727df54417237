"""What is true in the twin at one instant. Goes to rendering and to scoring, never to the engine."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.arrays import frozen_array
from detectors.datatypes.signals import Aspect

VEHICLE_COLUMNS: tuple[tuple[str, tuple[int | None, ...], Any], ...] = (
    ("vehicle_id", (None,), np.int64),
    ("vehicle_class", (None,), np.int8),
    ("position_m", (None, 3), np.float64),
    ("heading_rad", (None,), np.float64),
    ("pitch_rad", (None,), np.float64),
    ("speed_mps", (None,), np.float64),
    ("size_m", (None, 3), np.float64),
    ("colour_bgr", (None, 3), np.uint8),
    ("braking", (None,), np.bool_),
    ("at_kerb", (None,), np.bool_),
    ("turning", (None,), np.int8),
    ("visiting", (None,), np.bool_),
)


def _nobody() -> NDArray[Any]:
    return np.zeros(0, dtype=np.int8)


@dataclass(frozen=True, slots=True, eq=False)
class VehicleStates:
    """N vehicles as a structure of arrays.

    `position_m` (N, 3) is the middle of the footprint on the ground in the frame of the network;
    `heading_rad` anticlockwise from east; `pitch_rad` nose up positive; `size_m` is length, width,
    height; `at_kerb` says that the vehicle stands there to stay. `plates` are the texts. `turning` is to
    which side it is about to turn, or to pull in or out: 1 left, -1 right, 0 none; left out, nobody does.
    `visiting` vehicles have bodies that the streets of the twin do not have otherwise; left out, none is.
    """

    vehicle_id: NDArray[np.int64]
    vehicle_class: NDArray[np.int8]
    position_m: NDArray[np.float64]
    heading_rad: NDArray[np.float64]
    pitch_rad: NDArray[np.float64]
    speed_mps: NDArray[np.float64]
    size_m: NDArray[np.float64]
    colour_bgr: NDArray[np.uint8]
    braking: NDArray[np.bool_]
    at_kerb: NDArray[np.bool_]
    plates: tuple[str, ...]
    turning: NDArray[np.int8] = field(default_factory=_nobody)
    visiting: NDArray[np.bool_] = field(default_factory=_nobody)

    def __post_init__(self) -> None:
        n = len(self.vehicle_id)
        for name in ("turning", "visiting"):
            if not len(getattr(self, name)):
                object.__setattr__(self, name, np.zeros(n, dtype=np.int8 if name == "turning" else np.bool_))
        for name, shape, dtype in VEHICLE_COLUMNS:
            array = frozen_array(f"VehicleStates.{name}", getattr(self, name), (n, *shape[1:]), dtype)
            object.__setattr__(self, name, array)
        if len(self.plates) != n:
            msg = f"VehicleStates.plates: expected {n} texts, got {len(self.plates)}"
            raise ValueError(msg)

    def __len__(self) -> int:
        return len(self.vehicle_id)

    def select(self, rows: NDArray[Any]) -> "VehicleStates":
        """Return the vehicles of a boolean mask or an index array."""
        index = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        columns = {name: getattr(self, name)[index] for name, _, _ in VEHICLE_COLUMNS}
        return VehicleStates(**columns, plates=tuple(self.plates[i] for i in index))

    def joined(self, others: "VehicleStates") -> "VehicleStates":
        """Return these vehicles and others, by id."""
        if not len(others):
            return self
        columns = {
            name: np.concatenate((getattr(self, name), getattr(others, name)))
            for name, _, _ in VEHICLE_COLUMNS
        }
        both = VehicleStates(**columns, plates=(*self.plates, *others.plates))
        return both.select(np.argsort(both.vehicle_id, kind="stable"))

    @classmethod
    def none(cls) -> "VehicleStates":
        """Return no vehicles."""
        columns: dict[str, Any] = {
            name: np.zeros([0, *(n or 0 for n in shape[1:])], dtype=dtype)
            for name, shape, dtype in VEHICLE_COLUMNS
        }
        return cls(**columns, plates=())


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Everything that a camera could show at one instant: vehicles and the aspect of each group."""

    timestamp_ns: int
    vehicles: VehicleStates
    aspects: tuple[tuple[str, Aspect], ...] = ()


@dataclass(frozen=True, slots=True)
class TrueViolation:
    """A violation that really happened, for scoring only.

    `rule` says what, `place` and `position_m` where, `opened_ns`..`closed_ns` when (closed_ns None while
    it lasts, and for what takes no time), `amount` how much:

    - `kerb_parking`: the whole stand, whatever the hour (the scorer applies the window);
    - `red_light`: the crossing of the stop line, place is the signal group, amount s into the red;
    - `stop_line`: standing beyond it at red, amount m beyond, until the next road is entered;
    - `speeding`: told when the road is left, amount km/h above its limit, where it was most;
    - `prohibited_turn`: the road that it was made from, onto the amount-th road of the network;
    - `wrong_way`: from where to when somebody rode against the traffic, amount m;
    - `section_speed`: from gate to gate of a section, amount km/h above its limit over all of it;
    - `racing`: as long as they were on the map, amount the highest speed in km/h.

    `exempt`: an emergency vehicle may. `left_s`, of a red light: the seconds of red that were left, where
    somebody can know.
    """

    rule: str
    vehicle_id: int
    vehicle_class: int
    plate: str
    place: str
    position_m: tuple[float, float]
    opened_ns: int
    closed_ns: int | None
    amount: float = 0.0
    exempt: bool = False
    left_s: float | None = None
