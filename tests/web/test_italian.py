"""Numbers and dates as Italians write them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from portal.web.italian import format_decimal, parse_day, parse_decimal, parse_instant


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,56", "1234.56"),
        ("1234,56", "1234.56"),
        ("1.234", "1234"),
        ("1 500 000", "1500000"),
        ("€ 1.500.000,00", "1500000.00"),
        ("-12,5", "-12.5"),
        ("12.5", "12.5"),
        ("12.50", "12.50"),
        ("1234.5678", "1234.5678"),
        ("12,5 %", "12.5"),
        ("0", "0"),
    ],
)
def test_reads_what_people_type(text, value):
    assert parse_decimal(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["", "abc", "1,234.56", "1.23.4", "1..2", "1,2,3", "12e5", "NaN", "inf", "1.2345.678", "--1", "٣", "1" * 64]
)
def test_refuses_what_it_would_have_to_guess(text):
    with pytest.raises(ValueError, match="not a number"):
        parse_decimal(text)


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_a_number_shown_is_read_back(value):
    assert parse_decimal(format_decimal(value, places=2)) == value
    assert parse_decimal(format_decimal(value)) == value


@given(st.dates(date(1000, 1, 1), date(9990, 12, 31)))
def test_a_day_is_read_in_both_orders(value):
    assert parse_day(f"{value.day}/{value.month}/{value.year:04}") == value
    assert parse_day(value.isoformat()) == value


@pytest.mark.parametrize(
    "text", ["01/01/0001", "9999-12-31", "31/2/2026", "2026-02-30", "1/1/26", "oggi", "", "0/1/2026"]
)
def test_a_day_that_does_not_exist_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        parse_day(text)


def test_an_hour_is_of_rome_and_the_first_of_a_repeated_one():
    assert parse_instant("05/03/2026 12:00") == datetime(2026, 3, 5, 11, tzinfo=UTC)
    assert parse_instant("2026-07-05T12:00") == datetime(2026, 7, 5, 10, tzinfo=UTC)
    assert parse_instant("25/10/2026 02:30").astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(st.text(max_size=200))
def test_any_text_gives_a_value_or_a_value_error(text):
    for parse in (parse_decimal, parse_day, parse_instant):
        try:
            parse(text)
        except ValueError:
            continue
