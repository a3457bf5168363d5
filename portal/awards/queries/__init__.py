"""Every SELECT of the awards: `cases`, the `ledger`, the `register`."""

from portal.awards.queries.cases import find, find_own
from portal.awards.queries.register import published_facts

__all__ = ["find", "find_own", "published_facts"]
