"""What is asked, and what of it is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from portal.applications.rules.answers import NEVER, Json, Stored, fits
from portal.calls.rules.content import CallContent, Condition, DocumentAsked, FieldType, FormField
from portal.kernel.once import once
from portal.kernel.text import Text

DOCUMENTS: Final = "documenti"
DECLARATIONS: Final = "dichiarazioni"

Answers = Mapping[str, Stored]


@dataclass(frozen=True, kw_only=True)
class Enclosed:
    """A file in its place; `signers` are those of its intact signatures."""

    document: str
    name: str
    sha256: str
    size: int
    media_type: str
    signers: tuple[str, ...] = ()


class Why(StrEnum):
    """What is wrong with a thing asked for."""

    UNANSWERED = "unanswered"
    WRONG = "wrong"
    CELL = "cell"
    FEW_ROWS = "few_rows"
    NO_FILE = "no_file"
    NOT_SIGNED = "not_signed"
    NOT_DECLARED = "not_declared"


@dataclass(frozen=True)
class Missing:
    """One thing to do: `step` is a section's key, DOCUMENTS or DECLARATIONS; `count` the rows or the row meant."""

    step: str
    key: str
    label: Text
    why: Why
    count: int = 0


def is_asked(condition: Condition | None, answers: Answers, fields: Mapping[str, FormField]) -> bool:
    """Whether a question is put, seen the other answers. One that hangs on a question not put is not put."""
    seen: set[str] = set()
    while condition is not None:
        field = fields.get(condition.field)
        if field is None or condition.field in seen or not _holds(condition, answers.get(field.key, NEVER).value):
            return False
        seen.add(condition.field)
        condition = field.condition
    return True


def _holds(condition: Condition, value: Json) -> bool:
    given = value if isinstance(value, list) else [value]
    return any(type(one) is type(wanted) and one == wanted for one in given for wanted in condition.any_of)


@once
def fields_of(content: CallContent) -> Mapping[str, FormField]:
    """Every field by its key."""
    return {field.key: field for field in content.form.fields()}


def missing(content: CallContent, answers: Answers, enclosed: Sequence[Enclosed]) -> list[Missing]:
    """All that stands between a draft and its freezing, in the order of the form."""
    fields = fields_of(content)
    found = [
        Missing(section.key, field.key, field.label, why, count)
        for section in content.form.sections
        for field in section.fields
        if is_asked(field.condition, answers, fields)
        for why, count in _field_lacks(field, answers.get(field.key, NEVER))
    ]
    for document in content.documents:
        if is_asked(document.condition, answers, fields):
            files = [file for file in enclosed if file.document == document.key]
            found += [Missing(DOCUMENTS, document.key, document.title, why) for why in _document_lacks(document, files)]
    found += [
        Missing(DECLARATIONS, declaration.key, declaration.text, Why.NOT_DECLARED)
        for declaration in content.declarations
        if declaration.required and answers.get(declaration.key, NEVER).value is not True
    ]
    return found


def _field_lacks(field: FormField, answer: Stored) -> list[tuple[Why, int]]:
    if answer.typed is not None or (answer.value is not None and not fits(field, answer.value)):
        return [(Why.WRONG, 0)]
    rows = answer.value if field.type is FieldType.TABLE and answer.value else []
    if field.type is FieldType.TABLE and len(rows) < max(field.min_rows, 1 if field.required else 0):
        return [(Why.FEW_ROWS, max(field.min_rows, 1))]
    if field.type is not FieldType.TABLE and field.required and answer.value is None:
        return [(Why.UNANSWERED, 0)]
    return [
        (Why.CELL, number)
        for number, row in enumerate(rows, start=1)
        if any(column.required and row.get(column.key) is None for column in field.columns)
    ]


def _document_lacks(document: DocumentAsked, files: Sequence[Enclosed]) -> list[Why]:
    if not files:
        return [Why.NO_FILE] if document.required else []
    if document.signed and not any(file.signers for file in files):
        return [Why.NOT_SIGNED]
    return []


@dataclass(frozen=True)
class Step:
    """One step of the form and how far it is; `kind`: section, documents or declarations."""

    kind: str
    key: str
    title: Text | None
    missing: int
    is_touched: bool

    @property
    def is_done(self) -> bool:
        """Nothing is missing, and somebody was there."""
        return self.is_touched and not self.missing


def steps(content: CallContent, answers: Answers, enclosed: Sequence[Enclosed], lacks: Sequence[Missing]) -> list[Step]:
    """The steps in order: sections, documents, declarations; steps with nothing in them are left out."""

    def count(key: str) -> int:
        return sum(one.step == key for one in lacks)

    found = [
        Step(
            "section",
            section.key,
            section.title,
            count(section.key),
            any(field.key in answers for field in section.fields),
        )
        for section in content.form.sections
    ]
    if content.documents:
        found.append(Step("documents", DOCUMENTS, None, count(DOCUMENTS), bool(enclosed)))
    if content.declarations:
        is_touched = any(declaration.key in answers for declaration in content.declarations)
        found.append(Step("declarations", DECLARATIONS, None, count(DECLARATIONS), is_touched))
    return found
