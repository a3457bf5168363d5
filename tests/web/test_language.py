"""Italian and English for all, English and Russian for foreign buyers."""

import pytest
from flask import Flask

from portal.kernel.text import Text
from portal.web import language
from portal.web.filters import tr


@pytest.mark.parametrize(
    ("path", "headers", "spoken"),
    [
        ("/bandi", {}, "it"),
        ("/bandi", {"Accept-Language": "en"}, "en"),
        ("/bandi", {"Accept-Language": "ru"}, "it"),
        ("/bandi?lang=ru", {}, "it"),
        ("/buyer/x", {}, "en"),
        ("/buyer/x", {"Accept-Language": "ru-UZ,ru;q=0.9"}, "ru"),
        ("/buyer/x", {"Accept-Language": "it"}, "en"),
        ("/buyer/x?lang=ru", {}, "ru"),
        ("/buyer/x?lang=it", {}, "en"),
    ],
)
def test_a_page_speaks_a_language_of_its_own_readers(app: Flask, path, headers, spoken):
    with app.test_request_context(path, headers=headers):
        assert language.choose() == spoken


def test_the_other_language_is_one_that_the_page_has(app: Flask):
    with app.test_request_context("/buyer/x?lang=ru"):
        assert language.other_language() == ("en", "/buyer/x?lang=en")
    with app.test_request_context("/bandi?lang=it"):
        assert language.other_language() == ("en", "/bandi?lang=en")


def test_where_a_text_has_no_russian_a_buyer_reads_english(app: Flask):
    with app.test_request_context("/buyer/x?lang=ru"):
        assert tr(Text(it="Bando", en="Call")) == tr({"it": "Bando", "en": "Call"}) == "Call"
        assert str(language._say("Utenti dell'ufficio")) == "Staff"
