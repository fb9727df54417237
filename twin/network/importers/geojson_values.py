"""Features of GeoJSON, their values checked: messages name the feature."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.network.model import NetworkError

FORMAT = "bconnect-network-geojson-1"  # what a network that we wrote says of itself


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of a file: its number from 1 on, the type of its geometry, coordinates, properties."""

    path: Path
    number: int
    kind: str
    coordinates: Any
    properties: Mapping[str, Any]

    @classmethod
    def of(cls, path: Path, number: int, item: Any) -> "Feature":
        """Return a feature of a parsed document; raises NetworkError where it is none."""
        geometry = item.get("geometry") if isinstance(item, dict) else None
        properties = item.get("properties") if isinstance(item, dict) else None
        if not isinstance(item, dict) or not isinstance(geometry or {}, dict):
            msg = f"{path}: feature {number}: expected a Feature with a geometry, got {str(item)[:40]}"
            raise NetworkError(msg)
        drawn = geometry or {}
        known = properties if isinstance(properties, dict) else {}
        return cls(path, number, str(drawn.get("type", "")), drawn.get("coordinates"), known)

    def fault(self, *, said: str, column: str = "") -> NetworkError:
        """Return the error that names the feature, and the property where it is one that is wrong."""
        key = self.properties.get("id") or self.properties.get("name") or ""
        called = f" '{str(key)[:40]}'" if key else ""
        about = f"{column} {said}".strip()
        return NetworkError(f"{self.path}: feature {self.number}{called}: {about}; correct it")

    def lines(self) -> Iterator[NDArray[np.float64]]:
        """Yield the lines (N >= 2, 3) of a LineString or a MultiLineString: lon, lat in degrees, z in m."""
        if self.kind == "LineString":
            yield self._line(self.coordinates)
        elif self.kind == "MultiLineString":
            if not isinstance(self.coordinates, list):
                raise self.fault(said="expected a list of lines as coordinates")
            yield from map(self._line, self.coordinates)

    def _line(self, given: Any) -> NDArray[np.float64]:
        if not isinstance(given, list) or len(given) < 2:
            raise self.fault(said=f"expected at least two positions, got {str(given)[:40]}")
        return np.array([self.position(at) for at in given])

    def position(self, given: Any) -> tuple[float, float, float]:
        """Return lon, lat in degrees and z in m of a position; raises NetworkError where it is none."""
        numbers = [*given, 0.0][:3] if isinstance(given, list) and len(given) >= 2 else []
        values = [number(value) for value in numbers]
        lon, lat, z_m = values if len(values) == 3 else (math.nan,) * 3
        if not (abs(lon) <= 180 and abs(lat) <= 90 and math.isfinite(z_m)):
            said = f"{str(given)[:40]}: expected longitude and latitude in degrees (WGS84)"
            raise self.fault(column="position", said=said)
        return lon, lat, z_m

    def number_of(
        self, name: str, default: float | None = None, *, least: float, most: float, whole: bool = False
    ) -> float | None:
        """Return a number of the properties, `default` where there is none or null."""
        said = self.properties.get(name)
        if said is None or said == "":
            return default
        value = number(said)
        if not least <= value <= most or (whole and value != round(value)):
            what = "a whole number" if whole else "a number"
            raise self.fault(
                column=name, said=f"'{str(said)[:40]}': expected {what} from {least:g} to {most:g}"
            )
        return value

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text of the properties, `default` where there is none."""
        said = self.properties.get(name, default)
        if not isinstance(said, str):
            raise self.fault(said=f"expected the property {name} as text, got {str(said)[:40]}")
        return said


def number(value: Any) -> float:
    """Return a number, or a text that says one, as a float; NaN where it is neither."""
    if isinstance(value, bool):
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan
