"""Every address of the portal, tried by everybody: own objects, others' objects, absent objects.

A route that `matrix.py` does not declare fails here: say who may come in, then try it.
"""

import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import Connection, Engine, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from portal import db
from portal.access import service as access
from portal.access.rules import State as AccessState
from portal.accounts.models import StaffRole
from portal.accounts.rules import StaffRoleName
from portal.accounts.service import links
from portal.accounts.service.links import Purpose
from portal.accounts.service.sessions import open_session
from portal.accounts.views.limits import limiter
from portal.applications import service as applications
from portal.applications.models import Application, Attachment, Request
from portal.applications.rules.procedure import RequestKind
from portal.awards import service as awards
from portal.awards.rules.ledger import Recipient
from portal.calls import queries as calls
from portal.companies.models import Holding
from portal.documents import service as documents
from portal.eligibility import service as eligibility
from portal.eligibility.models import Refusal
from portal.evaluation.models import Assignment
from portal.kernel.clock import utcnow
from portal.matching.models import Counterpart, Exclusion, ExportProfile
from portal.matching.queries import events as matching
from portal.matching.rules.linking import LIVES
from portal.matching.service import firms, links as buyer_links, logos, telling
from portal.missions import service as missions
from portal.missions.rules.changing import ChangeKind
from portal.missions.rules.fields import Purpose as ListPurpose
from portal.notifications.models import Message
from portal.ranking import service as ranking
from portal.ranking.rules.signature import key_id, private_key
from tests.documents.papers import pdf, picture
from tests.factories.accounts import MembershipFactory, StaffRoleFactory, UserFactory
from tests.factories.agenda import a_market, propose, put
from tests.factories.awards import granted
from tests.factories.calls import MISURA, UZBEKISTAN, around, make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import admitted, scored
from tests.factories.missions import entered, mission
from tests.house.matrix import PEOPLE, let_in

TABLE = let_in()
SENT_AWAY = {401, 403, 404}
TOKEN = "for the tests"
MAIL = "20261122T110000000000-0123abcd"


@dataclass
class World:
    """Two firms, an open call with a draft, a closed one scored, ranked and published; and everybody."""

    people: dict[str, str | None] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    of: dict[str, dict[str, Any]] = field(default_factory=dict)

    def arguments(self, rule: Rule) -> dict[str, Any]:
        """What to put into the address of a rule: what its endpoint wants, else its slice, else anybody."""
        slice_ = rule.endpoint.split(".")[0]
        known = self.values | self.of.get(slice_, {}) | self.of.get(rule.endpoint, {})
        return {name: known[name] for name in rule.arguments if name not in (rule.defaults or {})}


def _attach(session: Session, application: Application, document: str) -> Attachment:
    file = documents.store(session, io.BytesIO(pdf()), name="a.pdf", by="anna@x.example", now=utcnow())
    attachment = Attachment(
        application_id=application.id, document=document, file_id=file.id, attached_at=utcnow(), attached_by="anna"
    )
    session.add(attachment)
    session.flush()
    return attachment


def _people(session: Session, open_call: UUID, elsewhere: UUID) -> tuple[dict[str, Any], Any, Any]:
    firm, other = CompanyFactory(), CompanyFactory()
    names = [name for name in PEOPLE if name not in {"visitor", "buyer"}]
    people = {name: UserFactory(email=f"{name}@{name.replace('_', '-')}.example") for name in names}
    MembershipFactory(user=people["owner"], company=firm)
    MembershipFactory(user=people["delegate"], company=firm, delegate=True, call_id=open_call)
    MembershipFactory(user=people["ex_delegate"], company=firm, delegate=True, revoked_at=utcnow())
    MembershipFactory(user=people["stranger"], company=other)
    for name, role, call_id in (
        ("reviewer", StaffRoleName.REVIEWER, None),
        ("other_reviewer", StaffRoleName.REVIEWER, None),
        ("manager", StaffRoleName.MANAGER, None),
        ("other_manager", StaffRoleName.MANAGER, elsewhere),
        ("events", StaffRoleName.EVENTS, None),
    ):
        StaffRoleFactory(user=people[name], role=role, call_id=call_id)
    people["auditor"].is_auditor = people["admin"].is_admin = True
    session.flush()
    return people, firm, other


def _access(session: Session, asking: Application, about: Application) -> dict[str, dict[str, Any]]:
    """Requests of the firm about the stranger's acts: one granted, with its document, and one still open."""
    made = []
    for decided in (True, False):
        said = {"wanted": "Le schede di valutazione.", "interest": "Valutiamo un ricorso al TAR."}
        now = utcnow()
        request = access.ask(session, asking, protocol=str(about.protocol), **said, by="a@x.example")
        access.notify(session, request.id, by="ufficio@x.example")
        file = documents.store(session, io.BytesIO(pdf()), name="a.pdf", by="ufficio@x.example", now=now)
        handout = access.add_handout(session, request.id, file, by="ufficio@x.example", now=now)
        session.flush()
        if decided:
            access.answer(session, request.id, objects=False, text="", by="b@x.example")
            access.decide(
                session, request.id, AccessState.GRANTED, reason="L'interesse prevale.", by="ufficio@x.example"
            )
        made.append({"application_id": asking.id, "request_id": request.id, "handout_id": handout.id})
    return {"access": made[1], "access.take": made[0]}


def _meetings(session: Session, call: Any, firm: Any) -> dict[str, dict[str, Any]]:
    """An event of the call with meetings, one of them the firm's and published, and a pair that must not meet."""
    event, (other, seen), (buyer,), (meeting, _) = a_market(call, firms=2, buyers=1)
    me = firms.join(session, event.id, firm.id, by="anna@x.example", now=utcnow())
    apart = Exclusion(
        event_id=event.id, one_id=other.id, other_id=buyer.id, reason="competitors", made_by="u@x.example"
    )
    session.add(apart)
    slot, table = matching.slots(session, event.id)[0], matching.tables(session, event.id)[0]
    ours = put(propose(event, me, buyer), slot, table)
    telling.publish(session, event.id, reason="", by="ufficio@x.example", now=utcnow())
    shown = session.scalars(select(ExportProfile).where(ExportProfile.company_id == seen.company_id)).one()
    shown.validated_at, shown.validated_by = utcnow(), "u@x.example"
    logo = documents.store(
        session, io.BytesIO(picture()), name="l.png", by="a@x.example", now=utcnow(), allowed=logos.ALLOWED
    )
    facts = {"content": {}, "logo_id": logo.id, "saved_at": utcnow(), "saved_by": "a@x.example"}
    session.add(ExportProfile(company_id=firm.id, **facts))
    guest = session.scalars(select(Counterpart).where(Counterpart.id == buyer.counterpart_id)).one()
    guest.link_expires_at = utcnow() + LIVES
    session.flush()
    known = {"slug": event.slug, "meeting_id": meeting.id, "participant_id": buyer.id, "exclusion_id": apart.id}
    return {
        "agenda": known,
        "buyer": known
        | {
            "participant_id": seen.id,
            "meeting_id": ours.id,
            "token": buyer_links.make(guest),
            "cookie": [guest.id.hex, guest.link_epoch],
            "verb": "accept",
        },
        "firms": known,
        "leaving": known,
        "logos": known | {"participant_id": me.id},
        "personal": known,
        "outcomes": known | {"meeting_id": ours.id},
        "matching_figures": known | {"kind": "csv"},
        "matching_lists": known | {"which": "porta", "kind": "xlsx", "lang": "it"},
        "matching_office": known | {"verb": "conferma"},
        "matching_office.step": known | {"verb": "apri"},
    }


def _build(session: Session, home: Path) -> World:
    now = utcnow()
    open_call = make_call(session, MISURA)
    closed = make_call(session, UZBEKISTAN, window=around(now - timedelta(days=30)), at=now - timedelta(days=30))
    elsewhere = make_call(session, "INTERNAZIONALIZZAZIONE-2021")
    people, firm, other = _people(session, open_call.id, elsewhere.id)
    draft = applications.start(session, open_call, company_id=firm.id, by=people["owner"].email, now=now)
    content = calls.content_by_id(session, open_call.version_id)
    paper = _attach(session, draft, content.documents[0].key)
    done, theirs = admitted(closed, company=firm), admitted(closed, company=other)
    done_paper = _attach(session, done, calls.content_by_id(session, closed.version_id).documents[0].key)
    scored(closed, done, people["reviewer"])
    scored(closed, theirs, people["other_reviewer"])
    report = eligibility.check_again(session, done.id, by="system", now=now)
    drawn = ranking.draw_up(session, closed.id, by="ufficio@x.example", now=now)
    ranking.approve(session, drawn.id, by="vista@x.example", now=now)
    ranking.publish(session, drawn.id, by="ufficio@x.example", now=now)
    funded = make_call(session, UZBEKISTAN, code="CONCESSO-2025", slug="concesso-2025")
    given = granted(funded, firm)
    batch = awards.make_batch(session, funded.id, by="ufficio@x.example", now=now)
    journey = mission(funded)
    goes = entered(journey, given, confirmed=True)
    drawn_list = missions.draw_up(session, journey.id, ListPurpose.HOST, by="ufficio@x.example", now=now)
    missions.close_list(session, journey.id, by="ufficio@x.example", now=now)
    wish = missions.ask(
        session, journey.id, goes.id, ChangeKind.WAIVE, told={}, reason="Non parte più.", by="anna", now=now
    )
    had: dict[str, Any] = {"recipient": Recipient.OWN, "granted_on": now.date(), "eur": Decimal(1)}
    had |= {"body": "ICE", "by": "anna"}
    entry = awards.register_aid(session, firm, **had, now=now)
    assignment = session.scalars(select(Assignment).where(Assignment.application_id == done.id)).one()
    colleague = MembershipFactory(company=firm, colleague=True)
    holding = Holding(
        company_id=firm.id,
        position=1,
        name="X",
        relation={"kind": "enterprise", "side": "upstream", "capital_pct": "9"},
    )
    message = Message(
        key="k", event="applications.submitted", user_id=people["owner"].id, recipient="a@x.example", language="it",
        subject_id=done.id, call_id=closed.id, subject="s", text="t", html="<p>t</p>", next_try_at=now,
    )  # fmt: skip
    query = Request(
        application_id=done.id, kind=RequestKind.SUPPLEMENT, number=1, words="Manca la polizza.",
        asked_by="u@x.example", asked_at=now, due_at=now + timedelta(days=9), remind_at=now,
    )  # fmt: skip
    session.add_all([holding, message, query])
    session.flush()
    act = {"reason": "Manca un requisito.", "made_by": "u@x.example", "made_at": now}
    session.add(Refusal(application_id=done.id, request_id=query.id, **act))
    session.flush()
    asked = _access(session, done, theirs)
    clerk = people["events"]
    role = session.scalars(select(StaffRole).where(StaffRole.user_id == clerk.id)).one()
    on_draft = {"application_id": draft.id, "attachment_id": paper.id, "slug": open_call.slug}
    on_done = {"application_id": done.id, "attachment_id": done_paper.id, "slug": closed.slug}
    mail = EmailMessage()
    mail["Subject"], mail["To"], mail["From"] = "s", "a@x.example", "b@x.example"
    mail.set_content("t")
    mail.add_alternative("<p>t</p>", subtype="html")
    mail.add_attachment(b"x", maintype="text", subtype="plain", filename="a.txt")
    (folder := home / "mail").mkdir(exist_ok=True)
    (folder / f"{MAIL}.eml").write_bytes(mail.as_bytes())
    tokens: dict[str, str | None] = {name: open_session(session, user, now=now) for name, user in people.items()}
    return World(
        people={"visitor": None, "buyer": None, **tokens},
        values={
            **on_done,
            "assignment_id": assignment.id,
            "ranking_id": drawn.id,
            "message_id": message.id,
            "user_id": clerk.id,
            "role_id": role.id,
            "membership_id": colleague.id,
            "holding_id": holding.id,
            "company_id": firm.id,
            "batch_id": batch.id,
            "entry_id": entry.id,
            "mission_id": journey.id,
            "traveller_id": goes.id,
            "change_id": wish.id,
            "list_id": drawn_list.id,
            "code": done.receipt_code,
            "key": content.form.sections[0].key,
            "document": content.documents[0].key,
            "rule": report.content["rules"][0]["id"],
            "number": 0,
            "page": "integrazione",
            "filename": "tokens.css",
            "kind": "json",
            "token": links.make(Purpose.CONFIRM, UserFactory(unconfirmed=True)),
            "name": MAIL,
        },
        of={
            **asked,
            **_meetings(session, closed, firm),
            "applications": on_draft,
            "calls": {"slug": open_call.slug, "number": 1},
            "calls_office": {"slug": open_call.slug},
            "applications.respond": on_done,
            "applications.letter": on_done | {"number": 1},
            "eligibility": {"number": 1},
            "applications.receipt": on_done,
            "applications.receipt_pdf": on_done,
            "eligibility.precheck": {"slug": open_call.slug},
            "office.export": {"kind": "csv"},
            "ranking.act_file": {"kind": "pdf"},
            "ranking.published_list": {"kind": "csv"},
            "ranking.version_list": {"kind": "csv"},
            "ranking.control_version_list": {"kind": "csv"},
            "awards": {"application_id": given.id, "kind": "csv", "step": "avvia"},
            "awards.end": {"kind": "decadenza"},
            "missions": {"kind": "xlsx", "verb": "annulla", "purpose": "host"},
            "missions.decide": {"verb": "rifiuta"},
            "evaluation.board_file": {"kind": "csv"},
            "evaluation.control_board_file": {"kind": "csv"},
            "evaluation.scores_file": {"kind": "csv"},
            "evaluation.control_scores_file": {"kind": "csv"},
            "evaluation.seat": {"user_id": people["reviewer"].id},
            "evaluation.keep_seat": {"user_id": people["reviewer"].id},
            "ranking.key_file": {"key_id": key_id(private_key(os.environ["SIGNING_KEY"]).public_key())},
        },
    )


class Place:
    """The world in a transaction that never ends; each try in a savepoint of its own."""

    def __init__(self, app: Flask, connection: Connection, world: World) -> None:
        self.app, self.connection, self.world = app, connection, world

    def enter(self, who: str) -> FlaskClient:
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie["csrf_token"] = TOKEN
            if token := self.world.people[who]:
                cookie["_user_id"] = token
            if who == "buyer":
                cookie["buyer"] = self.world.of["buyer"]["cookie"]
        return client

    def try_(self, who: str, method: str, address: str, *, is_public: bool) -> int:
        """The status that `who` gets; being sent to sign in counts as 401. Whatever was done is undone."""
        trial = self.connection.begin_nested()
        db.session.remove()
        try:
            token = URLSafeTimedSerializer(self.app.secret_key, salt="wtf-csrf-token").dumps(TOKEN)
            more: dict[str, Any] = {"data": {"csrf_token": token}} if method == "POST" else {}
            answer = self.enter(who).open(address, method=method, headers={"Accept": "text/html"}, **more)
            sent = answer.status_code == 303 and (answer.location or "").split("?")[0] == "/accedi"
            status = answer.status_code
            answer.close()
        finally:
            db.session.remove()
            trial.rollback()
        return 401 if sent and not is_public else status


@pytest.fixture(scope="module")
def place(app: Flask) -> Iterator[Place]:
    engine: Engine = app.extensions["portale.engine"]
    with engine.connect() as connection, connection.begin() as outer:
        db.session.remove()
        db._factory.configure(bind=connection, join_transaction_mode="create_savepoint")
        with app.test_request_context():
            session = db.session()
            world = _build(session, app.config["SETTINGS"].home)
            session.commit()
            db.session.remove()
        yield Place(app, connection, world)
        db.session.remove()
        outer.rollback()
        db._factory.configure(bind=engine, join_transaction_mode="conditional_savepoint")


@pytest.fixture(autouse=True)
def _nothing_counted(app: Flask) -> None:
    with app.app_context():
        limiter.reset()


def _rules(app: Flask) -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            found.setdefault(rule.endpoint, []).append(rule)
    return found


def _methods(rule: Rule) -> set[str]:
    return set(rule.methods or ()) - {"HEAD", "OPTIONS"}


def test_every_route_stands_in_the_matrix_and_nothing_else(app: Flask):
    """Declare it in tests/house/matrix.py, with who may come in."""
    there = {(name, method) for name, rules in _rules(app).items() for rule in rules for method in _methods(rule)}

    assert there - set(TABLE) == set()
    assert set(TABLE) - there == set()


def test_no_get_is_let_in_wider_than_its_guard_says(app: Flask):
    """A page for some people has a guard: `requires(...)` or `signed_in`."""
    unguarded = {
        endpoint
        for (endpoint, _), people in TABLE.items()
        if "visitor" not in people and not hasattr(app.view_functions[endpoint], "guard")
    }
    assert unguarded == set()


@pytest.mark.parametrize("endpoint", sorted({endpoint for endpoint, _ in TABLE}))
def test_everybody_gets_where_they_may_and_nowhere_else(app: Flask, place: Place, endpoint: str):
    got: dict[str, set[str]] = {}
    wanted: dict[str, set[str]] = {}
    odd = []
    for rule in _rules(app)[endpoint]:
        address = _address(app, rule, place.world.arguments(rule))
        for method in sorted(_methods(rule)):
            is_public = "visitor" in TABLE[endpoint, method]
            statuses = {who: place.try_(who, method, address, is_public=is_public) for who in PEOPLE}
            got[method] = {who for who, status in statuses.items() if status not in SENT_AWAY}
            wanted[method] = set(TABLE[endpoint, method])
            odd += [(who, method, status) for who, status in statuses.items() if status >= 500]
            if "visitor" not in wanted[method] and method == "GET":
                odd += [("visitor", method, statuses["visitor"])] if statuses["visitor"] != 401 else []
    assert (got, odd) == (wanted, [])


@pytest.mark.parametrize(
    "endpoint", sorted({endpoint for endpoint, _ in TABLE if endpoint not in {"accounts.confirm", "accounts.reset"}})
)
def test_what_is_not_there_is_404_for_whoever_might_see_it(app: Flask, place: Place, endpoint: str):
    """Absent and another's look alike."""
    for rule in _rules(app)[endpoint]:
        arguments = place.world.arguments(rule)
        absent: dict[str, Any] = {name: uuid4() for name, value in arguments.items() if isinstance(value, UUID)}
        if not absent and "slug" in arguments:
            absent = {"slug": "nessuno"}
        for method in sorted(_methods(rule)) if absent else ():
            address = _address(app, rule, arguments | absent)
            insiders = sorted(TABLE[endpoint, method] - {"visitor"})
            statuses = {who: place.try_(who, method, address, is_public=False) for who in insiders}
            assert set(statuses.values()) <= {404}, json.dumps(statuses)


def _address(app: Flask, rule: Rule, arguments: dict[str, Any]) -> str:
    adapter = app.url_map.bind("localhost")
    return adapter.build(rule.endpoint, arguments, method=next(iter(_methods(rule))), force_external=False)
