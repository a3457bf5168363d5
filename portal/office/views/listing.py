"""The applications: filtered, sorted, paged by key, and exported as they are shown."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import Select

from portal import db
from portal.applications.models import Application
from portal.applications.rules import Status
from portal.applications.rules.procedure import Clock
from portal.calls import queries as calls
from portal.companies.models import Company
from portal.documents import downloads, sheets
from portal.eligibility import queries as eligibility
from portal.eligibility.queries import Standing
from portal.kernel.clock import utcnow
from portal.office import permissions, queries, rules
from portal.web import paging
from portal.web.filters import tr
from portal.web.guards import requires

requires_reader = requires("manager", "admin", "auditor")
MOST_EXPORTED = 100_000
SORTS: Mapping[str, tuple[Any, str]] = {
    "protocollo": (Application.arrival, "arrival"),
    "impresa": (Company.legal_name, "legal_name"),
    "provincia": (Company.province, "province"),
}
TERM = "termine"
VERDICTS = {"pass": "Soddisfatto", "fail": "Non soddisfatto", "to_verify": "Da verificare"}


def _wanted() -> tuple[queries.Wanted, dict[str, str]]:
    asked = {key: request.args.get(key, "")[:80] for key in ("bando", "stato", "cerca", "rischio")}
    seen = calls.find_seen(db.session(), asked["bando"]) if asked["bando"] else None
    status = Status(asked["stato"]) if asked["stato"] in set(Status) else None
    wanted = queries.Wanted(
        call_id=seen.call.id if seen else None, status=status, words=asked["cerca"], at_risk=bool(asked["rischio"])
    )
    return wanted, asked


def _listed(
    reach: queries.Scope, wanted: queries.Wanted, *, by_term: bool, now: datetime
) -> tuple[Select[*tuple[Any, ...]], Any]:
    """The list, and the column of terms where one is asked for."""
    listed = queries.listing(reach, wanted)
    if not (wanted.at_risk or by_term):
        return listed, None
    clocks = {key: clock for key, (_call, clock) in queries.clocks(db.session(), reach, now=now).items()}
    if wanted.at_risk:
        clocks = {key: clock for key, clock in clocks.items() if clock.is_at_risk}
    return queries.with_terms(listed, clocks, only=wanted.at_risk)


@requires_reader
def applications() -> ResponseReturnValue:
    """One page of the list."""
    reach, session, now = permissions.scope(current_user), db.session(), utcnow()
    wanted, asked = _wanted()
    sort = request.args.get("ordina", "termine" if wanted.at_risk else "")
    by_term = sort.lstrip("-") == TERM
    listed, term = _listed(reach, wanted, by_term=by_term, now=now)
    column, name = (term, "term") if by_term else SORTS.get(sort.lstrip("-"), SORTS["protocollo"])
    order = [paging.By(column, name, descending=sort.startswith("-"))]
    if name == "province":
        order.append(paging.By(Company.legal_name, "legal_name", descending=sort.startswith("-")))
    if name != "arrival":
        order.append(paging.By(Application.arrival, "arrival"))
    page = paging.read(session, listed, order, after=request.args.get("dopo"), before=request.args.get("prima"))
    asked_only = {key: value for key, value in asked.items() if value}
    address = f"{request.path}?{urlencode(asked_only)}"
    offered = [(one.call.slug, tr(calls.content_of(one.call.version).title)) for one in _offered(reach)]
    return render_template(
        "office/applications.html",
        page=page,
        asked=asked,
        calls=offered,
        states={state: rules.state_word(state) for state in Status if state is not Status.DRAFT},
        standings=eligibility.standings(session, [row.id for row in page.rows]),
        clocks=queries.clocks_of(session, page.rows, now=now),
        sort=sort.lstrip("-") or "protocollo",
        descending=sort.startswith("-"),
        address=address,
        sorted_address=f"{address}&{urlencode({'ordina': sort})}" if sort else address,
        export=urlencode(asked_only),
        base=request.path,
    )


def _offered(reach: queries.Scope) -> list[Any]:
    return [one for one in calls.all_calls(db.session(), only=reach) if one.call.version]


@requires_reader
def export(kind: str) -> ResponseReturnValue:
    """What the list shows, whole, as a sheet."""
    wanted, _asked = _wanted()
    now = utcnow()
    listed, _term = _listed(permissions.scope(current_user), wanted, by_term=False, now=now)
    header = [_("Protocollo"), _("Bando"), _("Impresa"), _("Partita IVA"), _("Provincia"), _("Presentata"), _("Stato")]
    header += [_("Requisiti"), _("Punti automatici"), _("Giorni rimasti"), _("Si conclude entro")]
    table = _table(listed, now=now)
    if kind == "csv":
        body = stream_with_context(sheets.csv_stream(header, table))
        return downloads.send(body, name="domande.csv", media_type="text/csv; charset=utf-8")
    book = sheets.to_xlsx({_("Domande"): (header, table)})
    return downloads.send(book, name="domande.xlsx", media_type=XLSX)


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _table(listed: Select[*tuple[Any, ...]], *, now: datetime) -> Iterator[Sequence[Any]]:
    """Batch after batch: what stands beside the rows is asked of so many at once."""
    session = db.session()
    for rows in queries.everything(session, listed, limit=MOST_EXPORTED):
        clocks = queries.clocks_of(session, rows, now=now)
        standings = eligibility.standings(session, [row.id for row in rows])
        for row in rows:
            yield _row(row, standings.get(row.id), clocks.get(row.id))


def _row(row: Any, standing: Standing | None, clock: Clock | None) -> Sequence[Any]:  # noqa: ANN401 - a Row of the list
    verdict = VERDICTS[standing.verdict.value] if standing else None
    points = standing.report.points if standing else None
    state, _tone = rules.state_word(row.status)
    facts = [row.protocol, row.code, row.legal_name, row.vat, row.province, row.submitted_at]
    return [*facts, state, verdict, points, *((clock.left, clock.ends_at) if clock else (None, None))]


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    for base in ("/ufficio", "/controllo"):
        bp.get(f"{base}/domande", endpoint=f"{'control_' * (base != '/ufficio')}applications")(applications)
    bp.get("/ufficio/domande.<any(csv, xlsx):kind>")(export)
