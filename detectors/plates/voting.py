"""Several looks at the plate of one vehicle: one number, or none.

A vote takes belief away and never gives any: what no look by itself believes, all together do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from detectors.datatypes.plates import PlateReading, PlateSight, Unread

OBJECTS_FROM = 0.95  # of confidence, from which a reading that is not believed speaks against another


@dataclass(frozen=True, slots=True)
class PlateVote:
    """What all looks come to: the reading, or why there is none."""

    reading: PlateReading | None
    why: Unread | None


def voted(sights: Sequence[PlateSight], least: int = 1) -> PlateVote:
    """Return what the looks at one plate come to; at least `least` of them have to believe it.

    Looks that agree raise the confidence: all of them err with the product of their chances to, as if
    they erred independently of one another. A look that sees nothing says nothing, and why there is no
    number is told by the last look that showed the vehicle.
    """
    believed = [one.reading for one in sights if one.reading is not None]
    doubted = [one.doubtful for one in sights if one.reading is None and one.doubtful is not None]
    objecting = [one for one in doubted if one.confidence >= OBJECTS_FROM]
    if not believed:
        looked = [one.why for one in sights if one.why is not Unread.NO_LOOK]
        return PlateVote(None, looked[-1] if looked else Unread.NO_LOOK)
    if len({one.text for one in (*believed, *objecting)}) > 1:
        return PlateVote(None, Unread.DISAGREE)
    if len(believed) < least:
        return PlateVote(None, Unread.ALONE)
    if len(believed) == 1:
        return PlateVote(believed[0], None)
    agreed = 1.0 - prod(1.0 - one.confidence for one in believed)
    return PlateVote(PlateReading(believed[0].text, agreed), None)
