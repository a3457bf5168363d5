"""Conflicts of interest: declared by the person, or found by the portal in what it knows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID


class ConflictState(StrEnum):
    """Where an assignment stands: nothing is shown before the answer is `none`."""

    UNANSWERED = "unanswered"
    NONE = "none"
    DECLARED = "declared"
    DETECTED = "detected"


class Ending(StrEnum):
    """How an assignment ended: taken away by the office, left by the reviewer, or moved by a sharing-out."""

    TAKEN = "taken"
    STEPPED_DOWN = "stepped_down"
    MOVED = "moved"


class Kind(StrEnum):
    """What ties a person to an applicant."""

    DECLARED = "declared"
    COMPANY = "company"
    GROUP = "group"
    PEOPLE = "people"
    DESK = "desk"
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
    """A reviewer or an officer: address, the firms they act or acted for, and who is around those.

    `tax_codes`: their own, of those firms, their groups and their representatives, and those that they named as an
    interest. `colleagues`: addresses of those who work or worked in the same firms. `declared`: the firms that they
    declared a conflict with, whatever the application.
    """

    email: str
    companies: frozenset[UUID] = frozenset()
    tax_codes: frozenset[str] = frozenset()
    colleagues: frozenset[str] = frozenset()
    declared: frozenset[UUID] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Applicant:
    """A firm with those around it.

    `emails`: its people's, delegates and past ones too, and its PEC; `tax_codes`: its own; `group`: of those linked to
    it and of their holdings; `people`: of its representatives.
    """

    company: UUID
    emails: frozenset[str] = frozenset()
    tax_codes: frozenset[str] = frozenset()
    group: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Detected:
    """A tie that the portal found: its kind and the thing that both have."""

    kind: Kind
    what: str


@dataclass(frozen=True, kw_only=True)
class Firm:
    """A firm in the map of groups: its own codes, the codes linked to it, and the codes of every other holding."""

    codes: frozenset[str]
    linked: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Groups:
    """Who belongs with whom. Links go on and on; a mere holding counts for one step, both ways."""

    links: dict[str, set[str]] = field(default_factory=dict)
    holdings: dict[str, set[str]] = field(default_factory=dict)

    def add(self, firm: Firm) -> None:
        """Put a firm on the map."""
        for code in firm.codes:
            for other in (firm.codes | firm.linked) - {code}:
                self.links.setdefault(code, set()).add(other)
                self.links.setdefault(other, set()).add(code)
            for other in firm.held - {code}:
                self.holdings.setdefault(code, set()).add(other)
                self.holdings.setdefault(other, set()).add(code)

    def around(self, codes: frozenset[str]) -> frozenset[str]:
        """These codes, all that is linked to them, and one step of holdings beyond."""
        linked = self._linked(codes)
        return linked.union(*(self.holdings.get(code, ()) for code in linked))

    def reach(self, codes: frozenset[str]) -> frozenset[str]:
        """Every code of a firm whose surroundings touch these: what a search for ties must look at."""
        near = codes.union(*(self.holdings.get(code, ()) for code in codes))
        return self._linked(frozenset(near))

    def _linked(self, codes: frozenset[str]) -> frozenset[str]:
        seen, waiting = set(codes), list(codes)
        while waiting:
            new = self.links.get(waiting.pop(), set()) - seen
            seen |= new
            waiting += new
        return frozenset(seen)


def is_public_domain(domain: str) -> bool:
    """Whether anybody may have an address there."""
    return any(domain == public or domain.endswith(f".{public}") for public in PUBLIC_DOMAINS)


def detect(person: Person, applicant: Applicant) -> tuple[Detected, ...]:
    """Every tie between them, strongest first; empty if the portal knows none."""
    return tuple(_ties(person, applicant))


def _ties(person: Person, applicant: Applicant) -> Iterator[Detected]:
    codes, own = person.tax_codes, applicant.tax_codes
    firm = {applicant.company}
    yield from _all(Kind.DECLARED, map(str, person.declared & firm))
    yield from _all(Kind.COMPANY, map(str, person.companies & firm))
    yield from _all(Kind.COMPANY, codes & own)
    yield from _all(Kind.GROUP, codes & (applicant.group - own))
    yield from _all(Kind.PEOPLE, codes & (applicant.people - applicant.group - own))
    yield from _all(Kind.DESK, person.colleagues & applicant.emails)
    house, domains = domain_of(person.email), {domain_of(email) for email in applicant.emails - {person.email}}
    yield from _all(Kind.DOMAIN, {domain for domain in domains if _same_house(house, domain)})


def _all(kind: Kind, shared: Iterable[str]) -> Iterator[Detected]:
    return (Detected(kind, what) for what in sorted(shared))


def domain_of(email: str) -> str:
    """The address's own domain; empty for one that says nothing of whose it is."""
    domain = email.rpartition("@")[2].strip().rstrip(".").lower()
    return "" if not domain or is_public_domain(domain) else domain


def _same_house(one: str, other: str) -> bool:
    return bool(one and other) and (one == other or one.endswith(f".{other}") or other.endswith(f".{one}"))
