"""What a vehicle looks like for good: its body, who rides it, what they wear, which plate it has.

All of it follows from class, size and plate by keyed draws: the same vehicle looks the same in every view,
frame and run. What no source gives is a share marked [?].
"""

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TypeVar

import numpy as np

from detectors.datatypes.arrays import Float64Array, frozen_array
from detectors.datatypes.detections import VehicleClass
from twin.randomness import Seed
from twin.rendering.meshes import Paint
from twin.truth import VehicleStates

SEDANS, SUVS = 0.4, 0.6  # of cars of their size; the others are hatchbacks and large MPVs [?]
SCOOTERS = 0.75  # of motorcycles: most that are sold are scooters (AISI), older ones are not [?]
TWO_UP, COURIERS, BOXES = 0.24, 0.09, 0.35  # riders with a pillion, ojol riders, those of them with a box [?]
BARE_RIDER, BARE_PILLION = 0.07, 0.25  # heads without a helmet [?]
HIJABS, FULL_FACE = 0.22, 0.22  # under a helmet or without; helmets that cover the chin [?]
LOADED, BOX_TRUCKS = 0.4, 0.4  # open beds under a tarpaulin, lorries with a closed box [?]
FOR_HIRE, OF_STATE = 0.4, 0.03  # lorries with yellow plates; vehicles with red ones [?]
FLASHES = 0.3  # of those who stand at a kerb have their hazard lights on [?]
INDICATES = (0.65, 0.85)  # of riders and of all others show where they turn [?]
VALID_MONTHS = 60  # a plate is renewed every five years
FIRST_WHITE = 2022 * 12 + 6  # white plates are issued from July 2022 on (DOMAIN 5)
PICKUP_TO_M, MEDIUM_TO_M = 5.2, 9.0  # lengths of small goods vehicles, of medium buses
MINIBUS_FROM, SEDAN_TO = 0.46, 0.37  # height by length: a minibus is tall for its length
SMALL_TO_M, LARGE_FROM_M = 1.6, 4.55  # height of low cars, length of large ones

ALBEDO = np.zeros((len(Paint), 3))
for _paint, _bgr in {
    Paint.GLASS: (0.062, 0.056, 0.050),
    Paint.DARK: (0.055, 0.053, 0.052),
    Paint.WELL: (0.018, 0.018, 0.018),
    Paint.METAL: (0.52, 0.52, 0.52),
    Paint.HEADLAMP: (0.74, 0.78, 0.78),
    Paint.TAILLAMP: (0.08, 0.06, 0.52),
    Paint.INDICATOR: (0.06, 0.14, 0.24),
    Paint.INDICATOR_RIGHT: (0.06, 0.14, 0.24),
    Paint.STRIPE: (0.70, 0.68, 0.66),
}.items():
    ALBEDO[_paint] = _bgr
OJOL_BGR = (0.21, 0.38, 0.13)  # the green of the jackets of the two large ride services, sun-bleached [?]
SKIN_BGR, HAIR_BGR, VISOR_BGR = (0.27, 0.38, 0.56), (0.05, 0.045, 0.045), (0.06, 0.06, 0.06)
CLOTHS_BGR = (
    (0.10, 0.09, 0.09), (0.42, 0.29, 0.17), (0.15, 0.14, 0.40), (0.22, 0.32, 0.18), (0.62, 0.62, 0.60),
    (0.24, 0.44, 0.56), (0.30, 0.18, 0.28), (0.22, 0.16, 0.12), (0.44, 0.42, 0.40),
)  # fmt: skip
TROUSERS_BGR = ((0.07, 0.07, 0.07), (0.24, 0.15, 0.10), (0.16, 0.22, 0.28), (0.30, 0.24, 0.18))
HELMETS_BGR = (
    (0.05, 0.05, 0.055), (0.76, 0.77, 0.78), (0.08, 0.07, 0.52), (0.50, 0.26, 0.08), (0.40, 0.40, 0.40),
    (0.56, 0.42, 0.82),
)  # fmt: skip
SCARVES_BGR = ((0.10, 0.09, 0.09), (0.60, 0.62, 0.64), (0.42, 0.36, 0.56), (0.46, 0.40, 0.20))
CAPS_BGR = (HAIR_BGR, HAIR_BGR, (0.12, 0.10, 0.40), (0.20, 0.16, 0.12))
CARGOES_BGR = (
    (0.72, 0.74, 0.74), (0.50, 0.28, 0.08), (0.26, 0.34, 0.18), (0.16, 0.34, 0.58), (0.20, 0.36, 0.44),
)  # fmt: skip
VISITORS: dict[int, tuple[str, ...]] = {
    VehicleClass.MOTORCYCLE: ("sports-motorcycle", "sports-motorcycle", "tricycle"),
    VehicleClass.CAR: ("estate", "coupe", "van"),
    VehicleClass.BUS: ("coach",),
    VehicleClass.TRUCK: ("tanker", "skip-lorry"),
}  # of each class: bodies of vehicles that are visiting
BOARDS_BGR = ((0.16, 0.42, 0.24), (0.44, 0.24, 0.08), (0.10, 0.24, 0.42), (0.12, 0.46, 0.66))


T = TypeVar("T")


class PlateKind(Enum):
    """What a plate says of its vehicle; the value is paper and ink, albedo in BGR."""

    WHITE = ((0.84, 0.86, 0.86), (0.07, 0.07, 0.07))
    BLACK = ((0.06, 0.06, 0.06), (0.84, 0.86, 0.86))
    YELLOW = ((0.05, 0.62, 0.84), (0.07, 0.07, 0.07))
    RED = ((0.10, 0.08, 0.62), (0.84, 0.86, 0.86))


PRIVATE = (PlateKind.WHITE, PlateKind.BLACK)


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """How one vehicle looks: `style` names its mesh, `paints` (P, 3) is the albedo of each Paint.

    `kind` is its plate as issued today, `renewed` the month, of VALID_MONTHS, in which it runs out;
    `flashes` says whether its hazard lights are on where it stands at a kerb, `indicates` whether it shows
    to which side it turns.
    """

    style: str
    paints: Float64Array
    kind: PlateKind
    renewed: int
    flashes: bool
    indicates: bool

    def plate_at(self, month: int) -> tuple[PlateKind, str]:
        """Return the kind of plate and its second line, MM.YY, in a month counted from the year 0.

        Private plates that were issued before FIRST_WHITE are black until they run out.
        """
        expiry = month + (self.renewed - month) % VALID_MONTHS
        old = self.kind is PlateKind.WHITE and expiry - VALID_MONTHS < FIRST_WHITE
        year, last = divmod(expiry, 12)
        return (PlateKind.BLACK if old else self.kind), f"{last + 1:02d}.{year % 100:02d}"


def looks(vehicles: VehicleStates) -> list[Look]:
    """Return how each of N vehicles looks."""
    kinds, guests = vehicles.vehicle_class.tolist(), vehicles.visiting.tolist()
    rows = zip(kinds, vehicles.size_m.tolist(), vehicles.plates, guests, strict=True)
    return [look_of(kind, size[0], size[2], plate, guest) for kind, size, plate, guest in rows]


@lru_cache(maxsize=8192)
def look_of(
    kind: int,
    length_m: float,
    height_m: float,
    plate: str,
    visiting: bool = False,  # noqa: FBT001, FBT002 - a column of vehicles
) -> Look:
    """Return how the vehicle of a plate looks, for good."""
    own = Seed(0, ("looks", plate))
    style = _one(VISITORS[kind], own, "body") if visiting else body_style(kind, length_m, height_m, own)
    paints = ALBEDO.copy()
    _dress(paints, own, courier=_courier(own))
    paints[Paint.CARGO] = OJOL_BGR if style.endswith("-box") else _one(CARGOES_BGR, own, "cargo")
    if style.startswith("open-truck"):
        paints[Paint.STRIPE] = _one(BOARDS_BGR, own, "boards")
    return Look(
        style,
        frozen_array("Look.paints", paints, (len(Paint), 3), np.float64),
        _plate_kind(kind, style, own),
        int(own.uniform("renewed") * VALID_MONTHS),
        own.uniform("flashes") < FLASHES,
        own.uniform("indicates") < INDICATES[kind != VehicleClass.MOTORCYCLE],
    )


def body_style(kind: int, length_m: float, height_m: float, own: Seed) -> str:
    """Return the name of the mesh of a vehicle: what class and size allow, and of that one draw."""
    drawn = own.uniform("body")
    if kind == VehicleClass.MOTORCYCLE:
        frame = "scooter" if drawn < SCOOTERS else "underbone"
        if own.uniform("two") < TWO_UP:
            return f"{frame}-two"
        return f"{frame}-box" if _courier(own) and own.uniform("box") < BOXES else frame
    if kind == VehicleClass.BUS:
        return "medium-bus" if length_m < MEDIUM_TO_M else "bus"
    if kind == VehicleClass.TRUCK:
        loaded = "-loaded" if own.uniform("load") < LOADED else ""
        if length_m < PICKUP_TO_M:
            return f"pickup{loaded}"
        return "box-truck" if drawn < BOX_TRUCKS else f"open-truck{loaded}"
    return _car(length_m, height_m, drawn)


def _car(length_m: float, height_m: float, drawn: float) -> str:
    if height_m > MINIBUS_FROM * length_m:
        return "angkot"
    if height_m < SMALL_TO_M:
        return "sedan" if height_m < SEDAN_TO * length_m and drawn < SEDANS else "hatchback"
    return "suv" if length_m >= LARGE_FROM_M and drawn < SUVS else "mpv"


def _courier(own: Seed) -> bool:
    return own.uniform("courier") < COURIERS


def _plate_kind(kind: int, style: str, own: Seed) -> PlateKind:
    """Return yellow for who carries for money, red for who serves the state, white for all others."""
    hired = kind == VehicleClass.TRUCK and "pickup" not in style and own.uniform("hired") < FOR_HIRE
    if hired or kind == VehicleClass.BUS or style == "angkot":
        return PlateKind.YELLOW
    return PlateKind.RED if own.uniform("of state") < OF_STATE else PlateKind.WHITE


def _dress(paints: Float64Array, own: Seed, *, courier: bool) -> None:
    """Fill the colours of who rides: clothes, and on their heads a helmet, a cap, a scarf or hair."""
    paints[Paint.LEGS] = _one(TROUSERS_BGR, own, "trousers")
    paints[Paint.CLOTH] = OJOL_BGR if courier else _one(CLOTHS_BGR, own, "cloth")
    paints[Paint.CLOTH_BEHIND] = _one(CLOTHS_BGR, own, "cloth behind")
    rider, behind = own.child("rider"), own.child("behind")
    ojol = OJOL_BGR if courier and own.uniform("helmet") < 0.6 else None
    paints[[Paint.HELMET, Paint.CHIN, Paint.FACE]] = _head(rider, BARE_RIDER * (not courier), ojol)
    bare = 0.0 if courier else BARE_PILLION
    paints[[Paint.HELMET_BEHIND, Paint.CHIN_BEHIND, Paint.FACE_BEHIND]] = _head(behind, bare, ojol)


def _head(
    own: Seed, bare: float, helmet_bgr: tuple[float, float, float] | None
) -> tuple[tuple[float, float, float], ...]:
    """Return the colours of crown, chin and face."""
    scarf = _one(SCARVES_BGR, own, "scarf") if own.uniform("hijab") < HIJABS else None
    if own.uniform("bare") < bare:
        return scarf or _one(CAPS_BGR, own, "cap"), scarf or SKIN_BGR, SKIN_BGR
    helmet = helmet_bgr or _one(HELMETS_BGR, own, "helmet")
    if own.uniform("full") < FULL_FACE:
        return helmet, helmet, VISOR_BGR
    return helmet, scarf or HAIR_BGR, SKIN_BGR


def _one(choices: tuple[T, ...], own: Seed, what: str) -> T:
    return choices[int(own.uniform(what) * len(choices))]
