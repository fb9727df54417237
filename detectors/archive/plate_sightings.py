"""Plates of those who did nothing: counted at a place, met again at the next, gone after a day."""

from dataclasses import asdict, dataclass

import sqlalchemy as sa

from detectors.archive.database import plain_errors, reading, writing
from detectors.archive.schema import PLATE_HASHES
from detectors.privacy.plate_hashes import KEPT_NS, PeriodKey, sighting


@dataclass(frozen=True, slots=True)
class PlateSightings:
    """The table of keyed hashes of a store. No plain text of a plate reaches the database."""

    engine: sa.Engine
    name: str

    def note(self, plate: str, place: str, seen_ns: int, key: PeriodKey, kept_ns: int = KEPT_NS) -> None:
        """Keep that a plate passed a place, and forget what has expired by then.

        Raises PeriodOver where the key does not hold at `seen_ns`. The same sighting is kept once.
        """
        row = asdict(sighting(plate, place, seen_ns, key, kept_ns))
        c = PLATE_HASHES.c
        names = ("period_ns", "digest", "place", "seen_ns")
        same = sa.and_(*(c[name] == row[name] for name in names))
        with plain_errors(self.name), writing(self.engine) as connection:
            forget(connection, seen_ns)
            if connection.scalar(sa.select(c.digest).where(same)) is None:
                connection.execute(sa.insert(PLATE_HASHES), row)

    def vehicles(self, place: str, from_ns: int, until_ns: int, now_ns: int) -> int:
        """Return how many plates passed a place from an instant until another, as far as that is kept.

        One that passed in two periods of the key counts twice: nobody can tell.
        """
        c = PLATE_HASHES.c
        seen = c.seen_ns.between(from_ns, until_ns - 1)
        one = sa.select(c.period_ns, c.digest).where(c.place == place, seen, c.expires_ns > now_ns).distinct()
        with plain_errors(self.name), reading(self.engine) as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(one.subquery())) or 0

    def passages(self, entry: str, exit_: str, longest_ns: int, now_ns: int) -> tuple[tuple[int, int], ...]:
        """Return the instants (ns) at which a plate passed one place and, next, the other, in their order.

        A plate that came by later than `longest_ns` after, or in another period, is not met again.
        """
        first, last = PLATE_HASHES.alias("first"), PLATE_HASHES.alias("last")
        same = sa.and_(first.c.digest == last.c.digest, first.c.period_ns == last.c.period_ns)
        apart = sa.and_(last.c.seen_ns > first.c.seen_ns, last.c.seen_ns <= first.c.seen_ns + longest_ns)
        wanted = (
            sa.select(sa.func.max(first.c.seen_ns), last.c.seen_ns)
            .join(last, sa.and_(same, apart))
            .where(first.c.place == entry, last.c.place == exit_)
            .where(first.c.expires_ns > now_ns, last.c.expires_ns > now_ns)
            .group_by(last.c.period_ns, last.c.digest, last.c.seen_ns)
            .order_by(last.c.seen_ns, sa.func.max(first.c.seen_ns))
        )
        with plain_errors(self.name), reading(self.engine) as connection:
            return tuple((entered, left) for entered, left in connection.execute(wanted))


def forget(connection: sa.Connection, now_ns: int, kept_ns: int | None = None) -> int:
    """Delete the hashes that have expired, or are older than `kept_ns`; return how many."""
    gone = connection.execute(sa.delete(PLATE_HASHES).where(expired(now_ns, kept_ns)))
    return int(gone.rowcount)


def expired(now_ns: int, kept_ns: int | None = None) -> sa.ColumnElement[bool]:
    """Return the condition that a hash is not to be kept any more."""
    c = PLATE_HASHES.c
    over = c.expires_ns <= now_ns
    return over if kept_ns is None else sa.or_(over, c.seen_ns <= now_ns - kept_ns)
