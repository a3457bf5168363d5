"""The fence: who is in conflict with a firm sees nothing of it in the office, in lists, counts, exports and files.

Ties are looked for at every request. A page about one application, or about one that stands in an unpublished ranking,
is not there; everything else is read without the firm, whichever slice reads it: the session leaves its rows out. Acts
on a whole call, and sums over it, are refused, since leaving a firm out would change them: whoever is in conflict
abstains.
"""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, abort, has_request_context, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import ColumnElement, String, cast, event, exists, or_, select
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from portal import db
from portal.applications.models import Application
from portal.applications.rules import Status
from portal.audit.models import Entry
from portal.calls.models import Call
from portal.companies.models import Company
from portal.evaluation import queries as evaluation, rules
from portal.notifications.models import Message
from portal.ranking.models import Place, Ranking

FENCED: Final = ("/ufficio", "/controllo")
HIDDEN: Final = "portale.hidden"


def stand() -> ResponseReturnValue | None:
    """Before every request to the office: hide what whoever asks may not see."""
    if not request.path.startswith(FENCED) or not current_user.is_authenticated:
        return None
    tied = evaluation.tied_companies(db.session(), current_user.id)
    if not tied:
        return None
    given = request.view_args or {}
    if _is_about(given, tied):
        abort(404)
    is_whole = request.method not in {"GET", "HEAD"} or (request.endpoint or "").endswith("soundness")
    if is_whole and _takes_part(given, tied):
        return render_template("office/abstain.html", refusal=rules.MustAbstain()), 403
    request.environ[HIDDEN] = tied
    return None


def _is_about(given: dict[str, Any], tied: Collection[UUID]) -> bool:
    """Whether an address names an application of these firms, a message about one, or an unpublished list with one."""
    theirs = select(Application.id).where(Application.company_id.in_(tied))
    named = {
        "application_id": lambda id_: theirs.where(Application.id == id_),
        "company_id": lambda id_: select(Company.id).where(Company.id == id_, Company.id.in_(tied)),
        "message_id": lambda id_: select(Message.id).where(Message.id == id_, Message.subject_id.in_(theirs)),
        "ranking_id": lambda id_: (
            select(Place.application_id)
            .join(Ranking, Ranking.id == Place.ranking_id)
            .where(Ranking.id == id_, Ranking.published_at.is_(None), Place.application_id.in_(theirs))
        ),
    }
    return any(db.session().scalar(select(exists(find(given[name])))) for name, find in named.items() if name in given)


def _takes_part(given: dict[str, Any], tied: Collection[UUID]) -> bool:
    """Whether one of these firms applied to the call that an address names."""
    calls = select(Call.id).where(Call.slug == given.get("slug"))
    if "ranking_id" in given:
        calls = select(Ranking.call_id).where(Ranking.id == given["ranking_id"])
    applied = select(Application.id).where(
        Application.call_id.in_(calls),
        Application.company_id.in_(tied),
        Application.submitted_at.is_not(None),
        Application.status != Status.WITHDRAWN,
    )
    return bool(db.session().scalar(select(exists(applied))))


def _hide(state: ORMExecuteState) -> None:
    """Leave out of every SELECT of this request what belongs to the firms that it hides."""
    tied = request.environ.get(HIDDEN) if has_request_context() else None
    if not tied or not state.is_select:
        return
    theirs = select(Application.__table__.c.id).where(Application.__table__.c.company_id.in_(tied))
    as_text = select(cast(Application.__table__.c.id, String)).where(Application.__table__.c.company_id.in_(tied))
    hidden: dict[type, ColumnElement[bool]] = {
        Application: Application.company_id.not_in(tied),
        Company: Company.id.not_in(tied),
        Place: Place.application_id.not_in(theirs),
        Message: or_(Message.subject_id.is_(None), Message.subject_id.not_in(theirs)),
        Entry: Entry.subject_id.not_in(as_text),
    }
    state.statement = state.statement.options(
        *(with_loader_criteria(table, seen, include_aliases=True) for table, seen in hidden.items())
    )


event.listen(Session, "do_orm_execute", _hide)


def route(bp: Blueprint) -> None:
    """Stand before every request of the portal."""
    bp.before_app_request(stand)
