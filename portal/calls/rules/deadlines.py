"""Days of a call as instants: a term never ends on a holiday, and lasts to the end of its last second.

The first day is not counted, the last one is (art. 2963 c.c., art. 155 c.p.c.); days are those of the calendar in
Rome, so that a change of the clocks neither gives nor takes any. A term that ends on a Sunday or a national holiday
goes on to the next day that is neither (art. 2963 c.c.); one given to a firm passes Saturdays too (art. 155 c.p.c.).
"""

from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final

import holidays

from portal.kernel.clock import ROME

SATURDAY, SUNDAY = 5, 6
END_OF_DAY: Final = time(23, 59, 59)


def day_of(at: datetime) -> date:
    """The day in Rome."""
    return at.astimezone(ROME).date()


@cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("IT", years=year))


def is_holiday(day: date) -> bool:
    """A Sunday or a national holiday; feasts of single towns are not."""
    return day.weekday() == SUNDAY or day in _holidays(day.year)


def working_from(day: date, *, even_saturday: bool = False) -> date:
    """That day, or the first after it on which a term may end."""
    while is_holiday(day) or (day.weekday() == SATURDAY and not even_saturday):
        day += timedelta(days=1)
    return day


def at_hour(day: date, hour: time = END_OF_DAY) -> datetime:
    """That hour of the day in Rome, as an instant."""
    return datetime.combine(day, hour, tzinfo=ROME)


def firm_term(given_at: datetime, days: int, *, hour: time = END_OF_DAY) -> datetime:
    """When a firm given `days` at an instant must have answered."""
    return at_hour(working_from(day_of(given_at) + timedelta(days=days)), hour)


def is_over(due_at: datetime, *, now: datetime) -> bool:
    """Whether the term has ended: its last second is whole."""
    return now >= due_at + timedelta(seconds=1)
