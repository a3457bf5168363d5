"""Awards, the ledger of aid, and batches for the national register; what is granted or sent out is not rewritten."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0008_awards", "0007_acts"

ROLE = "portale_app"
NEVER_CHANGED = ("award_endings", "aid_denials", "register_batches")
NEVER_DELETED = ("awards", "aid_entries", "aid_links")

GRANTED = """
CREATE FUNCTION granted_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an award is not rewritten' USING ERRCODE = 'insufficient_privilege';
END $$;
"""
FIXED = (
    "application_id, call_id, ranking_id, asked_eur, eur, act_number, act_on, vercor, checked_on, awarded_at, accept_by"
)


def upgrade() -> None:
    op.create_table(
        "aid_denials",
        sa.Column("one", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(btrim(reason)) >= 10", name=op.f("ck_aid_denials_has_a_reason")),
        sa.CheckConstraint("one < other", name=op.f("ck_aid_denials_in_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aid_denials")),
        sa.UniqueConstraint("one", "other", name=op.f("uq_aid_denials_one_other")),
    )
    op.create_table(
        "aid_holders",
        sa.Column("code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_aid_holders")),
    )
    op.create_table(
        "register_batches",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rows", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_register_batches_call_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_batches")),
        sa.UniqueConstraint("number", name=op.f("uq_register_batches_number")),
    )
    op.create_index(op.f("ix_register_batches_call_id"), "register_batches", ["call_id"], unique=False)
    op.create_table(
        "aid_entries",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "declared",
                "reserved",
                "granted",
                "released",
                "corrected",
                name="entrystate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "recipient",
            sa.Enum("own", "linked", name="recipient", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("granted_on", sa.Date(), nullable=False),
        sa.Column("eur", sa.Numeric(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("cor", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=True),
        sa.Column("statement", sa.Text(), nullable=True),
        sa.Column("undertaking", sa.Text(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=True),
        sa.Column("before_eur", sa.Numeric(), nullable=True),
        sa.Column("ceiling_eur", sa.Numeric(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("closed_why", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('released', 'corrected')) = (closed_at IS NOT NULL)",
            name=op.f("ck_aid_entries_dated_once_closed"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('reserved', 'granted') OR before_eur + eur <= ceiling_eur",
            name=op.f("ck_aid_entries_within_the_ceiling"),
        ),
        sa.CheckConstraint(
            "(statement IS NULL) = (turn IS NOT NULL)", name=op.f("ck_aid_entries_declared_or_given_here")
        ),
        sa.CheckConstraint(
            "(turn IS NULL) = (undertaking IS NULL)", name=op.f("ck_aid_entries_weighed_for_an_undertaking")
        ),
        sa.CheckConstraint("eur >= 0", name=op.f("ck_aid_entries_not_negative")),
        sa.CheckConstraint(
            "turn IS NULL OR (before_eur IS NOT NULL AND ceiling_eur IS NOT NULL)", name=op.f("ck_aid_entries_weighed")
        ),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_aid_entries_application_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aid_entries")),
        sa.UniqueConstraint("code", "statement", name="uq_aid_entries_declared_once"),
        sa.UniqueConstraint("undertaking", "turn", name="uq_aid_entries_one_at_a_time"),
    )
    op.create_index(op.f("ix_aid_entries_application_id"), "aid_entries", ["application_id"], unique=False)
    op.create_index(
        "uq_aid_entries_one_live_per_application",
        "aid_entries",
        ["application_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('reserved', 'granted')"),
    )
    op.create_table(
        "aid_links",
        sa.Column("stated_by", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("stated_by <> other", name=op.f("ck_aid_links_between_two")),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_aid_links_application_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aid_links")),
        sa.UniqueConstraint("stated_by", "other", name=op.f("uq_aid_links_stated_by_other")),
    )
    op.create_index(op.f("ix_aid_links_other"), "aid_links", ["other"], unique=False)
    op.create_table(
        "award_endings",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "waived",
                "forfeited",
                "revoked",
                name="endingkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("provided_eur", sa.Numeric(), nullable=False),
        sa.Column("recover_eur", sa.Numeric(), nullable=False),
        sa.Column("act_number", sa.Text(), nullable=True),
        sa.Column("act_on", sa.Date(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(act_number IS NULL) = (act_on IS NULL)", name=op.f("ck_award_endings_dated_act")),
        sa.CheckConstraint("length(btrim(reason)) >= 10", name=op.f("ck_award_endings_has_a_reason")),
        sa.CheckConstraint(
            "recover_eur >= 0 AND recover_eur <= provided_eur",
            name=op.f("ck_award_endings_recovers_no_more_than_given"),
        ),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_award_endings_application_id")),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_award_endings_call_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_endings")),
        sa.UniqueConstraint("application_id", name=op.f("uq_award_endings_application_id")),
    )
    op.create_index(op.f("ix_award_endings_call_id_at"), "award_endings", ["call_id", "at"], unique=False)
    op.create_table(
        "awards",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("ranking_id", sa.Uuid(), nullable=False),
        sa.Column("asked_eur", sa.Numeric(), nullable=False),
        sa.Column("eur", sa.Numeric(), nullable=False),
        sa.Column("act_number", sa.Text(), nullable=False),
        sa.Column("act_on", sa.Date(), nullable=False),
        sa.Column("cup", sa.Text(), nullable=True),
        sa.Column("car", sa.Text(), nullable=True),
        sa.Column("vercor", sa.Text(), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("cor", sa.Text(), nullable=True),
        sa.Column("cor_on", sa.Date(), nullable=True),
        sa.Column("cor_confirmed_on", sa.Date(), nullable=True),
        sa.Column("covar", sa.Text(), nullable=True),
        sa.Column("covar_on", sa.Date(), nullable=True),
        sa.Column("awarded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("awarded_by", sa.Text(), nullable=False),
        sa.Column("accept_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name=op.f("ck_awards_signed_answer")),
        sa.CheckConstraint("(cor IS NULL) = (cor_on IS NULL)", name=op.f("ck_awards_dated_cor")),
        sa.CheckConstraint("(covar IS NULL) = (covar_on IS NULL)", name=op.f("ck_awards_dated_covar")),
        sa.CheckConstraint("(vercor IS NULL) = (checked_on IS NULL)", name=op.f("ck_awards_dated_check")),
        sa.CheckConstraint("checked_on IS NULL OR checked_on <= act_on", name=op.f("ck_awards_checked_before_the_act")),
        sa.CheckConstraint("cor_confirmed_on IS NULL OR cor IS NOT NULL", name=op.f("ck_awards_confirms_a_cor")),
        sa.CheckConstraint("eur > 0 AND eur <= asked_eur", name=op.f("ck_awards_gives_no_more_than_asked")),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_awards_application_id")),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_awards_call_id")),
        sa.ForeignKeyConstraint(["ranking_id"], ["rankings.id"], name=op.f("fk_awards_ranking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awards")),
        sa.UniqueConstraint("application_id", name=op.f("uq_awards_application_id")),
        sa.UniqueConstraint("cor", name=op.f("uq_awards_cor")),
    )
    op.create_index(op.f("ix_awards_call_id_awarded_at"), "awards", ["call_id", "awarded_at"], unique=False)
    op.create_index(
        "ix_awards_unanswered", "awards", ["accept_by"], unique=False, postgresql_where=sa.text("answered_at IS NULL")
    )
    for table in NEVER_CHANGED:
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {ROLE}")
        op.execute(
            f"CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION never_changed()"
        )
    for table in NEVER_DELETED:
        op.execute(f"REVOKE DELETE, TRUNCATE ON {table} FROM {ROLE}")
    op.execute(GRANTED)
    before, after = (", ".join(f"{row}.{name}" for name in FIXED.split(", ")) for row in ("OLD", "NEW"))
    op.execute(
        f"CREATE TRIGGER granted_stays BEFORE UPDATE ON awards FOR EACH ROW "
        f"WHEN (({before}) IS DISTINCT FROM ({after})) EXECUTE FUNCTION granted_stays()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER granted_stays ON awards")
    op.execute("DROP FUNCTION granted_stays()")
    for table in NEVER_CHANGED:
        op.execute(f"DROP TRIGGER never_changed ON {table}")
    op.drop_index("ix_awards_unanswered", table_name="awards", postgresql_where=sa.text("answered_at IS NULL"))
    op.drop_index(op.f("ix_awards_call_id_awarded_at"), table_name="awards")
    op.drop_table("awards")
    op.drop_index(op.f("ix_award_endings_call_id_at"), table_name="award_endings")
    op.drop_table("award_endings")
    op.drop_index(op.f("ix_aid_links_other"), table_name="aid_links")
    op.drop_table("aid_links")
    op.drop_index(
        "uq_aid_entries_one_live_per_application",
        table_name="aid_entries",
        postgresql_where=sa.text("state IN ('reserved', 'granted')"),
    )
    op.drop_index(op.f("ix_aid_entries_application_id"), table_name="aid_entries")
    op.drop_table("aid_entries")
    op.drop_index(op.f("ix_register_batches_call_id"), table_name="register_batches")
    op.drop_table("register_batches")
    op.drop_table("aid_holders")
    op.drop_table("aid_denials")
