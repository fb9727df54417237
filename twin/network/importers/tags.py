"""What the tags of OpenStreetMap mean for traffic: classes, lanes, speeds, one-ways."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from twin.network.hours import Windows, unusable

KMH = 1 / 3.6
MPH = 0.44704


@dataclass(frozen=True, slots=True)
class RoadClass:
    """Defaults of a class of highway; speeds by PM 111/2015: urban 50 km/h, residential 30."""

    priority: int
    lanes: int  # of a carriageway in one direction, on a one-way street
    speed_kmh: float
    lane_width_m: float = 3.5


CLASSES = {
    "motorway": RoadClass(3, 2, 80.0),
    "trunk": RoadClass(3, 2, 60.0),
    "primary": RoadClass(3, 2, 50.0),
    "secondary": RoadClass(2, 2, 50.0),
    "tertiary": RoadClass(2, 1, 50.0, 3.25),
    "unclassified": RoadClass(1, 1, 40.0, 3.0),
    "residential": RoadClass(1, 1, 30.0, 3.0),
    "living_street": RoadClass(1, 1, 20.0, 3.0),
    "road": RoadClass(1, 1, 30.0, 3.0),
}
CLASSES |= {
    f"{name}_link": RoadClass(CLASSES[name].priority, 1, 40.0)
    for name in ("motorway", "trunk", "primary", "secondary", "tertiary")
}
ROUNDABOUT_PRIORITY = 4
MAX_LANES = 4


@dataclass(frozen=True, slots=True)
class Carriage:
    """What a way carries: lanes forward and backward (0: one way), speed, class."""

    highway: str
    lanes_forward: int
    lanes_backward: int
    speed_mps: float
    lane_width_m: float
    priority: int
    against: bool = False  # one way against the order of its nodes


def carriage_of(tags: Mapping[str, str]) -> Carriage | None:
    """Return what a way with these tags carries, None where no motor vehicle may drive."""
    highway = tags.get("highway", "")
    kind = CLASSES.get(highway)
    shut = any(
        tags.get(key) in ("no", "private") for key in ("access", "vehicle", "motor_vehicle", "motorcar")
    )
    if kind is None or shut or tags.get("area") == "yes":
        return None
    roundabout = tags.get("junction") in ("roundabout", "circular")
    oneway = tags.get("oneway", "yes" if roundabout or highway == "motorway" else "no").lower()
    one_way = oneway in ("yes", "true", "1", "-1", "reverse")
    forward, backward = _lanes(tags, kind, one_way=one_way)
    return Carriage(
        highway=highway,
        lanes_forward=forward,
        lanes_backward=backward,
        speed_mps=speed_mps(tags.get("maxspeed", "")) or kind.speed_kmh * KMH,
        lane_width_m=kind.lane_width_m,
        priority=ROUNDABOUT_PRIORITY if roundabout else kind.priority,
        against=oneway in ("-1", "reverse"),
    )


def _lanes(tags: Mapping[str, str], kind: RoadClass, *, one_way: bool) -> tuple[int, int]:
    """Return the lanes forward and backward; a street without the tag gets those of its class."""
    total = _count(tags.get("lanes", ""))
    if one_way:
        return min(MAX_LANES, total or kind.lanes), 0
    share = max(1, total // 2)  # a narrow street of one lane still lets two vehicles pass
    forward = _count(tags.get("lanes:forward", "")) or (share + total % 2 if total > 2 else share)
    backward = _count(tags.get("lanes:backward", "")) or share
    return min(MAX_LANES, forward), min(MAX_LANES, backward)


def _count(text: str) -> int:
    """Return a small whole number, 0 where the text is none."""
    found = re.fullmatch(r"\s*(\d{1,2})(\.0)?\s*", text)
    return int(found[1]) if found else 0


def speed_mps(text: str) -> float:
    """Return a `maxspeed` in m/s, 0 where it names no number between 5 and 130 km/h."""
    found = re.match(r"\s*(\d{1,3})(?:\.\d+)?\s*(mph)?", text)
    speed = float(found[1]) * (MPH if found[2] else KMH) if found else 0.0
    return speed if 5 * KMH <= speed <= 130 * KMH else 0.0


def conditional(text: str) -> tuple[str, Windows]:
    """Return the value and the hours of a conditional tag such as `no_right_turn @ (06:00-20:00)`.

    Of several conditions the first that names hours counts; days of the week are not kept: it holds
    every day. ("", ()) where there is none. Source: wiki.openstreetmap.org, "Conditional restrictions".
    """
    for value, condition in re.findall(r"([a-z_]+)\s*@\s*\(?([^();]*)\)?", text):
        clock = [
            tuple(map(int, row))
            for row in re.findall(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})", condition)
        ]
        hours = tuple(
            (a % 24 + b / 60, c + d / 60 if (c, d) <= (24, 0) else c + d / 60 - 24) for a, b, c, d in clock
        )
        if hours and not unusable(hours):
            return value, hours
    return "", ()
