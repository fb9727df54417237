"""Counts of traffic as people write them: a CSV with a row a road and hour."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from detectors.datatypes.detections import VehicleClass
from scenarios.csv_rows import read_rows
from scenarios.errors import InputError, unknown_name
from twin.network.model import Control, RoadNetwork

Period = tuple[int, VehicleClass | None]


@dataclass(frozen=True, slots=True)
class Count:
    """Vehicles that came to a road in a local hour, of one class or (None) of all."""

    road: str
    hour: int
    kind: VehicleClass | None
    vehicles: float


def read_counts(path: Path, network: RoadNetwork) -> tuple[Count, ...]:
    """Return the counts of a CSV with the columns road, hour, count and, if wished, class.

    Rows that say the same thing twice, as of two days, are averaged. Raises InputError that names the
    file and the line: an unknown road, a count that is none, an hour counted in all and by class.
    """
    if not path.is_file():
        msg = f"{path}: no such file"
        raise InputError(msg)
    found: dict[tuple[str, int, VehicleClass | None], list[float]] = defaultdict(list)
    by_class: dict[int, bool] = {}
    for row in read_rows(path, ("road", "hour", "count"), ("class",)):
        road, hour, kind = row.cell("road"), row.hour(), row.kind()
        if road not in network.road_of:
            msg = f"{row.where}: {_unknown_road(road, network)}"
            raise InputError(msg)
        if hour is None:
            msg = f"{row.where}: hour: expected a whole hour from 0 to 23, got none"
            raise InputError(msg)
        if by_class.setdefault(hour, kind is not None) != (kind is not None):
            msg = f"{row.where}: hour {hour}: expected a class in all of its rows or in none"
            raise InputError(msg)
        found[road, hour, kind].append(row.number("count"))
    return tuple(Count(*key, sum(values) / len(values)) for key, values in found.items())


def _unknown_road(road: str, network: RoadNetwork) -> str:
    known = tuple(network.road_of)
    said = str(unknown_name(road, known, what="road"))
    return said if len(known) <= 20 else f"{said.partition(' Known:')[0]} Not a road of {network.name}"


def unbalanced(
    counts: tuple[Count, ...], network: RoadNetwork
) -> tuple[tuple[str, Period, float, float], ...]:
    """Return the inner junctions all of whose roads were counted: where, when, how many in and out."""
    told: dict[Period, dict[str, float]] = defaultdict(dict)
    for count in counts:
        told[count.hour, count.kind][count.road] = count.vehicles
    found = []
    inner = (junction for junction in network.junctions if junction.control is not Control.BOUNDARY)
    for junction in inner:
        into = [road.id for road in network.roads if road.end == junction.id]
        out = [road.id for road in network.roads if road.start == junction.id]
        for period, here in told.items():
            if into and out and all(road in here for road in (*into, *out)):
                found.append((junction.id, period, sum(here[r] for r in into), sum(here[r] for r in out)))
    return tuple(found)
