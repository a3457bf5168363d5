"""Missions: places, travellers, what is sealed of them, changes, lists, attendance, proofs of purge."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision, down_revision = "0010_missions", "0009_requests"

ROLE = "portale_app"
NEVER_CHANGED = ("mission_versions", "mission_lists", "mission_list_takings", "mission_check_ins", "mission_purges")
NEVER_DELETED = ("missions", "travellers", "travel_documents", "mission_changes")

PURGED = """
CREATE FUNCTION purged_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was purged does not come back' USING ERRCODE = 'insufficient_privilege';
END $$;
"""


def upgrade() -> None:
    op.create_table(
        "missions",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "open",
                "closed",
                "cancelled",
                name="missionstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("returns_on", sa.Date(), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purge_on", sa.Date(), nullable=False),
        sa.Column("cancelled_why", sa.Text(), nullable=True),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancelled_why IS NOT NULL)", name=op.f("ck_missions_cancelled_with_a_reason")
        ),
        sa.CheckConstraint("purge_on > returns_on", name=op.f("ck_missions_purges_after_the_return")),
        sa.CheckConstraint("returns_on >= starts_on", name=op.f("ck_missions_returns_after_it_starts")),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_missions_call_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_missions")),
    )
    op.create_index(op.f("ix_missions_call_id"), "missions", ["call_id"], unique=False)
    op.create_index(
        "ix_missions_unpurged", "missions", ["purge_on"], unique=False, postgresql_where=sa.text("purged_at IS NULL")
    )
    op.create_table(
        "mission_lists",
        sa.Column("mission_id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "airline",
                "hotel",
                "embassy",
                "host",
                "insurance",
                "transfer",
                "diets",
                "door",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rows", JSONB(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=True),
        sa.Column("differs", JSONB(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["mission_id"], ["missions.id"], name=op.f("fk_mission_lists_mission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mission_lists")),
        sa.UniqueConstraint("mission_id", "purpose", "number", name=op.f("uq_mission_lists_mission_id_purpose_number")),
    )
    op.create_table(
        "mission_places",
        sa.Column("mission_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["mission_id"], ["missions.id"], name=op.f("fk_mission_places_mission_id")),
        sa.PrimaryKeyConstraint("mission_id", "number", name=op.f("pk_mission_places")),
    )
    op.create_table(
        "mission_purges",
        sa.Column("mission_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("travellers", sa.Integer(), nullable=False),
        sa.Column("fields", JSONB(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("travellers >= 0", name=op.f("ck_mission_purges_counted")),
        sa.ForeignKeyConstraint(["mission_id"], ["missions.id"], name=op.f("fk_mission_purges_mission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mission_purges")),
        sa.UniqueConstraint("mission_id", name=op.f("uq_mission_purges_mission_id")),
    )
    op.create_table(
        "mission_versions",
        sa.Column("mission_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number = 1 OR length(btrim(reason)) >= 5", name=op.f("ck_mission_versions_has_a_reason")),
        sa.ForeignKeyConstraint(["mission_id"], ["missions.id"], name=op.f("fk_mission_versions_mission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mission_versions")),
        sa.UniqueConstraint("mission_id", "number", name=op.f("uq_mission_versions_mission_id_number")),
    )
    op.create_table(
        "mission_list_takings",
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sent_to", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["mission_lists.id"], name=op.f("fk_mission_list_takings_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mission_list_takings")),
    )
    op.create_index(op.f("ix_mission_list_takings_list_id_at"), "mission_list_takings", ["list_id", "at"], unique=False)
    op.create_table(
        "travellers",
        sa.Column("mission_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "waiting",
                "offered",
                "confirmed",
                "lapsed",
                "waived",
                "replaced",
                "rejected",
                name="travellerstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("queue", sa.Integer(), nullable=False),
        sa.Column("offers", sa.Integer(), nullable=False),
        sa.Column("offer_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("badge", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state = 'offered') = (offer_until IS NOT NULL)", name=op.f("ck_travellers_offered_until_an_instant")
        ),
        sa.CheckConstraint(
            "(state IN ('offered', 'confirmed')) = (place IS NOT NULL)",
            name=op.f("ck_travellers_holds_a_place_when_in"),
        ),
        sa.CheckConstraint("turn >= 1", name=op.f("ck_travellers_counted")),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_travellers_application_id")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_travellers_company_id")),
        sa.ForeignKeyConstraint(
            ["mission_id", "place"],
            ["mission_places.mission_id", "mission_places.number"],
            name=op.f("fk_travellers_place"),
        ),
        sa.ForeignKeyConstraint(["mission_id"], ["missions.id"], name=op.f("fk_travellers_mission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_travellers")),
        sa.UniqueConstraint("badge", name=op.f("uq_travellers_badge")),
        sa.UniqueConstraint("mission_id", "queue", name=op.f("uq_travellers_mission_id_queue")),
    )
    op.create_index(op.f("ix_travellers_application_id"), "travellers", ["application_id"], unique=False)
    op.create_index(op.f("ix_travellers_company_id"), "travellers", ["company_id"], unique=False)
    op.create_index(
        "ix_travellers_offered",
        "travellers",
        ["offer_until"],
        unique=False,
        postgresql_where=sa.text("state = 'offered'"),
    )
    op.create_index(
        "uq_travellers_place",
        "travellers",
        ["mission_id", "place"],
        unique=True,
        postgresql_where=sa.text("place IS NOT NULL"),
    )
    op.create_index(
        "uq_travellers_turn",
        "travellers",
        ["mission_id", "company_id", "turn"],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'offered', 'confirmed')"),
    )
    op.create_table(
        "mission_changes",
        sa.Column("mission_id", sa.Uuid(), nullable=False),
        sa.Column("traveller_id", sa.Uuid(), nullable=False),
        sa.Column("by_traveller_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "edit", "replace", "waive", name="changekind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open", "approved", "rejected", name="changestate", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("fields", JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'replace') = (by_traveller_id IS NOT NULL)", name=op.f("ck_mission_changes_replaced_by_somebody")
        ),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)", name=op.f("ck_mission_changes_dated_once_decided")
        ),
        sa.CheckConstraint("length(btrim(reason)) >= 5", name=op.f("ck_mission_changes_has_a_reason")),
        sa.ForeignKeyConstraint(
            ["by_traveller_id"], ["travellers.id"], name=op.f("fk_mission_changes_by_traveller_id")
        ),
        sa.ForeignKeyConstraint(["mission_id"], ["missions.id"], name=op.f("fk_mission_changes_mission_id")),
        sa.ForeignKeyConstraint(["traveller_id"], ["travellers.id"], name=op.f("fk_mission_changes_traveller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mission_changes")),
    )
    op.create_index(
        op.f("ix_mission_changes_mission_id_asked_at"), "mission_changes", ["mission_id", "asked_at"], unique=False
    )
    op.create_index(
        "uq_mission_changes_open",
        "mission_changes",
        ["traveller_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "mission_check_ins",
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("mission_id", sa.Uuid(), nullable=False),
        sa.Column("traveller_id", sa.Uuid(), nullable=False),
        sa.Column("moment", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["mission_id"], ["missions.id"], name=op.f("fk_mission_check_ins_mission_id")),
        sa.ForeignKeyConstraint(["traveller_id"], ["travellers.id"], name=op.f("fk_mission_check_ins_traveller_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_mission_check_ins")),
        sa.UniqueConstraint("traveller_id", "moment", name=op.f("uq_mission_check_ins_traveller_id_moment")),
    )
    op.create_index(op.f("ix_mission_check_ins_mission_id"), "mission_check_ins", ["mission_id"], unique=False)
    op.create_table(
        "travel_documents",
        sa.Column("traveller_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("fields", JSONB(), nullable=False),
        sa.Column("findings", JSONB(), nullable=False),
        sa.Column("scan", sa.LargeBinary(), nullable=True),
        sa.Column("scan_type", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "purged_at IS NULL OR (fields = '{}' AND scan IS NULL AND findings = '[]')",
            name=op.f("ck_travel_documents_holds_nothing_once_purged"),
        ),
        sa.CheckConstraint(
            "(purged_at IS NULL) = (key IS NOT NULL)", name=op.f("ck_travel_documents_has_a_key_until_purged")
        ),
        sa.CheckConstraint("(scan IS NULL) = (scan_type IS NULL)", name=op.f("ck_travel_documents_scan_of_a_type")),
        sa.ForeignKeyConstraint(["traveller_id"], ["travellers.id"], name=op.f("fk_travel_documents_traveller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_travel_documents")),
        sa.UniqueConstraint("traveller_id", name=op.f("uq_travel_documents_traveller_id")),
    )
    op.drop_index(
        op.f("ix_companies_legal_name_trgm"),
        table_name="companies",
        postgresql_ops={"lower(legal_name)": "gin_trgm_ops"},
        postgresql_using="gin",
    )

    for table in NEVER_CHANGED:
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {ROLE}")
        op.execute(
            f"CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION never_changed()"
        )
    for table in NEVER_DELETED:
        op.execute(f"REVOKE DELETE, TRUNCATE ON {table} FROM {ROLE}")
    op.execute(PURGED)
    op.execute(
        "CREATE TRIGGER purged_stays BEFORE UPDATE ON travel_documents FOR EACH ROW "
        "WHEN (OLD.purged_at IS NOT NULL) EXECUTE FUNCTION purged_stays()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER purged_stays ON travel_documents")
    op.execute("DROP FUNCTION purged_stays()")
    op.create_index(
        op.f("ix_companies_legal_name_trgm"),
        "companies",
        [sa.literal_column("lower(legal_name)")],
        unique=False,
        postgresql_ops={"lower(legal_name)": "gin_trgm_ops"},
        postgresql_using="gin",
    )
    op.drop_table("travel_documents")
    op.drop_index(op.f("ix_mission_check_ins_mission_id"), table_name="mission_check_ins")
    op.drop_table("mission_check_ins")
    op.drop_index("uq_mission_changes_open", table_name="mission_changes", postgresql_where=sa.text("state = 'open'"))
    op.drop_index(op.f("ix_mission_changes_mission_id_asked_at"), table_name="mission_changes")
    op.drop_table("mission_changes")
    op.drop_index(
        "uq_travellers_turn",
        table_name="travellers",
        postgresql_where=sa.text("state IN ('waiting', 'offered', 'confirmed')"),
    )
    op.drop_index("uq_travellers_place", table_name="travellers", postgresql_where=sa.text("place IS NOT NULL"))
    op.drop_index("ix_travellers_offered", table_name="travellers", postgresql_where=sa.text("state = 'offered'"))
    op.drop_index(op.f("ix_travellers_company_id"), table_name="travellers")
    op.drop_index(op.f("ix_travellers_application_id"), table_name="travellers")
    op.drop_table("travellers")
    op.drop_index(op.f("ix_mission_list_takings_list_id_at"), table_name="mission_list_takings")
    op.drop_table("mission_list_takings")
    op.drop_table("mission_versions")
    op.drop_table("mission_purges")
    op.drop_table("mission_places")
    op.drop_table("mission_lists")
    op.drop_index("ix_missions_unpurged", table_name="missions", postgresql_where=sa.text("purged_at IS NULL"))
    op.drop_index(op.f("ix_missions_call_id"), table_name="missions")
    op.drop_table("missions")
