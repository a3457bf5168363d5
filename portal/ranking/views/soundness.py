"""How sound the ranking is: sensitivity, severity, the adjusted places beside the official ones."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import db
from portal.calls import queries as calls
from portal.calls.models import Call
from portal.evaluation.rules import reviewed
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.ranking import queries
from portal.ranking.service.draw import seed_of
from portal.ranking.service.soundness import Beside, Soundness, soundness
from portal.ranking.views.office import own_call, requires_reader
from portal.ranking.views.shared import ROWS, bp, titles
from portal.web import paging
from portal.web.guards import found

KEPT_FOR: Final = timedelta(minutes=10)
MOST_KEPT: Final = 4
_kept: dict[UUID, tuple[datetime, Soundness]] = {}
"""By call, in this process: a panel of 10,000 cases takes seconds, and its pages are turned one after the other."""


def _looked_at(session: Session, call: Call, *, now: datetime) -> tuple[datetime, Soundness]:
    """When, and what was found: again after ten minutes, or where the address asks for it."""
    there = _kept.get(call.id)
    if there is not None and "rifai" not in request.args and now - there[0] < KEPT_FOR:
        return there
    seed = seed_of(session, queries.find_latest(session, call.id))
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[call.id] = now, soundness(session, call, seed=seed)
    return _kept[call.id]


@requires_reader
def sound(slug: str) -> ResponseReturnValue:
    """What would turn, and whom the panel's severity moved; of no legal effect."""
    call, session = own_call(slug, to_change=False), db.session()
    content = calls.content_of(found(call.version))
    refusal: DomainError | None = None
    at, view = None, None
    is_sealed = bool(queries.owed(session, call.id).scores and reviewed(content))
    if not is_sealed:
        try:
            at, view = _looked_at(session, call, now=utcnow())
        except DomainError as said:
            refusal = said
    return render_template(
        "ranking/soundness.html",
        call=call,
        content=content,
        view=view,
        at=at,
        page=_page(view.beside) if view else None,
        refusal=refusal,
        is_sealed=is_sealed,
        titles=titles(content),
    )


def _page(rows: Sequence[Beside]) -> paging.Page[Beside]:
    """A hundred of the rows, by how many come before: each place hangs on all, so that all are worked out."""
    after, before = request.args.get("dopo", type=int), request.args.get("prima", type=int)
    wanted = after if after is not None else (before or 0) - ROWS
    start = min(max(wanted, 0), max(len(rows) - 1, 0))
    return paging.Page(
        rows[start : start + ROWS],
        before=str(start) if start else None,
        after=str(start + ROWS) if start + ROWS < len(rows) else None,
    )


for _base, _mark in (("/ufficio", ""), ("/controllo", "control_")):
    bp.get(f"{_base}/bandi/<slug>/graduatorie/solidita", endpoint=f"{_mark}soundness")(sound)
