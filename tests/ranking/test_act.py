"""The draft act: names from a closed list, values that stay text, versions with a reason."""

import io
from datetime import UTC, datetime, timedelta
from time import process_time

import pytest
from docx import Document
from hypothesis import given, strategies as st

from portal.audit.queries import story
from portal.calls.queries import content_by_id
from portal.kernel.errors import Conflict
from portal.ranking import queries, service
from portal.ranking.models import ActTemplate
from portal.ranking.rules import act, refusals
from portal.ranking.rules.act import Block, Kind
from portal.ranking.service import act as acts
from tests.accounts_help import csrf, post, sign_in
from tests.factories.accounts import UserFactory, staff
from tests.factories.calls import around, make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE, admitted, reviewer, scored

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
HOSTILE = "{{impronta}} <b>=1+1 #panic {% x %} S.r.l."
TEXT = "# Atto\n\nBando {{ bando }}, {{finanziate}} imprese.\n{{elenco_finanziate}}\n{{elenco_non_ammesse}}"


@pytest.fixture
def call(session):
    return make_call(session, window=around(NOW - timedelta(days=30)))


@pytest.fixture
def ranking(session, call):
    scored(
        call, admitted(call, company=CompanyFactory(legal_name=HOSTILE, vat="00743110157")), reviewer(), shares=["1"]
    )
    return service.draw_up(session, call.id, by=OFFICE, now=NOW)


def test_braces_without_an_end_are_refused_at_once():
    begun = process_time()

    for hostile in ("{{" + " " * 2000 + "x", "{{ a" * 10_000, "{" * 40_000):
        with pytest.raises(act.BrokenBraces):
            act.parse(hostile)

    assert process_time() - begun < 0.5


def test_a_line_is_a_block():
    assert act.parse("# A\n\n## B\n- c {{bando}}\n d \n{{ elenco_riserva }}\n") == [
        Block(Kind.TITLE, "A"),
        Block(Kind.HEADING, "B"),
        Block(Kind.ITEM, "c {{bando}}"),
        Block(Kind.PARAGRAPH, "d"),
        Block(Kind.LIST, "elenco_riserva"),
    ]


@pytest.mark.parametrize(
    ("text", "refusal", "line"),
    [
        ("a\n{{7*7}}", act.UnknownName, 2),
        ("{{ bando.__class__ }}", act.UnknownName, 1),
        ("{{}}", act.UnknownName, 1),
        ("a\n\n{{bando", act.BrokenBraces, 3),
        ("bando}}", act.BrokenBraces, 1),
        ("{{ {{bando}} }}", act.BrokenBraces, 1),
        ("ecco {{elenco_riserva}}", act.ListNotAlone, 1),
        ("{{elenco_riserva}}{{elenco_riserva}}", act.ListNotAlone, 1),
    ],
)
def test_what_the_text_may_not_hold_is_refused_with_its_line(text, refusal, line):
    with pytest.raises(refusal) as refused:
        act.parse(text)

    assert (refused.value.field, refused.value.facts["line"]) == ("text", line)


def test_an_empty_text_is_refused():
    with pytest.raises(act.NothingWritten):
        act.parse(" \n\n")


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_value_is_never_read_again(value, around_it):
    plain = around_it.replace("{", "").replace("}", "")
    block = Block(Kind.PARAGRAPH, f"{plain}{{{{bando}}}}{plain}")

    assert act.fill(block, {"bando": value}) == f"{plain}{value}{plain}"


def test_the_text_that_comes_with_the_portal_is_sound_and_knows_every_value(session, call, ranking):
    known = acts.values(
        ranking, ranking.content, call, content_by_id(session, ranking.version_id), public_url="http://x.example"
    )

    assert known.keys() == act.NAMES.keys()
    assert {block.kind for block in act.parse(acts.text_in_force(session))} == set(Kind)


def test_a_new_text_is_a_new_version_with_its_reason(session):
    service.write_act(session, TEXT, reason="Nuovo dirigente", base=0, by=OFFICE, now=NOW)
    session.flush()

    assert acts.text_in_force(session) == TEXT
    assert [entry.action for entry in story(session, "act")] == ["ranking.act_written"]
    with pytest.raises(refusals.SameText):
        service.write_act(session, f"{TEXT}  \n", reason="Nuovo dirigente", base=1, by=OFFICE, now=NOW)
    with pytest.raises(refusals.WhyChanged):
        service.write_act(session, "altro", reason="boh", base=1, by=OFFICE, now=NOW)
    with pytest.raises(Conflict):
        service.write_act(session, "altro", reason="Nuovo dirigente", base=0, by=OFFICE, now=NOW)


def test_two_texts_written_at_once_are_one_and_a_conflict(session, monkeypatch):
    service.write_act(session, TEXT, reason="Nuovo dirigente", base=0, by=OFFICE, now=NOW)
    monkeypatch.setattr(queries, "find_act_template", lambda _session: None)

    with pytest.raises(Conflict):
        service.write_act(session, f"{TEXT}\nAltro.", reason="Nuovo dirigente", base=0, by=OFFICE, now=NOW)

    assert len(queries.act_templates(session)) == 1


def test_the_draft_is_a_word_document_and_a_tagged_pdf_with_the_ranking_in_it(session, client, call, ranking):
    sign_in(client, staff())
    address = f"/ufficio/graduatorie/{ranking.id}/determina"

    word = client.get(f"{address}.docx").data
    paper = client.get(f"{address}.pdf").data

    document = Document(io.BytesIO(word))
    assert [cell.text for cell in document.tables[0].rows[1].cells][:4] == [
        "1",
        HOSTILE,
        "00743110157",
        ranking.content["entries"][0]["registry_number"],
    ]
    assert ranking.sha256 in "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert paper.startswith(b"%PDF")
    assert b"/MarkInfo" in paper


def test_the_page_shows_the_act_and_keeps_what_is_typed(session, client, call, ranking):
    sign_in(client, staff())
    address = f"/ufficio/graduatorie/{ranking.id}/determina"

    page = client.get(address).text
    look = post(client, address, text=TEXT, reason="", base="0", preview="1")
    wrong = post(client, address, text="Riga\n{{pippo}}", reason="Nuovo dirigente", base="0")
    saved = post(client, address, text=TEXT, reason="Nuovo dirigente", base="0")
    late = post(client, address, text="Altro testo.", reason="Nuovo dirigente", base="0")

    assert "{{impronta}} &lt;b&gt;=1+1 #panic" in page
    assert (look.status_code, wrong.status_code, saved.status_code, late.status_code) == (200, 422, 303, 409)
    assert "Bando Export su misura, 1 imprese." in look.text
    assert "Riga 2: «pippo» non è tra i nomi che il modello conosce." in wrong.text
    assert "Riga\n{{pippo}}" in wrong.text
    assert session.query(ActTemplate).count() == 1


def test_only_who_manages_every_call_writes_the_text(session, client, call, ranking):
    address = f"/ufficio/graduatorie/{ranking.id}/determina"
    sign_in(client, staff(call_id=call.id))
    page = client.get(address)
    token = csrf(client, f"/ufficio/graduatorie/{ranking.id}")

    assert "Cambia il modello" not in page.text
    assert client.post(address, data={"csrf_token": token, "text": TEXT}).status_code == 404
    sign_in(client, UserFactory(auditor=True))
    assert client.get(address).status_code == 200
