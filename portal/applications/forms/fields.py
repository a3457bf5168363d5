"""Fields that show an answer as it stands and read what was typed, by `rules.answers`."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from babel import Locale
from flask_babel import gettext as _, lazy_gettext as _l
from wtforms import (
    EmailField as _EmailField,
    Field,
    Form,
    FormField,
    RadioField as _RadioField,
    SelectField as _SelectField,
    SelectMultipleField,
    StringField,
    TelField as _TelField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.fields.core import UnboundField
from wtforms.utils import unset_value
from wtforms.widgets import CheckboxInput, ListWidget

from portal.applications.rules import answers
from portal.applications.rules.answers import COUNTRIES, NEVER, Json, Read, Stored
from portal.calls.rules import content
from portal.calls.rules.content import FieldType
from portal.kernel.values import PROVINCES
from portal.web.forms import Rows

T = FieldType
RADIOS = 8
"""Up to so many options are all shown; more are a list to open."""


class Answering:
    """What every field of an answer does. `asked` is the question, `read` what came for it (None: nothing came)."""

    asked: content.FormField
    stored: Stored = NEVER
    read: Read | None = None
    flags: Any
    errors: Sequence[str]
    process_errors: Sequence[str]

    def __init__(self, *args: Any, asked: content.FormField, **kwargs: Any) -> None:  # noqa: ANN401 - as WTForms does
        self.asked = asked
        super().__init__(*args, **kwargs)
        self.flags.required = asked.required

    def process_data(self, value: Stored | Json) -> None:
        """Show an answer as it stands; a cell is given what it shows."""
        if isinstance(value, Stored):
            self.stored = value
            value = value.typed if value.typed is not None else answers.show(self.asked, value.value)
        self.data = "" if value is None or value is unset_value else value

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; what it is not is an error of the field, and is shown again."""
        self.data = self.typed(valuelist)
        self.read = answers.read(self.asked, self.data)
        if self.read.faults:
            raise ValueError(str(self.read.faults[0].words))

    def typed(self, valuelist: list[str]) -> Json:
        """The raw text."""
        return valuelist[0] if valuelist else ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands here."""
        if self.read is None:
            return not self.data
        return self.read.value is None and not self.read.faults


class TextField(Answering, StringField):
    """One line."""

    def _value(self) -> str:
        return str(self.data or "")


class LongTextField(Answering, TextAreaField):
    """Several lines."""

    def _value(self) -> str:
        return str(self.data or "")


class EmailField(TextField, _EmailField):
    """An address."""


class PhoneField(TextField, _TelField):
    """A number to call."""


class NumberField(TextField):
    """A number."""


class MoneyField(TextField):
    """Euros."""


class PercentField(TextField):
    """Per cent."""


class LookupField(TextField):
    """A code found by typing."""


class _Choosing(Answering):
    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as WTForms does
        super().__init__(*args, validate_choice=False, coerce=str, **kwargs)


class RadioField(_Choosing, _RadioField):
    """One of a few."""


class SelectField(_Choosing, _SelectField):
    """One of many."""


class CheckboxesField(_Choosing, SelectMultipleField):
    """Any of a few."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def typed(self, valuelist: list[str]) -> Json:
        """All keys ticked."""
        return list(valuelist)


class TableField(Rows):
    """Rows of cells; `read` is the whole table."""

    def __init__(self, *args: Any, asked: content.FormField, language: str, **kwargs: Any) -> None:  # noqa: ANN401
        self.asked = asked
        self.stored: Stored = NEVER
        self.read: Read | None = None
        row = type("Row", (Form,), {f"f_{one.key}": field(one, language, is_cell=True) for one in asked.columns})
        super().__init__(FormField(row), *args, **kwargs)
        self.flags.required = asked.required or asked.min_rows > 0

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:  # noqa: ANN401, ARG002
        """Show the rows as they stand, or read those that came."""
        self.stored = data if isinstance(data, Stored) else NEVER
        rows = self.stored.typed if self.stored.typed is not None else answers.show(self.asked, self.stored.value)
        shown = [{f"f_{key}": cell for key, cell in row.items()} for row in rows]
        super().process(formdata, shown)
        if formdata is not None:
            typed = [{one.asked.key: one.data for one in row.form} for row in self.entries]
            self.read = answers.read(self.asked, typed)
            self.process_errors = [str(one.words) for one in self.read.faults if one.row is None]

    @property
    def blank(self) -> FormField:
        """An empty row numbered `__row__`, from which a script makes new ones."""
        last = vars(self)["last_index"]
        self._add_entry(index="__row__")
        self.last_index = last
        return self.entries.pop()

    def cells(self) -> Iterator[Answering]:
        """Every cell, row by row."""
        for row in self.entries:
            yield from row.form

    def show_rows(self, number: int) -> None:
        """Show at least so many rows, within what the call allows."""
        while len(self.entries) < min(number, self.asked.max_rows):
            self.append_entry()

    def drop_row(self, number: int) -> None:
        """Take a row out before it is read."""
        if 0 <= number < len(self.entries):
            del self.entries[number]
            typed = [{one.asked.key: one.data for one in row.form} for row in self.entries]
            self.read = answers.read(self.asked, typed)

    def validate(self, form: Form, extra_validators: Any = ()) -> bool:  # noqa: ANN401, ARG002
        """Whether every cell reads, and every row begun has what it must."""
        self.errors = list(self.process_errors)
        for row in self.entries:
            cells = list(row.form)
            is_begun = any(not cell.is_blank for cell in cells)
            for cell in cells:
                lacks = is_begun and cell.asked.required and cell.is_blank
                cell.errors = [*cell.process_errors, *([_("Serve una risposta.")] if lacks else [])]
        rows = [row for row in self.entries if any(not cell.is_blank for cell in row.form)]
        least = max(self.asked.min_rows, 1 if self.asked.required else 0)
        if len(rows) < least:
            self.errors.append(
                _("Compila almeno %(least)s righe.", least=least) if least > 1 else _("Compila almeno una riga.")
            )
        return not self.errors and not any(cell.errors for cell in self.cells())


def field(asked: content.FormField, language: str, *, is_cell: bool = False) -> UnboundField | Field:
    """The field for a question, not yet bound to a form."""
    label = asked.label.in_(language)
    hint = asked.hint.in_(language) if asked.hint else ""
    if asked.type is T.TABLE:
        return TableField(label, description=hint, asked=asked, language=language)
    choices = _choices(asked, language)
    if choices is None:
        return _PLAIN.get(asked.type, TextField)(label, description=hint, asked=asked)
    if asked.type is T.CHOICES:
        return CheckboxesField(label, description=hint, asked=asked, choices=choices)
    if asked.type in {T.BOOLEAN, T.CHOICE} and len(choices) <= RADIOS and not is_cell:
        return RadioField(label, description=hint, asked=asked, choices=choices)
    return SelectField(label, description=hint, asked=asked, choices=[SelectChoice("", _l("Scegli…")), *choices])


def _choices(asked: content.FormField, language: str) -> list[SelectChoice] | None:
    match asked.type:
        case T.CHOICE | T.CHOICES:
            return [SelectChoice(option.key, option.label.in_(language)) for option in asked.options]
        case T.BOOLEAN:
            return [SelectChoice("true", _l("Sì")), SelectChoice("false", _l("No"))]
        case T.PROVINCE:
            return [SelectChoice(code, f"{name} ({code})") for code, name in PROVINCES.items()]
        case T.COUNTRY:
            return [SelectChoice(code, name) for code, name in countries(language)]
    return None


@lru_cache(maxsize=4)
def countries(language: str) -> tuple[tuple[str, str], ...]:
    """Code and name of every country, by name."""
    names: Mapping[Any, str] = Locale(language).territories
    return tuple(sorted(((code, names[code]) for code in COUNTRIES), key=lambda pair: pair[1].casefold()))


_PLAIN: dict[FieldType, type] = {
    T.LONGTEXT: LongTextField,
    T.EMAIL: EmailField,
    T.PEC: EmailField,
    T.PHONE: PhoneField,
    T.INTEGER: NumberField,
    T.DECIMAL: NumberField,
    T.HS: NumberField,
    T.MONEY: MoneyField,
    T.PERCENT: PercentField,
    T.ATECO: LookupField,
    T.MUNICIPALITY: LookupField,
}
PLAIN = frozenset(T) - {T.TABLE, T.CHOICE, T.CHOICES, T.BOOLEAN, T.PROVINCE, T.COUNTRY, T.ATECO, T.MUNICIPALITY, T.PEC}
"""Questions shown as a text and nothing more: no choice, no title looked up, no doubt."""
