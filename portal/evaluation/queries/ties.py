"""What ties people to firms: everything that the rules of conflict look at."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from decimal import Decimal
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import String, Uuid, bindparam, cast, literal, or_, select, union, union_all
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, User
from portal.accounts.rules import MembershipKind
from portal.applications.models import Application
from portal.companies.models import Company, Holding, Representative
from portal.evaluation.models import Assignment, Interest
from portal.evaluation.rules import Applicant, ConflictState, Firm, Groups, Person, detect, domain_of
from portal.kernel.house import around, of_house

LINKED_ABOVE: Final = Decimal(50)
IN_THE_HOUSE: Final = (MembershipKind.OWNER, MembershipKind.COLLEAGUE)


def groups(session: Session) -> Groups:
    """The map of every group that firms declared."""
    rows = session.execute(
        select(Company.vat, Company.tax_code, Holding.tax_code, Holding.relation)
        .join(Holding, Holding.company_id == Company.id)
        .where(Holding.tax_code.is_not(None))
    )
    found = Groups()
    for vat, tax_code, other, relation in rows:
        codes, held = frozenset({vat, tax_code} - {""}), frozenset({other})
        found.add(Firm(codes=codes, linked=held) if _is_linked(relation) else Firm(codes=codes, held=held))
    return found


def _is_linked(relation: dict[str, Any]) -> bool:
    """Control, or a majority of the votes (of the capital where only that is known), alone or with others."""
    share = relation.get("votes_pct")
    share = relation.get("capital_pct") if share is None else share
    joint = relation.get("controls") or relation.get("linked_to")
    return bool(joint) or Decimal(str(share or 0)) > LINKED_ABOVE


def people(session: Session, user_ids: Collection[UUID], *, known: Groups | None = None) -> dict[UUID, Person]:
    """What ties these people to firms: every membership, past ones too, their interests, and what is around both."""
    return _people(session, user_ids, _told(session, _of_people(), user_ids=list(user_ids)), known=known)


Told = defaultdict[str, defaultdict[UUID, set[str]]]
"""By kind and person: what one statement tells."""


def _told(session: Session, statement: Any, **asked: Any) -> Told:  # noqa: ANN401 - a Select of (person, kind, value)
    facts: Told = defaultdict(lambda: defaultdict(set))
    for user_id, kind, value in session.execute(statement, asked):
        facts[kind][user_id].add(value)
    return facts


def _people(session: Session, user_ids: Collection[UUID], facts: Told, *, known: Groups | None) -> dict[UUID, Person]:
    firms = {user_id: {UUID(one) for one in found} for user_id, found in facts["firm"].items()}
    codes, colleagues = facts["code"], facts["colleague"]
    if firms:
        around = _representatives(session, set().union(*firms.values()))
        for user_id, ids in firms.items():
            codes[user_id].update(*(around[id_] for id_ in ids))
        colleagues = _grouped(session.execute(_colleagues(user_ids)))
    circles = known if known is not None or not codes else groups(session)
    return {
        user_id: Person(
            email=email,
            companies=frozenset(firms.get(user_id, ())),
            tax_codes=_around(circles, codes[user_id]),
            colleagues=frozenset(colleagues[user_id] - {email}),
            declared=frozenset(UUID(one) for one in facts["declared"][user_id]),
        )
        for user_id, emails in list(facts["email"].items())
        for email in emails
    }


@cache
def _of_people() -> Any:  # noqa: ANN401 - a Select of (person, kind, value)
    """Built once, as the next: both are asked at every request of the office."""
    return union_all(*_facts())


@cache
def _of_people_and_house() -> Any:  # noqa: ANN401 - a Select of (person, kind, value)
    return union_all(*_facts(), *_of_the_house())


def _facts() -> list[Any]:
    """Addresses, firms, codes and declared conflicts as (person, kind, value), for one statement."""
    user_ids = bindparam("user_ids", expanding=True, type_=Uuid())
    acting = select(Membership.user_id, literal("firm"), cast(Membership.company_id, String)).where(
        Membership.user_id.in_(user_ids)
    )
    firm = acting.join(Company, Company.id == Membership.company_id)
    declared = (
        select(Assignment.reviewer_id, literal("declared"), cast(Application.company_id, String))
        .join(Application, Application.id == Assignment.application_id)
        .where(Assignment.reviewer_id.in_(user_ids), Assignment.conflict == ConflictState.DECLARED)
    )
    named = select(Interest.user_id, literal("code"), Interest.tax_code).where(Interest.user_id.in_(user_ids))
    return [
        select(User.id, literal("email"), User.email).where(User.id.in_(user_ids)),
        acting,
        firm.with_only_columns(Membership.user_id, literal("code"), Company.vat),
        firm.with_only_columns(Membership.user_id, literal("code"), Company.tax_code).where(Company.tax_code != ""),
        named,
        declared,
    ]


def _around(circles: Groups | None, codes: set[str]) -> frozenset[str]:
    return circles.around(frozenset(codes)) if circles and codes else frozenset(codes)


def _colleagues(user_ids: Collection[UUID]) -> Any:  # noqa: ANN401 - a Select of (person, colleague's address)
    mine, theirs = Membership.__table__.alias("mine"), Membership.__table__.alias("theirs")
    return (
        select(mine.c.user_id, User.email)
        .join(theirs, theirs.c.company_id == mine.c.company_id)
        .join(User, User.id == theirs.c.user_id)
        .where(mine.c.user_id.in_(user_ids), mine.c.kind.in_(IN_THE_HOUSE), theirs.c.kind.in_(IN_THE_HOUSE))
    )


def _representatives(session: Session, company_ids: Collection[UUID]) -> defaultdict[UUID, set[str]]:
    found = select(Representative.company_id, Representative.tax_code).where(
        Representative.company_id.in_(company_ids), Representative.tax_code != ""
    )
    return _grouped(session.execute(found))


def firms(session: Session, company_ids: Collection[UUID], *, known: Groups | None = None) -> dict[UUID, Applicant]:
    """Firms with those around them: their people, past ones too, their representatives and their groups."""
    rows = session.execute(
        select(Company.id, Company.vat, Company.tax_code, Company.pec).where(Company.id.in_(company_ids))
    ).all()
    emails = _grouped(
        session.execute(
            select(Membership.company_id, User.email)
            .join(User, User.id == Membership.user_id)
            .where(Membership.company_id.in_(company_ids))
        )
    )
    people_of = _representatives(session, company_ids)
    circles = groups(session) if known is None else known
    found = {}
    for company_id, vat, tax_code, pec in rows:
        own = frozenset({vat, tax_code} - {""})
        found[company_id] = Applicant(
            company=company_id,
            emails=frozenset(emails[company_id] | ({pec} if pec else set())),
            tax_codes=own,
            group=circles.around(own),
            people=frozenset(people_of[company_id]),
        )
    return found


def applicants(
    session: Session, application_ids: Collection[UUID], *, known: Groups | None = None
) -> dict[UUID, Applicant]:
    """The firms behind these applications, with those around them."""
    found = session.execute(
        select(Application.id, Application.company_id).where(Application.id.in_(application_ids))
    ).all()
    by_company = firms(session, {row.company_id for row in found}, known=known)
    return {row.id: by_company[row.company_id] for row in found}


def tied_companies(session: Session, user_id: UUID, *, email: str) -> frozenset[UUID]:
    """Every firm that the portal knows to be tied to a person of that address, as things stand.

    It is asked at every request of the office: whoever has no firm, code or colleague costs one statement. The rules
    have the last word.
    """
    domain = domain_of(email)
    if domain:
        asked = {"user_ids": [user_id], "user_id": user_id, "email": email, **around(domain)}
        facts = _told(session, _of_people_and_house(), **asked)
    else:
        facts = _told(session, _of_people(), user_ids=[user_id])
    person = _people(session, [user_id], facts, known=None).get(user_id)
    if person is None:
        return frozenset()
    circles = groups(session) if person.tax_codes else Groups()
    candidates = {UUID(one) for one in facts["house"][user_id]} | person.companies | person.declared
    if person.tax_codes or person.colleagues:
        candidates |= set(session.scalars(_candidates(person, circles)))
    found = firms(session, candidates, known=circles) if candidates else {}
    return frozenset(id_ for id_, firm in found.items() if detect(person, firm))


def _of_the_house() -> list[Any]:
    """Firms with an address of the same domain, as (person, kind, value)."""
    told = (bindparam("user_id", type_=Uuid()), literal("house"))
    members = select(*told, cast(Membership.company_id, String)).join(User, User.id == Membership.user_id)
    return [
        members.where(User.email != bindparam("email"), of_house(User.email)),
        select(*told, cast(Company.id, String)).where(of_house(Company.pec)),
    ]


def _candidates(person: Person, circles: Groups) -> Any:  # noqa: ANN401 - a Select of ids
    """Ids of every firm that may be tied by a code or a colleague: no fewer than those that are."""
    reach, codes = circles.reach(person.tax_codes), person.tax_codes
    return union(
        select(Company.id).where(or_(Company.vat.in_(reach), Company.tax_code.in_(reach))),
        select(Representative.company_id).where(Representative.tax_code.in_(codes)),
        select(Membership.company_id)
        .join(User, User.id == Membership.user_id)
        .where(User.email.in_(person.colleagues)),
    )


def _grouped(rows: Iterable[Any]) -> defaultdict[UUID, set[Any]]:
    grouped: defaultdict[UUID, set[Any]] = defaultdict(set)
    for key, value in rows:
        grouped[key].add(value)
    return grouped
