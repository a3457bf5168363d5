"""Where my firm stands, and why."""

from typing import Any
from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal import db
from portal.applications import permissions, queries as applications
from portal.calls import queries as calls
from portal.documents import downloads
from portal.ranking import queries, service
from portal.ranking.rules.opening import MEETING, SHEET, as_bytes
from portal.ranking.service import moves
from portal.ranking.views.shared import HELD, OUTCOMES, bp, titles
from portal.web.guards import found, requires_company


@bp.get("/area/domande/<uuid:application_id>/graduatoria")
@requires_company
def own(application_id: UUID) -> ResponseReturnValue:
    """The firm's own line, points by criterion, the cut-off, what decided."""
    folder = found(applications.find_own(db.session(), application_id, **permissions.reach(current_user)))
    history = queries.published_places(db.session(), application_id)
    if not history:
        return render_template("ranking/own.html", folder=folder, content=folder.content, why=None)
    place, ranking = history[0]
    kept = queries.find_opening(db.session(), ranking.id, application_id)
    content = calls.content_by_id(db.session(), ranking.version_id)
    words = titles(content)
    return render_template(
        "ranking/own.html",
        folder=folder,
        content=content,
        ranking=ranking,
        place=place,
        why=service.explain(db.session(), place),
        remedy=service.what_would_have(db.session(), place),
        history=history,
        sheets=_sheets(kept),
        counts=queries.counts(db.session(), ranking.id),
        titles=words,
        moved=lambda was: moves.words(was.move, words["reserves"]),
        outcomes=OUTCOMES,
        held=HELD,
    )


@bp.get("/area/domande/<uuid:application_id>/graduatoria/apertura.json")
@requires_company
def opening(application_id: UUID) -> ResponseReturnValue:
    """What the published file commits to about this application, with the salts: for its firm alone."""
    found(applications.find_own(db.session(), application_id, **permissions.reach(current_user)))
    _place, ranking = found(queries.published_place(db.session(), application_id))
    kept = found(queries.find_opening(db.session(), ranking.id, application_id))
    return downloads.send(
        as_bytes(kept), name=f"apertura-{kept['registry_number']}.json", media_type="application/json"
    )


def _sheets(kept: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The reviewers' sheets in an opening, without names, then the meeting; nothing in rankings older than openings."""
    parts = kept["parts"] if kept else {}
    names = [*sorted(name for name in parts if name.startswith(SHEET)), MEETING]
    return [parts[name]["value"] for name in names if name in parts]
