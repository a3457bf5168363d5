"""The draft act's template by version; keys that signed, signatures, and openings of what a ranking commits to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0007_acts", "0006_panels"

ROLE = "portale_app"
NEVER_CHANGED = ("act_templates", "signing_keys", "place_openings")


def upgrade() -> None:
    op.create_table(
        "act_templates",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_act_templates_numbered_from_one")),
        sa.CheckConstraint("length(btrim(reason)) >= 10", name=op.f("ck_act_templates_has_a_reason")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act_templates")),
        sa.UniqueConstraint("number", name=op.f("uq_act_templates_number")),
    )
    op.create_table(
        "signing_keys",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_signing_keys")),
    )
    op.create_table(
        "place_openings",
        sa.Column("ranking_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("opening", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["ranking_id"], ["rankings.id"], name=op.f("fk_place_openings_ranking_id")),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_place_openings_application_id")),
        sa.PrimaryKeyConstraint("ranking_id", "application_id", name=op.f("pk_place_openings")),
    )
    op.add_column(
        "rankings",
        sa.Column("signature", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    )
    for table in NEVER_CHANGED:
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {ROLE}")
        op.execute(
            f"CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION never_changed()"
        )


def downgrade() -> None:
    op.drop_column("rankings", "signature")
    for table in reversed(NEVER_CHANGED):
        op.drop_table(table)
