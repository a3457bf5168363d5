"""Messages reach people without an account: buyers, and whoever works at an event."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004_guests", "0004_four_eyes"


def upgrade() -> None:
    op.add_column("messages", sa.Column("counterpart_id", sa.Uuid(), nullable=True))
    op.alter_column("messages", "user_id", existing_type=sa.Uuid(), nullable=True)
    op.create_index(op.f("ix_messages_counterpart_id"), "messages", ["counterpart_id"], unique=False)
    op.create_foreign_key(op.f("fk_messages_counterpart_id"), "messages", "counterparts", ["counterpart_id"], ["id"])
    op.create_check_constraint(
        op.f("ck_messages_to_one_reader"), "messages", "user_id IS NULL OR counterpart_id IS NULL"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_messages_to_one_reader"), "messages", type_="check")
    op.drop_constraint(op.f("fk_messages_counterpart_id"), "messages", type_="foreignkey")
    op.drop_index(op.f("ix_messages_counterpart_id"), table_name="messages")
    op.execute("DELETE FROM messages WHERE user_id IS NULL")
    op.alter_column("messages", "user_id", existing_type=sa.Uuid(), nullable=False)
    op.drop_column("messages", "counterpart_id")
