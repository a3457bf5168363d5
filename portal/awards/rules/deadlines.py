"""Days that run: until the firm must have answered, while the reserve may be drawn, until a COR must be confirmed."""

from datetime import date, datetime, time, timedelta
from typing import Final

import holidays

from portal.kernel.clock import ROME

CONFIRM_DAYS: Final = 20
REMIND_BEFORE: Final = timedelta(days=2)
LAST_MOMENT: Final = time(23, 59, 59)
SUNDAY: Final = 6


def end_of_term(at: datetime, days: int) -> datetime:
    """The last instant of a term of `days` calendar days, the first not counted.

    A term that ends on a holiday ends on the next day that is none (art. 2963 of the Civil Code).
    """
    last = at.astimezone(ROME).date() + timedelta(days=days)
    free = holidays.country_holidays("IT", years=[last.year, last.year + 1])
    while last.weekday() == SUNDAY or last in free:
        last += timedelta(days=1)
    return datetime.combine(last, LAST_MOMENT, ROME)


def remind_at(accept_by: datetime, awarded_at: datetime) -> datetime:
    """When the firm is reminded: two days before the deadline, and never before half of the term has gone."""
    return max(accept_by - REMIND_BEFORE, awarded_at + (accept_by - awarded_at) / 2)


def confirm_by(cor_on: date) -> date:
    """The last day to confirm a COR in the national register."""
    return cor_on + timedelta(days=CONFIRM_DAYS)
