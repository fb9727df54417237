"""The built-in networks by name; a path is read as a file."""

import difflib
from functools import cache
from pathlib import Path

from twin.network.balikpapan import city, corridor
from twin.network.importers import load_network
from twin.network.model import NetworkError, RoadNetwork

BUILT_IN = {"balikpapan": city, "mt-haryono": corridor}


def names() -> tuple[str, ...]:
    """Return the names of the built-in networks."""
    return tuple(BUILT_IN)


@cache
def named(name: str) -> RoadNetwork:
    """Return a built-in network; raises NetworkError that lists the known names."""
    if name not in BUILT_IN:
        near = difflib.get_close_matches(name, BUILT_IN, n=1)
        hint = f"; nearest: {near[0]}" if near else ""
        msg = f"unknown network {name!r}; known: {', '.join(BUILT_IN)}{hint}; or give the path of a file"
        raise NetworkError(msg)
    return BUILT_IN[name]()


def resolve(name_or_path: str) -> RoadNetwork:
    """Return a built-in network or the one in a file."""
    if name_or_path in BUILT_IN:
        return named(name_or_path)
    path = Path(name_or_path)
    if path.exists() or path.suffix or len(path.parts) > 1:
        return load_network(path)
    return named(name_or_path)
