"""The network and the routes on which SUMO and we are measured side by side.

A left-hand grid of netgenerate (blocks of 300 m, two lanes, a fixed-time signal at every junction) and
vehicles that wander over it, for longer than anybody looks: the number on the road stays the same.
"""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from twin.network.importers import load_network
from twin.network.model import RoadNetwork, TurnKind

IDM = 'carFollowModel="IDM" speedFactor="1" speedDev="{dev:g}"'
CAR = (
    f'<vType id="car" vClass="passenger" length="4.5" accel="2.0" decel="2.5" tau="1.0" minGap="2.0" {IDM}/>'
)
MOTORCYCLE = (
    f'<vType id="mc" vClass="motorcycle" length="2.0" width="0.8" accel="2.5" decel="3.0" tau="0.8" '
    f'minGap="1.0" {IDM} latAlignment="arbitrary" minGapLat="0.3" lcSublane="1.0"/>'
)


@dataclass(frozen=True, slots=True)
class Grid:
    """Files of a grid, and the network as we read it."""

    net: Path
    routes: Path
    network: RoadNetwork
    vehicles: int


def tool(name: str) -> str | None:
    """Return the path of a tool of SUMO, None where it is not installed."""
    from importlib.util import find_spec  # noqa: PLC0415 - only to look

    spec = find_spec("sumo")
    inside = Path(spec.origin).parent / "bin" / name if spec and spec.origin else None
    return str(inside) if inside and inside.exists() else shutil.which(name)


def make_grid(
    folder: Path,
    side: int,
    vehicles: int,
    motorcycles: float,
    *,
    edges: int = 60,
    spread_s: float = 120.0,
    speed_dev: float = 0.0,
) -> Grid:
    """Write a grid of `side` x `side` junctions and the ways of `vehicles` over it.

    Each way is `edges` long and turns back nowhere; departures spread evenly over `spread_s`. Wished
    speeds deviate by the share `speed_dev` from the limit.
    """
    folder.mkdir(parents=True, exist_ok=True)
    net, routes = folder / f"grid{side}.net.xml", folder / f"grid{side}-{vehicles}-{motorcycles:g}.rou.xml"
    netgenerate = tool("netgenerate")
    if netgenerate is None:
        msg = "netgenerate is not installed"
        raise RuntimeError(msg)
    line = [netgenerate, "--grid", f"--grid.number={side}", "--grid.length=300", "-L", "2", "--lefthand"]
    line += ["-j", "traffic_light", "--no-turnarounds", "true", "--default.speed", "13.89", "-o", str(net)]
    subprocess.run(line, check=True, capture_output=True)
    network = load_network(net)
    ways = _wander(network, vehicles, edges)
    draw = np.random.default_rng(7)
    riders = draw.random(vehicles) < motorcycles
    lines = ["<routes>", CAR.format(dev=speed_dev), MOTORCYCLE.format(dev=speed_dev)]
    for number, (way, rides) in enumerate(zip(ways, riders, strict=True)):
        depart_s = spread_s * number / vehicles
        kind = "mc" if rides else "car"
        lines.append(
            f'<vehicle id="{number}" type="{kind}" depart="{depart_s:.1f}" departLane="best" '
            f'departSpeed="max"><route edges="{" ".join(way)}"/></vehicle>'
        )
    routes.write_text("\n".join([*lines, "</routes>"]), encoding="utf-8")
    return Grid(net, routes, network, vehicles)


def _wander(network: RoadNetwork, vehicles: int, edges: int) -> list[list[str]]:
    """Return ways over the network: at each junction straight on in half of all cases."""
    draw = np.random.default_rng(11)
    roads = [road.id for road in network.roads]
    found = []
    for number in range(vehicles):
        way = [roads[number % len(roads)]]
        while len(way) < edges:
            turns = network.turns_from[way[-1]]
            weight = np.array([2.0 if turn.kind is TurnKind.STRAIGHT else 1.0 for turn in turns])
            way.append(turns[int(draw.choice(len(turns), p=weight / weight.sum()))].to_road)
        found.append(way)
    return found
