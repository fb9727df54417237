"""Import of real networks: OpenStreetMap (XML, PBF), OSMnx GraphML, SUMO net.xml, and our own files."""

import bz2
import gzip
import zlib
from pathlib import Path
from typing import IO, cast

from twin.network.check import check_network
from twin.network.importers.graphml import read_graphml
from twin.network.importers.osm import read_osm
from twin.network.importers.sumo import read_sumo
from twin.network.model import NetworkError, RoadNetwork
from twin.network.native import FORMAT, read_network

HEAD_BYTES = 8192
KNOWN = "an OSM extract (XML, PBF), an OSMnx GraphML, a SUMO net.xml or a network saved here"


def load_network(path: Path | str, left_hand: bool | None = None) -> RoadNetwork:  # noqa: FBT001 - tri-state
    """Return the network of a file, whatever its extension: the content says what it is.

    `left_hand` says on which side people drive; None believes the file or guesses by the place.
    It is checked: traffic flows on it. Raises NetworkError with one line: the file, what was
    expected, what was found, what to do.
    """
    found = _read(Path(path), left_hand)
    check_network(found)
    return found


def _read(path: Path, left_hand: bool | None) -> RoadNetwork:  # noqa: FBT001 - tri-state
    """Return the network of a file by the reader that its first bytes call for."""
    head, packing = _head(path)
    if b"OSMHeader" in head[:64]:
        return read_osm(path, "pbf", left_hand)
    if b"<osm" in head:
        return read_osm(path, "osm" + packing, left_hand)
    if b"<graphml" in head:
        with _opened(path, packing) as file:
            return read_graphml(path, file, left_hand)
    if b"<net" in head:
        with _opened(path, packing) as file:
            return read_sumo(path, file, left_hand)
    if FORMAT.encode() in head:
        with _opened(path, packing) as file:
            return read_network(path, file)
    found = "an empty file" if not head else "something else"
    msg = f"{path}: expected {KNOWN}, got {found}; check the path or export the map again"
    raise NetworkError(msg)


def _head(path: Path) -> tuple[bytes, str]:
    """Return the first bytes of a file, unpacked, and how it is packed: "", ".gz" or ".bz2"."""
    try:
        with path.open("rb") as file:
            start = file.read(3)
        packing = {b"\x1f\x8b": ".gz", b"BZ": ".bz2"}.get(start[:2], "")
        with _opened(path, packing) as file:
            return file.read(HEAD_BYTES), packing
    except FileNotFoundError as error:
        msg = f"{path}: expected a file, got none there; check the path"
        raise NetworkError(msg) from error
    except (OSError, EOFError, zlib.error) as error:
        msg = f"{path}: expected a readable file, got: {error}; fetch it again"
        raise NetworkError(msg) from error


def _opened(path: Path, packing: str) -> IO[bytes]:
    """Return the file, unpacked as it is read."""
    if packing == ".gz":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return cast("IO[bytes]", bz2.open(path, "rb")) if packing == ".bz2" else path.open("rb")
