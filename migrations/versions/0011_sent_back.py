"""A profile that staff send back says why, to a buyer and to a firm."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0011_sent_back", "0010_missions"

TABLES = ("counterparts", "export_profiles")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("sent_back_at", sa.DateTime(timezone=True), nullable=True))
        op.add_column(table, sa.Column("sent_back_why", sa.Text(), server_default="", nullable=False))
        op.create_check_constraint(
            op.f(f"ck_{table}_sent_back_with_a_reason"), table, "(sent_back_at IS NULL) = (sent_back_why = '')"
        )
        op.create_check_constraint(
            op.f(f"ck_{table}_one_judgement"), table, "validated_at IS NULL OR sent_back_at IS NULL"
        )


def downgrade() -> None:
    for table in TABLES:
        op.drop_constraint(op.f(f"ck_{table}_one_judgement"), table, type_="check")
        op.drop_constraint(op.f(f"ck_{table}_sent_back_with_a_reason"), table, type_="check")
        op.drop_column(table, "sent_back_why")
        op.drop_column(table, "sent_back_at")
