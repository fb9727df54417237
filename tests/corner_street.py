"""A divided street, 400 m long, that ends at a signalised crossing: made by hand for tests of cameras."""

import math
from datetime import date, time
from typing import Any

import numpy as np

from detectors.datatypes.signals import Aspect
from twin.cameras.plans import ViewSpec
from twin.clock import from_local
from twin.network.model import (
    Control,
    Junction,
    Phase,
    Road,
    RoadNetwork,
    SignalPlan,
    Turn,
    TurnKind,
)
from twin.truth import Scene, VehicleStates

AFTERNOON_NS = from_local(date(2025, 11, 27), time(16, 30))
NIGHT_NS = from_local(date(2025, 11, 27), time(19))
LIMIT_MPS = 50 / 3.6
ZONE = "beruang-madu"
SIZES_M = {0: (1.9, 0.75, 1.6), 1: (4.4, 1.75, 1.7), 2: (11.0, 2.5, 3.1), 3: (7.5, 2.3, 2.9)}
KERB_VIEW = ViewSpec("kerb", "w-j", 300.0, 9.0, 8.0, 325.0, 3.0, math.radians(46), 2.0)
LIGHT_VIEW = ViewSpec("light", "w-j", 352.0, 8.0, 9.0, 384.0, 0.0, math.radians(62), 5.0)


def _road(name: str, start: str, end: str, points: list[tuple[float, float, float]], **options: Any) -> Road:
    return Road(name, name, start, end, np.array(points, float), speed_limit_mps=LIMIT_MPS, **options)


def street(rise: float = 0.0, left_hand: bool = True) -> RoadNetwork:
    """Two lanes each way east-west with kerb strips and a median, one lane north-south; z = rise * x."""
    side = 5.0 if left_hand else -5.0
    main: dict[str, Any] = {"lanes": 2, "kerb_m": 2.0, "zone": ZONE, "median": True, "priority": 3}
    w, box = -416.0, 16.0
    roads = (
        _road("w-j", "w", "j", [(w, side, rise * w), (-box, side, -rise * box)], reverse="j-w", **main),
        _road("j-w", "j", "w", [(-box, -side, -rise * box), (w, -side, rise * w)], reverse="w-j", **main),
        _road("j-e", "j", "e", [(box, side, rise * box), (200, side, rise * 200)], **main),
        _road("e-j", "e", "j", [(200, -side, rise * 200), (box, -side, rise * box)], **main),
        _road("n-j", "n", "j", [(side / 2, 150, 0), (side / 2, box, 0)], lanes=1),
        _road("j-n", "j", "n", [(-side / 2, box, 0), (-side / 2, 150, 0)], lanes=1),
    )
    turns = (
        Turn("w-j", "j-n", TurnKind.LEFT),
        Turn("w-j", "j-e", TurnKind.STRAIGHT, "w-j"),
        Turn("e-j", "j-w", TurnKind.STRAIGHT, "e-j"),
        Turn("e-j", "j-n", TurnKind.RIGHT, "e-j"),
        Turn("n-j", "j-e", TurnKind.LEFT, "n-j"),
        Turn("n-j", "j-w", TurnKind.RIGHT, "n-j"),
    )
    ends = {"w": (w, 0, 0), "e": (200, 0, 0), "n": (0, 150, 0)}
    nodes = [Junction(name, at, Control.BOUNDARY) for name, at in ends.items()]
    plan = SignalPlan("j", (Phase(("w-j", "e-j"), 40.0), Phase(("n-j",), 30.0)))
    junctions = (Junction("j", (0.0, 0.0, 0.0), Control.SIGNALS), *nodes)
    return RoadNetwork("corner", (116.85637, -1.26934), 32750, left_hand, junctions, roads, turns, (plan,))


def vehicles(*rows: tuple[float, float, float, float]) -> VehicleStates:
    """Vehicles from rows of class, x, y, heading in degrees."""
    n = len(rows)
    kind, x, y, heading = (np.array(column, float) for column in zip(*rows, strict=True))
    return VehicleStates(
        vehicle_id=np.arange(n) + 1,
        vehicle_class=kind.astype(np.int8),
        position_m=np.column_stack((x, y, np.zeros(n))),
        heading_rad=np.radians(heading),
        pitch_rad=np.zeros(n),
        speed_mps=np.zeros(n),
        size_m=np.array([SIZES_M[int(one)] for one in kind]),
        colour_bgr=np.full((n, 3), 200, dtype=np.uint8),
        braking=np.zeros(n, dtype=bool),
        at_kerb=np.zeros(n, dtype=bool),
        plates=tuple(f"KX {1000 + row} LX" for row in range(n)),
    )


def scene(
    *rows: tuple[float, float, float, float],
    at_ns: int = AFTERNOON_NS,
    aspects: tuple[tuple[str, Aspect], ...] = (),
) -> Scene:
    """A scene of `vehicles(*rows)`."""
    return Scene(at_ns, vehicles(*rows) if rows else VehicleStates.none(), aspects)
