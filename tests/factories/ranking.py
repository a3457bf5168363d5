"""Applications that the whole way brought to a ranking: checked by the rules, admitted, scored."""

from datetime import datetime, timedelta

from portal import db
from portal.calls.models import Call
from portal.companies.models import Company
from portal.eligibility import service as deciding
from portal.kernel.clock import utcnow
from portal.ranking import service
from portal.ranking.models import Ranking
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.companies import CompanyFactory
from tests.factories.eligibility import handed_in
from tests.factories.evaluation import OFFICE, SECOND, scored

CHECKED = "Visura e DURC del 22/11/2026 agli atti."


def entered(call: Call, *people, share: str, company: Company | None = None, owner=None, now: datetime | None = None):
    """An application checked, admitted and scored by these reviewers; its firm has an owner."""
    session, now = db.session(), now or utcnow()
    company = company or CompanyFactory()
    MembershipFactory(company=company, user=owner or UserFactory())
    application = handed_in(session, call, company, at=call.opens_at + timedelta(hours=1))
    application.pathway = application.content["pathway"]
    deciding.check(session, application.id, now=now)
    deciding.admit(session, application.id, reason=CHECKED, by=OFFICE, now=now)
    return scored(call, application, *people, shares=[share])


def publish(call: Call, *, now: datetime | None = None, **more) -> Ranking:
    """The next version, drawn up, approved and published."""
    session, now = db.session(), now or utcnow()
    drawn = service.draw_up(session, call.id, by=OFFICE, now=now, **more)
    service.approve(session, drawn.id, by=SECOND, now=now)
    return service.publish(session, drawn.id, by=OFFICE, now=now)
