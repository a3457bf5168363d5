"""One answer: what is typed, understood; what is not understood, kept."""

import re
import time
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from portal.applications.rules.answers import COUNTRIES, NEVER, Read, Stored, doubt, fits, mark, read, show, spell, tidy
from portal.calls.rules.content import FieldType
from tests.factories.applications import field, question, text

OPTIONS = {"options": [{"key": "spain", "label": text("Spagna")}, {"key": "poland", "label": text("Polonia")}]}
TABLE = {
    "columns": [question("name", "text", required=True), question("share", "percent"), question("sold", "boolean")],
    "max_rows": 2,
}


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("text", "  Officine \t  Rossi ", "Officine Rossi"),
        ("longtext", "uno\r\n\r\ndue\x00 ", "uno\n\ndue"),
        ("integer", "1.234", 1234),
        ("decimal", "1.234,50", "1234.5"),
        ("money", "1.234,5", "1234.50"),
        ("percent", "12,50 %", "12.5"),
        ("date", "5/3/2026", "2026-03-05"),
        ("boolean", "false", False),
        ("email", "anna@impresa.it", "anna@impresa.it"),
        ("pec", "IMPRESA@PEC.it", "impresa@pec.it"),
        ("url", "www.impresa.it/en", "https://www.impresa.it/en"),
        ("phone", "+39 (035) 123-456", "+39035123456"),
        ("vat", "IT 00743110157", "00743110157"),
        ("tax_code", "rssmra85m01h501q", "RSSMRA85M01H501Q"),
        ("rea", "mi 1234567", "MI-1234567"),
        ("ateco", "28.93.00", "28.93.00"),
        ("ateco", "28.93.00 – Fabbricazione", "28.93.00"),
        ("municipality", "Bergamo (BG)", "016024"),
        ("municipality", "bergamo", "016024"),
        ("municipality", "016024", "016024"),
        ("province", "bg", "BG"),
        ("country", "dk", "DK"),
        ("hs", "8428.90", "842890"),
    ],
)
def test_what_people_type_is_understood(kind, typed, value):
    assert read(field(kind), typed) == Read(value=value)


@pytest.mark.parametrize(
    ("kind", "typed", "words"),
    [
        ("integer", "1,5", "Scrivi un numero intero, per esempio 1.234."),
        ("decimal", "1,234.56", "Scrivi un numero con la virgola, per esempio 1.234,5."),
        ("money", "12,345", "Scrivi un importo in euro con al massimo due decimali, per esempio 1.234,56."),
        ("percent", "101", "Scrivi una percentuale tra 0 e 100."),
        ("date", "31/02/2026", "Scrivi una data che esiste, per esempio 31/12/2025."),
        ("boolean", "forse", "Rispondi sì o no."),
        ("email", "anna@", "Scrivi un indirizzo completo, per esempio nome@impresa.it."),
        ("url", "javascript:alert(1)", "Scrivi un indirizzo web, per esempio https://www.impresa.it."),
        ("phone", "interno 5", "Scrivi un numero di telefono, per esempio +39 035 123456."),
        ("vat", "00743110158", "Controlla le 11 cifre della partita IVA."),
        ("vat", "12345678903", "Controlla le 11 cifre della partita IVA."),
        ("tax_code", "RSSMRA85M01H501X", "Controlla il codice fiscale: 16 caratteri, oppure 11 cifre per le società."),
        ("rea", "XX-1", "Scrivi il numero REA con la sigla della provincia, per esempio MI-1234567."),
        ("ateco", "99.98.97", "Il codice ATECO «99.98.97» non esiste: cercalo scrivendo una parola dell'attività."),
        ("municipality", "Atlantide", "Scrivi un comune italiano con la sua provincia, per esempio Bergamo (BG)."),
        ("province", "ZZ", "Scegli una provincia."),
        ("country", "EU", "Scegli un paese."),
        ("hs", "9912", "Scrivi un codice doganale (HS) di 4, 6 o 8 cifre, per esempio 8428.90."),
    ],
)
def test_what_is_no_value_is_kept_and_explained(app, kind, typed, words):
    with app.test_request_context():
        found = read(field(kind), typed)
        assert (found.value, found.typed, [str(one.words) for one in found.faults]) == (None, typed, [words])


@pytest.mark.parametrize("kind", [kind for kind in FieldType if kind not in {"choice", "choices", "table"}])
def test_nothing_typed_is_no_answer_and_no_fault(kind):
    assert read(field(kind), "  \n ") == Read()
    assert read(field(kind), None) == Read()


def test_limits_are_said_in_words(app):
    with app.test_request_context():
        words = [str(read(field("integer", min=3, max=5), typed).faults[0].words) for typed in ("2", "6")] + [
            str(read(field("text", max_length=4), "cinque").faults[0].words)
        ]
        words.append(str(read(field("date", min="2026-01-01"), "31/12/2025").faults[0].words))
    assert words == [
        "Il valore minimo è 3.",
        "Il valore massimo è 5.",
        "Il testo può avere al massimo 4 caratteri: ne ha 6.",
        "Il valore minimo è 01/01/2026.",
    ]


def test_choices_are_those_of_the_call():
    assert read(field("choice", **OPTIONS), "spain") == Read(value="spain")
    assert read(field("choice", **OPTIONS), "mars").typed == "mars"
    assert read(field("choices", **OPTIONS), ["poland", "spain"]) == Read(value=["spain", "poland"])
    assert read(field("choices", **OPTIONS), []) == Read()
    assert read(field("choices", **OPTIONS), ["spain", "mars"]).typed == ["spain", "mars"]


def test_a_table_drops_blank_rows_and_keeps_wrong_ones_whole():
    whole = read(field("table", **TABLE), [{"name": "Valvole", "share": "12,5"}, {"name": " "}, {"sold": "false"}])
    assert whole == Read(value=[{"name": "Valvole", "share": "12.5"}, {"sold": False}])

    wrong = read(field("table", **TABLE), [{"name": ""}, {"name": "Valvole", "share": "molta", "sold": "true"}])
    assert wrong.typed == [{"name": "Valvole", "share": "molta", "sold": "true"}]
    assert [(one.row, one.column) for one in wrong.faults] == [(0, "share")]


def test_a_table_has_a_most_of_rows(app):
    with app.test_request_context():
        found = read(field("table", **TABLE), [{"name": str(number)} for number in range(3)])
        assert [(str(one.words), one.row) for one in found.faults] == [("Le righe sono al massimo 2.", None)]
    assert len(found.typed) == 3


@given(
    st.text(max_size=60), st.sampled_from([kind for kind in FieldType if kind not in {"choice", "choices", "table"}])
)
def test_reading_never_raises_and_always_settles(typed, kind):
    question_ = field(kind)
    found = read(question_, typed)

    assert (found.value is None) or not found.faults
    if found.value is not None:
        assert read(question_, show(question_, found.value)).value == found.value
        assert fits(question_, found.value)
        assert spell(question_, found.value, "it")
        assert spell(question_, found.value, "en")
    if found.typed is not None:
        assert read(question_, found.typed) == found


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_money_comes_back_as_it_went(amount):
    found = read(field("money"), show(field("money"), str(amount)))
    assert Decimal(found.value) == amount


@pytest.mark.parametrize("kind", [kind for kind in FieldType if kind not in {"choice", "choices", "table"}])
@pytest.mark.parametrize("letter", ["1", "a", ".", " ", "@", "a."])
def test_a_very_long_text_costs_little(kind, letter):
    began = time.process_time()
    found = read(field(kind), letter * 100_000)
    assert time.process_time() - began < 1
    assert found.typed is None or len(found.typed) <= 50_000


def test_an_amended_call_no_longer_fits_old_answers():
    assert fits(field("choice", **OPTIONS), "spain")
    assert not fits(field("choice", **OPTIONS), "denmark")
    assert not fits(field("date"), "mai")
    assert not fits(field("integer"), {"odd": 1})


def test_values_are_spelt_for_readers():
    assert [
        spell(field("choice", **OPTIONS), "spain", "en"),
        spell(field("choices", **OPTIONS), ["spain", "poland"]),
        spell(field("boolean"), True, "en"),
        spell(field("integer"), 2025),
        spell(field("integer"), 12345),
        spell(field("money"), "1234.50"),
        spell(field("money"), "1234.50", "en"),
        spell(field("percent"), "12.5"),
        spell(field("date"), "2026-03-05"),
        spell(field("municipality"), "016024"),
        spell(field("province"), "BG"),
        spell(field("country"), "DK"),
        spell(field("country"), "DK", "en"),
        spell(field("text"), None),
    ] == [
        "Spagna (en)", "Spagna, Polonia", "Yes", "2025", "12.345", "1.234,50\u00a0€", "1,234.50\u00a0€", "12,5\u00a0%",
        "05/03/2026", "Bergamo (BG)", "Bergamo (BG)", "Danimarca", "Denmark", "",
    ]  # fmt: skip
    assert spell(field("ateco"), "28.93.00").startswith("28.93.00 – ")


def test_ordinary_mail_in_place_of_pec_is_a_doubt_and_no_fault(app):
    with app.test_request_context():
        assert read(field("pec"), "rossi@gmail.com").faults == ()
        assert str(doubt(field("pec"), "rossi@gmail.com")).startswith("Questo dominio è di posta ordinaria")
    assert doubt(field("pec"), "rossi@pec.it") is None
    assert doubt(field("text"), "rossi@gmail.com") is None


def test_a_base_names_revision_and_answer():
    stored = Stored("Valvole", None, 3, "anna@impresa.it", None)
    assert stored.base == f"3:{Read(value='Valvole').mark}"
    assert mark(None, None) == NEVER.mark != mark("", None)


def test_countries_are_states_and_not_unions():
    assert {"IT", "DK", "UZ"} < set(COUNTRIES)
    assert {"EU", "UN", "ZZ"} & set(COUNTRIES) == set()


def test_controls_are_taken_out():
    assert tidy("a\x00b\x07 c", is_long=False) == "ab c"
    assert not re.search(r"[\x00-\x08]", tidy("\x01\x02x", is_long=True))
