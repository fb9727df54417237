"""What became of a file: our counts beside those that the file states."""

from dataclasses import dataclass

from twin.network.model import Control, RoadNetwork


@dataclass(frozen=True, slots=True)
class Count:
    """One line: what we count and how many; what the file calls it and how many (None: not in it)."""

    what: str
    here: int
    in_file_called: str = ""
    in_file: int | None = None


def counts(network: RoadNetwork) -> tuple[Count, ...]:
    """Return junctions, directed roads, junctions with signals and restrictions, ours and the file's."""
    signals = sum(junction.control is Control.SIGNALS for junction in network.junctions)
    ours = (
        ("junctions", len(network.junctions)),
        ("directed roads", len(network.roads)),
        ("junctions with signals", signals),
        ("turn restrictions", network.restrictions),
    )
    theirs = (*network.source_counts, *(("", None),) * len(ours))
    return tuple(Count(*own, *stated) for own, stated in zip(ours, theirs, strict=False))


def remarks(network: RoadNetwork) -> tuple[tuple[str, int], ...]:
    """Return what explains the difference: what was merged and what was left out, with counts."""
    return tuple((what, count) for what, count in network.source_counts[4:] if count)
