"""What a destination says of a passport: everything that blocks, warns, or must be verified by a person."""

import calendar
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.missions.rules.content import Destination


class Weight(StrEnum):
    """How much a finding weighs."""

    BLOCK = "block"
    WARN = "warn"
    VERIFY = "verify"


class Finding(StrEnum):
    """What was found of a passport."""

    EXPIRES_BEFORE_RETURN = "expires_before_return"
    EXPIRES_TOO_SOON = "expires_too_soon"
    EXPIRES_SOON = "expires_soon"
    STAYS_TOO_LONG = "stays_too_long"
    NATIONALITY_UNKNOWN = "nationality_unknown"
    ISSUED_AFTER_EXPIRY = "issued_after_expiry"
    INCOMPLETE = "incomplete"


WEIGHTS = {
    Finding.EXPIRES_BEFORE_RETURN: Weight.BLOCK,
    Finding.EXPIRES_TOO_SOON: Weight.BLOCK,
    Finding.EXPIRES_SOON: Weight.WARN,
    Finding.STAYS_TOO_LONG: Weight.VERIFY,
    Finding.NATIONALITY_UNKNOWN: Weight.VERIFY,
    Finding.ISSUED_AFTER_EXPIRY: Weight.BLOCK,
    Finding.INCOMPLETE: Weight.WARN,
}


@dataclass(frozen=True, kw_only=True)
class Passport:
    """What the rules ask of a passport; None: not said."""

    nationality: str | None
    issued_on: date | None
    expires_on: date | None


def months_later(on: date, months: int) -> date:
    """The same day so many months later, or the last day of a shorter month."""
    year, month = divmod(on.month - 1 + months, 12)
    year, month = on.year + year, month + 1
    return date(year, month, min(on.day, calendar.monthrange(year, month)[1]))


def assess(passport: Passport, destination: Destination, *, starts_on: date, returns_on: date) -> list[Finding]:
    """Every finding, not only the first; the same passport, the same answer."""
    found = []
    if passport.expires_on is None or passport.nationality is None:
        found.append(Finding.INCOMPLETE)
    if passport.expires_on is not None:
        found += _validity(passport, passport.expires_on, destination, returns_on=returns_on)
    if passport.nationality is not None:
        free = destination.visa_free_days.get(passport.nationality)
        if free is None:
            found.append(Finding.NATIONALITY_UNKNOWN)
        elif (returns_on - starts_on).days + 1 > free:
            found.append(Finding.STAYS_TOO_LONG)
    return found


def _validity(passport: Passport, expires_on: date, destination: Destination, *, returns_on: date) -> list[Finding]:
    found = []
    if passport.issued_on is not None and passport.issued_on >= expires_on:
        found.append(Finding.ISSUED_AFTER_EXPIRY)
    if expires_on < returns_on:
        found.append(Finding.EXPIRES_BEFORE_RETURN)
    elif expires_on < months_later(returns_on, destination.block_months):
        found.append(Finding.EXPIRES_TOO_SOON)
    elif expires_on < months_later(returns_on, destination.warn_months):
        found.append(Finding.EXPIRES_SOON)
    return found


def is_blocked(findings: list[Finding]) -> bool:
    """Whether anything found keeps the traveller at home."""
    return any(WEIGHTS[one] is Weight.BLOCK for one in findings)
