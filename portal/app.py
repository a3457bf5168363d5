"""The application factory: the only module that knows every slice."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from portal import db
from portal.applications import permissions, queries as applications
from portal.applications.rules.words import STATES
from portal.awards import queries as awards
from portal.calls import queries as calls
from portal.config import Settings, get_settings
from portal.kernel.clock import utcnow
from portal.web import setup
from portal.web.filters import tr
from portal.web.navigation import NavItem

ROOT = Path(__file__).resolve().parent.parent
SLICES = (
    "audit",
    "accounts",
    "documents",
    "companies",
    "calls",
    "applications",
    "eligibility",
    "evaluation",
    "ranking",
    "access",
    "awards",
    "missions",
    "matching",
    "notifications",
    "office",
)

MENU = (
    NavItem(label=_l("Bandi"), path="/bandi", unless=frozenset({"manager", "events", "admin", "auditor"})),
    NavItem(label=_l("La mia area"), path="/area", roles=frozenset({"company", "newcomer"}), exact=True),
    NavItem(label=_l("Le mie domande"), path="/area/domande", roles=frozenset({"company"})),
    NavItem(label=_l("La mia impresa"), path="/area/impresa", roles=frozenset({"company"})),
    NavItem(label=_l("I miei aiuti"), path="/area/aiuti", roles=frozenset({"company"})),
    NavItem(label=_l("Incontri"), path="/area/incontri", roles=frozenset({"company"})),
    NavItem(label=_l("Missioni"), path="/area/missioni", roles=frozenset({"company"})),
    NavItem(label=_l("Valutazione"), path="/valutazione", roles=frozenset({"reviewer"})),
    NavItem(label=_l("Ufficio"), path="/ufficio", roles=frozenset({"manager", "events", "admin"}), exact=True),
    NavItem(label=_l("Domande"), path="/ufficio/domande", roles=frozenset({"manager", "admin"})),
    NavItem(label=_l("Bandi"), path="/ufficio/bandi", roles=frozenset({"manager", "admin"})),
    NavItem(label=_l("Concessioni"), path="/ufficio/concessioni", roles=frozenset({"manager", "admin"})),
    NavItem(label=_l("Incontri"), path="/ufficio/incontri", roles=frozenset({"manager", "events", "admin", "auditor"})),
    NavItem(label=_l("Missioni"), path="/ufficio/missioni", roles=frozenset({"events"})),
    NavItem(label=_l("Messaggi"), path="/ufficio/messaggi", roles=frozenset({"manager", "events", "admin"})),
    NavItem(label=_l("Persone"), path="/ufficio/utenti", roles=frozenset({"admin"})),
    NavItem(label=_l("Controllo"), path="/controllo", roles=frozenset({"auditor"}), exact=True),
    NavItem(label=_l("Domande"), path="/controllo/domande", roles=frozenset({"auditor"})),
    NavItem(label=_l("Concessioni"), path="/controllo/concessioni", roles=frozenset({"auditor"})),
    NavItem(label=_l("Verifica una ricevuta"), path="/ricevute", unless=frozenset({"manager", "events", "admin"})),
    NavItem(label=_l("Aiuto"), path="/aiuto"),
)


def _calls(session: Session) -> list[tuple[UUID, str]]:
    """(id, title) of every call: for the slices below calls that give roles and mandates by call."""
    return [
        (seen.call.id, tr(calls.content_of(seen.call.version).title))
        for seen in calls.all_calls(session)
        if seen.call.version
    ]


def _applications(viewer: Any) -> dict[str, Any]:  # noqa: ANN401 - the person signed in
    """The firm's applications, for its desk."""
    mine = applications.of_company(db.session(), **permissions.reach(viewer))
    return {"mine": mine, "states": STATES, "now": utcnow()}


def create_app(settings: Settings | None = None) -> Flask:
    """The whole portal as one WSGI application."""
    settings = settings or get_settings()
    app = Flask("portal", root_path=str(ROOT), template_folder="templates", static_folder="static")
    app.config.from_mapping(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        PUBLIC_URL=settings.public_url,
        DEMO=settings.demo,
        MAX_CONTENT_LENGTH=110 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=3000,
        SETTINGS=settings,
    )
    app.extensions["portale.engine"] = db.configure(settings.sqlalchemy_url)
    app.teardown_appcontext(lambda _error: db.session.remove())
    setup.init_app(app, nav=MENU)
    app.extensions["portale.calls"] = _calls
    app.extensions["portale.acts"] = [awards.published_facts]
    app.extensions["portale.area"] = [_applications]
    for name in SLICES:
        if find_spec(f"portal.{name}.models"):
            import_module(f"portal.{name}.models")  # a slice without pages has tables that others' rows point to
        if find_spec(f"portal.{name}.views"):
            views = import_module(f"portal.{name}.views")
            for blueprint in views.blueprints:
                app.register_blueprint(blueprint)
    return app
