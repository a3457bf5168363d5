"""A firm enters the portal by whoever adds it first."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.accounts import service as accounts
from portal.accounts.rules import MembershipKind, Scope
from portal.audit import service as audit
from portal.companies import queries
from portal.companies.models import Company
from portal.companies.rules.profile import VatTaken
from portal.kernel.clock import ROME


def register(
    session: Session,
    *,
    vat: str,
    tax_code: str,
    legal_name: str,
    legal_form: str,
    by: str,
    full_name: str,
    now: datetime,
) -> Company:
    """Add a firm; `by` becomes its owner. Raises VatTaken when it is there: nobody joins a firm uninvited."""
    values = {"vat": vat, "tax_code": tax_code, "legal_name": legal_name, "legal_form": legal_form}
    company_id = session.scalar(
        insert(Company).values(**values, revision=1).on_conflict_do_nothing().returning(Company.id)
    )
    if company_id is None:
        raise VatTaken(field="vat")
    audit.record(
        session, "companies.register", subject_type="company", subject_id=company_id, by=by, at=now, detail={"vat": vat}
    )
    accounts.add_member(
        session,
        company_id,
        MembershipKind.OWNER,
        email=by,
        full_name=full_name,
        scope=Scope(valid_from=now.astimezone(ROME).date(), valid_until=None),
        by=by,
        now=now,
    )
    return queries.get(session, company_id)
