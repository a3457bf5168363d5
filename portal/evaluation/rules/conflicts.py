"""Conflicts of interest: declared by the reviewer, or found by the portal in what it knows."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID


class ConflictState(StrEnum):
    """Where an assignment stands: nothing is shown before the answer is `none`."""

    UNANSWERED = "unanswered"
    NONE = "none"
    DECLARED = "declared"
    DETECTED = "detected"


class Kind(StrEnum):
    """What ties a reviewer to an applicant."""

    COMPANY = "company"
    GROUP = "group"
    DOMAIN = "domain"


# Mail that everybody may have ties nobody to anybody; certified mail is bought from these.
PUBLIC_DOMAINS: Final = frozenset(
    """
    alice.it aol.com email.it fastwebnet.it gmail.com gmx.com googlemail.com hotmail.com hotmail.it icloud.com inwind.it
    iol.it libero.it live.com live.it mac.com mail.com me.com msn.com outlook.com outlook.it proton.me protonmail.com
    teletu.it tim.it tin.it tiscali.it virgilio.it vodafone.it yahoo.com yahoo.it
    arubapec.it casellapec.com gigapec.it lamiapec.it legalmail.it mypec.eu pec-legal.it pec.cgn.it pec.it pecimprese.it
    postecert.it registerpec.it sicurezzapostale.it telecompost.it
    """.split()  # noqa: SIM905 - a list of words reads better
)


@dataclass(frozen=True, kw_only=True)
class Person:
    """A reviewer: address, and the firms they act or acted for (ids; VAT numbers and tax codes)."""

    email: str
    companies: frozenset[UUID] = frozenset()
    tax_codes: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Applicant:
    """A firm with those around it: its people's addresses and PEC, its own tax codes, those of its group."""

    company: UUID
    emails: frozenset[str] = frozenset()
    tax_codes: frozenset[str] = frozenset()
    group: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Detected:
    """A tie that the portal found: its kind and the thing that both have."""

    kind: Kind
    what: str


def is_public_domain(domain: str) -> bool:
    """Whether anybody may have an address there."""
    return any(domain == public or domain.endswith(f".{public}") for public in PUBLIC_DOMAINS)


def detect(person: Person, applicant: Applicant) -> tuple[Detected, ...]:
    """Every tie between them, strongest first; empty if the portal knows none."""
    return tuple(_ties(person, applicant))


def _ties(person: Person, applicant: Applicant) -> Iterator[Detected]:
    if applicant.company in person.companies:
        yield Detected(Kind.COMPANY, str(applicant.company))
    for code in sorted(person.tax_codes & applicant.tax_codes):
        yield Detected(Kind.COMPANY, code)
    for code in sorted(person.tax_codes & applicant.group):
        yield Detected(Kind.GROUP, code)
    own = _domain(person.email)
    for domain in sorted({_domain(email) for email in applicant.emails - {person.email}}):
        if own and domain and _same_house(own, domain):
            yield Detected(Kind.DOMAIN, domain)


def _domain(email: str) -> str:
    """The address's own domain; empty for one that says nothing of whose it is."""
    domain = email.rpartition("@")[2].strip().rstrip(".").lower()
    return "" if not domain or is_public_domain(domain) else domain


def _same_house(one: str, other: str) -> bool:
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
