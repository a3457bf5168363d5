"""Forms: what is typed, what it means, what is said when it means nothing."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, Form, FormField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from portal.kernel.errors import Conflict, DomainError
from portal.web.forms import DayField, InstantField, Is, MoneyField, NumberField, PercentField, PortalForm, Wrong


class Inner(Form):
    name = StringField("Nome", validators=[Length(max=3, message="Il nome è troppo lungo.")])


class Sample(PortalForm):
    code = StringField("Partita IVA", validators=[Is(str.isdigit, "Controlla le cifre della partita IVA.")])
    spare = StringField("Altro codice", validators=[Optional(), Is(str.isdigit, "Controlla il codice.")])
    name = StringField("Denominazione", validators=[InputRequired("Questo campo è obbligatorio.")])
    staff = NumberField("Addetti", validators=[Optional(), NumberRange(0, 9_999, "Addetti: da 0 a 9.999.")])
    money = MoneyField("Fatturato")
    share = PercentField("Quota")
    day = DayField("Data")
    at = InstantField("Chiusura")
    inner = FieldList(FormField(Inner))


GOOD = {"code": "123", "name": "Officine", "csrf_token": ""}


@pytest.fixture
def make(app: Flask):
    def build(**values: str) -> Sample:
        return Sample(MultiDict(GOOD | values), meta={"csrf": False})

    with app.test_request_context(headers={"Accept-Language": "it"}):
        yield build


def test_values_are_read_the_italian_way(make):
    form = make(
        staff="1.200", money="1.234,56", share="12,5", day="5/3/2026", at="05/03/2026 12:00", spare="", code="42"
    )

    assert form.validate(), form.errors
    assert (form.staff.data, form.money.data, form.share.data) == (1200, Decimal("1234.56"), Decimal("12.5"))
    assert (form.day.data, form.at.data) == (date(2026, 3, 5), datetime(2026, 3, 5, 11, tzinfo=UTC))


@pytest.mark.parametrize(
    ("typed", "told"),
    [("dodici", ["Scrivi un numero intero, per esempio 1.234."]), ("10.000", ["Addetti: da 0 a 9.999."])],
)
def test_a_number_is_found_wrong_once(make, typed, told):
    form = make(staff=typed)

    assert not form.validate()
    assert [str(text) for text in form.staff.errors] == told


def test_what_was_typed_is_shown_again_right_or_wrong(make):
    form = make(staff="dodici", money="10,999")
    form.validate()

    assert 'value="dodici"' in form.staff()
    assert 'value="10,999"' in form.money()
    assert form.staff.errors == ["Scrivi un numero intero, per esempio 1.234."]
    assert form.money.errors == ["Scrivi un importo in euro con al massimo due decimali, per esempio 1.234,56."]


def test_stored_values_are_shown_the_italian_way(app: Flask):
    with app.test_request_context():
        form = Sample(
            data={
                "staff": 1200,
                "money": Decimal("1234.5"),
                "share": Decimal("12.5"),
                "day": date(2026, 3, 5),
                "at": datetime(2026, 3, 5, 11, tzinfo=UTC),
            }
        )
        shown = [form[name]._value() for name in ("staff", "money", "share", "day", "at")]

    assert shown == ["1.200", "1.234,50", "12,5", "05/03/2026", "05/03/2026 12:00"]


def test_the_summary_names_each_field_once_in_the_order_of_the_page(make):
    form = make(code="12x", name="", day="31/2/2026", spare="x")
    form.validate()

    assert form.summary == [
        Wrong("Controlla le cifre della partita IVA.", "code"),
        Wrong("Controlla il codice.", "spare"),
        Wrong("Denominazione: questo campo è obbligatorio.", "name"),
        Wrong("Scrivi una data che esiste, per esempio 31/12/2025.", "day"),
    ]


def test_the_summary_reaches_into_tables(make):
    form = make(**{"inner-0-name": "ok", "inner-1-name": "troppo"})
    form.validate()

    assert form.summary == [Wrong("Il nome è troppo lungo.", "inner-1-name")]


class Late(DomainError):
    text = _l("Il bando ha chiuso il %(day)s.")


def test_a_refusal_stands_beside_its_field_or_on_top(make):
    form = make()
    assert form.validate()

    form.refuse(Late(day="5 marzo"))
    form.refuse(Conflict(field="name"))

    assert form.summary == [
        Wrong("Il bando ha chiuso il 5 marzo.", None),
        Wrong(
            "Denominazione: qualcun altro ha modificato questi dati nel frattempo: ricarica la pagina e riprova.",
            "name",
        ),
    ]


def test_what_is_needed_is_marked_and_what_is_not_is_not(make):
    form = make()

    assert form.code.flags.required
    assert form.name.flags.required
    assert not form.spare.flags.required
