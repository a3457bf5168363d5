"""Guards: the application's own role, the audit chain, rows that are never rewritten, search."""

from alembic import op

revision, down_revision = "0002_guards", "0001_first"

ROLE = "portale_app"

NEVER_CHANGED = (
    "audit_entries",
    "call_versions",
    "eligibility_reports",
    "eligibility_overrides",
    "deliveries",
    "places",
)

# The role is the cluster's, not the database's: another database may make it at the same moment.
MAKE_ROLE = f"""
DO $$ BEGIN
    CREATE ROLE {ROLE} NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
"""

JOIN_ROLE = f"""
DO $$ BEGIN
    IF NOT pg_has_role(current_user, '{ROLE}', 'MEMBER') THEN
        EXECUTE format('GRANT {ROLE} TO %I', current_user);
    END IF;
END $$;
"""

CHAIN = """
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    head audit_head%ROWTYPE;
BEGIN
    SELECT * INTO STRICT head FROM audit_head WHERE id = 1 FOR UPDATE;
    NEW.seq := head.seq + 1;
    NEW.previous := head.hash;
    NEW.hash := encode(sha256(convert_to(concat_ws(E'\\x1f',
        NEW.previous, NEW.seq, to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        NEW.action, NEW.subject_type, NEW.subject_id, NEW."by", NEW.detail), 'UTF8')), 'hex');
    UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash WHERE id = 1;
    RETURN NEW;
END $$;
"""

REFUSE = """
CREATE FUNCTION never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
"""

# What was handed in is what will be judged.
FROZEN = """
CREATE FUNCTION handed_in_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.content, OLD.sha256, OLD.submitted_at, OLD.arrival, OLD.protocol, OLD.call_id, OLD.company_id)
        IS DISTINCT FROM
       (NEW.content, NEW.sha256, NEW.submitted_at, NEW.arrival, NEW.protocol, NEW.call_id, NEW.company_id) THEN
        RAISE EXCEPTION 'a submitted application is not rewritten' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
"""

PUBLISHED = """
CREATE FUNCTION published_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a ranking is not rewritten' USING ERRCODE = 'insufficient_privilege';
END $$;
"""


def upgrade() -> None:
    op.execute(MAKE_ROLE)
    op.execute(JOIN_ROLE)
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute("CREATE EXTENSION IF NOT EXISTS unaccent")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_foreign_key("fk_calls_version_id", "calls", "call_versions", ["version_id"], ["id"])
    op.execute("CREATE SEQUENCE application_arrivals AS bigint")
    op.execute(f"GRANT USAGE ON SCHEMA public TO {ROLE}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}")
    op.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {ROLE}")
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {ROLE}")
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {ROLE}")
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON alembic_version, audit_head FROM {ROLE}")
    op.execute("INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, repeat('0', 64))")
    op.execute(CHAIN)
    op.execute(REFUSE)
    op.execute(FROZEN)
    op.execute(PUBLISHED)
    op.execute("CREATE TRIGGER chain BEFORE INSERT ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_chain()")
    op.execute(f"REVOKE DELETE, TRUNCATE ON rankings FROM {ROLE}")
    for table in NEVER_CHANGED:
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {ROLE}")
        op.execute(
            f"CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION never_changed()"
        )
    op.execute(
        "CREATE TRIGGER handed_in_stays BEFORE UPDATE ON applications FOR EACH ROW "
        "WHEN (OLD.submitted_at IS NOT NULL) EXECUTE FUNCTION handed_in_stays()"
    )
    op.execute(
        "CREATE TRIGGER published_stays BEFORE UPDATE ON rankings FOR EACH ROW "
        "WHEN (OLD.content IS DISTINCT FROM NEW.content OR OLD.sha256 <> NEW.sha256 OR OLD.published_at IS NOT NULL) "
        "EXECUTE FUNCTION published_stays()"
    )
    op.execute("CREATE INDEX ix_companies_legal_name_trgm ON companies USING gin (lower(legal_name) gin_trgm_ops)")


def downgrade() -> None:
    op.execute("DROP INDEX ix_companies_legal_name_trgm")
    op.execute("DROP TRIGGER published_stays ON rankings")
    op.execute("DROP TRIGGER handed_in_stays ON applications")
    for table in NEVER_CHANGED:
        op.execute(f"DROP TRIGGER never_changed ON {table}")
    op.execute("DROP TRIGGER chain ON audit_entries")
    for function in (
        "published_stays",
        "handed_in_stays",
        "never_changed",
        "audit_chain",
    ):
        op.execute(f"DROP FUNCTION {function}()")
    op.execute("DELETE FROM audit_head")
    op.execute("DROP SEQUENCE application_arrivals")
    op.drop_constraint("fk_calls_version_id", "calls")
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM {ROLE}")
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM {ROLE}")
    op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {ROLE}")
    op.execute(f"REVOKE ALL ON SCHEMA public FROM {ROLE}")
