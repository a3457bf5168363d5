"""Expand: a decided check may be reopened, and says since when it is. Rows of before need nothing."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0012_reopenings", "0011_sent_back"

ROLE = "portale_app"
WAS = sa.Enum(
    "evaluated",
    "funded",
    "reserve",
    "below_threshold",
    "not_admitted",
    name="was",
    native_enum=False,
    create_constraint=True,
    length=40,
)


def upgrade() -> None:
    op.create_table(
        "eligibility_reopenings",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("was", WAS, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(btrim(reason)) >= 10", name=op.f("ck_eligibility_reopenings_has_a_reason")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_eligibility_reopenings_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eligibility_reopenings")),
    )
    op.create_index(op.f("ix_eligibility_reopenings_application_id"), "eligibility_reopenings", ["application_id"])
    op.add_column("applications", sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_applications_reopened_only_in_check"),
        "applications",
        "reopened_at IS NULL OR status IN ('eligibility_check', 'supplement_requested', 'rejection_notice')",
    )
    op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON eligibility_reopenings FROM {ROLE}")
    op.execute(
        "CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON eligibility_reopenings "
        "FOR EACH ROW EXECUTE FUNCTION never_changed()"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_applications_reopened_only_in_check"), "applications", type_="check")
    op.drop_column("applications", "reopened_at")
    op.drop_table("eligibility_reopenings")
