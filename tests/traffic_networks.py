"""Small left-hand networks made by hand, for tests and benchmarks of traffic."""

from collections.abc import Callable, Collection
from typing import Any

import numpy as np

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

Points = dict[str, tuple[float, float]]
BOX_M = 14.0  # from the middle of a junction to the ends of its roads


def straight_road(
    length_m: float = 600.0,
    lanes: int = 1,
    limit_mps: float = 50 / 3.6,
    kerb_m: float = 0.0,
    stop_rate: float = 0.0,
) -> RoadNetwork:
    """One road from boundary to boundary."""
    ends = (Junction("w", (0, 0, 0), Control.BOUNDARY), Junction("e", (length_m, 0, 0), Control.BOUNDARY))
    road = Road(
        "main", "Main", "w", "e", np.array([[0, 0, 0], [length_m, 0, 0]], float), lanes, limit_mps,
        kerb_m=kerb_m, priority=3, stop_rate=stop_rate,
    )  # fmt: skip
    return RoadNetwork("straight", (116.86, -1.27), 32750, True, ends, (road,), ())


def _kind(before: float, after: float) -> TurnKind:
    turn = np.angle(np.exp(1j * (after - before)))
    if abs(turn) < 0.5:
        return TurnKind.STRAIGHT
    if abs(turn) > 2.6:
        return TurnKind.UTURN
    return TurnKind.LEFT if turn > 0 else TurnKind.RIGHT


def _road(a: str, b: str, points: Points, options: dict[str, Any]) -> Road:
    (xa, ya), (xb, yb) = points[a], points[b]
    step = np.array([xb - xa, yb - ya], float)
    step /= np.hypot(*step)
    lanes = options.get("lanes", 2)
    aside = np.array([-step[1], step[0]]) * (lanes * 3.5 / 2 + 0.5)
    start = np.array([xa, ya]) + aside + step * (BOX_M if a in options["inner"] else 0)
    end = np.array([xb, yb]) + aside - step * (BOX_M if b in options["inner"] else 0)
    line = np.array([[*start, 0], [*end, 0]])
    return Road(
        f"{a}-{b}", f"{a}-{b}", a, b, line, lanes, options.get("limit_mps", 50 / 3.6),
        kerb_m=options.get("kerb_m", 2.0), priority=options["priority"](a, b), reverse=f"{b}-{a}",
        stop_rate=options.get("stop_rate", 0.0), zone=options.get("zone", ""),
    )  # fmt: skip


def left_hand(
    points: Points,
    links: list[tuple[str, str]],
    inner: Collection[str],
    *,
    signals: bool = True,
    green_s: float = 40.0,
    priority: Callable[[str, str], int] = lambda _a, _b: 3,
    **options: Any,
) -> RoadNetwork:
    """Two-way streets `links` between `points`; junctions `inner` are signalised or by priority."""
    options |= {"inner": inner, "priority": priority}
    roads = tuple(_road(p, q, points, options) for a, b in links for p, q in ((a, b), (b, a)))
    control = Control.SIGNALS if signals else Control.PRIORITY
    junctions = tuple(
        Junction(n, (*points[n], 0), control if n in inner else Control.BOUNDARY) for n in points
    )
    turns, plans = [], []
    for n in inner:
        for r in roads:
            if r.end != n:
                continue
            for s in roads:
                if s.start == n and s.id != r.reverse:
                    kind = _kind(r.heading_at(0), s.heading_at(0))
                    turns.append(Turn(r.id, s.id, kind, r.id if signals else ""))
        if signals:
            into = [r for r in roads if r.end == n]
            flat = tuple(r.id for r in into if abs(np.cos(r.heading_at(0))) > 0.7)
            steep = tuple(r.id for r in into if r.id not in flat)
            plans.append(SignalPlan(n, (Phase(flat, green_s), Phase(steep, green_s))))
    return RoadNetwork("by hand", (116.86, -1.27), 32750, True, junctions, roads, tuple(turns), tuple(plans))


def cross(arm_m: float = 300.0, **options: Any) -> RoadNetwork:
    """Four arms around one junction."""
    points = {"c": (0, 0), "n": (0, arm_m), "e": (arm_m, 0), "s": (0, -arm_m), "w": (-arm_m, 0)}
    return left_hand(points, [(n, "c") for n in "nesw"], {"c"}, **options)


def grid(n: int = 10, block_m: float = 300.0, **options: Any) -> RoadNetwork:
    """An n x n grid of signalised junctions with stubs to the boundary."""
    points = {f"{i}.{j}": (i * block_m, j * block_m) for i in range(-1, n + 1) for j in range(-1, n + 1)
              if 0 <= i < n or 0 <= j < n}  # fmt: skip
    inner = {k for k, (x, y) in points.items() if min(x, y) >= 0 and max(x, y) <= (n - 1) * block_m}
    links = []
    for i in range(-1, n + 1):
        for j in range(-1, n + 1):
            for di, dj in ((1, 0), (0, 1)):
                a, b = f"{i}.{j}", f"{i + di}.{j + dj}"
                if a in points and b in points and (a in inner or b in inner):
                    links.append((a, b))
    return left_hand(points, links, sorted(inner), **options)
