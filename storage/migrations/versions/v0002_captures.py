"""Messages that became part of a record: the state knows them, and a table finds their incident."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "captures",
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("ts", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("origin", sa.Boolean(), nullable=False),
        sa.Column("auto", sa.Boolean(), nullable=False),
        sa.Column("followed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("team", "channel", "ts", "number", name="pk_captures"),
    )
    auto = sa.text("auto")
    op.create_index("ix_captures_auto", "captures", ["team", "author"], sqlite_where=auto, postgresql_where=auto)
    op.create_index("ix_captures_incident", "captures", ["team", "number"])
    # A state written before knows no captured messages; it is written as this version would write it.
    op.execute(
        "UPDATE incidents SET state = substr(state, 1, length(state) - 1) || ',\"captured\":[]}' WHERE schema_version = 1"
    )
