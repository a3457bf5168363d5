"""An agenda day by day: meetings in time, and the turns without one between two of a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from portal.matching.rules.versions import Entry


@dataclass(frozen=True)
class Turn:
    """A slot of the event."""

    id: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Row:
    """A turn of somebody's day; `entry` None: a break."""

    starts_at: datetime
    ends_at: datetime
    entry: Entry | None

    @property
    def clock(self) -> str:
        """`09:00–09:20`, as the event's own clocks show it."""
        return f"{self.starts_at:%H:%M}–{self.ends_at:%H:%M}"


def days(entries: Iterable[Entry], turns: Sequence[Turn], zone: ZoneInfo) -> list[tuple[date, list[Row]]]:
    """By day, from the first meeting to the last. A meeting keeps the time at which it was told, whatever its slot is.

    `turns` in order of time.
    """
    rows = [_row(one, zone) for one in entries]
    found = []
    for day, group in groupby(sorted(rows, key=lambda row: row.starts_at), key=lambda row: row.starts_at.date()):
        mine = list(group)
        idle = [
            Row(one.starts_at.astimezone(zone), one.ends_at.astimezone(zone), None)
            for one in turns
            if mine[0].ends_at <= one.starts_at and one.ends_at <= mine[-1].starts_at and not _meets(one, mine)
        ]
        found.append((day, sorted([*mine, *idle], key=lambda row: row.starts_at)))
    return found


def _row(one: Entry, zone: ZoneInfo) -> Row:
    starts, ends = (datetime.fromisoformat(at).astimezone(zone) for at in (one.starts_at, one.ends_at))
    return Row(starts, ends, one)


def _meets(turn: Turn, rows: Iterable[Row]) -> bool:
    return any(row.starts_at < turn.ends_at and turn.starts_at < row.ends_at for row in rows)
