"""What SUMO's own tools read: floating car data, edge data and trip information as XML.

Formats: sumo.dlr.de/docs, "FCDOutput", "Lane- or Edge-based Traffic Measures", "TripInfo".
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO
from xml.sax.saxutils import quoteattr

import numpy as np

from twin.clock import NS_PER_S
from twin.network.files import written_whole
from twin.network.model import RoadNetwork
from twin.traffic.accounts import Moving, TripEnd
from twin.traffic.kernel.arrays import Rows
from twin.traffic.trips import Trip

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
LEAST_S = 1e-9


class FcdFile:
    """Floating car data: where everybody is, a time step after the other."""

    def __init__(self, file: IO[str], names: Sequence[str] | None) -> None:
        self._file = file
        self._names = names
        file.write(f"{HEAD}<fcd-export>\n")

    def add(self, time_s: float, moving: Moving) -> None:
        """Write the vehicles of one instant."""
        lines = [f'  <timestep time="{time_s:.2f}">\n']
        angles = (90.0 - np.degrees(moving.heading_rad)) % 360.0
        for row, vehicle_id in enumerate(moving.vehicle_id.tolist()):
            x, y, z = moving.front_m[row].tolist()
            lines.append(
                f"    <vehicle id={quoteattr(name_of(vehicle_id, self._names))} "
                f'x="{x:.2f}" y="{y:.2f}" z="{z:.2f}" angle="{angles[row]:.2f}" '
                f'type="{moving.kind[row]}" speed="{moving.speed_mps[row]:.2f}" '
                f'pos="{moving.along_m[row]:.2f}" lane={quoteattr(moving.lane[row])}/>\n'
            )
        lines.append("  </timestep>\n")
        self._file.writelines(lines)

    def end(self) -> None:
        """Write the end of the document."""
        self._file.write("</fcd-export>\n")


def name_of(vehicle_id: int, names: Sequence[str] | None) -> str:
    """Return what a vehicle is called: as its trip is, else by its number."""
    return str(vehicle_id) if names is None else names[vehicle_id]


def write_edge_data(
    path: Path, network: RoadNetwork, span_s: tuple[float, float], before: Rows, after: Rows
) -> None:
    """Write what happened on each road between two states of the account of the simulation.

    Density in vehicles/km, speeds in m/s, times in s; roads on which nobody was have no figures.
    """
    begin_s, end_s = span_s
    with written_whole(path) as file:
        file.write(f"{HEAD}<meandata>\n")
        file.write(f'  <interval begin="{begin_s:.2f}" end="{end_s:.2f}" id="edgedata">\n')
        for row, road in enumerate(network.roads):
            done = {name: after[name][row] - before[name][row] for name in after.dtype.names or ()}
            said = " ".join(
                f'{name}="{value}"' for name, value in _figures(done, road.length_m, end_s - begin_s)
            )
            file.write(f"    <edge id={quoteattr(road.id)} {said}/>\n")
        file.write("  </interval>\n</meandata>\n")


def _figures(done: dict[str, float], length_m: float, span_s: float) -> Iterator[tuple[str, str]]:
    time_s, way_m = float(done["time_s"]), float(done["way_m"])
    yield "sampledSeconds", f"{time_s:.2f}"
    if time_s > LEAST_S:
        speed_mps = way_m / time_s
        if speed_mps > LEAST_S:
            yield "traveltime", f"{length_m / speed_mps:.2f}"
        yield "density", f"{time_s / max(span_s, LEAST_S) / length_m * 1000.0:.3f}"
        yield "speed", f"{speed_mps:.3f}"
        yield "waitingTime", f"{float(done['stood_s']):.2f}"
        yield "timeLoss", f"{float(done['lost_s']):.2f}"
    for name in ("departed", "arrived", "entered", "left"):
        yield name, str(int(done[name]))


def write_trips(path: Path, ends: Sequence[TripEnd], trips: Sequence[Trip] | None, start_ns: int) -> None:
    """Write how each finished trip went, in the order of arrival."""
    with written_whole(path) as file:
        file.write(f"{HEAD}<tripinfos>\n")
        for end in ends:
            trip = trips[end.vehicle_id] if trips else None
            depart_s = (end.departed_ns - start_ns) / NS_PER_S
            arrival_s = (end.arrived_ns - start_ns) / NS_PER_S
            delay_s = max(0.0, depart_s - trip.depart_s) if trip else 0.0
            file.write(
                f"  <tripinfo id={quoteattr(trip.name if trip else str(end.vehicle_id))} "
                f'depart="{depart_s:.2f}" departDelay="{delay_s:.2f}" arrival="{arrival_s:.2f}" '
                f'duration="{arrival_s - depart_s:.2f}" routeLength="{end.driven_m:.2f}" '
                f'waitingTime="{end.stood_s:.2f}" timeLoss="{end.lost_s:.2f}"/>\n'
            )
        file.write("</tripinfos>\n")
