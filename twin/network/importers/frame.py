"""The local metric frame of an imported map, and the side of the road on which people drive there."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer

from twin.network.model import NetworkError

# Countries that drive on the left, as boxes (west, south, east, north): good enough for a guess,
# which the caller can overrule. Source: the list of left- and right-hand traffic of the UN ECE.
LEFT_HAND_BOXES = (
    (94.9, -11.2, 155.9, 5.5),  # Indonesia, Malaysia, Brunei, Singapore, Timor-Leste, Papua
    (99.6, 5.5, 103.6, 6.8),  # northern Malaysia
    (115.0, 5.5, 119.3, 7.4),  # Sabah
    (97.3, 6.8, 102.0, 20.4),  # Thailand
    (112.0, -44.0, 154.0, -10.0),  # Australia
    (166.0, -48.0, 179.0, -34.0),  # New Zealand
    (61.5, 5.8, 92.2, 30.0),  # India, Pakistan, Bangladesh, Nepal, Sri Lanka
    (129.5, 30.0, 146.0, 45.6),  # Japan
    (-11.0, 49.8, 1.8, 61.0),  # United Kingdom, Ireland
    (29.6, -12.0, 42.0, 4.6),  # Kenya, Tanzania, Uganda, Malawi
    (16.5, -35.0, 36.0, -12.0),  # southern Africa
)


@dataclass(frozen=True, slots=True)
class Frame:
    """Metres east and north of `origin_lonlat` in the UTM zone `epsg`."""

    origin_lonlat: tuple[float, float]
    epsg: int

    def to_metres(self, lonlat: ArrayLike) -> NDArray[np.float64]:
        """Return positions (N, 2) in metres of lon, lat (N, 2) in degrees (WGS84)."""
        utm = Transformer.from_crs(4326, self.epsg, always_xy=True)
        at = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)
        moved = np.column_stack(utm.transform(at[:, 0], at[:, 1]))
        metres: NDArray[np.float64] = moved - np.array(utm.transform(*self.origin_lonlat))
        return metres

    def each_to_metres(self, lines: Sequence[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
        """Return lines (N, 2 or 3) of lon, lat and maybe z in metres (N, 3), all in one go."""
        if not lines:
            return []
        ends = np.cumsum([len(line) for line in lines])[:-1]
        metres = np.split(self.to_metres(np.concatenate([line[:, :2] for line in lines])), ends)
        heights = (line[:, 2] if line.shape[1] > 2 else np.zeros(len(line)) for line in lines)
        return [np.column_stack(pair) for pair in zip(metres, heights, strict=True)]

    def each_to_lonlat(self, lines: Sequence[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
        """Return lines (N, 3) in metres as lon, lat and z (N, 3), all in one go."""
        if not lines:
            return []
        ends = np.cumsum([len(line) for line in lines])[:-1]
        lonlat = np.split(self.to_lonlat(np.concatenate([line[:, :2] for line in lines])), ends)
        return [np.column_stack((at, line[:, 2])) for at, line in zip(lonlat, lines, strict=True)]

    def to_lonlat(self, metres: ArrayLike) -> NDArray[np.float64]:
        """Return lon, lat (N, 2) in degrees (WGS84) of positions (N, 2) in metres."""
        utm = Transformer.from_crs(4326, self.epsg, always_xy=True)
        at = np.asarray(metres, dtype=np.float64).reshape(-1, 2) + np.array(
            utm.transform(*self.origin_lonlat)
        )
        lonlat: NDArray[np.float64] = np.column_stack(utm.transform(at[:, 0], at[:, 1], direction="INVERSE"))
        return lonlat


def frame_around(place: str, lonlat: Sequence[tuple[float, float]]) -> Frame:
    """Return the frame in the middle of some positions; raises NetworkError where they are none on earth."""
    at = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)
    if not len(at) or not np.isfinite(at).all() or (np.abs(at) > (180.0, 84.0)).any():
        msg = f"{place}: expected positions as longitude and latitude in degrees; check the file's projection"
        raise NetworkError(msg)
    if (np.ptp(at, axis=0) > 3.0).any():
        msg = f"{place}: expected a city, got an area more than 3 degrees across; cut it first"
        raise NetworkError(msg)
    lon, lat = (round(float(value), 6) for value in (at.min(axis=0) + at.max(axis=0)) / 2)
    zone = min(60, int((lon + 180) // 6) + 1)
    return Frame((lon, lat), (32600 if lat >= 0 else 32700) + zone)


def drives_left(lonlat: tuple[float, float]) -> bool:
    """Return whether people drive on the left there, by a small table."""
    lon, lat = lonlat
    return any(w <= lon <= e and s <= lat <= n for w, s, e, n in LEFT_HAND_BOXES)
