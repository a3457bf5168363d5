"""Many firms from a few: rows that the services made, copied by the database with numbers that no firm has."""

from collections.abc import Mapping, Sequence

from benchmarks.rig.installation import Installation

BEFORE = "CREATE SEQUENCE IF NOT EXISTS bench_numbers"
AGAIN = "DROP TABLE IF EXISTS bench_copy"
WANTED = """
    CREATE TABLE bench_copy AS
    SELECT a.id AS of_application, a.company_id AS of_company, m.user_id AS of_user,
      gen_random_uuid() AS application_id, gen_random_uuid() AS company_id, gen_random_uuid() AS user_id,
      nextval('bench_numbers') AS number
    FROM applications a JOIN memberships m ON m.company_id = a.company_id AND m.kind = 'owner'
      CROSS JOIN generate_series(1, {copies})
    WHERE a.id = ANY(%s::uuid[])
"""
JOINS = {
    "users": "b.of_user = s.id",
    "companies": "b.of_company = s.id",
    "company_years": "b.of_company = s.company_id",
    "company_representatives": "b.of_company = s.company_id",
    "memberships": "b.of_company = s.company_id AND b.of_user = s.user_id",
    "applications": "b.of_application = s.id",
    "answers": "b.of_application = s.application_id",
    "attachments": "b.of_application = s.application_id",
}
LISTED = {
    "users": JOINS["users"],
    "companies": JOINS["companies"],
    "applications": JOINS["applications"],
    "eligibility_reports": "b.of_application = s.application_id",
    "places": "b.of_application = s.application_id",
}
"""What lists are made of; what was answered and attached stays with the few."""
EVALUATED = {
    **{name: LISTED[name] for name in ("users", "companies", "applications", "eligibility_reports")},
    "memberships": JOINS["memberships"],
    "assignments": "b.of_application = s.application_id",
    "score_sheets": "b.of_application = (SELECT a.application_id FROM assignments a WHERE a.id = s.assignment_id)",
}
"""What a ranking is drawn up from; what was published before knows nothing of the copies."""
OWN = {
    "users": {"id": "b.user_id", "email": "'copia-' || b.number || '@impresa.example'"},
    "companies": {
        "id": "b.company_id",
        "vat": "lpad(b.number::text, 11, '0')",
        "legal_name": "s.legal_name || ' ' || b.number",
    },
    "assignments": {"id": "md5(s.id::text || b.number)::uuid"},
    "score_sheets": {"assignment_id": "md5(s.assignment_id::text || b.number)::uuid"},
    "applications": {
        "id": "b.application_id",
        "arrival": "CASE WHEN s.arrival IS NOT NULL THEN nextval('application_arrivals') END",
        "protocol": "CASE WHEN s.protocol IS NOT NULL THEN 'COPIA-' || b.number END",
        "receipt_code": "CASE WHEN s.receipt_code IS NOT NULL THEN 'COPIA-' || b.number END",
    },
}
SLIM = {
    "applications": {"content": "CASE WHEN s.content IS NOT NULL THEN '{}'::jsonb END"},
    "eligibility_reports": {"facts": "'{}'::jsonb", "recheck_id": "NULL"},
    "places": {"position": "1000000 + b.number::int"},
}
ALWAYS = {"company_id": "b.company_id", "user_id": "b.user_id", "application_id": "b.application_id"}
COLUMNS = """
    SELECT column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'
"""


def copy(
    rig: Installation,
    applications: Sequence[str],
    copies: int,
    *,
    is_slim: bool = False,
    tables: Mapping[str, str] | None = None,
) -> list[tuple[str, str, str]]:
    """`copies` of each application with its firm and owner: (application, company, user) of each copy.

    `is_slim`: only what lists show, ranked and checked too. `tables`: others than these, each with what joins it.
    """
    rig.rows(BEFORE)
    rig.rows(AGAIN)
    rig.rows(WANTED.format(copies=copies), list(applications))
    for table, joined in (tables or (LISTED if is_slim else JOINS)).items():
        names = [str(row[0]) for row in rig.rows(COLUMNS, table)]
        fresh = {"id": "gen_random_uuid()", **ALWAYS, **OWN.get(table, {}), **(SLIM.get(table, {}) if is_slim else {})}
        values = ", ".join(fresh.get(name, f's."{name}"') for name in names)
        columns = ", ".join(f'"{name}"' for name in names)
        rig.rows(f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} s JOIN bench_copy b ON {joined}")
    rig.rows("ANALYZE")
    found = rig.rows("SELECT application_id, company_id, user_id FROM bench_copy ORDER BY number")
    return [(str(one[0]), str(one[1]), str(one[2])) for one in found]
