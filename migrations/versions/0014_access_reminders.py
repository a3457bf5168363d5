"""Expand: staff are reminded once of a request of access whose term is near. Rows of before count as not reminded."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0014_access_reminders", "0013_export_drafts"


def upgrade() -> None:
    op.add_column("access_requests", sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("access_requests", "reminded_at")
