"""Applications that reached the evaluation, and their sheets."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import func, select

from portal import db
from portal.accounts.rules import StaffRoleName
from portal.applications.models import Application
from portal.applications.rules import Status
from portal.calls.queries import content_by_id
from portal.eligibility.models import Report
from portal.eligibility.rules.verdicts import Verdict
from portal.evaluation import queries, rules, service
from portal.evaluation.rules import Mark
from portal.kernel.text import canonical_json, sha256_hex
from tests.factories.accounts import StaffRoleFactory, UserFactory
from tests.factories.companies import CompanyFactory

WHY = "Il progetto è documentato e coerente con il mercato scelto."
OFFICE = "ufficio@unioncamere.example"
SECOND = "direzione@unioncamere.example"


def reviewer(call_id=None):
    """A person who may review the call, or all."""
    user = UserFactory(email=f"valutatore@ateneo-{uuid4().hex[:8]}.example")
    StaffRoleFactory(user=user, role=StaffRoleName.REVIEWER, call_id=call_id)
    return user


MANY = 10_000


def admitted(call, *, company=None, status=Status.ADMITTED, automatic=None, pathway="first", answers=None, at=None):
    """An application of `call` with a report that gives its automatic criteria `automatic` points (default 10)."""
    session = db.session()
    content = content_by_id(session, call.version_id)
    company = company or CompanyFactory()
    arrival = (session.scalar(select(func.max(Application.arrival))) or 0) + 1
    while arrival < MANY and session.scalar(select(func.nextval("application_arrivals"))) < arrival:
        continue  # whoever applies in the same database comes after
    if pathway == "first":
        pathway = content.pathways[0].key if content.pathways else None
    frozen = {
        "call": {"code": content.code, "version": 1},
        "asks": "",
        "company": {"company": {"legal_name": company.legal_name, "vat": company.vat}},
        "pathway": pathway,
        "answers": answers or {},
        "declarations": {},
        "attachments": [],
    }
    at = at or call.opens_at + timedelta(minutes=arrival)
    application = Application(
        call_id=call.id,
        version_id=call.version_id,
        company_id=company.id,
        status=status,
        pathway=pathway,
        started_by="firma@impresa.example",
        frozen_at=at,
        frozen_by="firma@impresa.example",
        content=frozen,
        sha256=sha256_hex(canonical_json(frozen)),
        submitted_at=at,
        submitted_by="firma@impresa.example",
        arrival=arrival,
        protocol=f"PE-2025-{arrival:07}",
        receipt_code=uuid4().hex,
    )
    session.add(application)
    session.flush()
    points = Decimal(10 if automatic is None else automatic)
    session.add(
        Report(
            application_id=application.id,
            version_id=call.version_id,
            number=1,
            verdict=Verdict.PASS,
            points=points,
            content={"rules": []},
            criteria=[
                {"criterion": c.key, "points": str(points), "max": str(c.max), "is_bonus": False, "parts": []}
                for c in content.criteria
                if c.mode == "automatic"
            ],
            facts={},
            made_at=datetime.now(UTC),
            made_by="system",
        )
    )
    session.flush()
    return application


def marks(call, share="0.75"):
    """A whole sheet: the same share of every criterion's maximum, in its steps."""
    content = content_by_id(db.session(), call.version_id)
    return {c.key: Mark((c.max * Decimal(share)) // c.step * c.step, WHY) for c in rules.reviewed(content)}


def scored(call, application, *people, shares=("0.75",), now=None):
    """The application given to these reviewers, declared and scored by all."""
    session, now = db.session(), now or datetime.now(UTC)
    given = [service.assign(session, application.id, person.id, by=OFFICE, now=now) for person in people]
    for one, person, share in zip(given, people, [*shares, *[shares[-1]] * len(people)], strict=False):
        service.declare(session, one.id, has_conflict=False, by=person.email, now=now)
        service.submit(session, one.id, marks(call, share), by=person.email, now=now)
    session.refresh(application)
    return application


def sheets(application):
    """The sheets of an application."""
    return queries.sheets(db.session(), [application.id])[application.id]
