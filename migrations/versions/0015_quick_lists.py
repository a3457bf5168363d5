"""Lists by firm and by province, and firms by the domain of an address, without reading every row."""

from alembic import op
from sqlalchemy import text

revision, down_revision = "0015_quick_lists", "0014_access_reminders"
HOUSE = """(reverse(lower(rtrim(btrim(split_part({column}, '@'::text, 2)), '.'::text))) COLLATE "C")"""


def upgrade() -> None:
    op.create_index("ix_companies_legal_name", "companies", ["legal_name"])
    op.create_index("ix_companies_province_legal_name", "companies", ["province", "legal_name"])
    op.create_index("ix_companies_house", "companies", [text(HOUSE.format(column="pec"))])
    op.create_index("ix_users_house", "users", [text(HOUSE.format(column="email"))])


def downgrade() -> None:
    op.drop_index("ix_users_house", "users")
    op.drop_index("ix_companies_house", "companies")
    op.drop_index("ix_companies_province_legal_name", "companies")
    op.drop_index("ix_companies_legal_name", "companies")
