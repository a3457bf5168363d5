"""One section of the form: save and go on, save as a draft, save field by field."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup, escape
from wtforms import Field

from portal.applications import service
from portal.applications.forms import SectionForm, section_form
from portal.applications.forms.fields import PLAIN, LookupField, TableField
from portal.applications.queries import Folder
from portal.applications.rules.answers import Stored, doubt, show, spell
from portal.applications.rules.completeness import fields_of
from portal.applications.views.shared import bp, journey, next_address, own, status_of
from portal.calls.rules.content import Condition, FieldType, FormField, Section
from portal.db import transaction
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.kernel.text import Language
from portal.web.filters import clock, tr
from portal.web.guards import found, requires_company
from portal.web.language import current

ROWS = "righe"
_BASE, _ANSWER = "\ue000", "\ue001"
"""Stand where a question's base and answer will."""
_MARKS = re.compile("[\ue000\ue001]")


@bp.route("/area/domande/<uuid:application_id>/sezioni/<key>", methods=["GET", "POST"])
@requires_company
def section(application_id: UUID, key: str) -> ResponseReturnValue:
    """The form of one section."""
    folder = own(application_id)
    part = found(_section_of(folder, key))
    if request.method == "GET" and not folder.is_editable:
        flash(_("La domanda non è modificabile: qui sotto trovi il suo contenuto."), "info")
        return redirect(url_for(".summary", application_id=application_id), 303)
    form = section_form(folder, part)
    if form.is_submitted():
        return _save(folder, part, form)
    if "controlla" in request.args:
        form.check_answers()
    _show_rows(form)
    return _page(folder, part, form)


@bp.post("/area/domande/<uuid:application_id>/sezioni/<key>/salva")
@requires_company
def autosave(application_id: UUID, key: str) -> ResponseReturnValue:
    """Save the fields sent, for a script: `{"saved_at", "said", "fields": {key: {"base", "error", "theirs"}}}`.

    Where a colleague wrote first, nothing is saved: `theirs` is their answer, to be kept or written over knowingly.
    """
    folder = own(application_id)
    form = section_form(folder, found(_section_of(folder, key)))
    now, changes = utcnow(), form.changes()
    try:
        with transaction() as session:
            written = service.save(session, application_id, changes, by=current_user.email, now=now)
    except DomainError as refusal:
        return jsonify({"error": str(refusal)}), status_of(refusal)
    fresh = own(application_id) if len(written) < len(changes) else None
    fields = {one.asked.key: _outcome(form, one, written, fresh) for one in form.came()}
    said = _("Non salvato: scegli tra il tuo testo e quello del collega.") if _clash(fields) else _saved()
    status = 409 if fresh else 422 if any(one["error"] for one in fields.values()) else 200
    return jsonify({"saved_at": now.isoformat(), "said": said, "fields": fields}), status


def _clash(fields: dict[str, dict[str, Any]]) -> bool:
    return any(one["theirs"] for one in fields.values())


def _outcome(form: SectionForm, one: Field, written: dict[str, int], fresh: Folder | None) -> dict[str, Any]:
    key, faults = one.asked.key, one.read.faults
    theirs = fresh.answers.get(key) if fresh and key not in written else None
    base = request.form[f"base-{key}"]
    if theirs is not None and theirs.mark != one.read.mark:
        return {"base": theirs.base, "error": None, "theirs": _told(one.asked, theirs)}
    if key in written:
        base = f"{written[key]}:{one.read.mark}"
    elif one.read.mark == form.folder.answers.get(key, Stored()).mark:
        base = form.folder.answers.get(key, Stored()).base
    uncertain = doubt(one.asked, one.read.value)
    error = str(faults[0].words) if faults else None
    return {"base": base, "error": error, "theirs": None, "doubt": str(uncertain) if uncertain else None}


def _told(field: FormField, theirs: Stored) -> dict[str, Any]:
    """What the other wrote: for reading, and (`shown`) for putting into the input."""
    is_line = field.type not in {FieldType.TABLE, FieldType.CHOICES}
    shown = (theirs.typed if theirs.typed is not None else show(field, theirs.value)) if is_line else None
    return {"text": _theirs_words(field, theirs), "shown": shown, "by": theirs.by, "at": clock(theirs.at)}


def _saved() -> str:
    return _("Salvato alle %(time)s", time=clock(utcnow()))


def _save(folder: Folder, part: Section, form: SectionForm) -> ResponseReturnValue:
    """Keep all that came, right or wrong; then go where the button says, unless something is to be seen first."""
    application_id, taken = folder.application.id, request.form.get("take")
    rows = _rows_asked(form)
    changes = [one for one in form.changes() if one.key != taken]
    try:
        with transaction() as session:
            written = service.save(session, application_id, changes, by=current_user.email, now=utcnow())
    except DomainError as refusal:
        form.refuse(refusal)
        form.folder = own(application_id)
        return _page(form.folder, part, form), 409
    here = url_for(".section", application_id=application_id, key=part.key)
    if len(written) == len(changes):
        if taken or rows:
            return redirect(
                f"{here}?{ROWS}={rows}#f_{taken or rows.partition('.')[0]}" if rows else f"{here}#f_{taken}", 303
            )
        if request.form.get("go") == "draft":
            flash(_("Bozza salvata alle %(time)s.", time=clock(utcnow())), "success")
            return redirect(url_for(".overview", application_id=application_id), 303)
        if form.check_answers():
            return redirect(next_address(folder, part.key), 303)
    fresh = own(application_id)
    form.rebase(changes, written, fresh)
    return _page(fresh, part, form, saved_at=utcnow()), 409 if form.conflicts else 422


def _rows_asked(form: SectionForm) -> str:
    """A row added or removed by a button: the table and how many rows to show, as `years.3`; empty for no such wish."""
    verb, _colon, rest = request.form.get("rows", "").partition(":")
    key, _colon, number = rest.partition(":")
    table = form.question(key)
    if not isinstance(table, TableField) or verb not in {"add", "remove"}:
        return ""
    if verb == "remove" and number.isdecimal():
        table.drop_row(int(number))
    return f"{key}.{len(table.entries) + (verb == 'add')}"


def _show_rows(form: SectionForm) -> None:
    """As many rows as were asked for, or as the call wants at least; one to begin with."""
    wanted, _dot, number = request.args.get(ROWS, "").partition(".")
    for table in (one for one in form.questions() if isinstance(one, TableField)):
        more = int(number) if table.asked.key == wanted and number.isdecimal() and len(number) < 4 else 0  # noqa: PLR2004
        table.show_rows(max(table.asked.min_rows, more, 1 if table.flags.required else 0))


def _when(condition: Condition, fields: Mapping[str, FormField]) -> str:
    """On what answer a question is put, for a page without a script."""
    field, language = fields[condition.field], _lang()
    answers = ", ".join(spell(field, one, language) for one in condition.any_of)
    return _("Solo se alla domanda «%(label)s» hai risposto: %(answers)s.", label=tr(field.label), answers=answers)


def _put(draw: Callable[..., str], form: SectionForm, one: Any, condition: Condition | None, **more: str) -> Markup:  # noqa: ANN401
    """One question, by the template's `draw`; what stands around its answer is drawn once for everybody."""
    key = one.asked.key
    if not form.is_plain(one):
        theirs = form.conflicts.get(key)
        seen = {"doubt": doubt(one.asked, one.stored.value), "shown": _lookup_shown(one)}
        seen |= {"theirs": theirs, "theirs_text": _theirs_words(one.asked, theirs) if theirs else ""}
        return Markup(draw(one, form.bases[key], condition, **more, **seen))  # noqa: S704 - drawn by the template
    is_text = one.asked.type in PLAIN
    if (around := form.drawn.get(key)) is None:
        answer, one.data = one.data, _ANSWER if is_text else one.data
        around = form.drawn[key] = _MARKS.split(draw(one, _BASE, condition, **more))
        one.data = answer
    shown = (form.bases[key], one.data or "") if is_text else (form.bases[key],)
    return Markup("".join(part + str(escape(told)) for part, told in zip(around, (*shown, ""), strict=True)))  # noqa: S704


def _lookup_shown(one: Field) -> str:
    """The title of a code that was found, in place of the code."""
    if not isinstance(one, LookupField) or one.errors:
        return ""
    value = one.read.value if one.read else one.stored.value or one.data or None
    return spell(one.asked, value, _lang())


def _theirs_words(field: FormField, theirs: Stored) -> str:
    """What a colleague wrote, in a line."""
    if field.type is FieldType.TABLE:
        rows = theirs.value or theirs.typed or []
        return "; ".join(
            ", ".join(
                str(row.get(column.key) or "") if theirs.typed else spell(column, row.get(column.key), _lang())
                for column in field.columns
            )
            for row in rows
        )
    return str(theirs.typed) if theirs.typed is not None else spell(field, theirs.value, _lang())


def _lang() -> Language:
    return "en" if current() == "en" else "it"


def _section_of(folder: Folder, key: str) -> Section | None:
    return next((one for one in folder.content.form.sections if one.key == key), None)


def _page(folder: Folder, part: Section, form: SectionForm, *, saved_at: datetime | None = None) -> str:
    fields = fields_of(folder.content)
    conditions = {one.key: one.condition for one in part.fields if one.condition}
    return render_template(
        "applications/section.html",
        folder=folder,
        section=part,
        form=form,
        fields=fields,
        conditions=conditions,
        here={one.key for one in part.fields},
        legs=journey(folder, part.key),
        onward=next_address(folder, part.key),
        when=_when,
        put=_put,
        saved_at=saved_at,
    )
