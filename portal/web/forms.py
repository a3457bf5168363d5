"""The form that every form extends, and fields that read what Italians type."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from typing_extensions import override
from wtforms import Field, FieldList, Form, FormField, StringField
from wtforms.i18n import get_translations
from wtforms.validators import Optional, StopValidation
from wtforms.widgets import TextInput

from portal.kernel.clock import ROME
from portal.kernel.errors import DomainError
from portal.web.italian import format_decimal, parse_day, parse_decimal, parse_instant
from portal.web.language import current

_TELLING = 4
"""Words of a label shorter than this name nothing."""
_DIGITS = 4
"""Of the number of a row."""


class Is:
    """One value well formed, by a rule of `kernel.values`; silent on what `Optional()` let through empty."""

    def __init__(self, rule: Callable[[str], bool], message: object) -> None:
        self.rule, self.message = rule, message

    def __call__(self, _form: Form, field: Field) -> None:
        """Refuse what the rule refuses."""
        if not self.rule(field.data or ""):
            raise StopValidation(str(self.message))


@dataclass(frozen=True)
class Wrong:
    """One line of the summary on top: the message, and the `id` of the field that it links to."""

    message: str
    anchor: str | None


def _named(field: Field, text: object) -> Wrong:
    """A general message ("Questo campo è obbligatorio.") names its field in the summary."""
    label, message = str(field.label.text), str(text)
    told = any(word in message.lower() for word in label.lower().split() if len(word) >= _TELLING)
    return Wrong(message if told else f"{label}: {message[:1].lower()}{message[1:]}", field.id)


def _wrongs(field: Field) -> Iterator[Wrong]:
    if isinstance(field, FormField):
        for inner in field.form:
            yield from _wrongs(inner)
    elif isinstance(field, FieldList):
        for inner in field.entries:
            yield from _wrongs(inner)
        yield from (_named(field, text) for text in field.errors if isinstance(text, str))
    else:
        yield from (_named(field, text) for text in field.errors)


@cache
def _words(language: str) -> Any:  # noqa: ANN401 - as WTForms does
    return get_translations((language,))


def _without_nul(value: Any) -> Any:  # noqa: ANN401 - whatever the field reads
    return value.replace("\x00", "") if isinstance(value, str) else value


class PortalForm(FlaskForm):
    """CSRF, words for what is wrong, and refusals shown as errors of the form.

    Templates read `form.summary` (all that is wrong, in the order of the page) by `ui/form.html`.
    """

    class Meta:
        """What holds of every field."""

        def bind_field(self, form: Form, unbound_field: Any, options: Any) -> Field:  # noqa: ANN401 - as WTForms does
            """A text holds no NUL: no keyboard makes one, and no column keeps one."""
            kept = {}
            if issubclass(unbound_field.field_class, StringField):
                kept["filters"] = [_without_nul, *unbound_field.kwargs.get("filters", ())]
            return unbound_field.bind(form=form, **kept, **options)

        def get_translations(self, _form: Form) -> Any:  # noqa: ANN401 - as WTForms does
            """WTForms' own words; Flask-WTF would read their catalogue from disk at every request."""
            return _words(current())

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as WTForms does
        super().__init__(*args, **kwargs)
        self.refusals: list[Wrong] = []
        for field in self:
            checks = field.validators
            if any(isinstance(check, Is) for check in checks) and not any(
                isinstance(check, Optional) for check in checks
            ):
                field.flags.required = True

    def refuse(self, refusal: DomainError) -> None:
        """Show a rule's refusal: beside its field where it names one, always in the summary."""
        field = self._fields.get(refusal.field or "")
        if field is None:
            self.refusals.append(Wrong(str(refusal), None))
        else:
            field.errors = [*field.errors, str(refusal)]

    @property
    def summary(self) -> Sequence[Wrong]:
        """All that is wrong, first what belongs to no field."""
        return [*self.refusals, *(wrong for field in self for wrong in _wrongs(field))]


class Rows(FieldList):
    """Rows of a form. WTForms reads `int("²")` of a field's name, and fails: such a row is nobody's."""

    @override
    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        for name in formdata:
            nth, _dash, _rest = name.removeprefix(f"{prefix}-").partition("-")
            if name.startswith(f"{prefix}-") and nth.isascii() and nth.isdigit() and len(nth) <= _DIGITS:
                yield int(nth)


class TypedField(StringField):
    """Text that means a value. What was typed is shown again, wrong or not."""

    wrong: Any = _l("Il valore non è valido.")
    widget = TextInput()

    def parse(self, text: str) -> Any:  # noqa: ANN401 - each kind its own
        """Give the value that `text` means; ValueError where it means none."""
        raise NotImplementedError

    @override
    def pre_validate(self, form: Any) -> None:
        """What means no value is said once: no bound is looked for in it."""
        if self.process_errors:
            raise StopValidation

    def show(self, value: Any) -> str:  # noqa: ANN401
        """Give the value as it stands in the field."""
        return str(value)

    @override
    def process_formdata(self, valuelist: list[Any]) -> None:
        text = (valuelist[0] if valuelist else "").strip()
        self.data = None
        if text:
            try:
                self.data = self.parse(text)
            except ValueError as error:
                raise ValueError(str(self.wrong)) from error

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.show(self.data)


class NumberField(TypedField):
    """A whole number, `1.234` -> int."""

    wrong = _l("Scrivi un numero intero, per esempio 1.234.")

    @override
    def parse(self, text: str) -> int:
        number = parse_decimal(text)
        if number != number.to_integral_value():
            msg = "not whole"
            raise ValueError(msg)
        return int(number)

    @override
    def show(self, value: int) -> str:
        return format_decimal(value)


class DecimalNumberField(TypedField):
    """A number with a comma, `1.234,5` -> Decimal; at most `places` digits after it."""

    wrong = _l("Scrivi un numero con la virgola, per esempio 1.234,5.")

    def __init__(self, *args: Any, places: int = 4, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.places = places

    @override
    def parse(self, text: str) -> Decimal:
        number = parse_decimal(text)
        if number != round(number, self.places):
            msg = "too many digits after the comma"
            raise ValueError(msg)
        return number

    @override
    def show(self, value: Decimal) -> str:
        return format_decimal(value)


class MoneyField(DecimalNumberField):
    """Euros and cents, `1.234,56` -> Decimal."""

    wrong = _l("Scrivi un importo in euro con al massimo due decimali, per esempio 1.234,56.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, places=2, **kwargs)

    @override
    def show(self, value: Decimal) -> str:
        return format_decimal(value, places=2)


class PercentField(DecimalNumberField):
    """A percentage, `12,5` -> Decimal 12.5 (not 0.125)."""

    wrong = _l("Scrivi una percentuale, per esempio 12,5.")


class DayField(TypedField):
    """A day by keyboard, `gg/mm/aaaa` or ISO -> date."""

    wrong = _l("Scrivi una data che esiste, per esempio 31/12/2025.")

    @override
    def parse(self, text: str) -> date:
        return parse_day(text)

    @override
    def show(self, value: date) -> str:
        return value.strftime("%d/%m/%Y")


class InstantField(TypedField):
    """A day and an hour of Rome, `gg/mm/aaaa hh:mm` -> aware datetime."""

    wrong = _l("Scrivi data e ora, per esempio 31/12/2025 12:00.")

    @override
    def parse(self, text: str) -> datetime:
        return parse_instant(text)

    @override
    def show(self, value: datetime) -> str:
        return value.astimezone(ROME).strftime("%d/%m/%Y %H:%M")
