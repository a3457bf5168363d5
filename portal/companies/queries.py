"""Every SELECT of the companies. Whose a firm is, the caller's mandate says: every query takes its id."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from portal.audit.models import Entry
from portal.companies.models import Company, Holding
from portal.companies.rules import profile
from portal.companies.rules.profile import (
    Activity,
    Figures,
    HoldingFacts,
    Identity,
    Part,
    Person,
    Representatives,
    Seats,
    YearFigures,
)

_WHOLE = (selectinload(Company.years), selectinload(Company.holdings), selectinload(Company.representatives))


def find(session: Session, company_id: UUID | None) -> Company | None:
    """The firm with years, holdings and representatives; None if there is none."""
    if company_id is None:
        return None
    return session.scalars(select(Company).options(*_WHOLE).where(Company.id == company_id)).one_or_none()


def get(session: Session, company_id: UUID) -> Company:
    """The same, for one that is known to be there."""
    return session.scalars(select(Company).options(*_WHOLE).where(Company.id == company_id)).one()


def lock(session: Session, company_id: UUID) -> Company | None:
    """The same, its row locked until the transaction ends."""
    statement = select(Company).options(*_WHOLE).where(Company.id == company_id)
    return session.scalars(
        statement.with_for_update(of=Company).execution_options(populate_existing=True)
    ).one_or_none()


def names(session: Session, company_ids: Iterable[UUID]) -> Sequence[tuple[UUID, str, str]]:
    """(id, legal name, VAT number) of these firms, by name."""
    rows = session.execute(
        select(Company.id, Company.legal_name, Company.vat)
        .where(Company.id.in_(list(company_ids)))
        .order_by(Company.legal_name, Company.id)
    )
    return [tuple(row) for row in rows]  # type: ignore[misc]  # three columns each


def last_editor(session: Session, company_id: UUID) -> str:
    """Who changed the profile last; empty if nobody did."""
    return (
        session.scalar(
            select(Entry.by)
            .where(Entry.subject_id == str(company_id), Entry.action.startswith("companies."))
            .order_by(Entry.seq.desc())
            .limit(1)
        )
        or ""
    )


def identity(company: Company) -> Identity:
    """The part, as it stands."""
    return Identity(**_columns(company, Identity))


def seats(company: Company) -> Seats:
    """The part, as it stands."""
    return Seats(**_columns(company, Seats))


def activity(company: Company) -> Activity:
    """The part, as it stands."""
    return Activity(
        ateco_edition=company.ateco_edition,
        ateco_primary=company.ateco_primary,
        ateco_secondary=tuple(company.ateco_secondary),
    )


def figures(company: Company) -> Figures:
    """The part, as it stands."""
    return Figures(
        years=tuple(
            YearFigures(
                year=one.year,
                awu=one.awu,
                turnover_eur=int(one.turnover_eur),
                balance_eur=int(one.balance_eur),
                export_share=one.export_share,
            )
            for one in company.years
        ),
        merged=company.merged,
    )


def representatives(company: Company) -> Representatives:
    """The part, as it stands."""
    people = (Person(full_name=one.full_name, tax_code=one.tax_code, role=one.role) for one in company.representatives)
    return Representatives(people=tuple(sorted(people, key=lambda person: (person.full_name, person.tax_code))))


def holding(row: Holding) -> HoldingFacts:
    """The part, as it stands."""
    return HoldingFacts(holder=row.name, tax_code=row.tax_code, relation=row.relation)


def part(company: Company, kind: type[Part]) -> Part:
    """The part of this kind, as it stands."""
    readers: dict[type[Part], Any] = {
        Identity: identity,
        Seats: seats,
        Activity: activity,
        Figures: figures,
        Representatives: representatives,
    }
    read: Part = readers[kind](company)
    return read


def gaps(company: Company) -> list[str]:
    """The parts that lack what every call asks for."""
    return profile.gaps(
        identity(company), seats(company), activity(company), figures(company), representatives(company)
    )


def enterprise(company: Company) -> dict[str, Any] | None:
    """The firm and its neighbours as the size test reads them, as JSON; None while there are no figures."""
    return profile.enterprise(figures(company), [(row.id, holding(row)) for row in company.holdings])


def facts(session: Session, company_id: UUID) -> dict[str, Any]:
    """What the rules of eligibility take from the profile: `company` and `enterprise` of their Facts, as JSON."""
    company = get(session, company_id)
    offices = [
        ("registered_office", company.province, company.municipality),
        ("operating_site", company.site_province, company.site_municipality),
    ]
    last = company.years[-1] if company.years else None
    return {
        "company": {
            "legal_name": company.legal_name,
            "vat": company.vat,
            "tax_code": company.tax_code,
            "rea": company.rea,
            "ateco_edition": company.ateco_edition,
            "ateco_primary": company.ateco_primary,
            "ateco_secondary": list(company.ateco_secondary),
            "seats": [
                {"kind": kind, "province": province, "municipality": place}
                for kind, province, place in offices
                if province
            ],
            "export_share_pct": str(last.export_share) if last and last.export_share is not None else None,
        },
        "enterprise": enterprise(company),
    }


def _columns(company: Company, kind: type[Any]) -> dict[str, Any]:
    return {field.name: getattr(company, field.name) for field in fields(kind)}
