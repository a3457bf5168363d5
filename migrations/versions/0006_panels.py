"""Panels: seats, declared interests, meetings, redacted copies, reminders; and how an assignment ended."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0006_panels", "0005_access"

ROLE = "portale_app"
NEVER_CHANGED = ("consensuses", "redacted_copies", "evaluation_reminders")
LISTS = ("divisions", "pathways", "keywords", "languages")


def upgrade() -> None:
    _assignments()
    _seats()
    _interests()
    _meetings()
    _copies()
    _reminders()
    for table in NEVER_CHANGED:
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {ROLE}")
        op.execute(
            f"CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION never_changed()"
        )
    op.create_index("ix_company_holdings_tax_code", "company_holdings", ["tax_code"])
    op.create_index("ix_company_representatives_tax_code", "company_representatives", ["tax_code"])
    op.create_index("ix_companies_tax_code", "companies", ["tax_code"])
    op.create_index("ix_memberships_user_id", "memberships", ["user_id"])


def _assignments() -> None:
    op.add_column("assignments", sa.Column("is_locked", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column(
        "assignments",
        sa.Column(
            "ending",
            sa.Enum(
                "taken", "stepped_down", "moved", name="ending", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
    )
    op.add_column("assignments", sa.Column("ending_reason", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE assignments SET ending = 'taken' WHERE withdrawn_at IS NOT NULL")
    op.create_check_constraint(
        op.f("ck_assignments_what_ended_has_a_time"), "assignments", "ending IS NULL OR withdrawn_at IS NOT NULL"
    )


def _recorded() -> list[sa.Column[object]]:
    return [
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
    ]


def _seats() -> None:
    op.create_table(
        "panel_seats",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("reviewer_id", sa.Uuid(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("cap", sa.Integer(), nullable=True),
        *(sa.Column(name, postgresql.JSONB(), nullable=False) for name in LISTS),
        sa.Column("away_from", sa.Date(), nullable=True),
        sa.Column("away_until", sa.Date(), nullable=True),
        sa.Column("seated_by", sa.Text(), nullable=False),
        *_recorded(),
        sa.CheckConstraint("cap IS NULL OR cap >= 0", name=op.f("ck_panel_seats_cap_is_not_negative")),
        sa.CheckConstraint(
            "(away_from IS NULL) = (away_until IS NULL) AND away_until >= away_from",
            name=op.f("ck_panel_seats_days_in_order"),
        ),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_panel_seats_call_id")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["users.id"], name=op.f("fk_panel_seats_reviewer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_seats")),
        sa.UniqueConstraint("call_id", "reviewer_id", name=op.f("uq_panel_seats_call_id_reviewer_id")),
    )


def _interests() -> None:
    op.create_table(
        "interests",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("tax_code", sa.Text(), nullable=False),
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("declared_by", sa.Text(), nullable=False),
        *_recorded(),
        sa.CheckConstraint("tax_code ~ '^([0-9]{11}|[A-Z0-9]{16})$'", name=op.f("ck_interests_a_code_is_a_code")),
        sa.CheckConstraint("is_own OR reason <> ''", name=op.f("ck_interests_has_a_reason")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_interests_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interests")),
        sa.UniqueConstraint("user_id", "tax_code", name=op.f("uq_interests_user_id_tax_code")),
    )


def _meetings() -> None:
    op.create_table(
        "consensuses",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("marks", postgresql.JSONB(), nullable=False),
        sa.Column("present", postgresql.JSONB(), nullable=False),
        sa.Column("basis", postgresql.JSONB(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_consensuses_has_a_reason")),
        sa.CheckConstraint("jsonb_array_length(present) > 0", name=op.f("ck_consensuses_somebody_was_there")),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_consensuses_application_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consensuses")),
        sa.UniqueConstraint("application_id", "number", name=op.f("uq_consensuses_application_id_number")),
    )


def _copies() -> None:
    op.create_table(
        "redacted_copies",
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachments.id"], name=op.f("fk_redacted_copies_attachment_id")),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_redacted_copies_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redacted_copies")),
        sa.UniqueConstraint("attachment_id", "number", name=op.f("uq_redacted_copies_attachment_id_number")),
    )


def _reminders() -> None:
    op.create_table(
        "evaluation_reminders",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("reviewer_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_evaluation_reminders_call_id")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["users.id"], name=op.f("fk_evaluation_reminders_reviewer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_reminders")),
        sa.UniqueConstraint(
            "call_id",
            "reviewer_id",
            "due_at",
            "hours",
            name=op.f("uq_evaluation_reminders_call_id_reviewer_id_due_at_hours"),
        ),
    )


def downgrade() -> None:
    for name, table in (
        ("ix_memberships_user_id", "memberships"),
        ("ix_companies_tax_code", "companies"),
        ("ix_company_representatives_tax_code", "company_representatives"),
        ("ix_company_holdings_tax_code", "company_holdings"),
    ):
        op.drop_index(name, table_name=table)
    for table in ("evaluation_reminders", "redacted_copies", "consensuses", "interests", "panel_seats"):
        op.drop_table(table)
    op.drop_constraint(op.f("ck_assignments_what_ended_has_a_time"), "assignments")
    for column in ("ending_reason", "ending", "is_locked"):
        op.drop_column("assignments", column)
