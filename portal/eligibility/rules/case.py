"""One case before the rules: the call, the facts, and what several rules derive from them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from pydantic import JsonValue

from portal.calls.rules.content import CallContent
from portal.companies.rules.size import MissingFigures, SizeResult, size_of
from portal.eligibility.rules.facts import Facts
from portal.eligibility.rules.verdicts import Origin
from portal.kernel.clock import ROME


@dataclass(frozen=True)
class Case:
    """What is judged, by what."""

    content: CallContent
    facts: Facts

    @cached_property
    def on(self) -> date:
        """The day in Rome."""
        return self.facts.at.astimezone(ROME).date()

    @cached_property
    def _sized(self) -> tuple[SizeResult | None, str | None]:
        if self.facts.enterprise is None:
            return None, None
        try:
            return size_of(self.facts.enterprise), None
        except MissingFigures as lack:
            return None, lack.firm

    @property
    def size(self) -> SizeResult | None:
        """The firm's size; None where it can't be told."""
        return self._sized[0]

    @property
    def size_lacks(self) -> str | None:
        """The neighbour whose figures are missing, if that is what keeps the size from being told."""
        return self._sized[1]

    def answer(self, key: str) -> JsonValue:
        """What was answered; None if nothing, or only spaces."""
        value = self.facts.answers.get(key)
        return None if value == "" else value

    def statement(self, key: str) -> tuple[bool | None, Origin]:
        """Yes or no, and who says so: a register before the firm; None if nobody does."""
        if key in self.facts.company.registry:
            return self.facts.company.registry[key], "registry"
        value = self.facts.answers.get(key)
        return (value, "declared") if isinstance(value, bool) else (None, "missing")

    def number(self, key: str) -> Decimal | None:
        """An answer that is a number; None if it is not."""
        return as_number(self.facts.answers.get(key))

    def day(self, key: str) -> date | None:
        """An answer that is a day, ISO 8601; None if it is not."""
        value = self.facts.answers.get(key)
        try:
            return date.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            return None

    @cached_property
    def export_share(self) -> Decimal | None:
        """Export over turnover in percent: as answered, else as in the profile."""
        answered = self.number("export_share_pct")
        return self.facts.company.export_share_pct if answered is None else answered


def as_number(value: JsonValue) -> Decimal | None:
    """JSON's number, or a number written as text, as the portal keeps decimals; None for all else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        return None
    return number if number.is_finite() else None


def as_json(value: Decimal) -> int | float:
    """A decimal as a JSON number."""
    return int(value) if value == value.to_integral_value() else float(value)
