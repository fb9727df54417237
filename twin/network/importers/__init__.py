"""Import of networks: OpenStreetMap (XML, PBF), OSMnx GraphML, SUMO net.xml, GMNS, GeoJSON, our own files."""

import bz2
import gzip
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, cast

from twin.network.check import check_network
from twin.network.importers.geojson import read_geojson
from twin.network.importers.gmns import read_gmns
from twin.network.importers.graphml import read_graphml
from twin.network.importers.osm import read_osm
from twin.network.importers.sumo import read_sumo
from twin.network.model import NetworkError, RoadNetwork
from twin.network.native import FORMAT, read_network

HEAD_BYTES = 8192
KNOWN = (
    "an OSM extract (XML, PBF), an OSMnx GraphML, a SUMO net.xml, GeoJSON, a folder or zip of GMNS tables, "
    "or a network saved here"
)


def load_network(path: Path | str, left_hand: bool | None = None) -> RoadNetwork:  # noqa: FBT001 - tri-state
    """Return the network of a file, whatever its extension: the content says what it is.

    `left_hand` says on which side people drive; None believes the file or guesses by the place.
    It is checked: traffic flows on it. Raises NetworkError with one line: the file, what was
    expected, what was found, what to do.
    """
    try:
        found = _read(Path(path), left_hand)
        check_network(found)
    except NetworkError as error:
        if str(path) in str(error):
            raise
        msg = f"{path}: {error}"
        raise NetworkError(msg) from error
    return found


def _read(path: Path, left_hand: bool | None) -> RoadNetwork:  # noqa: FBT001 - tri-state
    """Return the network of a file by the reader that its first bytes call for; a folder is GMNS."""
    if path.is_dir():
        return read_gmns(path, left_hand)
    head, packing = _head(path)
    if head.startswith(b"PK\x03\x04"):
        return read_gmns(path, left_hand)
    if b"OSMHeader" in head[:64]:
        return read_osm(path, "pbf", left_hand)
    if b"<osm" in head:
        return read_osm(path, "osm" + packing, left_hand)
    reader = _reader(head)
    if reader is None:
        found = "an empty file" if not head else "something else"
        msg = f"{path}: expected {KNOWN}, got {found}; check the path or export the map again"
        raise NetworkError(msg)
    with _opened(path, packing) as file:
        return reader(path, file, left_hand)


def _reader(head: bytes) -> Callable[[Path, IO[bytes], bool | None], RoadNetwork] | None:
    """Return the reader of an opened file that its first bytes call for, None where they call for none."""
    if b"<graphml" in head:
        return read_graphml
    if b"<net" in head:
        return read_sumo
    if FORMAT.encode() in head:
        return lambda path, file, _: read_network(path, file)
    return read_geojson if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else None


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
