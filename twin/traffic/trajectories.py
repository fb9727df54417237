"""Anybody's trajectories as the traffic of the twin: they are shown, not simulated.

Floating car data as SUMO writes them (XML, may be packed, CSV, Parquet), or a table with the columns id,
time, x, y and maybe heading (degrees anticlockwise from east) or angle (clockwise from north), speed (m/s),
class or type, z, length and width (m, looked at but not used: sizes are those of the class). Times in s,
places in metres of the frame of the network; SUMO's place is that of the front bumper, that of a plain table
the middle.
"""

import gzip
import math
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast
from xml.sax import ContentHandler, SAXParseException, make_parser
from xml.sax.xmlreader import AttributesImpl

import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.detections import VehicleClass
from twin.traffic.sights import FASTEST_MPS, Read, Sights, TrajectoryError, kind_of, number
from twin.traffic.trajectory_tables import read_csv, read_parquet

__all__ = ["Track", "TrajectoryError", "lasting_s", "read_trajectories"]


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One vehicle: times (N,) s ascending, places (N, 3) m, headings (N,) rad unwrapped, speeds (N,) m/s.

    `edges` (N,) are the edges that it is on, by the file, "" where that is not said; `at_front` says
    that places are those of its front.
    """

    name: str
    kind: VehicleClass
    time_s: NDArray[np.float64]
    place_m: NDArray[np.float64]
    heading_rad: NDArray[np.float64]
    speed_mps: NDArray[np.float64]
    edges: tuple[str, ...]
    at_front: bool


def lasting_s(tracks: tuple[Track, ...]) -> float:
    """Return the time from the first sight of any to the last, s."""
    first_s, last_s = min(t.time_s[0] for t in tracks), max(t.time_s[-1] for t in tracks)
    return float(last_s - first_s)


def read_trajectories(path: Path) -> tuple[Track, ...]:
    """Return the tracks of a file in the order of their first sights; its content says what it is.

    Raises TrajectoryError in one line: the file, the place in it, what was expected.
    """
    try:
        found = _read(path)
    except (OSError, EOFError) as error:
        msg = f"{path}: expected a readable file of trajectories, got: {error}"
        raise TrajectoryError(msg) from None
    if not found.sights:
        msg = f"{path}: expected vehicles, got none; give floating car data of SUMO or a table of tracks"
        raise TrajectoryError(msg)
    return tuple(_track(path, name, sights, found) for name, sights in found.sights.items())


def _read(path: Path) -> Read:
    with path.open("rb") as file:
        head = file.read(4)
    if head == b"PAR1":
        return read_parquet(path)
    packed = head.startswith(b"\x1f\x8b")
    with cast("IO[bytes]", gzip.open(path, "rb") if packed else path.open("rb")) as file:
        xml = file.read(200).lstrip().startswith(b"<")
        file.seek(0)
        return _read_xml(path, file) if xml else read_csv(path, file)


def _track(path: Path, name: str, found: Sights, read: Read) -> Track:
    table = np.array(found.rows)
    time_s, place_m = table[:, 0], table[:, 1:4]
    passed_s = np.diff(time_s)
    if (passed_s <= 0).any():
        row = int(np.flatnonzero(passed_s <= 0)[0]) + 1
        msg = (
            f"{path}: {read.place} {found.lines[row]}: vehicle '{name}' at {time_s[row]:g} s: expected times "
            "that rise; sort the file by time and drop what stands twice"
        )
        raise TrajectoryError(msg)
    moved_m = np.hypot(*np.diff(place_m[:, :2], axis=0).T)
    jumps = moved_m > FASTEST_MPS * passed_s + 1.0
    if jumps.any():
        row = int(np.flatnonzero(jumps)[0])
        msg = (
            f"{path}: {read.place} {found.lines[row + 1]}: vehicle '{name}' jumps {moved_m[row]:.0f} m "
            f"between {time_s[row]:g} and {time_s[row + 1]:g} s; expected at most {FASTEST_MPS:g} m/s: "
            "correct the place, or give what comes after the jump an id of its own"
        )
        raise TrajectoryError(msg)
    heading = _headings(table[:, 4], place_m)
    speed = table[:, 5]
    if np.isnan(speed).any():
        along = np.gradient(place_m[:, :2], time_s, axis=0) if len(time_s) > 1 else np.zeros((1, 2))
        speed = np.where(np.isnan(speed), np.hypot(*along.T), speed)
    return Track(name, found.kind, time_s, place_m, heading, speed, tuple(found.edges), read.at_front)


def _headings(said: NDArray[np.float64], place_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return headings without leaps of a turn; where none is said, that of the way, kept while it stands."""
    heading = said.copy()
    last = 0.0
    steps = np.diff(place_m[:, :2], axis=0, append=place_m[-1:, :2])
    for row in np.flatnonzero(np.isnan(heading)).tolist():
        dx, dy = steps[row].tolist()
        last = math.atan2(dy, dx) if math.hypot(dx, dy) > 0.2 else last
        heading[row] = last
    return np.asarray(np.unwrap(heading))


class _Fcd(ContentHandler):
    """Reads <timestep time> with <vehicle id x y angle speed type lane z>."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._time_s = 0.0
        self._begun = False
        self.sights: dict[str, Sights] = {}

    def setDocumentLocator(self, locator: object) -> None:  # noqa: N802 - the name of SAX
        self._locator = locator

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - the name of SAX
        line = self._locator.getLineNumber()  # type: ignore[attr-defined]
        if not self._begun and name != "fcd-export":
            msg = f"{self._path}: line {line}: expected <fcd-export>, got <{name}>; give floating car data"
            raise TrajectoryError(msg)
        self._begun = True
        if name not in ("timestep", "vehicle"):
            return
        place = f"line {line}: <{name}>"

        def value(what: str, *, may_lack: bool = False) -> float:
            return number(self._path, place, what, attrs.get(what), may_lack=may_lack)

        if name == "timestep":
            self._time_s = value("time")
            return
        if not attrs.get("id"):
            msg = f"{self._path}: {place}: expected the attribute 'id'; name the vehicle"
            raise TrajectoryError(msg)
        z, angle = value("z", may_lack=True), value("angle", may_lack=True)
        speed = attrs.get("speed")
        speed_mps = number(self._path, place, "speed", speed, may_lack=True, least=0.0, most=FASTEST_MPS)
        found = self.sights.setdefault(attrs["id"], Sights(kind_of(attrs.get("type", ""))))
        height_m = 0.0 if math.isnan(z) else z
        heading = math.radians(90.0 - angle)
        found.rows.append((self._time_s, value("x"), value("y"), height_m, heading, speed_mps))
        found.edges.append(attrs.get("lane", "").rpartition("_")[0])
        found.lines.append(line)


def _read_xml(path: Path, file: IO[bytes]) -> Read:
    reader = _Fcd(path)
    parser = make_parser()  # noqa: S317 - expat bounds entities, external ones are not read
    parser.setContentHandler(reader)
    try:
        parser.parse(file)
    except SAXParseException as error:
        msg = f"{path}: line {error.getLineNumber()}: expected a whole XML file, got {error.getMessage()}"
        raise TrajectoryError(msg) from None
    return Read(reader.sights, at_front=True)
