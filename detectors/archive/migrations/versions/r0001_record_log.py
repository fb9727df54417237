"""The record log, its head, and the tables that are made of it."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables of the first version."""
    _log()
    _projection()
    op.create_table(
        "files",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    head = sa.table("head", *(sa.column(name) for name in ("one", "seq", "digest", "sealed")))
    op.execute(sa.insert(head).values(one=1, seq=0, digest="0" * 64, sealed=0))


def downgrade() -> None:
    """Refuse: evidence is not thrown away by a change of version."""
    msg = "a case store has no version before 0001"
    raise NotImplementedError(msg)


def _log() -> None:
    op.create_table(
        "records",
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
    op.create_index("records_by_subject", "records", ["subject", "kind", "seq"])
    op.create_table(
        "head",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("sealed", sa.BigInteger, nullable=False),
    )


def _projection() -> None:
    op.create_table(
        "cases",
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
    op.create_index("cases_by_opening", "cases", ["opened_ns", "case_id"])
    op.create_index("cases_by_sameness", "cases", ["same_as"])
    op.create_table(
        "identities",
        sa.Column("rule", sa.String, primary_key=True),
        sa.Column("place", sa.String, primary_key=True),
        sa.Column("vehicle", sa.String, primary_key=True),
        sa.Column("simulated", sa.Boolean, primary_key=True),
        sa.Column("start_ns", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("case_id", sa.String, nullable=False),
    )
