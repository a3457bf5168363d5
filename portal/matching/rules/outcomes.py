"""What came of a meeting: said by both sides, right after, then after three, six and twelve months."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from portal.kernel.errors import DomainError

MONTHS: Final = (0, 3, 6, 12)
RATINGS: Final = (1, 2, 3, 4, 5)
MOST_EUR: Final = 10**9
LONGEST_NOTE: Final = 1000
UNSAID: Final = ""


class Outcome(StrEnum):
    """From nothing to a contract."""

    NOTHING = "nothing"
    CONTACT = "contact"
    SAMPLES = "samples"
    QUOTE = "quote"
    AGREEMENT = "agreement"
    CONTRACT = "contract"


WORDS: Final[Mapping[Outcome, Any]] = {
    Outcome.NOTHING: _l("Nulla di fatto"),
    Outcome.CONTACT: _l("Contatto utile"),
    Outcome.SAMPLES: _l("Campioni"),
    Outcome.QUOTE: _l("Preventivo"),
    Outcome.AGREEMENT: _l("Accordo"),
    Outcome.CONTRACT: _l("Ordine o contratto"),
}


class TooEarly(DomainError):
    text = _l("Si può dire com'è andata quando l'incontro è cominciato.")


class NotDue(DomainError):
    text = _l("Questo bilancio non è ancora da fare.")


class DidNotMeet(DomainError):
    text = _l("Questo incontro non c'è stato: non ha un esito.")


def later(at: datetime, months: int) -> datetime:
    """The same day so many months later, or the last of that month."""
    years, month = divmod(at.month - 1 + months, 12)
    year, month = at.year + years, month + 1
    return at.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))


def due(ended_at: datetime, now: datetime) -> tuple[int, ...]:
    """Which follow-ups may be asked for by now."""
    return tuple(months for months in MONTHS if later(ended_at, months) <= now)
