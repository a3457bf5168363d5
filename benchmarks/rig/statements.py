"""How many SQL statements the portal sends for one answer, counted by the server."""

from collections.abc import Callable

from benchmarks.rig.installation import Installation

COUNTED = {"shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.track_utility": "off"}
"""Settings of the server under which it counts; transactions' own words and settings do not count."""
OWN = """
    SELECT coalesce(sum(calls), 0) FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid
    WHERE rolname = 'portale_app' AND query !~* '^(set|show)'
"""


def count(rig: Installation, act: Callable[[], object]) -> int:
    """The statements of one act."""
    rig.rows("SELECT pg_stat_statements_reset()")
    act()
    return int(str(rig.rows(OWN)[0][0]))
