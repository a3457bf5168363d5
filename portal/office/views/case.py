"""One case, whole: facts and documents, report and scores, clock, messages, actions, and its story."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal import db
from portal.applications import queries as applications
from portal.applications.models import Request
from portal.applications.queries import Folder
from portal.applications.rules import requests
from portal.applications.rules.procedure import CONCLUDED, Clock, clock
from portal.applications.service import papers
from portal.calls import queries as calls
from portal.documents import downloads
from portal.eligibility import permissions as deciding, queries as eligibility
from portal.evaluation import queries as evaluation
from portal.evaluation.queries import Sheet
from portal.evaluation.rules import Stage, is_unsealed
from portal.kernel.clock import utcnow
from portal.kernel.text import Language
from portal.notifications.rules import STATE_TONES, STATE_WORDS
from portal.office import permissions, queries, rules
from portal.office.views.listing import requires_reader
from portal.ranking import queries as ranking
from portal.web.guards import found
from portal.web.language import current as language


@requires_reader
def case(application_id: UUID) -> ResponseReturnValue:
    """The page of a case."""
    session, folder = db.session(), _folder(application_id)
    application = folder.application
    content = calls.content_by_id(session, application.version_id)
    sheets, around = _sheets(application_id), queries.around(session, application_id)
    return render_template(
        "office/case.html",
        folder=folder,
        application=application,
        content=content,
        standing_word=rules.state_word(application.status),
        **_requests(folder, "en" if language() == "en" else "it"),
        documents={document.key: document.title for document in content.documents},
        standing=eligibility.find_standing(session, application_id),
        may_decide=deciding.may_decide(current_user, application.call_id),
        sheets=sheets,
        is_unsealed=is_unsealed([sheet.desk for sheet in sheets]),
        criteria=[one for one in content.criteria if one.mode == "reviewed"],
        place=ranking.published_place(session, application_id),
        messages=around.messages,
        is_refused=around.is_refused,
        message_words=STATE_WORDS,
        message_tones=STATE_TONES,
        story=[_told(deed) for deed in around.story],
    )


def _folder(application_id: UUID) -> Folder:
    folder = applications.find(db.session(), application_id)
    if folder is None or folder.application.arrival is None:
        abort(404)
    if not permissions.may_read(current_user, folder.application.call_id):
        abort(404)
    return folder


def _sheets(application_id: UUID) -> list[Sheet]:
    """The sheets of the case; whoever reviews it and is in conflict doesn't read it as staff either."""
    sheets = evaluation.sheets(db.session(), [application_id])[application_id]
    if any(one.reviewer_id == current_user.id and one.desk.stage is Stage.IN_CONFLICT for one in sheets):
        abort(404)
    return sheets


def _told(deed: queries.Deed) -> dict[str, Any]:
    title, text = rules.deed(deed.action, deed.detail)
    return {"at": deed.at, "title": title, "text": text, "who": deed.by}


def _clock(folder: Folder, asked: Sequence[Request]) -> Clock | None:
    """The clock of the proceeding, until there is an outcome."""
    application = folder.application
    if application.status in CONCLUDED or application.submitted_at is None:
        return None
    return clock(
        folder.content,
        [applications.as_asked(one) for one in asked],
        submitted_at=application.reopened_at or application.submitted_at,
        closes_at=application.reopened_at or folder.call.closes_at,
        now=utcnow(),
    )


def _requests(folder: Folder, lang: Language) -> dict[str, Any]:
    """What was asked of the firm and what it answered."""
    session, application = db.session(), folder.application
    asked = applications.requests_with_files(session, application.id)
    return {
        "asked": asked,
        "awaits": any(one.state is requests.RequestState.OPEN for one in asked),
        "wanted": {one.id: papers.asked_for(folder.content, one, lang=lang) for one in asked},
        "sent": {one.id: papers.sent(folder.content, one, lang=lang) for one in asked if one.content},
        "files": {one.id: applications.enclosed_with(one) for one in asked if one.content},
        "request_words": {
            "kinds": requests.KIND_WORDS,
            "states": requests.STATE_WORDS,
            "tones": requests.STATE_TONES,
        },
        "paper": papers.sheet(folder, at=utcnow(), lang=lang, asked=asked),
        "clock": _clock(folder, asked),
        "hold_words": rules.HOLD_WORDS,
    }


@requires_reader
def attachment(application_id: UUID, attachment_id: UUID) -> ResponseReturnValue:
    """A document of the case, to keep."""
    _folder(application_id)
    _sheets(application_id)
    file = applications.find_handed_in(db.session(), attachment_id, application_id, with_observations=True)
    return downloads.send_file(found(file))


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    for base, mark in (("/ufficio", ""), ("/controllo", "control_")):
        at = f"{base}/domande/<uuid:application_id>"
        bp.get(at, endpoint=f"{mark}case")(case)
        bp.get(f"{at}/allegati/<uuid:attachment_id>", endpoint=f"{mark}attachment")(attachment)
