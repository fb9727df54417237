"""The tables of a case store: the record log, where its head is, and what is made of it for looking up."""

import sqlalchemy as sa

METADATA = sa.MetaData()
RECORDS = sa.Table(
    "records",
    METADATA,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at_ns", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("subject", sa.String, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("file", sa.String, nullable=False),
    sa.Column("simulated", sa.Boolean, nullable=False),
    sa.Column("previous", sa.String, nullable=False),
    sa.Column("digest", sa.String, nullable=False),
)
sa.Index("records_by_subject", RECORDS.c.subject, RECORDS.c.kind, RECORDS.c.seq)

# One row, locked by whoever writes: two engines take turns and the chain has no fork.
HEAD = sa.Table(
    "head",
    METADATA,
    sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("digest", sa.String, nullable=False),
    sa.Column("sealed", sa.BigInteger, nullable=False),  # seq of the last record that a seal covers
)

# The last record of each case, in columns for lists. `same_as` is the case that it turned out to be.
CASES = sa.Table(
    "cases",
    METADATA,
    sa.Column("case_id", sa.String, primary_key=True),
    sa.Column("same_as", sa.String, sa.ForeignKey("cases.case_id")),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("opened_ns", sa.BigInteger, nullable=False),
    sa.Column("rule", sa.String, nullable=False),
    sa.Column("vehicle_class", sa.Integer, nullable=False),
    sa.Column("plate", sa.String),
    sa.Column("place", sa.String, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("simulated", sa.Boolean, nullable=False),
)
sa.Index("cases_by_opening", CASES.c.opened_ns, CASES.c.case_id)
sa.Index("cases_by_sameness", CASES.c.same_as)

IDENTITIES = sa.Table(
    "identities",
    METADATA,
    sa.Column("rule", sa.String, primary_key=True),
    sa.Column("place", sa.String, primary_key=True),
    sa.Column("vehicle", sa.String, primary_key=True),
    sa.Column("simulated", sa.Boolean, primary_key=True),
    sa.Column("start_ns", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("case_id", sa.String, nullable=False),
)

# Evidence files, where the store keeps them in the database.
FILES = sa.Table(
    "files",
    METADATA,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

# Plates of those who did nothing, as keyed hashes, until they expire. Not part of the log: what is in the
# log stays. `period_ns` is the beginning of the period of the key.
PLATE_HASHES = sa.Table(
    "plate_hashes",
    METADATA,
    sa.Column("period_ns", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("digest", sa.String, primary_key=True),
    sa.Column("place", sa.String, primary_key=True),
    sa.Column("seen_ns", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("expires_ns", sa.BigInteger, nullable=False),
)
sa.Index("plate_hashes_by_expiry", PLATE_HASHES.c.expires_ns)

FIRST_TABLES = frozenset({"records", "head", "cases", "identities", "files"})  # of version 0001
