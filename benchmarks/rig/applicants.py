"""Firms about to hand in: complete drafts made through the services, and the browsers of their owners."""

from dataclasses import dataclass
from uuid import UUID

from flask.sessions import SecureCookieSessionInterface

from benchmarks.rig.installation import Installation
from portal import db
from portal.accounts.models import User
from portal.accounts.service.sessions import open_session
from portal.app import create_app
from portal.config import Settings
from portal.kernel.clock import utcnow

DRAFTS = """
    SELECT a.id, a.company_id, m.user_id FROM applications a
    JOIN memberships m ON m.company_id = a.company_id AND m.kind = 'owner'
    WHERE a.status = 'draft' ORDER BY a.id
"""


@dataclass(frozen=True)
class Applicant:
    """A draft, and the cookie of the one who may hand it in."""

    application_id: str
    cookie: str


def applicants(rig: Installation, how_many: int) -> list[Applicant]:
    """`how_many` firms with a complete draft, their owners signed in."""
    rig.portale("demo", "fill", "--stage", "draft", "--companies", str(how_many))
    drafts = rig.rows(DRAFTS)
    settings = Settings.model_validate({name.lower(): value for name, value in rig.environment.items()})
    app = create_app(settings)
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    found = []
    with app.app_context(), db.transaction() as session:
        for application, company, owner in drafts[:how_many]:
            assert isinstance(company, UUID)
            user = session.get_one(User, owner)
            token = open_session(session, user, now=utcnow(), company_id=company)
            found.append(Applicant(str(application), str(signer.dumps({"_user_id": token, "_fresh": True}))))
    app.extensions["portale.engine"].dispose()
    return found
