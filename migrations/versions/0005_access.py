"""Requests of access to the acts, and what was handed over."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0005_access", "0004_guests"

STATES = ("asked", "notified", "granted", "partly", "refused", "deferred")


def upgrade() -> None:
    op.create_table(
        "access_requests",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("interest", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("objections_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("objects", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("deferred_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(notified_at IS NULL) = (objections_until IS NULL)", name=op.f("ck_access_requests_notified_with_a_term")
        ),
        sa.CheckConstraint(
            "objects IS NULL OR notified_at IS NOT NULL", name=op.f("ck_access_requests_answered_once_notified")
        ),
        sa.CheckConstraint(
            "(objects IS NULL) = (answered_at IS NULL)", name=op.f("ck_access_requests_answered_at_an_instant")
        ),
        sa.CheckConstraint(
            "(state IN ('asked', 'notified')) = (decided_at IS NULL)",
            name=op.f("ck_access_requests_dated_once_decided"),
        ),
        sa.CheckConstraint(
            "(state = 'deferred') = (deferred_until IS NOT NULL)", name=op.f("ck_access_requests_deferred_until_a_day")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_access_requests_application_id")
        ),
        sa.ForeignKeyConstraint(["target_id"], ["applications.id"], name=op.f("fk_access_requests_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_requests")),
    )
    for columns in (["application_id"], ["target_id"], ["state", "due_at"]):
        op.create_index(op.f(f"ix_access_requests_{'_'.join(columns)}"), "access_requests", columns)
    op.create_table(
        "access_handouts",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["access_requests.id"], name=op.f("fk_access_handouts_request_id")),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_access_handouts_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_handouts")),
    )
    op.create_index(op.f("ix_access_handouts_request_id"), "access_handouts", ["request_id"])


def downgrade() -> None:
    op.drop_table("access_handouts")
    op.drop_table("access_requests")
