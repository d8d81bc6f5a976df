"""A message that is posted again without having looked says so, also when the process dies in between."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("surfaces", sa.Column("maybe_repeat", sa.Boolean(), server_default=sa.false(), nullable=False))
