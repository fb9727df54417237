"""What the config table of a GMNS network says: units, coordinates, and what we add to it.

Source: the General Modeling Network Specification 0.96 of the Zephyr Foundation, tables config,
use_definition and node. Without the table lengths are m and speeds km/h, as osm2gmns writes them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from twin.network.importers.frame import Frame
from twin.network.importers.tables import Row, Tables
from twin.network.importers.tags import KMH, MPH

LENGTHS_M = {
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), 1.0),
    **dict.fromkeys(("km", "kilometer", "kilometers", "kilometre", "kilometres"), 1000.0),
    **dict.fromkeys(("foot", "feet", "ft"), 0.3048),
    **dict.fromkeys(("mile", "miles", "mi"), 1609.344),
}
SPEEDS_MPS = {
    **dict.fromkeys(("km/h", "kmh", "kph", "km/hr"), KMH),
    **dict.fromkeys(("mph", "mi/h", "miles/hour"), MPH),
    **dict.fromkeys(("m/s", "mps"), 1.0),
}
CARRIAGEWAYS = "carriageways"  # what we write in `lines`: links are drawn as they are driven


@dataclass(frozen=True, slots=True)
class Config:
    """One row: the name, units in SI, what turns positions into lon, lat (None: they are that).

    `frame`, `left_hand`, `attribution` and `as_drawn` stand there where we have written it.
    """

    name: str = ""
    short_m: float = 1.0
    speed_mps: float = KMH
    speed_unit: str = "km/h"
    to_degrees: Transformer | None = None
    frame: Frame | None = None
    left_hand: bool | None = None
    attribution: str = ""
    as_drawn: bool = False

    def lonlat(self, at: ArrayLike) -> NDArray[np.float64]:
        """Return lon, lat (N, 2) in degrees of positions (N, 2) as the tables give them."""
        given = np.asarray(at, dtype=np.float64).reshape(-1, 2)
        if self.to_degrees is None:
            return given
        return np.column_stack(self.to_degrees.transform(given[:, 0], given[:, 1]))


def read_config(tables: Tables) -> Config:
    """Return what the table says; raises NetworkError where a unit or the projection is unknown."""
    rows = tables.rows("config", "dataset_name")
    if not rows:
        return Config()
    row = rows[0]
    side = row.text("driving_side", "").lower()
    if side not in ("", "left", "right"):
        raise row.fault(column="driving_side", said=f"'{side}': expected left or right")
    speed = row.text("speed", "km/h")
    return Config(
        name=row.text("dataset_name", ""),
        short_m=_unit(row, "short_length", "m", LENGTHS_M),
        speed_mps=_unit(row, "speed", "km/h", SPEEDS_MPS),
        speed_unit=speed,
        to_degrees=_projection(row),
        frame=_frame(row),
        left_hand=side == "left" if side else None,
        attribution=row.text("attribution", ""),
        as_drawn=row.text("lines", "") == CARRIAGEWAYS,
    )


def _unit(row: Row, name: str, default: str, known: dict[str, float]) -> float:
    said = row.text(name, default).lower()
    if said not in known:
        raise row.fault(column=name, said=f"'{said}': expected a unit; known: {', '.join(known)}")
    return known[said]


def _projection(row: Row) -> Transformer | None:
    said = row.text("crs", "4326")
    try:
        crs = CRS.from_user_input(int(said) if said.isdecimal() else said)
        return None if crs.is_geographic else Transformer.from_crs(crs, 4326, always_xy=True)
    except (ProjError, ValueError, OverflowError) as error:
        raise row.fault(
            column="crs", said=f"'{said}': expected one that pyproj knows, as EPSG:4326"
        ) from error


def _frame(row: Row) -> Frame | None:
    if not row.text("frame_epsg", ""):
        return None
    zone = int(row.number("frame_epsg", least=32601, most=32760))
    lon = row.number("frame_origin_lon", least=-180, most=180)
    lat = row.number("frame_origin_lat", least=-84, most=84)
    if not (32601 <= zone <= 32660 or 32701 <= zone <= 32760):
        raise row.fault(
            column="frame_epsg", said=f"{zone}: expected a UTM zone, 32601 to 32660 or 32701 to 32760"
        )
    return Frame((lon, lat), zone)
