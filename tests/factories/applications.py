"""Applications, and a small call of every type of question."""

from datetime import datetime, timedelta
from typing import Any

import factory
from factory.alchemy import SQLAlchemyModelFactory

from portal import db
from portal.applications import service
from portal.applications.models import Application, Attachment, Request
from portal.applications.rules import Status
from portal.applications.rules.procedure import RequestKind
from portal.applications.rules.requests import Asks
from portal.applications.service import Change
from portal.calls.models import Call, CallVersion, Programme
from portal.calls.rules.content import CallContent, FormField
from portal.calls.rules.status import CallStatus
from portal.documents.models import File
from portal.documents.rules import ScanState
from portal.kernel.clock import ROME, utcnow
from portal.kernel.text import canonical_json, sha256_hex
from tests.factories.companies import CompanyFactory

SOURCE = {"tag": "ASSUMPTION", "cite": "Prova"}


def text(words: str) -> dict[str, str]:
    """The same words, marked in English."""
    return {"it": words, "en": f"{words} (en)"}


def question(key: str, type_: str, label: str = "", **more: Any) -> dict[str, Any]:
    """A question as data."""
    return {"key": key, "type": type_, "label": text(label or key), **more}


def field(type_: str, **more: Any) -> FormField:
    """A question as the rules see it."""
    return FormField.model_validate(question("campo", type_, **more))


SECTIONS = [
    {
        "key": "firm",
        "title": text("Impresa"),
        "intro": text("Controlla i dati."),
        "fields": [
            question(
                "legal_name", "text", "Denominazione", required=True, max_length=200, prefill="company.legal_name"
            ),
            question("vat", "vat", "Partita IVA", required=True, prefill="company.vat"),
            question("founded_on", "date", "Data di costituzione"),
            question("pec", "pec", "PEC", required=True, prefill="company.pec"),
            question("town", "municipality", "Comune", prefill="company.municipality"),
            question("activity", "ateco", "Codice ATECO", prefill="company.ateco_primary"),
        ],
    },
    {
        "key": "project",
        "title": text("Progetto"),
        "fields": [
            question(
                "pathway",
                "choice",
                "Percorso",
                required=True,
                options=[{"key": "spain", "label": text("Spagna")}, {"key": "poland", "label": text("Polonia")}],
            ),
            question("goals", "longtext", "Obiettivi", required=True, max_length=2000),
            question("has_agent", "boolean", "Hai già un agente?", required=True),
            question(
                "agent", "text", "Chi è l'agente?", required=True, condition={"field": "has_agent", "any_of": [True]}
            ),
            question("budget", "money", "Budget", min=0),
            question(
                "products",
                "table",
                "Prodotti",
                required=True,
                min_rows=1,
                max_rows=3,
                columns=[
                    question("name", "text", "Prodotto", required=True),
                    question("hs", "hs", "Codice HS"),
                    question("share", "percent", "Quota"),
                ],
            ),
            question(
                "languages",
                "choices",
                "Lingue",
                options=[{"key": "english", "label": text("Inglese")}, {"key": "french", "label": text("Francese")}],
            ),
        ],
    },
]
DOCUMENTS = [
    {"key": "profile", "title": text("Profilo aziendale"), "required": True, "formats": ["pdf"], "source": SOURCE},
    {
        "key": "mandate",
        "title": text("Procura dell'agente"),
        "required": True,
        "condition": {"field": "has_agent", "any_of": [True]},
        "source": SOURCE,
    },
]
DECLARATIONS = [
    {"key": "not_insolvent", "text": text("L'impresa non è in procedura concorsuale."), "source": SOURCE},
    {"key": "newsletter", "text": text("Vuole ricevere notizie."), "required": False, "source": SOURCE},
]
ANSWERS: dict[str, Any] = {
    "pathway": "spain",
    "goals": "Aprire il mercato spagnolo.",
    "has_agent": False,
    "products": [{"name": "Valvole", "hs": "848180", "share": "12.5"}],
}

BUDGET_ASKED: dict[str, Any] = {
    "amount_eur": "200",
    "unit_value_eur": "100",
    "places": 2,
    "in_kind": False,
    "aid_regime": "none",
    "asked": "budget",
    "source": SOURCE,
}
"""Money of a call that gives each firm what it asks for in the form's `budget`, up to a hundred euros."""


def content(number: int, *, opens_at: datetime, closes_at: datetime, **more: Any) -> CallContent:
    """A whole call of two sections, two documents, two declarations."""
    code = f"PROVA-{number:04}"
    return CallContent.model_validate(
        {
            "code": code,
            "slug": f"prova-{number}",
            "title": text(f"Bando di prova {number}"),
            "summary": text("Un bando per le prove."),
            "programme": {
                "code": "PROGRAMMA",
                "title": text("Programma"),
                "act": "DGR 1",
                "total_eur": "1000",
                "source": SOURCE,
            },
            "texts": [],
            "funding_body": "Regione Lombardia",
            "implementing_body": "Unioncamere Lombardia",
            "operator": "Promos Italia",
            "responsible_officer": "Direzione",
            "contacts": {"office": "Ufficio", "email": "ufficio@unioncamere.example"},
            "procedure": "ranking",
            "window": {
                "opens_at": opens_at.astimezone(ROME),
                "closes_at": closes_at.astimezone(ROME),
                "source": SOURCE,
            },
            "budget": {
                "amount_eur": "1000",
                "unit_value_eur": "100",
                "places": 10,
                "in_kind": True,
                "aid_regime": "none",
                "source": SOURCE,
            },
            "pathways": [{"key": "spain", "title": text("Spagna")}, {"key": "poland", "title": text("Polonia")}],
            "rules": [],
            "criteria": [],
            "thresholds": {"total": "50", "source": SOURCE},
            "tie_break": [{"by": "submitted_at", "order": "asc", "source": SOURCE}],
            "form": {"sections": SECTIONS},
            "documents": DOCUMENTS,
            "declarations": DECLARATIONS,
            "days": {
                "procedure": 90,
                "supplement": 10,
                "evaluation": 45,
                "acceptance": 7,
                "reserve_valid": 120,
                "source": SOURCE,
            },
            "stamp_duty": "none",
            "privacy": text("Informativa."),
            "source": SOURCE,
            "offer": {"services": [{"key": "plan", "title": text("Piano")}], "source": SOURCE},
            **more,
        }
    )


class SmallCallFactory(SQLAlchemyModelFactory):
    """A published call, open for a week around now; `opens_at` and `closes_at` move its window."""

    class Meta:
        model = Call
        sqlalchemy_session = db.session
        sqlalchemy_session_persistence = "flush"
        exclude = ("number",)

    class Params:
        coming = factory.Trait(
            opens_at=factory.LazyFunction(lambda: utcnow() + timedelta(days=1)), status=CallStatus.PUBLISHED
        )
        over = factory.Trait(
            closes_at=factory.LazyFunction(lambda: utcnow() - timedelta(seconds=1)), status=CallStatus.CLOSED
        )

    number = factory.Sequence(lambda n: n)
    opens_at = factory.LazyFunction(lambda: utcnow() - timedelta(days=3))
    closes_at = factory.LazyFunction(lambda: utcnow() + timedelta(days=4))
    status = CallStatus.OPEN
    code = factory.LazyAttribute(lambda made: f"PROVA-{made.number:04}")
    slug = factory.LazyAttribute(lambda made: f"prova-{made.number}")
    published_at = factory.LazyFunction(utcnow)

    @classmethod
    def _create(cls, model_class: type[Call], *args: Any, **kwargs: Any) -> Call:
        number = int(kwargs["code"].removeprefix("PROVA-"))
        programme = db.session.query(Programme).filter_by(code="PROGRAMMA").one_or_none()
        if programme is None:
            programme = Programme(code="PROGRAMMA", facts={})
            db.session.add(programme)
            db.session.flush()
        call = super()._create(model_class, *args, programme_id=programme.id, **kwargs)
        amend(call, content(number, opens_at=call.opens_at, closes_at=call.closes_at))
        return call


def amend(call: Call, new: CallContent, *, number: int = 1) -> CallVersion:
    """Put a version in force."""
    stored = new.model_dump(mode="json")
    made = CallVersion(
        call_id=call.id,
        number=number,
        content=stored,
        sha256=sha256_hex(canonical_json(stored)),
        reason="prova",
        made_by="system",
        made_at=utcnow(),
    )
    db.session.add(made)
    db.session.flush()
    call.version_id = made.id
    db.session.flush()
    return made


class FileFactory(SQLAlchemyModelFactory):
    """A clean PDF of one page; its bytes are nowhere."""

    class Meta:
        model = File
        sqlalchemy_session = db.session
        sqlalchemy_session_persistence = "flush"

    sha256 = factory.Sequence(lambda n: sha256_hex(f"file {n}".encode()))
    received_sha256 = factory.SelfAttribute("sha256")
    size = 1234
    media_type = "application/pdf"
    name = "profilo.pdf"
    pages = 1
    signatures = factory.LazyFunction(list)
    scan = ScanState.CLEAN
    scanned_at = factory.LazyFunction(utcnow)
    uploaded_by = "anna@impresa.example"


def make(
    *, call: Call | None = None, company: Any = None, upto: str = "draft", by: str = "anna@impresa.example"
) -> Application:
    """An application up to a state: draft, filled, frozen, submitted."""
    session, now = db.session(), utcnow()
    call, company = call or SmallCallFactory(), company or CompanyFactory()
    application = service.start(session, call, company_id=company.id, by=by, now=call.opens_at)
    if upto == "draft":
        return application
    fill(application, by=by)
    if upto == "filled":
        return application
    service.freeze(session, application.id, by=by, now=min(now, call.closes_at - timedelta(seconds=1)))
    if upto == "submitted":
        service.submit(session, application.id, sha256=application.sha256, by=by)
        session.refresh(application)
    return application


def fill(application: Application, *, by: str = "anna@impresa.example") -> None:
    """Answer, attach and declare all that the small call asks."""
    session, now = db.session(), utcnow()
    changes = [Change(key, value) for key, value in {**ANSWERS, "not_insolvent": True}.items()]
    service.save(session, application.id, changes, by=by, now=now)
    attachment = Attachment(
        application_id=application.id, document="profile", file_id=FileFactory().id, attached_at=now, attached_by=by
    )
    session.add(attachment)
    session.flush()


def waiting(application: Application, kind: RequestKind) -> Request:
    """A request to the firm of an application in the check, made now; the application waits for its answer."""
    session, now, by = db.session(), utcnow(), "ufficio@unioncamere.example"
    if application.status is Status.SUBMITTED:
        service.move(session, application.id, Status.ELIGIBILITY_CHECK, by="system", now=now)
    if kind is RequestKind.NOTICE:
        reasons = [{"rule": "durc", "text": "Il DURC agli atti risulta irregolare."}]
        return service.give_notice(session, application.id, reasons=reasons, words="", by=by, now=now)
    words = "Manca il profilo aggiornato dell'impresa."
    asks = Asks(("profile",), ("agent",))
    return service.supplement(session, application.id, asks=asks, words=words, days=10, by=by, now=now)
