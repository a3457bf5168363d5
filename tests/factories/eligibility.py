"""Applications handed in, as the check finds them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from portal.applications import service as asking
from portal.applications.models import Application, Request
from portal.applications.queries import profile
from portal.applications.rules import Status
from portal.applications.rules.freezing import asks, digest
from portal.calls.models import Call
from portal.calls.queries import content_by_id
from portal.companies.models import Company
from tests.factories.companies import CompanyFactory

_numbers = count(1)
POLICY = {
    "policy_exempt": False,
    "policy_insurer": "Assicurazioni Lombarde",
    "policy_number": "CAT-1",
    "policy_expires_on": "2030-12-31",
}

_FILE = {"name": "carta.pdf", "sha256": "0" * 64, "size": 1000, "media_type": "application/pdf", "signers": []}


def handed_in(
    session: Session,
    call: Call,
    company: Company | None = None,
    *,
    status: Status = Status.SUBMITTED,
    at: datetime | None = None,
    answers: Mapping[str, Any] | None = None,
    declarations: Mapping[str, bool] | None = None,
) -> Application:
    """An application frozen and handed in with every declaration made and every document attached; flushed."""
    company = company or CompanyFactory()
    assert call.version_id is not None
    content = content_by_id(session, call.version_id)
    number = next(_numbers)
    frozen = {
        "call": {"code": content.code, "version": 1},
        "asks": asks(content),
        "company": profile(session, company.id),
        "pathway": content.pathways[0].key if content.pathways else None,
        "answers": {**POLICY, "export_share_pct": "30", **(answers or {})},
        "declarations": {one.key: True for one in content.declarations} if declarations is None else declarations,
        "attachments": [{"document": one.key, **_FILE} for one in content.documents],
    }
    submitted_at = at or call.opens_at + timedelta(hours=number)
    application = Application(
        call_id=call.id,
        version_id=call.version_id,
        company_id=company.id,
        status=status,
        started_by="anna@impresa.example",
        frozen_at=submitted_at,
        frozen_by="anna@impresa.example",
        content=frozen,
        sha256=digest(frozen),
        submitted_at=submitted_at,
        submitted_by="anna@impresa.example",
        arrival=900_000 + number,
        protocol=f"PE-2026-{900_000 + number:07}",
        receipt_code=f"PROV-{number:04}",
        withdrawn_at=submitted_at if status is Status.WITHDRAWN else None,
    )
    session.add(application)
    session.flush()
    return application


def noticed(session: Session, application: Application, *, is_over: bool = True, at: datetime | None = None) -> Request:
    """An application whose firm was given notice of the rejection and, where `is_over`, said nothing."""
    now = at or datetime.now(UTC)
    reasons = [{"rule": "durc", "text": "Il DURC agli atti risulta irregolare."}]
    made = asking.give_notice(session, application.id, reasons=reasons, words="", by="ufficio@x.example", now=now)
    if is_over:
        asking.lapse(session, made.id, now=made.due_at + timedelta(seconds=1))
    return made
