"""What a firm writes of its profile before it sends it; which follow-ups were asked for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision, down_revision = "0013_export_drafts", "0012_reopenings"


def upgrade() -> None:
    op.create_table(
        "export_drafts",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_export_drafts_company_id_companies")),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_export_drafts")),
    )
    op.create_table(
        "matching_follow_ups",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("months", sa.SmallInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("months IN (0, 3, 6, 12)", name=op.f("ck_matching_follow_ups_asked_at_0_3_6_12_months")),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["matching_participants.id"],
            name=op.f("fk_matching_follow_ups_participant_id_matching_participants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("participant_id", "months", name=op.f("pk_matching_follow_ups")),
    )


def downgrade() -> None:
    op.drop_table("matching_follow_ups")
    op.drop_table("export_drafts")
