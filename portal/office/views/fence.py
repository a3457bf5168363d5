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
from sqlalchemy import ColumnElement, Select, String, and_, cast, event, exists, or_, select, union
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from portal import db
from portal.access.models import Request
from portal.applications.models import Application
from portal.applications.rules import Status
from portal.audit.models import Entry
from portal.awards.models import RegisterBatch
from portal.calls.models import Call
from portal.companies.models import Company
from portal.evaluation import queries as evaluation, rules
from portal.evaluation.models import Assignment
from portal.matching.models import MatchingEvent, Participant
from portal.missions.models import Mission, Traveller
from portal.notifications.models import Message
from portal.ranking.models import Place, Ranking
from portal.ranking.queries import WHOLE

FENCED: Final = ("/ufficio", "/controllo")
EVENTS: Final = "/ufficio/incontri/"
HIDDEN: Final = "portale.hidden"


def stand() -> ResponseReturnValue | None:
    """Before every request to the office: hide what whoever asks may not see."""
    if not request.path.startswith(FENCED) or not current_user.is_authenticated:
        return None
    tied = evaluation.tied_companies(db.session(), current_user.id, email=current_user.email)
    if not tied:
        return None
    given = request.view_args or {}
    if _is_about(given, tied):
        abort(404)
    is_whole = request.method not in {"GET", "HEAD"} or (request.endpoint or "").endswith("soundness")
    calls, coming = _whole(given)
    if (is_whole and _takes_part(calls, tied)) or _are_among(tied, coming):
        return render_template("office/abstain.html", refusal=rules.MustAbstain()), 403
    request.environ[HIDDEN] = tied
    return None


def _is_about(given: dict[str, Any], tied: Collection[UUID]) -> bool:
    """Whether an address names an application of these firms, a message about one, or a list that is not public."""
    theirs = select(Application.id).where(Application.company_id.in_(tied))
    named = {
        "application_id": lambda id_: theirs.where(Application.id == id_),
        "company_id": lambda id_: select(Company.id).where(Company.id == id_, Company.id.in_(tied)),
        "message_id": lambda id_: select(Message.id).where(Message.id == id_, Message.subject_id.in_(_subjects(tied))),
        "batch_id": lambda id_: _batches(tied).where(RegisterBatch.__table__.c.id == id_),
        "ranking_id": lambda id_: (
            select(Place.application_id)
            .join(Ranking, Ranking.id == Place.ranking_id)
            .where(Ranking.id == id_, Ranking.published_at.is_(None), Place.application_id.in_(theirs))
        ),
    }
    return any(db.session().scalar(select(exists(find(given[name])))) for name, find in named.items() if name in given)


def _batches(tied: Collection[UUID]) -> Select[Any]:
    """Ids of the batches for the national register of calls to which one of these firms applied.

    Of the whole call: how many rows a batch has would tell whether the firm stands in it.
    """
    batches, applications = RegisterBatch.__table__.c, Application.__table__.c
    theirs = select(applications.call_id).where(applications.company_id.in_(tied), applications.arrival.is_not(None))
    return select(batches.id).where(batches.call_id.in_(theirs))


def _subjects(tied: Collection[UUID]) -> Select[Any]:
    """Ids of all that messages and the audit tell of these firms: themselves, what hangs on their applications.

    And the meetings that they come to, with everybody there, since an agenda names whom one meets; and who travels for
    them.
    """
    firms, applications = Company.__table__, Application.__table__
    theirs = select(applications.c.id).where(applications.c.company_id.in_(tied))
    asked, given = Request.__table__.c, Assignment.__table__.c
    there, going = Participant.__table__.c, Traveller.__table__.c
    meetings = select(there.event_id).where(there.company_id.in_(tied))
    found = union(
        select(firms.c.id).where(firms.c.id.in_(tied)),
        theirs,
        select(asked.id).where(or_(asked.application_id.in_(theirs), asked.target_id.in_(theirs))),
        select(given.id).where(given.application_id.in_(theirs)),
        meetings,
        select(there.id).where(there.event_id.in_(meetings)),
        select(going.id).where(going.company_id.in_(tied)),
    ).subquery()
    return select(found.c.id)


def _whole(given: dict[str, Any]) -> tuple[Select[Any], Select[Any] | None]:
    """The call that an address is about; the firms that come where it leads, of whom grids and sums all tell."""
    if "ranking_id" in given:
        return select(Ranking.call_id).where(Ranking.id == given["ranking_id"]), None
    if "mission_id" in given:
        going = select(Traveller.company_id).where(Traveller.mission_id == given["mission_id"])
        return select(Mission.call_id).where(Mission.id == given["mission_id"]), going
    if request.path.startswith(EVENTS) and "slug" in given:
        held = MatchingEvent.slug == given["slug"]
        there = select(Participant.company_id).join(MatchingEvent, MatchingEvent.id == Participant.event_id)
        return select(MatchingEvent.call_id).where(held), there.where(held)
    if given:
        return select(Call.id).where(Call.slug == given.get("slug")), None
    return select(Call.id).where(Call.id == _uuid(request.form.get("call", ""))), None


def _takes_part(calls: Select[Any], tied: Collection[UUID]) -> bool:
    """Whether one of these firms applied to one of the calls."""
    applied = select(Application.id).where(
        Application.call_id.in_(calls),
        Application.company_id.in_(tied),
        Application.submitted_at.is_not(None),
        Application.status != Status.WITHDRAWN,
    )
    return bool(db.session().scalar(select(exists(applied))))


def _are_among(tied: Collection[UUID], firms: Select[Any] | None) -> bool:
    """Whether one of these firms is among those."""
    if firms is None:
        return False
    found = firms.subquery()
    return bool(db.session().scalar(select(exists().where(found.c.company_id.in_(tied)))))


def _uuid(text: str) -> UUID | None:
    """As the forms read it, in whatever of its spellings."""
    try:
        return UUID(text)
    except ValueError:
        return None


def out_of_reach(event_ids: Collection[UUID]) -> set[UUID]:
    """Which of these events of meetings are not there for whoever asks: a firm that is hidden from them comes."""
    hidden = request.environ.get(HIDDEN)
    if not hidden:
        return set()
    there = Participant.__table__.c
    theirs = select(there.event_id).where(there.event_id.in_(event_ids), there.company_id.in_(hidden))
    return set(db.session().scalars(theirs))


def _hide(state: ORMExecuteState) -> None:
    """Leave out of every SELECT of this request what belongs to the firms that it hides.

    Only a lambda is told of which alias it speaks: an expression would filter the first mention twice.
    """
    tied = request.environ.get(HIDDEN) if has_request_context() else None
    if not tied or not state.is_select or state.execution_options.get(WHOLE):
        return
    firms, hidden = list(tied), _subjects(tied)
    as_text = select(cast(hidden.subquery().c.id, String))
    theirs = select(Application.__table__.c.id).where(Application.__table__.c.company_id.in_(tied))
    plain = {
        Participant: or_(Participant.company_id.is_(None), Participant.company_id.not_in(tied)),
        Traveller: Traveller.company_id.not_in(tied),
        Place: Place.application_id.not_in(theirs),
        RegisterBatch: RegisterBatch.id.not_in(_batches(tied)),
        Message: or_(Message.subject_id.is_(None), Message.subject_id.not_in(hidden)),
        Entry: and_(Entry.subject_id.not_in(as_text), ~_names_a_link(tied)),
    }
    state.statement = state.statement.options(
        with_loader_criteria(Application, lambda of: of.company_id.not_in(firms), include_aliases=True),
        with_loader_criteria(Company, lambda of: of.id.not_in(firms), include_aliases=True),
        *(with_loader_criteria(table, seen) for table, seen in plain.items()),
    )


def _names_a_link(tied: Collection[UUID]) -> ColumnElement[bool]:
    """Whether a line of the audit is about a link of aid of one of these firms: it tells both codes."""
    firms = Company.__table__.c
    named = select(firms.id).where(firms.id.in_(tied), Entry.detail.contains(firms.vat))
    return and_(Entry.subject_type == "aid_link", exists(named.correlate(Entry.__table__)))


event.listen(Session, "do_orm_execute", _hide)


def route(bp: Blueprint) -> None:
    """Stand before every request of the portal."""
    bp.before_app_request(stand)
