"""Firms about to hand in: complete drafts made through the services, and the browsers of their owners."""

import io
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from uuid import UUID

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from benchmarks.rig import record
from benchmarks.rig.copies import copy
from benchmarks.rig.installation import Installation
from portal import db
from portal.accounts import queries as accounts
from portal.accounts.models import User
from portal.accounts.service.sessions import open_session
from portal.app import create_app
from portal.applications import queries, service
from portal.applications.rules.completeness import is_asked, missing
from portal.calls import queries as calls
from portal.calls.rules.content import CallContent
from portal.config import get_settings
from portal.demo import answers, papers
from portal.demo.firms import Firm, firms
from portal.demo.people import Staff, lombard_places, settle
from portal.documents import rules as documents_rules, service as documents
from portal.kernel.clock import ROME, utcnow

SEED, SEEDS = 77, 10


@dataclass(frozen=True)
class Applicant:
    """A draft, and the cookie of the one who may hand it in."""

    application_id: str
    cookie: str


@contextmanager
def inside(rig: Installation) -> Iterator[Flask]:
    """The portal's own code in this process, on the database of the installation."""
    before = dict(os.environ)
    os.environ.update(rig.environment)
    get_settings.cache_clear()
    app = create_app()
    try:
        with app.test_request_context():
            yield app
    finally:
        app.extensions["portale.engine"].dispose()
        os.environ.clear()
        os.environ.update(before)


def signed_in(app: Flask, *, email: str) -> str:
    """The cookie of someone of that address, just signed in."""
    with db.transaction() as session:
        user = accounts.find_by_email(session, email)
        assert user is not None
        token = open_session(session, user, now=utcnow())
    return cookie(app, token)


def cookie(app: Flask, token: str) -> str:
    """A session's token as a browser holds it."""
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    return str(signer.dumps({"_user_id": token, "_fresh": True}))


def applicants(rig: Installation, code: str, how_many: int) -> list[Applicant]:
    """`how_many` firms with a complete draft for the call of that code, their owners signed in.

    A few go through the services; the database copies those for the rest.
    """
    with inside(rig) as app:
        drafts = _drafts(code, min(how_many, SEEDS))
        copies = -(-how_many // SEEDS) - 1
        if copies:
            drafts += copy(rig, [draft[0] for draft in drafts], copies)
        found = []
        for application, company, user in drafts[:how_many]:
            with db.transaction() as session:
                token = open_session(session, session.get_one(User, UUID(user)), now=utcnow(), company_id=UUID(company))
            found.append(Applicant(application, cookie(app, token)))
        return found


def _drafts(code: str, how_many: int) -> list[tuple[str, str, str]]:
    """Drafts made by the services: (application, company, user) of each."""
    with db.transaction() as session:
        call = calls.get(session, calls.get_by_code(session, code).id)
        assert call.version is not None
        call_id, content = call.id, calls.content_of(call.version)
    found = []
    for firm in firms(2 * how_many, places=lombard_places(), seed=SEED):
        if len(found) == how_many:
            break
        record.progress(f"{len(found)} of {how_many} drafts")
        made = _ready(call_id, content, firm)
        if _is_complete(made[0], content):
            found.append((str(made[0]), str(made[1]), str(made[2])))
    return found


def _ready(call_id: UUID, content: CallContent, firm: Firm) -> tuple[UUID, UUID, UUID]:
    """Register, fill everything in, attach the papers: application, company and owner."""
    owner, now = Staff("owner", firm.email, firm.person), utcnow()
    with db.transaction() as session:
        company = settle(session, firm, person=owner, password=secrets.token_urlsafe(12), now=now)
        application = service.start(session, calls.get(session, call_id), company_id=company.id, by=firm.email, now=now)
        folder = queries.find_own(session, application.id, company_id=company.id)
        assert folder is not None
        there = {key: answer.revision for key, answer in folder.answers.items()}
        written = answers.filled(
            content,
            firm,
            queries.profile(session, company.id),
            random=Random(firm.vat),
            on=now.astimezone(ROME).date(),
        )
        changes = [change._replace(base=there.get(change.key, 0)) for change in written]
        service.save(session, application.id, changes, by=firm.email, now=now)
        user = accounts.find_by_email(session, firm.email)
        assert user is not None
        made = (application.id, company.id, user.id)
    _attach(made[0], content, firm)
    return made


def _is_complete(application_id: UUID, content: CallContent) -> bool:
    """Whether the invented firm answered all that is asked of it."""
    with db.transaction() as session:
        folder = queries.find(session, application_id)
        return folder is not None and not missing(content, folder.answers, folder.enclosed)


def _attach(application_id: UUID, content: CallContent, firm: Firm) -> None:
    fields = {field.key: field for field in content.form.fields()}
    with db.transaction() as session:
        folder = queries.find(session, application_id)
        assert folder is not None
        for asked in content.documents:
            if not asked.required or not is_asked(asked.condition, folder.answers, fields):
                continue
            page = papers.pdf(asked.title.it, firm.legal_name)
            paper = papers.signed(page, person=firm.person, tax_code=firm.person_tax_code) if asked.signed else page
            file = documents.store(
                session,
                io.BytesIO(paper),
                name=f"{asked.key}.{'pdf.p7m' if asked.signed else 'pdf'}",
                by=firm.email,
                now=utcnow(),
                allowed=documents_rules.USUAL,
            )
            service.attach(session, application_id, file, document=asked.key, by=firm.email, now=utcnow())
