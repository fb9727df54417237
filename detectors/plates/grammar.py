"""The grammar of Indonesian plates (TNKB): prefix of the region, number by class, suffix."""

import re
from dataclasses import dataclass

from detectors.datatypes.detections import VehicleClass

SYNTHETIC_PREFIX = "KX"  # issued to nobody, so that no real owner is ever hit
ISSUED = (
    "A B D E F G H K L M N P R S T W Z AA AB AD AE AG BA BB BD BE BG BH BK BL BM BN BP CC CD "
    "DA DB DC DD DE DG DH DK DL DM DN DP DR DS DT DW EA EB ED KB KH KT KU PA PB PG PS PT PY RI"
)
ISSUED_PREFIXES = frozenset(ISSUED.split())
FORM = re.compile(r"([A-Z]{1,2})\s*([1-9][0-9]{0,3})\s*([A-Z]{0,3})")
CLASS_BY_NUMBER = (
    (1, 1999, VehicleClass.CAR),
    (2000, 6999, VehicleClass.MOTORCYCLE),
    (7000, 7999, VehicleClass.BUS),
    (8000, 9999, VehicleClass.TRUCK),
)


class PlateRefused(ValueError):  # noqa: N818 - reads as what happened
    """A text is no plate, or a plate that may not be used where it was read."""


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate in its parts, e.g. KX 1234 LX."""

    prefix: str
    number: int
    suffix: str

    @property
    def text(self) -> str:
        """The plate as it is written."""
        return f"{self.prefix} {self.number} {self.suffix}".rstrip()

    @property
    def vehicle_class(self) -> VehicleClass:
        """The class that the number stands for."""
        return next(kind for low, high, kind in CLASS_BY_NUMBER if low <= self.number <= high)


def parse(text: str) -> Plate:
    """Return the parts of a plate, spaces and case as they come; PlateRefused says what was expected."""
    match = FORM.fullmatch(text.strip().upper())
    if match is None:
        msg = f"{text!r} is no plate: expected 1-2 letters, a number 1-9999, 0-3 letters"
        raise PlateRefused(msg)
    return Plate(match[1], int(match[2]), match[3])


def admit(text: str, *, simulated: bool) -> Plate:
    """Return the plate if it may be used here.

    PlateRefused where a synthetic plate turns up outside simulation, or an issued one inside it, and of a
    prefix that no region has: a letter was misread, or half hidden.
    """
    plate = parse(text)
    if not simulated and plate.prefix == SYNTHETIC_PREFIX:
        msg = f"{plate.text}: {SYNTHETIC_PREFIX} plates exist in simulation only"
        raise PlateRefused(msg)
    if simulated and plate.prefix in ISSUED_PREFIXES:
        msg = f"{plate.text}: prefix {plate.prefix} is issued to real owners, use {SYNTHETIC_PREFIX}"
        raise PlateRefused(msg)
    if plate.prefix not in ISSUED_PREFIXES | {SYNTHETIC_PREFIX}:
        msg = f"{plate.text}: no region has the prefix {plate.prefix}"
        raise PlateRefused(msg)
    return plate
