"""Every name, code and address around an application: what a blind reading must not show."""

from uuid import UUID

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, User
from portal.applications.models import Application
from portal.companies.models import Company, Holding, Representative

WHERE = ("vat", "tax_code", "legal_name", "rea", "pec", "phone", "website", "address", "site_address")
TOWNS = ("municipality", "site_municipality")


def secrets(session: Session, application_id: UUID) -> frozenset[str]:
    """Of the firm, as it is and as it was frozen, its people, its holdings and whoever acts for it."""
    found = session.execute(
        select(Application.content["company"]["company"], Company)
        .join(Company, Company.id == Application.company_id)
        .where(Application.id == application_id)
    ).one()
    frozen, firm = found
    known = {getattr(firm, name) for name in (*WHERE, *TOWNS)} | {(frozen or {}).get(name) for name in (*WHERE, *TOWNS)}
    holdings = select(Holding.name).where(Holding.company_id == firm.id)
    codes = select(Holding.tax_code).where(Holding.company_id == firm.id)
    people = select(Representative.full_name).where(Representative.company_id == firm.id)
    numbers = select(Representative.tax_code).where(Representative.company_id == firm.id)
    acting = select(User.full_name).join(Membership, Membership.user_id == User.id)
    rows = session.scalars(union_all(holdings, codes, people, numbers, acting.where(Membership.company_id == firm.id)))
    return frozenset(str(one) for one in known | set(rows) if one)
