"""The papers of an application: its receipt, and the whole of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import force_locale

from portal.applications.models import Application, Request
from portal.applications.queries import Folder
from portal.applications.rules import Status
from portal.applications.rules.answers import NEVER, Stored, spell
from portal.applications.rules.completeness import Enclosed, fields_of, is_asked
from portal.applications.rules.procedure import RequestKind
from portal.applications.rules.requests import Asks
from portal.applications.rules.words import STATES
from portal.calls.rules.content import CallContent, FieldType, FormField
from portal.documents.rendering import instant
from portal.documents.rules import papers
from portal.kernel.text import Language
from portal.web.filters import size


def receipt(application: Application, content: CallContent, *, public_url: str, lang: Language) -> papers.Receipt:
    """The receipt of an application handed in; it says what was frozen, whatever happened since.

    `public_url` is the portal's own address, for the QR code.
    """
    frozen = application.content or {}
    company = frozen["company"]["company"]
    files = [Enclosed(**{**one, "signers": tuple(one["signers"])}) for one in frozen["attachments"]]
    return papers.Receipt(
        **_call(content, lang),
        sha256=application.sha256,
        company=company["legal_name"],
        vat=company["vat"],
        pathway=_pathway(content, frozen["pathway"], lang),
        arrival=str(application.arrival),
        protocol=application.protocol,
        submitted_at=instant(_sure(application.submitted_at), lang=lang),
        submitted_by=application.submitted_by or "",
        attachments=_enclosed(content, files, lang),
        code=application.receipt_code or "",
        verify_url=f"{public_url}/ricevute/{application.receipt_code}",
    )


def sheet(folder: Folder, *, at: datetime, lang: Language, asked: Sequence[Request] = ()) -> papers.ApplicationSheet:
    """The whole application as it stands: drafts with what is written, the others as they were frozen.

    What was sent for the supplements among `asked` stands beside, each by itself.
    """
    application, content, fields = folder.application, folder.content, fields_of(folder.content)
    given = answers_of(folder)
    steps = [
        papers.Step(
            title=section.title.in_(lang),
            answers=[
                _reply(field, given.get(field.key, NEVER), lang)
                for field in section.fields
                if is_asked(field.condition, given, fields)
            ],
        )
        for section in content.form.sections
    ]
    wanted = [one for one in content.documents if is_asked(one.condition, given, fields)]
    files = _enclosed(content, enclosed_of(folder), lang)
    there = {one.document for one in enclosed_of(folder)}
    lacking = [papers.Enclosed(title=one.title.in_(lang)) for one in wanted if one.required and one.key not in there]
    with force_locale(lang):
        state = str(STATES[application.status].label)
    return papers.ApplicationSheet(
        **_call(content, lang),
        sha256=application.sha256,
        company=application.company.legal_name,
        vat=application.company.vat,
        pathway=_pathway(content, given.get("pathway", NEVER).value, lang),
        state=state,
        is_draft=application.status is Status.DRAFT,
        is_withdrawn=application.status is Status.WITHDRAWN,
        arrival=str(application.arrival) if application.arrival else None,
        submitted_at=instant(application.submitted_at, lang=lang) if application.submitted_at else None,
        printed_at=instant(at, lang=lang),
        sections=steps,
        attachments=[*files, *lacking],
        declarations=[
            papers.Statement(text=one.text.in_(lang), is_made=given.get(one.key, NEVER).value is True)
            for one in content.declarations
        ],
        supplements=[sent(content, one, lang=lang) for one in asked if _is_sent(one)],
    )


def _is_sent(request: Request) -> bool:
    return request.kind is RequestKind.SUPPLEMENT and request.content is not None


def sent(content: CallContent, request: Request, *, lang: Language) -> papers.Supplement:
    """What a firm sent when it was asked."""
    answer, fields = request.content or {}, fields_of(content)
    return papers.Supplement(
        asked_at=instant(request.asked_at, lang=lang),
        answered_at=instant(_sure(request.closed_at), lang=lang),
        words=request.words,
        note=answer["note"],
        answers=[_reply(fields[key], Stored(value), lang) for key, value in answer["answers"].items()],
        attachments=_enclosed(content, files_sent(answer), lang),
    )


def files_sent(content: Mapping[str, Any]) -> list[Enclosed]:
    """The files of an answer that was sent."""
    return [Enclosed(**{**one, "signers": tuple(one["signers"])}) for one in content["attachments"]]


def asked_for(content: CallContent, request: Request, *, lang: Language) -> list[str]:
    """The documents and the data that a request asks for, by name, in the order of the call."""
    asks = Asks.of(request.asks)
    titles = [one.title.in_(lang) for one in content.documents if one.key in asks.documents]
    return [*titles, *(one.label.in_(lang) for one in content.form.fields() if one.key in asks.fields)]


def request_letter(
    request: Request, application: Application, content: CallContent, *, public_url: str, lang: Language
) -> papers.RequestLetter:
    """The letter by which a supplement is asked for, or a rejection announced."""
    is_notice = request.kind is RequestKind.NOTICE
    page = "osservazioni" if is_notice else "integrazione"
    return papers.RequestLetter(
        **_call(content, lang),
        sha256=None,
        is_notice=is_notice,
        company=application.company.legal_name,
        vat=application.company.vat,
        protocol=application.protocol or "",
        number=str(request.number),
        asked_at=instant(request.asked_at, lang=lang),
        due_at=instant(request.due_at, lang=lang),
        extension=request.extension_reason or "",
        words=request.words,
        items=asked_for(content, request, lang=lang),
        reasons=[one["text"] for one in request.reasons],
        lapses=content.proceeding.on_silence == "lapse",
        officer=content.responsible_officer,
        contact=content.contacts.email,
        answer_url=f"{public_url}/area/domande/{application.id}/{page}",
    )


def asked_fields(folder: Folder) -> list[list[FormField]]:
    """The fields behind the answers of `sheet`, step by step."""
    given, fields = answers_of(folder), fields_of(folder.content)
    return [
        [field for field in section.fields if is_asked(field.condition, given, fields)]
        for section in folder.content.form.sections
    ]


def answers_of(folder: Folder) -> dict[str, Stored]:
    """The answers as frozen, or as they stand where nothing is frozen."""
    frozen = folder.application.content
    if frozen is None:
        return folder.answers
    both: dict[str, Any] = {**frozen["answers"], **frozen["declarations"]}
    return {key: Stored(value) for key, value in both.items()}


def enclosed_of(folder: Folder) -> Sequence[Enclosed]:
    """The attachments as frozen, or as they stand where nothing is frozen."""
    frozen = folder.application.content
    if frozen is None:
        return folder.enclosed
    return [Enclosed(**{**one, "signers": tuple(one["signers"])}) for one in frozen["attachments"]]


def _call(content: CallContent, lang: Language) -> dict[str, str]:
    return {
        "issuer": content.implementing_body,
        "programme": content.programme.title.in_(lang),
        "call_title": content.title.in_(lang),
        "call_code": content.code,
    }


def _pathway(content: CallContent, key: str | None, lang: Language) -> str | None:
    return next((one.title.in_(lang) for one in content.pathways if one.key == key), None)


def _enclosed(content: CallContent, files: Sequence[Enclosed], lang: Language) -> list[papers.Enclosed]:
    titles = {one.key: one.title.in_(lang) for one in content.documents}
    with force_locale(lang):
        return [
            papers.Enclosed(
                title=titles.get(one.document, one.document),
                name=one.name,
                size=size(one.size),
                sha256=one.sha256,
                signers=list(one.signers),
            )
            for one in files
        ]


def _reply(field: FormField, answer: Stored, lang: Language) -> papers.Reply:
    label = field.label.in_(lang)
    if field.type is FieldType.TABLE:
        rows = answer.value or answer.typed or []
        spelt = [
            [
                spell(column, row.get(column.key), lang) if answer.typed is None else str(row.get(column.key) or "")
                for column in field.columns
            ]
            for row in rows
        ]
        return papers.Reply(label=label, columns=[column.label.in_(lang) for column in field.columns], rows=spelt)
    if answer.typed is not None:
        return papers.Reply(label=label, value=str(answer.typed))
    return papers.Reply(label=label, value=spell(field, answer.value, lang))


def _sure(at: datetime | None) -> datetime:
    if at is None:
        msg = "a receipt is of an application handed in"
        raise ValueError(msg)
    return at
