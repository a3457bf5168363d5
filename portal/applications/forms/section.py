"""One section of the form of a call, as a Flask-WTF class built from data."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar
from uuid import UUID

from flask import request
from flask_babel import gettext as _

from portal.applications.forms.fields import PLAIN, TableField, field
from portal.applications.queries import Folder
from portal.applications.rules import answers
from portal.applications.rules.answers import NEVER, Stored
from portal.applications.rules.completeness import fields_of, is_asked
from portal.applications.service import Change
from portal.calls.rules.content import Section
from portal.web.forms import PortalForm
from portal.web.language import current

PREFIX = "f_"
BASE = "base-"
MOST_BUILT = 512
_built: dict[tuple[UUID, str, str], type["SectionForm"]] = {}


class SectionForm(PortalForm):
    """The fields of a section over the answers of an application.

    What was typed is read whole, right or wrong; only fields that were on the page count. `folder` is set by
    `section_form`.
    """

    folder: Folder
    conflicts: dict[str, Stored]
    bases: dict[str, str]
    drawn: ClassVar[dict[str, list[str]]]
    """What the page shows around the answer to a question: the same to everybody."""

    def questions(self) -> Iterator[Any]:
        """The fields that are questions of the call."""
        return (one for one in self if one.short_name.startswith(PREFIX))

    def question(self, key: str) -> Any:  # noqa: ANN401 - a field of some kind
        """The field of that question, or None."""
        return self._fields.get(PREFIX + key)

    def is_plain(self, question: Any) -> bool:  # noqa: ANN401 - a field of some kind
        """Whether nothing of it but a text differs from page to page."""
        if question.errors or question.asked.key in self.conflicts:
            return False
        is_untouched = question.stored is NEVER and question.read is None and not isinstance(question, TableField)
        return is_untouched or question.asked.type in PLAIN

    def is_asked(self, key: str) -> bool:
        """Whether the question is put, seen the answers, those on this page included."""
        fields = fields_of(self.folder.content)
        condition = fields[key].condition
        return condition is None or is_asked(condition, self._answers(), fields)

    def _answers(self) -> Mapping[str, Stored]:
        here = {one.asked.key: Stored(one.read.value, one.read.typed) for one in self.came()}
        return {**self.folder.answers, **here}

    def came(self) -> list[Any]:
        """The questions that were on the page sent."""
        if not self.is_submitted():
            return []
        there = request.form
        return [one for one in self.questions() if one.read is not None and BASE + one.asked.key in there]

    def changes(self, only: Iterable[str] | None = None) -> list[Change]:
        """What the sender changed: answers unlike the one that their page was made from, and unlike the one there."""
        found, there = [], request.form
        for one in self.came():
            key, read = one.asked.key, one.read
            revision, _colon, mark = there[BASE + key].partition(":")
            is_new = read.mark not in {mark, self.folder.answers.get(key, NEVER).mark}
            if is_new and (only is None or key in only):
                found.append(Change(key, read.value, read.typed, int(revision) if revision.isdecimal() else 0))
        return found

    def rebase(self, changes: Iterable[Change], written: Mapping[str, int], fresh: Folder) -> None:
        """After a save: what the page is now made from; where others wrote first, theirs is shown beside."""
        self.bases |= {one.asked.key: request.form[BASE + one.asked.key][:40] for one in self.came()}
        for change in changes:
            there = fresh.answers.get(change.key, NEVER)
            self.bases[change.key] = there.base
            if change.key not in written:
                self.conflicts[change.key] = there

    def check_answers(self) -> bool:
        """Whether all that is asked here is answered and reads; errors stand in the fields."""
        is_whole = True
        for one in self.questions():
            if not self.is_asked(one.asked.key):
                one.errors = []
            elif isinstance(one, TableField):
                is_whole &= one.validate(self)
            else:
                lacks = one.asked.required and one.is_blank
                one.errors = [*one.process_errors, *([_needed(one)] if lacks else [])]
                is_whole &= not one.errors
        return is_whole

    def check_reading(self) -> bool:
        """Whether all that was typed reads, whatever is still blank."""
        for one in self.questions():
            one.errors = list(one.process_errors)
            if isinstance(one, TableField):
                for cell in one.cells():
                    cell.errors = list(cell.process_errors)
        return not self.summary


def _needed(question: Any) -> str:  # noqa: ANN401 - a field of some kind
    label = question.label.text
    if question.type in {"RadioField", "SelectField", "CheckboxesField"}:
        return _("Scegli una risposta: %(label)s.", label=label.rstrip("?:. "))
    return _("Serve una risposta: %(label)s.", label=label.rstrip("?:. "))


def section_form(folder: Folder, section: Section) -> SectionForm:
    """The form of a section, filled with what is stored, or with what was sent."""
    made = _form_class(folder.version.id, section, current())
    stored = {PREFIX + one.key: folder.answers.get(one.key, NEVER) for one in section.fields}
    form = made(data=stored)
    form.folder, form.conflicts = folder, {}
    form.bases = {one.key: folder.answers.get(one.key, NEVER).base for one in section.fields}
    if not form.is_submitted():
        _show_faults(form)
    return form


def _show_faults(form: SectionForm) -> None:
    """What was kept as typed is shown with what is wrong in it."""
    for one in form.questions():
        if one.stored.typed is None:
            continue
        for fault in answers.read(one.asked, one.stored.typed).faults:
            wrong = one if fault.row is None else one.entries[fault.row].form[f"{PREFIX}{fault.column}"]
            wrong.process_errors = wrong.errors = [*wrong.process_errors, str(fault.words)]


def _form_class(version_id: UUID, section: Section, language: str) -> type[SectionForm]:
    """Built once for each version, section and language: none of them ever changes."""
    key = (version_id, section.key, language)
    if key not in _built:
        if len(_built) >= MOST_BUILT:
            _built.clear()
        fields = {PREFIX + one.key: field(one, language) for one in section.fields}
        _built[key] = type("Section", (SectionForm,), {"drawn": {}, **fields})
    return _built[key]
