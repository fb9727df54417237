"""Networks in a file of our own: JSON that holds everything a RoadNetwork holds."""

import json
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import IO, Any

import numpy as np

from twin.network.hours import Windows
from twin.network.model import (
    Control,
    Detector,
    Junction,
    NetworkError,
    Phase,
    Place,
    PlanSource,
    Provenance,
    Road,
    RoadNetwork,
    SignalPlan,
    Turn,
    TurnKind,
)

FORMAT = "bconnect-network-1"  # what came later may be absent: it has a default


def save_network(network: RoadNetwork, path: Path | str) -> None:
    """Write a network to a JSON file that `load_network` reads back; the same network, the same bytes.

    Raises NetworkError where the file cannot be written.
    """
    document = {"format": FORMAT} | {item.name: getattr(network, item.name) for item in fields(network)}
    text = json.dumps(document, default=plain, ensure_ascii=False, allow_nan=False)
    try:
        Path(path).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        msg = f"{path}: expected a place to write to, got: {error.strerror}; choose another file"
        raise NetworkError(msg) from error


def plain(value: Any) -> Any:
    """Return a dataclass as a dict and an array as a list, for json."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    return {item.name: getattr(value, item.name) for item in fields(value)}


def read_network(path: Path, file: IO[bytes]) -> RoadNetwork:
    """Return the network that `save_network` wrote; raises NetworkError where it is not whole."""
    try:
        return _network(json.loads(file.read()))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        what = f"no {error}" if isinstance(error, KeyError) else str(error)
        msg = (
            f"{path}: expected a network saved by `bconnect network import --out`, got {what}; save it again"
        )
        raise NetworkError(" ".join(msg.split())) from error


def _network(document: dict[str, Any]) -> RoadNetwork:
    """Return the network of a parsed document."""
    found = dict(document)
    if found.pop("format") != FORMAT:
        msg = f"the format {document['format']!r}"
        raise NetworkError(msg)
    lon, lat = found["origin_lonlat"]
    found |= {
        "origin_lonlat": (float(lon), float(lat)),
        "junctions": tuple(_junction(item) for item in found["junctions"]),
        "roads": tuple(_road(item) for item in found["roads"]),
        "turns": tuple(_turn(item) for item in found["turns"]),
        "signal_plans": tuple(signal_plan(item) for item in found["signal_plans"]),
        "places": tuple(_place(item) for item in found["places"]),
        "source_counts": tuple((name, count) for name, count in found["source_counts"]),
    }
    return RoadNetwork(**found)


def _junction(item: dict[str, Any]) -> Junction:
    x_m, y_m, z_m = item["position_m"]
    return Junction(**item | {"position_m": (x_m, y_m, z_m), "control": Control(item["control"])})


def _road(item: dict[str, Any]) -> Road:
    line = np.array(item["centreline_m"], dtype=np.float64)
    return Road(**item | {"centreline_m": line, "geometry": Provenance(item["geometry"])})


def _turn(item: dict[str, Any]) -> Turn:
    told = {"kind": TurnKind(item["kind"]), "prohibited": _windows(item.get("prohibited", ()))}
    return Turn(**item | told)


def _windows(rows: Iterable[Iterable[float]]) -> Windows:
    return tuple((float(begin), float(end)) for begin, end in rows)


def signal_plan(item: dict[str, Any]) -> SignalPlan:
    """Return the plan of a parsed document; raises KeyError, TypeError, ValueError where it is none."""
    told = {
        "phases": tuple(Phase(**phase | {"groups": tuple(phase["groups"])}) for phase in item["phases"]),
        "source": PlanSource(item["source"]),
        "hours": _windows(item.get("hours", ())),
        "detectors": tuple(Detector(**row) for row in item.get("detectors", ())),
    }
    return SignalPlan(**item | told)


def _place(item: dict[str, Any]) -> Place:
    return Place(**item | {key: tuple(item[key]) for key in ("lonlat", "position_m")})
