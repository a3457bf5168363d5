"""Pages of the office: the calls, their versions, and a new version written, checked and put in force."""

from dataclasses import dataclass, field
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from portal import db
from portal.audit import queries as audit
from portal.calls import permissions, queries, service
from portal.calls.forms import ActForm, EditForm
from portal.calls.models import Call
from portal.calls.queries import Seen
from portal.calls.rules.content import CallContent
from portal.calls.rules.diff import Change, diff
from portal.calls.rules.findings import Finding, Level
from portal.calls.rules.lint import lint
from portal.calls.rules.status import CallStatus
from portal.calls.rules.yaml_io import Fault, Malformed, dump, load
from portal.calls.views.labels import DEEDS, where
from portal.calls.views.public import render_body
from portal.calls.views.shown import Shown, show, show_all
from portal.db import transaction
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.web.guards import found, requires
from portal.web.language import current

bp = Blueprint("calls_office", __name__)


@dataclass(frozen=True)
class Check:
    """What is said of a text before it is put in force."""

    faults: list[Fault] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    content: CallContent | None = None
    preview: Markup | None = None

    @property
    def is_sound(self) -> bool:
        """Whether it is a call, and one without contradictions."""
        return self.content is not None and not any(each.level is Level.ERROR for each in self.findings)


@bp.get("/ufficio/bandi")
@requires("manager", "admin", "auditor")
def index() -> ResponseReturnValue:
    """Every call that one may see, by state."""
    seen = [one for one in queries.all_calls(db.session()) if permissions.may_see(current_user, one.call.id)]
    calls = show_all(db.session(), seen)
    counts = {status: sum(one.call.status is status for one in calls) for status in CallStatus}
    may_add = permissions.may_create(current_user)
    return render_template("calls/office.html", calls=calls, counts=counts, may_add=may_add)


@bp.get("/ufficio/bandi/<slug>")
@requires("manager", "admin", "auditor")
def show_call(slug: str) -> ResponseReturnValue:
    """One call: state, lint, versions, what was done."""
    call = show(db.session(), _seen(slug))
    return render_template(
        "calls/office_call.html",
        call=call,
        findings=lint(call.content),
        versions=queries.versions(db.session(), call.call.id),
        story=audit.story(db.session(), call.call.id),
        said=sorted(queries.announced(db.session(), call.call.id), key=lambda each: (each[2], -each[1])),
        may_manage=permissions.may_manage(current_user, call.call.id),
        deeds=DEEDS,
    )


@bp.post("/ufficio/bandi/<slug>/pubblica")
@requires("manager", "admin")
def publish(slug: str) -> ResponseReturnValue:
    """Show a draft to everybody; it opens by the clock."""
    call = _managed(slug).call
    if ActForm().validate_on_submit():
        try:
            with transaction() as session:
                service.publish(session, call.id, by=current_user.email, now=utcnow())
            flash(_("Il bando è pubblicato."), "success")
        except DomainError as refusal:
            flash(str(refusal), "danger")
    return redirect(url_for(".show_call", slug=slug), 303)


@bp.route("/ufficio/bandi/nuovo", methods=["GET", "POST"])
@requires("manager", "admin")
def new() -> ResponseReturnValue:
    """A call that is not there yet, from YAML."""
    if not permissions.may_create(current_user):
        abort(403)
    form = EditForm()
    check = _check(form, None) if form.validate_on_submit() else None
    if check and check.is_sound and _confirmed():
        return _bring_in(form, found(check.content), None) or _page(form, check, None)
    return _page(form, check, None)


@bp.route("/ufficio/bandi/<slug>/modifica", methods=["GET", "POST"])
@requires("manager", "admin")
def edit(slug: str) -> ResponseReturnValue:
    """A new version: written, checked against the one in force, previewed, then confirmed with its reason."""
    call = show(db.session(), _managed(slug))
    form = EditForm(base=str(call.call.version_id))
    if not form.is_submitted():
        form.yaml.data = dump(call.content)
    check = _check(form, call) if form.validate_on_submit() else None
    if check and check.is_sound and _confirmed():
        return _bring_in(form, found(check.content), call) or _page(form, check, call)
    return _page(form, check, call)


def _page(form: EditForm, check: Check | None, call: Shown | None) -> ResponseReturnValue:
    return render_template("calls/edit.html", form=form, check=check, call=call, where=where, language=current())


def _confirmed() -> bool:
    return request.form.get("go") == "confirm"


def _check(form: EditForm, call: Shown | None) -> Check:
    """Read, lint, compare, preview; the text stays in the form whatever it is."""
    text = form.text
    form.yaml.data = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    form.yaml.raw_data = None
    try:
        content = load(text)
    except Malformed as malformed:
        return Check(faults=malformed.faults)
    changes = diff(call.content, content) if call else []
    return Check(findings=lint(content), changes=changes, content=content, preview=_preview(content, call))


def _preview(content: CallContent, call: Shown | None) -> Markup:
    shown = call.call if call else Call(slug=content.slug)
    stand_in = Call(slug=shown.slug, opens_at=content.window.opens_at, closes_at=content.window.closes_at)
    return Markup(render_body(stand_in, content, []))  # noqa: S704 - a rendered template


def _bring_in(form: EditForm, content: CallContent, call: Shown | None) -> ResponseReturnValue | None:
    """Put it in force; None where it was refused, with the refusal in the form.

    The code in the text says which call it is: whoever may not manage that one is sent away.
    """
    known = queries.find_by_code(db.session(), content.code)
    if known and not permissions.may_manage(current_user, known.id):
        abort(403)
    try:
        with transaction() as session:
            made, outcome = service.import_(
                session,
                content,
                reason=form.reason.data or "",
                by=current_user.email,
                now=utcnow(),
                over=UUID(form.base.data) if call and form.base.data else None,
            )
    except (DomainError, ValueError) as refusal:
        form.refuse(refusal if isinstance(refusal, DomainError) else DomainError())
        return None
    said = {
        service.Imported.CREATED: _("La bozza è pronta: controllala e pubblicala."),
        service.Imported.DRAFTED: _("La bozza è aggiornata."),
        service.Imported.AMENDED: _("La rettifica è in vigore e gli interessati sono avvisati."),
        service.Imported.UNCHANGED: _("Nessuna differenza: non è cambiato nulla."),
    }
    flash(said[outcome], "success")
    return redirect(url_for(".show_call", slug=made.slug), 303)


def _seen(slug: str) -> Seen:
    seen = found(queries.find_seen(db.session(), slug))
    if not permissions.may_see(current_user, seen.call.id):
        abort(404)
    return seen


def _managed(slug: str) -> Seen:
    seen = _seen(slug)
    if not permissions.may_manage(current_user, seen.call.id):
        abort(403)
    return seen
