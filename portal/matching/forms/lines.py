"""Text areas in which each line is a thing: `data | dalle | alle | nome`. An error names its line."""

import re
from collections.abc import Callable, Sequence
from datetime import date, time
from typing import Any, Final, TypeVar
from zoneinfo import available_timezones

from babel import Locale
from flask_babel import LazyString, gettext as _, lazy_gettext as _l
from wtforms import Field, Form
from wtforms.validators import StopValidation

from portal.matching.rules.timetable import Sitting
from portal.matching.service.events import InterpreterPlan, TablePlan
from portal.web.italian import parse_day

Thing = TypeVar("Thing")
MOST_LINES: Final = 500
MOST_CHAIRS: Final = 50
LONGEST: Final = 120
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})", re.ASCII)
LANGUAGES: Final = frozenset(str(code) for code in Locale("it").languages if len(str(code)) == 2)  # noqa: PLR2004 - ISO 639-1
ZONES: Final = available_timezones()


class Wrong(ValueError):
    """What is wrong with one line, in words."""

    def __init__(self, words: LazyString) -> None:
        super().__init__(str(words))
        self.words = words


def read(text: str | None, parse: Callable[[list[str]], Thing]) -> list[Thing]:
    """Each line that isn't blank, parsed by its parts. Raises StopValidation, which names the first bad line."""
    lines = [(number, line) for number, line in enumerate((text or "").splitlines(), 1) if line.strip()]
    if len(lines) > MOST_LINES:
        raise StopValidation(_("Al massimo %(most)s righe.", most=MOST_LINES))
    found = []
    for number, line in lines:
        parts = [part.strip() for part in line.split("|")]
        try:
            found.append(parse(_short(parts)))
        except Wrong as wrong:
            raise StopValidation(_("Riga %(row)s: %(words)s", row=number, words=str(wrong.words))) from wrong
    return found


def _short(parts: list[str]) -> list[str]:
    if any(len(part) > LONGEST for part in parts):
        raise Wrong(_l("una parte supera i 120 caratteri."))
    return parts


class EachLine:
    """A validator: every line can be read."""

    def __init__(self, parse: Callable[[list[str]], Any]) -> None:
        self.parse = parse

    def __call__(self, _form: Form, field: Field) -> None:
        """Refuse the first line that can't."""
        read(field.data, self.parse)


def _padded(parts: Sequence[str], most: int) -> list[str]:
    if len(parts) > most:
        raise Wrong(_l("ci sono troppe parti separate da «|»."))
    return [*parts, *([""] * (most - len(parts)))]


def _clock(text: str) -> time:
    match = _CLOCK.fullmatch(text)
    try:
        return time(int(match[1]), int(match[2])) if match else time.fromisoformat("")
    except ValueError:
        raise Wrong(_l("scrivi gli orari come 9:00.")) from None


def _day(text: str) -> date:
    try:
        return parse_day(text)
    except ValueError:
        raise Wrong(_l("la data non esiste: scrivila come 31/12/2025.")) from None


def sitting(parts: list[str]) -> Sitting:
    """`09/03/2027 | 9:00 | 12:00 | Mattina`."""
    on, starts, ends, name = _padded(parts, 4)
    if not name:
        raise Wrong(_l("servono data, inizio, fine e nome della sessione, separati da «|»."))
    found = Sitting(_day(on), _clock(starts), _clock(ends), name)
    if found.ends <= found.starts:
        raise Wrong(_l("la sessione finisce prima di cominciare."))
    return found


def table(parts: list[str]) -> tuple[TablePlan, str]:
    """`1 | Sala A | 4 | Nome`: the table, and whose it is by name, where it is somebody's."""
    name, zone, chairs, owner = _padded(parts, 4)
    if not name:
        raise Wrong(_l("manca il nome del tavolo."))
    if chairs and not (chairs.isascii() and chairs.isdigit() and 2 <= int(chairs) <= MOST_CHAIRS):  # noqa: PLR2004 - two who meet
        raise Wrong(_l("i posti sono un numero da 2 a 50."))
    return TablePlan(name=name, zone=zone, chairs=int(chairs or 4)), owner


def interpreter(parts: list[str]) -> InterpreterPlan:
    """`ru | Olga Ivanova | olga@example.com | +39 … | 09/03/2027 Mattina; 10/03/2027 Mattina`."""
    language, name, email, phone, away = _padded(parts, 5)
    if language.lower() not in LANGUAGES:
        raise Wrong(_l("la prima parte è la sigla della lingua, due lettere: ru, uz, en."))
    if not name:
        raise Wrong(_l("manca il nome dell'interprete."))
    missed = []
    for one in filter(None, (one.strip() for one in away.split(";"))):
        on, _space, session = one.partition(" ")
        missed.append((_day(on).isoformat(), session.strip()))
    return InterpreterPlan(full_name=name, language=language.lower(), email=email, phone=phone, away=tuple(missed))
