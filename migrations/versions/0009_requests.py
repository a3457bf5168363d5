"""Requests to firms (supplements, notices of rejection), their files, and the acts that don't admit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision, down_revision = "0009_requests", "0008_awards"

ROLE = "portale_app"

# What was asked stays as it was asked, and what was closed stays as it was closed.
ASKED = """
CREATE FUNCTION asked_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'open'
        OR (OLD.application_id, OLD.kind, OLD.number, OLD.asks, OLD.reasons, OLD.words, OLD.asked_by, OLD.asked_at)
            IS DISTINCT FROM
           (NEW.application_id, NEW.kind, NEW.number, NEW.asks, NEW.reasons, NEW.words, NEW.asked_by, NEW.asked_at)
    THEN
        RAISE EXCEPTION 'a request is not rewritten' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
"""

# Files of an answer come and go while the request is open, and only then.
ENCLOSED = """
CREATE FUNCTION answered_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner uuid := CASE TG_OP WHEN 'INSERT' THEN NEW.request_id ELSE OLD.request_id END;
BEGIN
    IF owner IS NOT NULL AND NOT EXISTS (SELECT FROM requests WHERE id = owner AND state = 'open') THEN
        RAISE EXCEPTION 'an answer is not rewritten' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""

# An application waits for a firm only where the firm was asked.
WAITS = """
CREATE FUNCTION waits_for_a_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM requests WHERE application_id = NEW.id AND state = 'open'
            AND kind = CASE NEW.status WHEN 'supplement_requested' THEN 'supplement' ELSE 'notice' END
    ) THEN
        RAISE EXCEPTION '% without a request', NEW.status USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""


def upgrade() -> None:
    op.create_table(
        "requests",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("supplement", "notice", name="requestkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "answered",
                "lapsed",
                "called_off",
                name="requeststate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("asks", JSONB(), nullable=False),
        sa.Column("reasons", JSONB(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("extended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extended_by", sa.Text(), nullable=True),
        sa.Column("extension_reason", sa.Text(), nullable=True),
        sa.Column("draft", JSONB(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drafted_by", sa.Text(), nullable=True),
        sa.Column("content", JSONB(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("closing_reason", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("due_at > asked_at", name=op.f("ck_requests_ends_after_it_begins")),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f("ck_requests_dated_once_closed")),
        sa.CheckConstraint(
            "(state = 'answered') = (content IS NOT NULL)", name=op.f("ck_requests_holds_an_answer_once_answered")
        ),
        sa.CheckConstraint("(content IS NULL) = (sha256 IS NULL)", name=op.f("ck_requests_hashed_once_answered")),
        sa.CheckConstraint(
            "(extended_at IS NULL) = (extension_reason IS NULL)", name=op.f("ck_requests_extended_with_a_reason")
        ),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_requests_application_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
        sa.UniqueConstraint("application_id", "number", name=op.f("uq_requests_application_id_number")),
    )
    open_ones = sa.text("state = 'open'")
    op.create_index("uq_requests_open", "requests", ["application_id"], unique=True, postgresql_where=open_ones)
    op.create_index("ix_requests_due", "requests", ["due_at"], postgresql_where=open_ones)
    op.add_column("attachments", sa.Column("request_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_attachments_request_id"), "attachments", "requests", ["request_id"], ["id"])
    op.create_index(op.f("ix_attachments_request_id"), "attachments", ["request_id"])
    op.create_table(
        "eligibility_refusals",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("replies", JSONB(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(btrim(reason)) >= 10", name=op.f("ck_eligibility_refusals_has_a_reason")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_eligibility_refusals_application_id")
        ),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_eligibility_refusals_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eligibility_refusals")),
        sa.UniqueConstraint("request_id", name=op.f("uq_eligibility_refusals_request_id")),
    )
    op.create_index(op.f("ix_eligibility_refusals_application_id"), "eligibility_refusals", ["application_id"])
    _guards()


def _guards() -> None:
    op.execute(f"REVOKE DELETE, TRUNCATE ON requests FROM {ROLE}")
    op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON eligibility_refusals FROM {ROLE}")
    for function in (ASKED, ENCLOSED, WAITS):
        op.execute(function)
    op.execute("CREATE TRIGGER asked_stays BEFORE UPDATE ON requests FOR EACH ROW EXECUTE FUNCTION asked_stays()")
    op.execute(
        "CREATE TRIGGER answered_stays BEFORE INSERT OR UPDATE OR DELETE ON attachments "
        "FOR EACH ROW EXECUTE FUNCTION answered_stays()"
    )
    op.execute(
        "CREATE TRIGGER waits_for_a_request BEFORE UPDATE OF status ON applications FOR EACH ROW "
        "WHEN (NEW.status IN ('supplement_requested', 'rejection_notice') AND NEW.status <> OLD.status) "
        "EXECUTE FUNCTION waits_for_a_request()"
    )
    op.execute(
        "CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON eligibility_refusals "
        "FOR EACH ROW EXECUTE FUNCTION never_changed()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER waits_for_a_request ON applications")
    op.execute("DROP TRIGGER answered_stays ON attachments")
    op.drop_table("eligibility_refusals")
    op.drop_index(op.f("ix_attachments_request_id"), table_name="attachments")
    op.drop_constraint(op.f("fk_attachments_request_id"), "attachments", type_="foreignkey")
    op.drop_column("attachments", "request_id")
    op.drop_table("requests")
    for function in ("waits_for_a_request", "answered_stays", "asked_stays"):
        op.execute(f"DROP FUNCTION {function}()")
