"""Matching: buyers, export profiles, events, meetings and agendas."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0003_matching", "0002_guards"


def upgrade() -> None:
    op.create_table(
        "counterparts",
        sa.Column("legal_name", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("website", sa.Text(), nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("profile", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("draft", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("profile_saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("validated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("validated_by", sa.Text(), nullable=True),
        sa.Column("link_epoch", sa.Integer(), nullable=False),
        sa.Column("link_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("link_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name=op.f("ck_counterparts_country_has_2_letters")),
        sa.CheckConstraint("language IN ('en', 'ru')", name=op.f("ck_counterparts_language_is_spoken")),
        sa.CheckConstraint(
            "(validated_at IS NULL) = (validated_by IS NULL)", name=op.f("ck_counterparts_validated_by_somebody")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counterparts")),
    )
    op.create_index("uq_counterparts_email", "counterparts", [sa.literal_column("lower(email)")], unique=True)
    op.create_table(
        "counterpart_delegates",
        sa.Column("counterpart_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("languages", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("diet", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["counterpart_id"],
            ["counterparts.id"],
            name=op.f("fk_counterpart_delegates_counterpart_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counterpart_delegates")),
        sa.UniqueConstraint(
            "counterpart_id", "position", name=op.f("uq_counterpart_delegates_counterpart_id_position")
        ),
    )
    op.create_table(
        "export_profiles",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("logo_id", sa.Uuid(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.Column("validated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("validated_by", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(validated_at IS NULL) = (validated_by IS NULL)", name=op.f("ck_export_profiles_validated_by_somebody")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_export_profiles_company_id")),
        sa.ForeignKeyConstraint(["logo_id"], ["files.id"], name=op.f("fk_export_profiles_logo_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_profiles")),
        sa.UniqueConstraint("company_id", name=op.f("uq_export_profiles_company_id")),
    )
    op.create_table(
        "matching_events",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title_it", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "wishes",
                "scheduling",
                "published",
                "closed",
                name="eventstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("wishes_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wishes_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name=op.f("ck_matching_events_slug_is_an_address")),
        sa.CheckConstraint("wishes_from < wishes_until", name=op.f("ck_matching_events_wishes_in_order")),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_matching_events_call_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching_events")),
        sa.UniqueConstraint("slug", name=op.f("uq_matching_events_slug")),
    )
    op.create_index(op.f("ix_matching_events_call_id"), "matching_events", ["call_id"], unique=False)
    op.create_table(
        "matching_agendas",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["matching_events.id"], name=op.f("fk_matching_agendas_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching_agendas")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_matching_agendas_event_id_number")),
    )
    op.create_table(
        "matching_interpreters",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("away", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["matching_events.id"], name=op.f("fk_matching_interpreters_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching_interpreters")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_matching_interpreters_event_id_id")),
    )
    op.create_index(op.f("ix_matching_interpreters_event_id"), "matching_interpreters", ["event_id"], unique=False)
    op.create_table(
        "matching_participants",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column(
            "side",
            sa.Enum("company", "buyer", name="side", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("counterpart_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "invited",
                "confirmed",
                "left",
                name="participantstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("least_meetings", sa.SmallInteger(), nullable=False),
        sa.Column("most_meetings", sa.SmallInteger(), nullable=True),
        sa.Column("unavailable", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_reason", sa.Text(), nullable=False),
        sa.Column("calendar_sequence", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(side = 'buyer') = (counterpart_id IS NOT NULL)",
            name=op.f("ck_matching_participants_a_buyer_is_a_counterpart"),
        ),
        sa.CheckConstraint(
            "(side = 'company') = (company_id IS NOT NULL)", name=op.f("ck_matching_participants_a_company_is_a_firm")
        ),
        sa.CheckConstraint(
            "least_meetings >= 0 AND most_meetings >= least_meetings",
            name=op.f("ck_matching_participants_quota_in_order"),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_matching_participants_company_id")),
        sa.ForeignKeyConstraint(
            ["counterpart_id"], ["counterparts.id"], name=op.f("fk_matching_participants_counterpart_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["matching_events.id"], name=op.f("fk_matching_participants_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching_participants")),
        sa.UniqueConstraint("event_id", "company_id", name=op.f("uq_matching_participants_event_id_company_id")),
        sa.UniqueConstraint(
            "event_id", "counterpart_id", name=op.f("uq_matching_participants_event_id_counterpart_id")
        ),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_matching_participants_event_id_id")),
    )
    op.create_index(op.f("ix_matching_participants_company_id"), "matching_participants", ["company_id"], unique=False)
    op.create_index(
        op.f("ix_matching_participants_counterpart_id"), "matching_participants", ["counterpart_id"], unique=False
    )
    op.create_table(
        "matching_runs",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "working",
                "done",
                "stopped",
                "failed",
                name="runstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("instance", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("progress", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("solution", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stop_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["matching_events.id"], name=op.f("fk_matching_runs_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching_runs")),
    )
    op.create_index(
        "uq_matching_runs_at_work",
        "matching_runs",
        ["event_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'working')"),
    )
    op.create_table(
        "matching_slots",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_matching_slots_in_order")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["matching_events.id"], name=op.f("fk_matching_slots_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching_slots")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_matching_slots_event_id_id")),
        sa.UniqueConstraint("event_id", "position", name=op.f("uq_matching_slots_event_id_position")),
    )
    op.create_table(
        "matching_exclusions",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("one_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["matching_events.id"], name=op.f("fk_matching_exclusions_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["one_id"], ["matching_participants.id"], name=op.f("fk_matching_exclusions_one_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["matching_participants.id"], name=op.f("fk_matching_exclusions_other_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching_exclusions")),
        sa.UniqueConstraint(
            "event_id", "one_id", "other_id", name=op.f("uq_matching_exclusions_event_id_one_id_other_id")
        ),
    )
    op.create_table(
        "matching_tables",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("chairs", sa.SmallInteger(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["matching_events.id"], name=op.f("fk_matching_tables_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["matching_participants.id"],
            name=op.f("fk_matching_tables_participant_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching_tables")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_matching_tables_event_id_id")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_matching_tables_event_id_name")),
    )
    op.create_table(
        "matching_wishes",
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column(
            "level",
            sa.Enum("want", "would", "no", name="level", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_matching_wishes_of_somebody_else")),
        sa.ForeignKeyConstraint(
            ["event_id", "from_id"],
            ["matching_participants.event_id", "matching_participants.id"],
            name="fk_matching_wishes_from_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "to_id"],
            ["matching_participants.event_id", "matching_participants.id"],
            name="fk_matching_wishes_to_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("from_id", "to_id", name=op.f("pk_matching_wishes")),
    )
    op.create_index(op.f("ix_matching_wishes_to_id"), "matching_wishes", ["to_id"], unique=False)
    op.create_table(
        "matching_meetings",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("firm_id", sa.Uuid(), nullable=False),
        sa.Column("buyer_id", sa.Uuid(), nullable=False),
        sa.Column("occasion", sa.SmallInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "scheduled",
                "held",
                "no_show",
                "cancelled",
                name="meetingstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("score", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("is_locked", sa.Boolean(), nullable=False),
        sa.Column("fixed_slot_id", sa.Uuid(), nullable=True),
        sa.Column("session", sa.Text(), nullable=True),
        sa.Column("slot_id", sa.Uuid(), nullable=True),
        sa.Column("table_id", sa.Uuid(), nullable=True),
        sa.Column("interpreter_id", sa.Uuid(), nullable=True),
        sa.Column("why_not", sa.Text(), nullable=False),
        sa.Column("cancelled_by", sa.Text(), nullable=True),
        sa.Column("cancelled_reason", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state NOT IN ('proposed', 'cancelled') OR slot_id IS NULL",
            name=op.f("ck_matching_meetings_holds_no_place_unless_held"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('scheduled', 'held', 'no_show') OR slot_id IS NOT NULL",
            name=op.f("ck_matching_meetings_placed_to_be_held"),
        ),
        sa.CheckConstraint(
            "(slot_id IS NULL) = (table_id IS NULL)", name=op.f("ck_matching_meetings_placed_in_time_and_space")
        ),
        sa.CheckConstraint(
            "interpreter_id IS NULL OR slot_id IS NOT NULL", name=op.f("ck_matching_meetings_interpreted_where_placed")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "buyer_id"],
            ["matching_participants.event_id", "matching_participants.id"],
            name="fk_matching_meetings_buyer_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "firm_id"],
            ["matching_participants.event_id", "matching_participants.id"],
            name="fk_matching_meetings_firm_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "interpreter_id"],
            ["matching_interpreters.event_id", "matching_interpreters.id"],
            name="fk_matching_meetings_interpreter_id",
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "slot_id"],
            ["matching_slots.event_id", "matching_slots.id"],
            name="fk_matching_meetings_slot_id",
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "table_id"],
            ["matching_tables.event_id", "matching_tables.id"],
            name="fk_matching_meetings_table_id",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["matching_events.id"], name=op.f("fk_matching_meetings_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["fixed_slot_id"], ["matching_slots.id"], name=op.f("fk_matching_meetings_fixed_slot_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching_meetings")),
        sa.UniqueConstraint(
            "event_id",
            "firm_id",
            "buyer_id",
            "occasion",
            name=op.f("uq_matching_meetings_event_id_firm_id_buyer_id_occasion"),
        ),
        sa.UniqueConstraint("id", "slot_id", name=op.f("uq_matching_meetings_id_slot_id")),
    )
    op.create_index(op.f("ix_matching_meetings_buyer_id"), "matching_meetings", ["buyer_id"], unique=False)
    op.create_index("uq_matching_meetings_interpreter", "matching_meetings", ["slot_id", "interpreter_id"], unique=True)
    op.create_index("uq_matching_meetings_table", "matching_meetings", ["slot_id", "table_id"], unique=True)
    op.create_table(
        "matching_outcomes",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column(
            "side",
            sa.Enum("company", "buyer", name="side", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("months", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("rating", sa.SmallInteger(), nullable=True),
        sa.Column("value_eur", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.CheckConstraint("months IN (0, 3, 6, 12)", name=op.f("ck_matching_outcomes_asked_at_0_3_6_12_months")),
        sa.CheckConstraint(
            "rating IS NULL OR rating BETWEEN 1 AND 5", name=op.f("ck_matching_outcomes_rating_from_1_to_5")
        ),
        sa.CheckConstraint(
            "value_eur IS NULL OR value_eur >= 0", name=op.f("ck_matching_outcomes_value_is_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["matching_meetings.id"], name=op.f("fk_matching_outcomes_meeting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("meeting_id", "side", "months", name=op.f("pk_matching_outcomes")),
    )
    op.create_table(
        "matching_seats",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id", "slot_id"],
            ["matching_meetings.id", "matching_meetings.slot_id"],
            name=op.f("fk_matching_seats_meeting_id"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["matching_participants.id"],
            name=op.f("fk_matching_seats_participant_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("participant_id", "slot_id", name=op.f("pk_matching_seats")),
    )
    op.create_index(op.f("ix_matching_seats_meeting_id"), "matching_seats", ["meeting_id"], unique=False)
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON matching_agendas FROM portale_app")
    op.execute(
        "CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON matching_agendas "
        "FOR EACH ROW EXECUTE FUNCTION never_changed()"
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_matching_seats_meeting_id"), table_name="matching_seats")
    op.drop_table("matching_seats")
    op.drop_table("matching_outcomes")
    op.drop_index("uq_matching_meetings_table", table_name="matching_meetings")
    op.drop_index("uq_matching_meetings_interpreter", table_name="matching_meetings")
    op.drop_index(op.f("ix_matching_meetings_buyer_id"), table_name="matching_meetings")
    op.drop_table("matching_meetings")
    op.drop_index(op.f("ix_matching_wishes_to_id"), table_name="matching_wishes")
    op.drop_table("matching_wishes")
    op.drop_table("matching_tables")
    op.drop_table("matching_exclusions")
    op.drop_table("matching_slots")
    op.drop_index(
        "uq_matching_runs_at_work",
        table_name="matching_runs",
        postgresql_where=sa.text("state IN ('waiting', 'working')"),
    )
    op.drop_table("matching_runs")
    op.drop_index(op.f("ix_matching_participants_counterpart_id"), table_name="matching_participants")
    op.drop_index(op.f("ix_matching_participants_company_id"), table_name="matching_participants")
    op.drop_table("matching_participants")
    op.drop_index(op.f("ix_matching_interpreters_event_id"), table_name="matching_interpreters")
    op.drop_table("matching_interpreters")
    op.drop_table("matching_agendas")
    op.drop_index(op.f("ix_matching_events_call_id"), table_name="matching_events")
    op.drop_table("matching_events")
    op.drop_table("export_profiles")
    op.drop_table("counterpart_delegates")
    op.drop_index("uq_counterparts_email", table_name="counterparts")
    op.drop_table("counterparts")
