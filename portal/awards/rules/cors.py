"""What the national register answered about a batch, as lines of text: position in the batch, COR, its day."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from flask_babel import LazyString, lazy_gettext as _l

from portal.kernel.errors import DomainError
from portal.web.italian import parse_day

MOST: Final = 5_000
"""Lines taken at once."""
LONGEST: Final = 40
"""Characters of a COR."""
LONGEST_LINE: Final = 1_000
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_DELIMITERS: Final = ("\t", ";", ",")


class Fault(NamedTuple):
    """What is wrong with a line; they are counted from 1, as on the page and in the file."""

    line: int
    why: LazyString | str

    def __str__(self) -> str:
        return str(_l("Riga %(line)s: %(why)s", line=self.line, why=self.why))


class BadLines(DomainError):
    """`faults`, in the order of the lines: because of any, nothing is written."""

    text = _l("Nessun COR è stato scritto: correggi le righe indicate.")

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(field="lines")
        self.faults = sorted(faults, key=lambda fault: fault.line)


class NoLines(DomainError):
    text = _l("Non c'è nessuna riga: incollale o scegli un file.")


class TooManyLines(DomainError):
    """`most` lines."""

    text = _l("Le righe sono al massimo %(most)s alla volta.")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One line: `row` is the position in the batch, or the registry number of the application; the COR and its day."""

    line: int
    row: str
    cor: str
    on: date


def read(text: str, *, on: date | None) -> tuple[list[Answer], list[Fault]]:
    """The lines of a text; `on` is the day of those that say none. The first may be a heading, blank ones are nothing.

    Answers those that can be read, and every fault that the text alone shows. Raises NoLines, TooManyLines.
    """
    written = enumerate(_LINE_END.split(text), start=1)
    lines = [(number, _cells(line)) for number, line in written if line.strip("\ufeff \t;,")]
    if lines and not any(character.isdigit() for character in lines[0][1][0]):
        del lines[0]
    if not lines:
        raise NoLines(field="lines")
    if len(lines) > MOST:
        raise TooManyLines(field="lines", most=MOST)
    answers: list[Answer] = []
    faults: list[Fault] = []
    for number, cells in lines:
        try:
            answers.append(_answer(number, cells, on))
        except ValueError as wrong:
            faults.append(Fault(number, wrong.args[0]))
    return answers, [*faults, *_twice(answers)]


def _cells(line: str) -> list[str]:
    line = line.strip("\ufeff")[:LONGEST_LINE]
    delimiter = next((one for one in _DELIMITERS if one in line), ";")
    return [cell.strip().removeprefix("'") for cell in next(csv.reader([line], delimiter=delimiter), [""])]


def _answer(number: int, cells: list[str], on: date | None) -> Answer:
    """Raises ValueError with the words."""
    row, cor, day = [*cells, "", "", ""][:3]
    if not row or not cor:
        raise ValueError(_l("servono la posizione nel lotto e il COR, separati da «;» o da una tabulazione."))
    if len(cor) > LONGEST or not cor.isprintable():
        raise ValueError(_l("il COR ha al massimo %(most)s caratteri.", most=LONGEST))
    if day:
        try:
            on = parse_day(day)
        except ValueError as wrong:
            raise ValueError(_l("«%(day)s» non è una data, per esempio 31/12/2026.", day=day[:40])) from wrong
    if on is None:
        raise ValueError(_l("manca la data del COR: scrivila nella riga, o per tutte nel campo."))
    return Answer(line=number, row=row, cor=cor, on=on)


def _twice(answers: list[Answer]) -> Iterator[Fault]:
    seen: dict[tuple[str, str], int] = {}
    for one in answers:
        if first := seen.get(("row", one.row.upper())):
            yield Fault(one.line, _l("«%(row)s» è già alla riga %(first)s.", row=one.row[:60], first=first))
        if first := seen.get(("cor", one.cor)):
            yield Fault(one.line, _l("il COR «%(cor)s» è già alla riga %(first)s.", cor=one.cor, first=first))
        seen.setdefault(("row", one.row.upper()), one.line)
        seen.setdefault(("cor", one.cor), one.line)
