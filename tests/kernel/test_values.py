"""Single values, with the good and bad ones of the dossier."""

import pytest
from hypothesis import given, strategies as st

from portal.companies.rules import places
from portal.kernel import values


@pytest.mark.parametrize(
    ("vat", "is_good"),
    [
        ("00743110157", True),
        ("00743110158", False),  # check digit
        ("00000000000", False),  # passes Luhn
        ("12345678903", False),  # passes Luhn, office 890
        ("0074311015", False),
        ("007431101570", False),
        ("0074311015７", False),
        ("00743110157\n", False),
        ("IT00743110157", False),
        ("", False),
    ],
)
def test_partita_iva(vat, is_good):
    assert values.is_partita_iva(vat) is is_good
    assert values.is_company_tax_code(vat) is is_good


@given(st.text(max_size=30))
def test_no_text_breaks_a_rule(text):
    for rule in (
        values.is_partita_iva,
        values.is_codice_fiscale,
        values.is_tax_code,
        values.is_rea,
        values.is_pec,
        values.is_pec_suspicious,
        values.is_province,
        values.is_ateco,
    ):
        assert rule(text) in {True, False}


@given(st.integers(1, 9_999_999), st.integers(1, 100))
def test_one_check_digit_fits(number, office):
    stem = f"{number:07}{office:03}"
    assert sum(values.is_partita_iva(f"{stem}{digit}") for digit in range(10)) == 1


@pytest.mark.parametrize(
    ("code", "is_good"),
    [
        ("RSSMRA85M01H501Q", True),
        ("RSSMRA85M01H50MI", True),  # omocodia
        ("RSSMRA85M01H501A", False),
        ("RSSMRA85M99H501Q", False),
        ("RSSMRA85B30H501X", False),
        ("rssmra85m01h501q", False),
        ("00743110157", False),
        ("", False),
    ],
)
def test_codice_fiscale(code, is_good):
    assert values.is_codice_fiscale(code) is is_good


def test_a_tax_code_is_of_a_person_or_of_a_company():
    assert values.is_tax_code("RSSMRA85M01H501Q")
    assert values.is_tax_code("00743110157")
    assert not values.is_tax_code("RSSMRA85M01H501")


def test_a_code_may_look_right_and_name_no_day():
    stem = "RSSMRA85B31H501"
    assert not any(values.is_codice_fiscale(stem + letter) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@pytest.mark.parametrize(
    ("rea", "province"),
    [("MI-1234567", "MI"), ("BG-1", "BG"), ("XX-1", None), ("MI-0", None), ("MI1234567", None), ("MI-12345678", None)],
)
def test_rea(rea, province):
    assert values.rea_province(rea) == province


@pytest.mark.parametrize(
    ("address", "is_good"),
    [
        ("acme@pec.it", True),
        ("a.b+c@legal-mail.example.it", True),
        ("acme@", False),
        ("@pec.it", False),
        ("acme", False),
        ("acme@pec", False),
        ("a..b@pec.it", False),
        (".a@pec.it", False),
        ("a.@pec.it", False),
        ("a@-pec.it", False),
        ("a@pec-.it", False),
        ("a@pec..it", False),
        ("a@127.0.0.1", False),
        ("a b@pec.it", False),
        ("a@pec.it\nBcc: x@y.it", False),
        ("a@" + "b" * 250 + ".it", False),
    ],
)
def test_pec(address, is_good):
    assert values.is_pec(address) is is_good


def test_ordinary_mail_is_suspicious():
    assert values.is_pec_suspicious("acme@Gmail.com")
    assert not values.is_pec_suspicious("acme@legalmail.it")


@pytest.mark.parametrize(
    ("code", "is_good"),
    [("28", True), ("28.9", True), ("28.93", True), ("28.93.0", True), ("28.93.00", True), ("C", False), ("28.", False),
     ("28.9.0", False), ("28.93.000", False), ("2893", False)],
)  # fmt: skip
def test_ateco_is_written_with_dots(code, is_good):
    assert values.is_ateco(code) is is_good


def test_provinces_are_those_of_istat():
    names = {code: name for code in values.PROVINCES for name in [values.PROVINCES[code]]}
    assert set(names) == {place.province for place in places.search("a", limit=10_000)}
    assert places.provinces_of("Lombardia") == values.LOMBARDY
    assert list(values.PROVINCES.values()) == sorted(values.PROVINCES.values())


def test_compact_takes_away_what_people_type():
    assert values.compact(" 0074-311.0157 ") == "00743110157"
    assert values.compact(None) == ""
