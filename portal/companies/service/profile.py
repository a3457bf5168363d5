"""Changing the profile, part by part: nobody overwrites what they have not seen."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.companies import queries
from portal.companies.models import Company, Holding, Representative, Year
from portal.companies.rules.enterprise import Enterprise
from portal.companies.rules.profile import (
    MOST_HOLDINGS,
    Activity,
    Figures,
    FiguresDisagree,
    HoldingFacts,
    Identity,
    Part,
    RelationUnclear,
    Representatives,
    Seats,
    SectionChanged,
    TooMany,
    YearFigures,
    check_years,
    enterprise,
    fingerprint,
)
from portal.kernel.errors import NotFound


def save(session: Session, company_id: UUID, part: Part, *, seen: str, by: str, now: datetime) -> Company:
    """Replace one part of the profile. `seen` is the fingerprint of what the writer had before them.

    Raises SectionChanged when the part is another by now, YearsApart or TooMany for figures that can't be.
    """
    company = _lock(session, company_id)
    current = queries.part(company, type(part))
    if fingerprint(current) != seen and current != part:
        raise SectionChanged(by=queries.last_editor(session, company_id))
    if current == part:
        return company
    _apply(company, part)
    changed = sorted(name for name, value in asdict(part).items() if asdict(current)[name] != value)
    _touch(session, company, f"companies.save_{part.name}", by=by, now=now, detail={"changed": changed})
    return company


def _apply(company: Company, part: Part) -> None:
    match part:
        case Identity() | Seats():
            for name, value in asdict(part).items():
                setattr(company, name, value)
        case Activity():
            company.ateco_edition, company.ateco_primary = part.ateco_edition, part.ateco_primary
            company.ateco_secondary = list(part.ateco_secondary)
        case Figures():
            check_years(part)
            company.merged = part.merged
            company.years = [Year(**asdict(one)) for one in part.years]
        case Representatives():
            company.representatives = [Representative(**asdict(one)) for one in part.people]


def save_holding(
    session: Session,
    company_id: UUID,
    holding_id: UUID | None,
    facts: HoldingFacts,
    *,
    seen: str,
    by: str,
    now: datetime,
) -> Holding:
    """Add a neighbour (no `holding_id`) or replace one. Raises what `rules.profile` says."""
    company = _lock(session, company_id)
    row = _find(company, holding_id) if holding_id else None
    if row is None:
        if len(company.holdings) >= MOST_HOLDINGS:
            raise TooMany(limit=MOST_HOLDINGS)
        position = max((one.position for one in company.holdings), default=0) + 1
        row = Holding(position=position, name=facts.holder, tax_code=facts.tax_code, relation=dict(facts.relation))
        company.holdings.append(row)
        session.flush()
    else:
        current = queries.holding(row)
        if fingerprint(current) != seen and current != facts:
            raise SectionChanged(by=queries.last_editor(session, company_id))
        row.name, row.tax_code, row.relation = facts.holder, facts.tax_code, dict(facts.relation)
    _check_relations(company)
    _touch(session, company, "companies.save_holding", by=by, now=now, detail={"holding": str(row.id)})
    return row


def remove_holding(session: Session, company_id: UUID, holding_id: UUID, *, by: str, now: datetime) -> None:
    """Take a neighbour away. Raises NotFound."""
    company = _lock(session, company_id)
    company.holdings.remove(_find(company, holding_id))
    _touch(session, company, "companies.remove_holding", by=by, now=now, detail={"holding": str(holding_id)})


def _find(company: Company, holding_id: UUID) -> Holding:
    row = next((one for one in company.holdings if one.id == holding_id), None)
    if row is None:
        raise NotFound
    return row


def _check_relations(company: Company) -> None:
    """Whatever the figures are: relations that the size test can't read are refused now, not at the deadline."""
    years = queries.figures(company)
    if not years.years:
        one = YearFigures(year=2000, awu=0, turnover_eur=0, balance_eur=0, export_share=None)  # type: ignore[arg-type]
        years = Figures(years=(one,), merged=False)
    content = enterprise(years, [(row.id, queries.holding(row)) for row in company.holdings])
    try:
        Enterprise.model_validate(content)
    except ValidationError as error:
        disagree = "two different figures" in error.errors()[0]["msg"]
        raise (FiguresDisagree if disagree else RelationUnclear)(field="holder") from error


def _lock(session: Session, company_id: UUID) -> Company:
    company = queries.lock(session, company_id)
    if company is None:
        raise NotFound
    return company


def _touch(
    session: Session, company: Company, action: str, *, by: str, now: datetime, detail: dict[str, object]
) -> None:
    """A change in a part is a change of the firm: its revision grows."""
    company.updated_at = now
    session.flush()
    audit.record(session, action, subject_type="company", subject_id=company.id, by=by, at=now, detail=detail)
