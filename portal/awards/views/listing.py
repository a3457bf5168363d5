"""The office's list of awards: filtered, sorted, paged by key, exported as shown; many granted at once."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext
from flask_login import current_user

from portal import db
from portal.applications.models import Application
from portal.applications.rules import Status
from portal.applications.rules.words import STATES
from portal.awards import permissions, service
from portal.awards.forms import BulkForm
from portal.awards.queries import cases
from portal.awards.rules.deadlines import CONFIRM_DAYS, confirm_by
from portal.awards.rules.ledger import EntryState, Regime, regime_of
from portal.awards.views.shared import MEDIA
from portal.calls import queries as calls
from portal.calls.models import Call
from portal.companies.models import Company
from portal.db import transaction
from portal.documents import downloads, sheets
from portal.kernel.clock import ROME, utcnow
from portal.kernel.errors import DomainError
from portal.web import paging
from portal.web.filters import tr
from portal.web.guards import requires

requires_reader = requires("manager", "admin", "auditor")
requires_writer = requires("manager", "admin")
MOST_EXPORTED = 100_000
MOST_AT_ONCE = 500
SORTS: Mapping[str, tuple[Any, str]] = {
    "protocollo": (Application.arrival, "arrival"),
    "impresa": (Company.legal_name, "legal_name"),
}
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Asked(NamedTuple):
    """What the address asks for: the filter, its words, the order."""

    wanted: cases.Wanted
    words: dict[str, str]
    order: list[paging.By]
    sort: str


def _asked() -> Asked:
    words = {key: request.args.get(key, "")[:80] for key in ("bando", "stato", "cerca", "cor")}
    seen = calls.find_seen(db.session(), words["bando"]) if words["bando"] else None
    status = Status(words["stato"]) if words["stato"] in {one.value for one in cases.SHOWN} else None
    since = utcnow().date() if words["cor"] == "da-confermare" else None
    wanted = cases.Wanted(
        call_id=seen.call.id if seen else None, status=status, words=words["cerca"], to_confirm_since=since
    )
    sort = request.args.get("ordina", "")[:40]
    column, name = SORTS.get(sort.lstrip("-"), SORTS["protocollo"])
    order = [paging.By(column, name, descending=sort.startswith("-"))]
    if name != "arrival":
        order.append(paging.By(Application.arrival, "arrival"))
    return Asked(wanted, words, order, sort)


@requires_reader
def index() -> ResponseReturnValue:
    """One page of the list."""
    reach, session, asked = permissions.scope(current_user), db.session(), _asked()
    statement = cases.listing(reach, asked.wanted)
    page = paging.read(
        session, statement, asked.order, after=request.args.get("dopo"), before=request.args.get("prima")
    )
    only = {key: value for key, value in asked.words.items() if value}
    address = f"{request.path}?{urlencode(only)}"
    is_writer = not request.path.startswith("/controllo") and bool({"manager", "admin"} & set(current_user.roles))
    return render_template(
        "awards/index.html",
        page=page,
        asked=asked.words,
        calls=[(call.slug, title) for call, title in offered_calls(reach)],
        states={state: STATES[state] for state in cases.SHOWN},
        counts=cases.counts(session, reach),
        overdue=_overdue(reach),
        confirm_days=CONFIRM_DAYS,
        sort=asked.sort.lstrip("-") or "protocollo",
        descending=asked.sort.startswith("-"),
        address=address,
        sorted_address=f"{address}&{urlencode({'ordina': asked.sort})}" if asked.sort else address,
        export=urlencode({**only, **({"ordina": asked.sort} if asked.sort else {})}),
        base=request.path,
        without_room=EntryState.RESERVED,
        may_grant=is_writer,
    )


def offered_calls(reach: cases.Scope) -> list[tuple[Call, str]]:
    """The calls within reach that have a version, with their titles."""
    seen = [one.call for one in calls.all_calls(db.session(), only=reach)]
    return [(call, tr(calls.content_of(call.version).title)) for call in seen if call.version]


def _overdue(reach: cases.Scope) -> list[dict[str, Any]]:
    """CORs to confirm, with the last day; those that are late or within five days first, by age."""
    soon = utcnow().astimezone(ROME).date() + timedelta(days=5)
    rows = cases.unconfirmed(db.session(), reach)
    return [
        {"cor": row.cor, "id": row.id, "protocol": row.protocol, "by": confirm_by(row.cor_on)}
        for row in rows
        if confirm_by(row.cor_on) <= soon
    ]


@requires_reader
def export(kind: str) -> ResponseReturnValue:
    """What the list shows, whole and in its order, as a sheet."""
    asked = _asked()
    order = [by.column.desc() if by.descending else by.column.asc() for by in asked.order]
    statement = cases.listing(permissions.scope(current_user), asked.wanted)
    rows = cases.everything(db.session(), statement, order, limit=MOST_EXPORTED)
    header = [_("Protocollo"), _("Bando"), _("Impresa"), _("Partita IVA"), _("Stato"), _("Valore"), _("Atto")]
    header += [_("Data dell'atto"), "CUP", "CAR", "VERCOR", _("Data della verifica"), "COR", _("Data del COR")]
    header += [_("COR confermato il"), _("Accettare entro"), _("Somma da recuperare")]
    table = [_row(row) for row in rows]
    name = f"concessioni.{kind}"
    if kind == "csv":
        return downloads.send(sheets.to_csv(header, table), name=name, media_type=MEDIA[kind])
    return downloads.send(sheets.to_xlsx({_("Concessioni"): (header, table)}), name=name, media_type=MEDIA[kind])


def _row(row: Any) -> Sequence[Any]:  # noqa: ANN401 - a Row of the list
    value = row.amount_eur if row.eur is None else row.eur
    facts = [row.protocol, row.code, row.legal_name, row.vat, str(STATES[row.status].label), value]
    codes = [row.act_number, row.act_on, row.cup, row.car, row.vercor, row.checked_on, row.cor, row.cor_on]
    return [*facts, *codes, row.cor_confirmed_on, row.accept_by, row.recover_eur]


@requires_writer
def grant_many() -> ResponseReturnValue:
    """Those ticked, counted, with the act to write: first to look at, then, confirmed, to grant."""
    form = BulkForm() if "act_number" in request.form else BulkForm(formdata=None)
    rows = _chosen()
    if not rows:
        flash(_("Scegli almeno una domanda finanziata."), "warning")
        return redirect(url_for(".index", stato=Status.FUNDED.value), 303)
    if "act_number" not in request.form or not form.validate_on_submit():
        return _confirm(rows, form), 422 if form.summary else 200
    refused: dict[UUID, str] = {}
    for row in rows:
        if why := _grant_one(row, form):
            refused[row.id] = why
    done = len(rows) - len(refused)
    if done:
        flash(ngettext("%(num)s concessione registrata.", "%(num)s concessioni registrate.", done), "success")
    if refused:
        return _confirm([row for row in rows if row.id in refused], form, refused=refused), 422
    return redirect(url_for(".index", stato=Status.AWARDED.value), 303)


def _chosen() -> Sequence[Any]:
    ids = [UUID(one) for one in request.form.getlist("applications")[:MOST_AT_ONCE] if _UUID.fullmatch(one)]
    rows = cases.chosen(db.session(), permissions.scope(current_user), ids)
    return [row for row in rows if permissions.may_grant(current_user, row.call_id)]


def _confirm(rows: Sequence[Any], form: BulkForm, *, refused: Mapping[UUID, str] | None = None) -> str:
    regimes = [_regime(call_id) for call_id in {row.call_id for row in rows}]
    return render_template(
        "awards/grant.html",
        rows=rows,
        form=form,
        refused=refused or {},
        vercors={row.id: _vercor(row.id) for row in rows},
        needs_check=any(regimes),
        total=sum(row.amount_eur or 0 for row in rows),
    )


def _regime(call_id: UUID) -> Regime | None:
    version = calls.get(db.session(), call_id).version
    return regime_of(calls.content_of(version)) if version else None


def _vercor(application_id: UUID) -> str:
    return request.form.get(f"vercor-{application_id}", "").replace("\x00", "").strip()[:40]


def _grant_one(row: Any, form: BulkForm) -> str | None:  # noqa: ANN401 - a Row of the list
    """Each in a transaction of its own; answers why not."""
    try:
        with transaction() as session:
            check = form.check(_vercor(row.id))
            service.award(session, row.id, form.act, check, by=current_user.email, now=utcnow())
    except DomainError as refusal:
        return str(refusal)
    return None


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    for base, mark in (("/ufficio", ""), ("/controllo", "control_")):
        bp.get(f"{base}/concessioni", endpoint=f"{mark}index")(index)
        bp.get(f"{base}/concessioni.<any(csv, xlsx):kind>", endpoint=f"{mark}export")(export)
    bp.post("/ufficio/concessioni/concedi")(grant_many)
