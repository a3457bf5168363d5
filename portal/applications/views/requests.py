"""The firm answers a request: one page, kept as it is written, with its files in their places; sent once."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any, BinaryIO, NamedTuple, cast
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request as http, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal import db
from portal.applications import permissions, queries, rules, service
from portal.applications.forms.requests import AnswerForm, answer_form
from portal.applications.models import Request
from portal.applications.queries import Folder
from portal.applications.rules.answers import spell
from portal.applications.rules.procedure import RequestKind
from portal.applications.rules.requests import KIND_WORDS, OTHER, STATE_TONES, STATE_WORDS, Asks, RequestState
from portal.applications.service import papers
from portal.applications.service.papers import answers_of
from portal.applications.views.shared import bp, own, status_of
from portal.calls.rules.content import DocumentAsked
from portal.calls.rules.deadlines import is_over
from portal.db import transaction
from portal.documents import downloads, rendering, rules as files, service as store
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.kernel.text import Language
from portal.web.filters import clock
from portal.web.guards import found, requires_company
from portal.web.language import current

KINDS = {"integrazione": RequestKind.SUPPLEMENT, "osservazioni": RequestKind.NOTICE}
ANY_FORMAT = ("pdf", "p7m", "jpg", "png", "docx", "xlsx")
MOST_MB = 20


class Place(NamedTuple):
    """Where files of an answer go: a document of the call, or none in particular."""

    key: str
    document: DocumentAsked | None

    @property
    def formats(self) -> tuple[str, ...]:
        """What may be uploaded."""
        return tuple(self.document.formats) if self.document else ANY_FORMAT

    @property
    def most(self) -> int:
        """How large, in MB."""
        return self.document.max_mb if self.document else MOST_MB


def _places(folder: Folder, asked: Request) -> list[Place]:
    wanted = Asks.of(asked.asks).documents
    return [*(Place(one.key, one) for one in folder.content.documents if one.key in wanted), Place(OTHER, None)]


def _asked(application_id: UUID, page: str) -> tuple[Folder, Request]:
    folder = own(application_id)
    return folder, found(queries.latest_request(db.session(), application_id, KINDS[page]))


@bp.route("/area/domande/<uuid:application_id>/<any('integrazione', 'osservazioni'):page>", methods=["GET", "POST"])
@requires_company
def respond(application_id: UUID, page: str) -> ResponseReturnValue:
    """The request and its answer. Every button keeps what is written and the files chosen, then does its own."""
    folder, asked = _asked(application_id, page)
    form = answer_form(folder.content, asked)
    if not form.is_submitted():
        form.mark()
        return _page(folder, asked, page, form)
    wrong: dict[str, str] = {}
    status = _keep(asked, form)
    if status is None:
        wrong, status = _store(folder, asked)
    if status is None and (refusal := _act(folder, asked)):
        form.refuse(refusal)
        status = status_of(refusal)
    if status is None:
        return redirect(_onward(application_id, page), 303)
    form.mark()
    folder, asked = _asked(application_id, page)
    return _page(folder, asked, page, form, wrong=wrong), status


def _keep(asked: Request, form: AnswerForm) -> int | None:
    """Keep the draft; the status of a refusal."""
    if not form.is_keepable():
        return 422
    try:
        with transaction() as session:
            revision = int(form.revision.data or 0)
            kept = service.save_draft(
                session, asked.id, form.draft(), revision=revision, by=current_user.email, now=utcnow()
            )
            form.revision.data, form.revision.raw_data = str(kept.revision), None
    except DomainError as refusal:
        form.refuse(refusal)
        fresh = queries.find_request(db.session(), asked.id)
        form.revision.data, form.revision.raw_data = str(fresh.revision if fresh else 0), None
        return status_of(refusal)
    return None


def _store(folder: Folder, asked: Request) -> tuple[dict[str, str], int | None]:
    """Put every file that came into its place; what is wrong with each, by place."""
    wrong, status = {}, None
    for place in _places(folder, asked):
        try:
            _take(asked, place)
        except DomainError as refusal:
            wrong[place.key] = str(refusal)
            status = 413 if isinstance(refusal, files.TooLarge) else status_of(refusal)
    return wrong, status


def _take(asked: Request, place: Place) -> None:
    sent = http.files.get(f"file-{place.key}")
    if sent is None or not sent.filename:
        if http.form.get("upload") == place.key:
            raise rules.NoFile
        return
    who = {"by": current_user.email, "now": utcnow()}
    allowed, limit = files.kinds(place.formats), place.most * files.MEGABYTE
    with closing(sent.stream), transaction() as session:
        file = store.store(
            session, cast("BinaryIO", sent.stream), name=sent.filename, allowed=allowed, limit=limit, **who
        )
        service.enclose(session, asked.id, file, document=place.key, **who)


def _act(folder: Folder, asked: Request) -> DomainError | None:
    """What the button pressed is for, beyond keeping."""
    try:
        with transaction() as session:
            if remove := _uuid(http.form.get("remove", "")):
                service.take_out(session, asked.id, remove, by=current_user.email, now=utcnow())
            elif http.form.get("go") == "send":
                if not permissions.may_submit(current_user, folder.application.call_id):
                    raise rules.NotYours
                service.answer(session, asked.id, by=current_user.email)
    except DomainError as refusal:
        return refusal
    return None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _onward(application_id: UUID, page: str) -> str:
    if http.form.get("go") == "send":
        flash(_("La risposta è stata inviata: l'ufficio l'ha ricevuta."), "success")
        return url_for(".respond", application_id=application_id, page=page)
    if http.form.get("go") == "draft":
        flash(_("Bozza salvata alle %(time)s.", time=clock(utcnow())), "success")
    anchor = http.form.get("upload")
    return url_for(".respond", application_id=application_id, page=page, _anchor=f"doc-{anchor}" if anchor else None)


def too_large(application_id: UUID, page: str) -> ResponseReturnValue:
    """A body beyond every limit: the draft as it was last kept, and why nothing more was."""
    folder, asked = _asked(application_id, page)
    form = answer_form(folder.content, asked)
    form.refuse(files.TooLarge(limit=MOST_MB))
    return _page(folder, asked, page, form), 413


def _page(folder: Folder, asked: Request, page: str, form: AnswerForm, *, wrong: dict[str, str] | None = None) -> str:
    given, now = answers_of(folder), utcnow()
    fields = {one.key: one for one in folder.content.form.fields()}
    lang = _lang()
    return render_template(
        "applications/respond.html",
        folder=folder,
        asked=asked,
        page=page,
        form=form,
        wrong=wrong or {},
        places=list(_shown(folder, asked)),
        before={key: spell(fields[key], given[key].value, lang) for key in Asks.of(asked.asks).fields if key in given},
        sent=papers.sent(folder.content, asked, lang=lang) if asked.content else None,
        is_open=asked.state is RequestState.OPEN and not is_over(asked.due_at, now=now),
        is_notice=asked.kind is RequestKind.NOTICE,
        kind_word=KIND_WORDS[asked.kind],
        state_word=STATE_WORDS[asked.state],
        state_tone=STATE_TONES[asked.state],
        may_submit=permissions.may_submit(current_user, folder.application.call_id),
    )


def _lang() -> Language:
    return "en" if current() == "en" else "it"


def _shown(folder: Folder, asked: Request) -> Iterator[tuple[Place, list[Any]]]:
    there = queries.enclosed_with(asked)
    for place in _places(folder, asked):
        yield place, [one for one in there if one.document == place.key]


@bp.get("/area/domande/<uuid:application_id>/richieste/<int:number>.pdf")
@requires_company
def letter(application_id: UUID, number: int) -> ResponseReturnValue:
    """The letter of a request, to keep."""
    folder = own(application_id)
    return send_letter(folder, found(queries.find_numbered(db.session(), application_id, number)))


def send_letter(folder: Folder, asked: Request) -> ResponseReturnValue:
    """The letter as a PDF."""
    lang = _lang()
    public_url = current_app.config["PUBLIC_URL"]
    paper = papers.request_letter(asked, folder.application, folder.content, public_url=public_url, lang=lang)
    pdf = rendering.render(paper, lang=lang, at=asked.asked_at)
    name = f"{folder.application.protocol}-richiesta-{asked.number}.pdf"
    return downloads.send(pdf, name=name, media_type="application/pdf")
