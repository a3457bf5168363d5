"""How values are shown, in both languages."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import force_locale

from portal.kernel.text import Text
from portal.web import filters

AT = datetime(2026, 3, 5, 11, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _page(app: Flask):
    with app.test_request_context(headers={"Accept-Language": "it"}):
        yield


def test_instants_are_romes():
    assert filters.rome(AT) == "5 marzo 2026 alle 12:00"
    assert filters.rome(AT, short=True) == "05/03/2026, 12:00"
    assert filters.clock(AT) == "12:00"
    assert filters.day(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == "1 gennaio 2027"
    assert filters.day(date(2026, 3, 5), short=True) == "05/03/2026"
    assert [shown(None) for shown in (filters.rome, filters.day, filters.clock)] == ["", "", ""]


def test_money_and_numbers_are_italian():
    assert filters.eur(1_500_000) == "1.500.000\u00a0€"
    assert filters.eur(Decimal("1234.5")) == "1.234,50\u00a0€"
    assert filters.eur(7, cents=True) == "7,00\u00a0€"
    assert filters.num(Decimal("1234.50")) == "1.234,5"
    assert filters.num(3, places=2) == "3,00"
    assert filters.pct("0.125") == "12,5%"
    assert filters.size(2_400_000) == "2,4\u00a0MB"
    assert filters.size(999) == "999\u00a0B"
    assert [shown(None) for shown in (filters.eur, filters.num, filters.pct, filters.size)] == [""] * 4


def test_english_pages_are_english():
    with force_locale("en"):
        assert filters.rome(AT) == "5 March 2026 at 12:00"
        assert filters.eur(Decimal("1234.5")) == "1,234.50\u00a0€"
        assert filters.tr(Text(it="Bando", en="Call")) == "Call"


def test_a_calls_own_text_follows_the_page():
    assert filters.tr(Text(it="Bando", en="Call")) == "Bando"
    assert filters.tr({"it": "Bando", "en": "Call"}) == "Bando"
    assert filters.tr("così com'è") == "così com'è"
    assert filters.tr(None) == ""
