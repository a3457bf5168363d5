"""Rankings: why, approved by whom, against which version; how each firm moved. Old rows were one person's: `persons` = 1."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0004_four_eyes", "0003_matching"

CAUSES = ("first", "waiver", "exclusion", "late_observation", "reserve_draw", "correction")
CHECKS = {
    "cause": f"cause IN {CAUSES}",
    "four_eyes": "persons = 1 OR approved_by IS NULL OR lower(approved_by) <> lower(drawn_up_by)",
    "six_eyes_where_asked": "persons < 3 OR published_by IS NULL "
    "OR lower(published_by) NOT IN (lower(drawn_up_by), lower(approved_by))",
    "approved_before_published": "persons = 1 OR published_at IS NULL OR approved_at IS NOT NULL",
    "approved_by_somebody": "(approved_at IS NULL) = (approved_by IS NULL)",
    "two_or_three_persons": "persons IN (2, 3) OR drawn_up_at < TIMESTAMPTZ '2026-11-26 12:00+00'",
}
WHAT_STAYS = [
    "call_id",
    "version_id",
    "number",
    "reason",
    "cause",
    "replaces_id",
    "content",
    "sha256",
    "inputs",
    "inputs_sha256",
    "persons",
    "drawn_up_at",
    "drawn_up_by",
]
BEFORE = "OLD.content IS DISTINCT FROM NEW.content OR OLD.sha256 <> NEW.sha256 OR OLD.published_at IS NOT NULL"


def _row(name: str, columns: list[str]) -> str:
    return "(" + ", ".join(f"{name}.{column}" for column in columns) + ")"


NOW = (
    "OLD.published_at IS NOT NULL "
    f"OR {_row('OLD', WHAT_STAYS)} IS DISTINCT FROM {_row('NEW', WHAT_STAYS)} "
    "OR (OLD.approved_at IS NOT NULL AND (OLD.approved_at, OLD.approved_by) IS DISTINCT FROM "
    "(NEW.approved_at, NEW.approved_by))"
)


def _guard(when: str) -> None:
    op.execute("DROP TRIGGER published_stays ON rankings")
    op.execute(
        "CREATE TRIGGER published_stays BEFORE UPDATE ON rankings FOR EACH ROW "
        f"WHEN ({when}) EXECUTE FUNCTION published_stays()"
    )


def upgrade() -> None:
    op.add_column("rankings", sa.Column("cause", sa.String(40), server_default="first", nullable=False))
    op.alter_column("rankings", "cause", server_default=None)
    op.add_column("rankings", sa.Column("replaces_id", sa.Uuid(), nullable=True))
    op.create_foreign_key("fk_rankings_replaces_id", "rankings", "rankings", ["replaces_id"], ["id"])
    op.add_column("rankings", sa.Column("persons", sa.SmallInteger(), server_default="1", nullable=False))
    op.alter_column("rankings", "persons", server_default=None)
    op.add_column("rankings", sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("rankings", sa.Column("approved_by", sa.Text(), nullable=True))
    op.add_column(
        "places", sa.Column("move", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True)
    )
    for name, check in CHECKS.items():
        op.execute(f"ALTER TABLE rankings ADD CONSTRAINT ck_rankings_{name} CHECK ({check})")
    _guard(NOW)


def downgrade() -> None:
    _guard(BEFORE)
    for name in CHECKS:
        op.execute(f"ALTER TABLE rankings DROP CONSTRAINT ck_rankings_{name}")
    op.drop_column("places", "move")
    for column in ("approved_by", "approved_at", "persons", "replaces_id", "cause"):
        op.drop_column("rankings", column)
