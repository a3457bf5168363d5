"""Every SELECT of the missions."""

from portal.missions.queries.cases import find, find_own, find_seen, lock

__all__ = ["find", "find_own", "find_seen", "lock"]
