"""Erased records as verify sees them: each has a tombstone that came later, late enough, and sealed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import sqlalchemy as sa

from detectors.archive.erasures import ErasedRecord, Tombstone, tombstones
from detectors.archive.records import RecordKind


@dataclass(slots=True)
class ErasedSeen:
    """What the tombstones of a log say, and what of it the records before them bear out.

    Its memory grows with what was erased, a few hundred bytes a record.
    """

    stones: dict[int, tuple[int, Tombstone]]  # by number of the tombstone, with its time
    records: dict[int, tuple[ErasedRecord, int]]  # by number of the record, with that of its tombstone
    _last_step_ns: dict[int, int] = field(default_factory=dict)
    _found: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, connection: sa.Connection) -> Self:
        """Read the tombstones; of two for one record the first counts."""
        stones: dict[int, tuple[int, Tombstone]] = {}
        records: dict[int, tuple[ErasedRecord, int]] = {}
        for seq, at_ns, stone in tombstones(connection):
            stones[seq] = (at_ns, stone)
            for one in stone.records:
                records.setdefault(one.seq, (one, seq))
        return cls(stones, records)

    def says(self, seq: int) -> bool:
        """Return whether a record is said to be erased."""
        return seq in self.records

    def holds(self, row: Any, left: str) -> bool:
        """Return whether what stayed of a record is what its tombstone says; `left` is the digest of that."""
        told, stone_seq = self.records[row.seq]
        self._found.add(row.seq)
        if row.kind == RecordKind.CASE and isinstance(row.at_ns, int):
            self._last_step_ns[stone_seq] = max(row.at_ns, self._last_step_ns.get(stone_seq, row.at_ns))
        _, stone = self.stones[stone_seq]
        ours = row.seq < stone_seq and row.subject in stone.cases
        return ours and (row.digest, left) == (told.digest, told.left)

    def at_the_end(self, last_sealed: int) -> Iterator[tuple[str, int, str]]:
        """Yield what does not hold of the tombstones, once all records were seen: code, number, detail.

        A case that was erased before its days were over is told by the times of its records, which stay.
        """
        for seq, (at_ns, stone) in self.stones.items():
            missing = [one.seq for one in stone.records if one.seq not in self._found]
            if missing:
                yield "missing-erased", seq, str(missing[0])
            if stone.records and self._last_step_ns.get(seq, at_ns + 1) + stone.kept_ns > at_ns:
                yield "erased-early", seq, ", ".join(stone.cases)
            if seq > last_sealed:
                yield "erasure-not-sealed", seq, stone.by
