"""Keyed hashes of the plates of those who did nothing, until they expire."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table of plate hashes."""
    op.create_table(
        "plate_hashes",
        sa.Column("period_ns", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("place", sa.String, primary_key=True),
        sa.Column("seen_ns", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("expires_ns", sa.BigInteger, nullable=False),
    )
    op.create_index("plate_hashes_by_expiry", "plate_hashes", ["expires_ns"])


def downgrade() -> None:
    """Refuse: a store is not opened by an earlier version again."""
    msg = "a case store of version 0002 does not go back"
    raise NotImplementedError(msg)
