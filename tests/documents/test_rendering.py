"""PDFs: tagged, titled, in the right language, the same bytes for the same paper, and data never runs."""

import json
import unicodedata
from datetime import UTC, datetime
from io import BytesIO

import pikepdf
import pytest
from hypothesis import given, settings, strategies as st

from portal.documents import rendering
from portal.documents.rules.papers import (
    Agenda,
    ApplicationSheet,
    Badges,
    Catalogue,
    DelegateList,
    EventPack,
    FinalAct,
    Letter,
    Paper,
    RankingList,
    Receipt,
    RequestLetter,
    Row,
)

AT = datetime(2026, 10, 9, 13, 59, 58, tzinfo=UTC)
PAPERS = (
    Receipt,
    ApplicationSheet,
    RankingList,
    Letter,
    RequestLetter,
    FinalAct,
    DelegateList,
    Badges,
    Agenda,
    EventPack,
    Catalogue,
)


def sample(kind: type[Paper]) -> Paper:
    return kind.model_validate_json((rendering.TEMPLATES / kind.template / "sample.json").read_text())


def titles(pdf: bytes) -> tuple[str, str]:
    with pikepdf.open(BytesIO(pdf)) as opened:
        return str(opened.Root.Lang), str(opened.docinfo["/Title"])


@pytest.mark.parametrize("kind", PAPERS, ids=lambda kind: kind.template)
@pytest.mark.parametrize("lang", ["it", "en"])
def test_every_paper_is_tagged_and_carries_its_fonts(kind, lang):
    pdf = rendering.render(sample(kind), lang=lang, at=AT)

    with pikepdf.open(BytesIO(pdf)) as opened:
        assert opened.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in opened.Root
        assert b"pdfuaid" in opened.Root.Metadata.read_bytes()
        fonts = {
            str(font.BaseFont).rsplit("+", 1)[-1] for page in opened.pages for font in page.Resources.Font.values()
        }
    assert any(font.startswith("TitilliumWeb") for font in fonts)
    assert not any(font.startswith(("Libertinus", "DejaVu")) for font in fonts)


def test_papers_speak_both_languages():
    receipt = sample(Receipt)

    assert titles(rendering.render(receipt, lang="it", at=AT)) == (
        "it",
        "Ricevuta di presentazione – Export su misura",
    )
    assert titles(rendering.render(receipt, lang="en", at=AT)) == ("en", "Receipt of submission – Export su misura")


@pytest.mark.parametrize("name", ["", *(kind.template for kind in PAPERS)])
def test_words_are_the_same_in_both_languages(name):
    words = json.loads((rendering.TEMPLATES / name / "words.json").read_text())
    assert set(words["it"]) == set(words["en"])
    assert all(text.strip() for language in words.values() for text in language.values())


def test_the_same_paper_is_the_same_bytes():
    assert rendering.render(sample(Receipt), at=AT) == rendering.render(sample(Receipt), at=AT)


@pytest.mark.parametrize(
    "name",
    [
        '#read("/etc/passwd")',
        '#panic("x")',
        "= Titolo",
        "$x^2$",
        "*grassetto* _corsivo_ @rif <eti>",
        "\\u{0}",
        "#{",
        '"]})',
    ],
)
def test_data_is_never_source(name):
    paper = sample(ApplicationSheet).model_copy(update={"company": name})

    with pikepdf.open(BytesIO(rendering.render(paper, at=AT))) as opened:
        assert str(opened.docinfo["/Subject"]) == name


def test_every_character_that_is_kept_can_be_set():
    kept = "".join(
        c for c in map(chr, range(0x20, 0x10000)) if rendering.legible(c) == c and unicodedata.category(c) != "Cn"
    )
    paper = sample(ApplicationSheet).model_copy(update={"company": kept})

    assert len(kept) > 1000
    assert rendering.render(paper, at=AT).startswith(b"%PDF-1.7")


@given(st.text(max_size=40))
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_a_receipt(text):
    paper = sample(Receipt).model_copy(update={"company": text, "pathway": text, "submitted_by": text})

    assert rendering.render(paper, at=AT).startswith(b"%PDF-1.7")


def test_what_cannot_be_set_is_replaced():
    assert rendering.legible("Caffe\u0301 \u202e株🚀\x00 S.r.l.") == "Caffé ��  S.r.l."


def test_a_ranking_of_two_thousand_is_whole():
    rows = [
        Row(position=str(n), arrival=str(n), company=f"Impresa {n} S.r.l.", points="50,00", amount="11.500 €")
        for n in range(1, 2001)
    ]
    paper = sample(RankingList)
    assert isinstance(paper, RankingList)
    lists = [paper.lists[0].model_copy(update={"rows": rows})]

    with pikepdf.open(BytesIO(rendering.render(paper.model_copy(update={"lists": lists}), at=AT))) as opened:
        assert len(opened.pages) > 40


def test_an_instant_is_told_in_rome_with_its_seconds():
    assert rendering.instant(AT, lang="it") == "9 ottobre 2026, ore 15:59:58"
    assert rendering.instant(AT, lang="en") == "9 October 2026, 15:59:58"


def test_a_qr_code_is_a_picture_without_scripts():
    drawn = rendering.qr_svg("https://portale.example/ricevute/K7QM")

    assert drawn.startswith("<svg ")
    assert "script" not in drawn
