"""Pages of the calls: what a visitor reads, what staff change."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import html5lib
import pytest
from icalendar import Calendar
from sqlalchemy import event

from portal.calls import queries, service
from portal.calls.rules.status import CallStatus
from portal.calls.rules.yaml_io import dump, load, shipped
from portal.web.kept import forget
from tests.accounts_help import csrf, post, sign_in
from tests.factories.accounts import StaffRoleFactory, UserFactory
from tests.factories.calls import MISURA, PROGRAMME_2021, STAFF, UZBEKISTAN, around, content, make_call, make_draft

PAGE = "/bandi/export-su-misura-2025"
OFFICE = "/ufficio/bandi/export-su-misura-2025"
EDIT = f"{OFFICE}/modifica"


@pytest.fixture(autouse=True)
def _fresh():
    forget()
    yield
    forget()


@pytest.fixture
def calls(session):
    """One open call, one coming, one closed."""
    now = datetime.now(UTC)
    open_ = make_call(session)
    make_call(session, UZBEKISTAN, window=around(now + timedelta(days=20)))
    make_call(session, PROGRAMME_2021, window=around(now - timedelta(days=20)))
    session.commit()
    return open_


@pytest.fixture
def admin(client, session, calls):
    return sign_in(client, UserFactory(admin=True))


def read(client, path: str, **options) -> str:
    answer = client.get(path, **options)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.fixture
def statements(engine):
    """Every SQL statement sent while the test runs, but for savepoints."""
    sent: list[str] = []

    def note(_conn, _cursor, statement, *_rest):
        if not re.match(r"(RELEASE )?SAVEPOINT|ROLLBACK TO", statement):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", ["/", "/bandi", PAGE, f"{PAGE}?lang=en", "/bandi?lang=en"])
def test_public_pages_are_valid(client, calls, path):
    html5lib.HTMLParser(strict=True).parse(read(client, path))


def test_the_front_door_shows_what_is_open_or_coming(client, calls):
    page = read(client, "/")
    assert [
        title in page for title in ("Export su misura", "Progetto strategico Uzbekistan", "Guarda anche 1 bando chiuso")
    ] == [True] * 3
    assert "Programma internazionalizzazione 2021</a>" not in page


def test_no_calls_is_said_plainly(client, session):
    assert "Nessun bando aperto in questo momento" in read(client, "/")
    assert "Nessun bando corrisponde" in read(client, "/bandi")


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["Export su misura", "Progetto strategico Uzbekistan", "Programma internazionalizzazione 2021"]),
        ("?stato=aperti", ["Export su misura"]),
        ("?stato=in-arrivo", ["Progetto strategico Uzbekistan"]),
        ("?stato=chiusi", ["Programma internazionalizzazione 2021"]),
        ("?stato=altro&programma=PIANO-EXPORT-2025", ["Export su misura", "Progetto strategico Uzbekistan"]),
        ("?q=TASHKENT samarcanda", ["Progetto strategico Uzbekistan"]),
        ("?q=%3Cscript%3E", []),
    ],
)
def test_the_list_is_filtered(client, calls, query, titles):
    page = read(client, f"/bandi{query}")
    assert re.findall(r'class="box__title"><a href="[^"]+">([^<]+)<', page) == titles


def test_a_call_says_everything(client, calls):
    page = read(client, PAGE)
    for said in (
        "11.500\u00a0€ in servizi", "1.035.000\u00a0€", "A graduatoria, a punteggio", "Promos Italia", "Danimarca",
        "Presenta domanda", "Prefattibilità sul mercato scelto", "Certificato della polizza catastrofale",
        "Reg. (UE) 2023/2831", "Entro 90 giorni dalla scadenza", "chi ha inviato prima",
        "il numero di protocollo più basso", "Titolare",
        "exportsumisura@pec.unioncamere.example", "Bando reale", "Delibera regionale", "Ipotesi", "In vigore",
    ):  # fmt: skip
        assert said in page, said


def test_english_is_whole(client, calls):
    page = read(client, f"{PAGE}?lang=en")
    assert [
        said in page for said in ("Tailored export", "Closes in ", "Apply", "Prefeasibility on the target market")
    ] == [True] * 4
    text = re.sub(r"<cite>.*?</cite>", "", page)
    assert [
        word for word in ("Scadenza", "Requisiti", "Criteri", "Contatti", "Versioni") if re.search(rf"\b{word}\b", text)
    ] == []


@pytest.mark.parametrize(
    ("slug", "button"),
    [
        ("export-su-misura-2025", "Presenta domanda"),
        ("uzbekistan-2025", "Verifica i requisiti"),
        ("internazionalizzazione-2021", "Vai alla graduatoria"),
    ],
)
def test_the_one_button_follows_the_clock(client, calls, slug, button):
    page = read(client, f"/bandi/{slug}")
    assert re.findall(r'<a class="btn btn-primary" [^>]+>([^<]+)<', page) == [button]


def test_openness_is_the_window_s_not_what_was_announced(client, session, calls):
    calls.status = CallStatus.CLOSED
    session.commit()
    assert "Presenta domanda" in read(client, PAGE)


def test_drafts_and_strangers_are_not_found(client, session):
    make_draft(session)
    session.commit()
    for path in (PAGE, f"{PAGE}/bando.yaml", f"{PAGE}/scadenza.ics", f"{PAGE}/versioni/1", "/bandi/altro"):
        assert client.get(path).status_code == 404


def test_markdown_of_a_call_cannot_script(client, session):
    first = shipped(MISURA).texts[0]
    evil = "<script>alert(1)</script> [x](javascript:alert(1)) ![i](http://tracker.example/i.png) <b onclick=x>b</b>"
    text = first.model_copy(update={"body": first.body.model_copy(update={"it": evil})})
    make_call(session, texts=[text, *shipped(MISURA).texts[1:]])
    session.commit()
    page = read(client, PAGE)
    assert [bad for bad in ("<script>alert", 'href="javascript', "<img", "<b onclick") if bad in page] == []


def test_pages_are_cheap(client, calls, statements):
    for path in ("/", "/bandi", PAGE, "/bandi/uzbekistan-2025"):
        read(client, path)
    forget()
    for path, most in (("/", 1), ("/bandi", 1), (PAGE, 1), (f"{PAGE}/bando.yaml", 1)):
        statements.clear()
        read(client, path)
        assert len(statements) == most, path
    forget()
    queries._parsed.clear()
    statements.clear()
    read(client, "/bandi")
    assert len(statements) == 2


def test_the_deadline_for_a_calendar(client, calls):
    answer = client.get(f"{PAGE}/scadenza.ics")
    assert answer.content_type == "text/calendar; charset=utf-8"
    (deadline,) = Calendar.from_ical(answer.data).walk("VEVENT")
    assert deadline.decoded("dtstart") == calls.closes_at.replace(microsecond=0)
    assert str(deadline["summary"]) == "Scadenza: Export su misura"
    assert str(deadline["url"]).endswith(PAGE)


def test_the_call_as_data(client, session, calls):
    answer = client.get(f"{PAGE}/bando.yaml")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="export-su-misura-2025.yaml"'
    assert load(answer.data) == queries.content_by_id(session, calls.version_id)


def test_a_corrigendum_is_shown_with_what_it_changed(client, session, calls):
    current = queries.content_by_id(session, calls.version_id)
    longer = current.model_copy(update={"days": current.days.model_copy(update={"acceptance": 12})})
    service.amend(session, calls.id, longer, reason="Più giorni per accettare", by=STAFF, now=datetime.now(UTC))
    session.commit()
    forget()

    assert "Più giorni per accettare" in read(client, PAGE)
    page = read(client, f"{PAGE}/versioni/2")
    assert "giorni › accettazione" in page
    assert "<del>7</del> → <ins>12</ins>" in page
    assert "È la prima versione pubblicata." in read(client, f"{PAGE}/versioni/1")
    assert load(client.get(f"{PAGE}/bando.yaml?versione=1").data) == current
    assert [client.get(f"{PAGE}/{path}").status_code for path in ("versioni/3", "bando.yaml?versione=7")] == [404, 404]


def test_versions_of_the_draft_stay_private(client, session):
    now = datetime.now(UTC)
    call = make_draft(session, window=around(now), at=now - timedelta(hours=2))
    service.draft(
        session,
        call.id,
        content(window=around(now), sample_check_pct=Decimal(6)),
        reason="Bozza interna",
        by=STAFF,
        now=now - timedelta(hours=1),
    )
    service.publish(session, call.id, by=STAFF, now=now)
    session.commit()
    assert client.get(f"{PAGE}/versioni/1").status_code == 404
    assert "Prima versione" not in read(client, PAGE)


def test_the_office_lists_every_call(admin):
    page = read(admin, "/ufficio/bandi")
    html5lib.HTMLParser(strict=True).parse(page)
    assert [code in page for code in (MISURA, UZBEKISTAN, PROGRAMME_2021, "Nuovo bando")] == [True] * 4


def test_the_office_sees_versions_lint_and_deeds(admin):
    page = read(admin, OFFICE)
    html5lib.HTMLParser(strict=True).parse(page)
    assert [said in page for said in ("Prima versione", "Bozza creata", "Pubblicato", "Aperto", STAFF)] == [True] * 5


def test_whose_call_it_is(client, session, calls):
    other = queries.get_by_code(session, UZBEKISTAN)
    manager = UserFactory()
    StaffRoleFactory(user=manager, call_id=other.id)
    sign_in(client, manager)
    assert client.get("/ufficio/bandi/uzbekistan-2025/modifica").status_code == 200
    assert client.get(EDIT).status_code == 404
    assert client.get("/ufficio/bandi/nuovo").status_code == 403
    assert MISURA not in read(client, "/ufficio/bandi")


def test_the_auditor_reads_and_does_not_write(client, session, calls):
    sign_in(client, UserFactory(auditor=True))
    assert client.get(OFFICE).status_code == 200
    assert "Scrivi una rettifica" not in read(client, OFFICE)
    assert client.get(EDIT).status_code == 403


def test_strangers_are_sent_to_sign_in(client, calls):
    assert [client.get(path).status_code for path in ("/ufficio/bandi", OFFICE, EDIT)] == [303] * 3


def written(session, old: str, new: str) -> str:
    text = dump(queries.content_of(queries.get_by_code(session, MISURA).version))
    assert old in text
    return text.replace(old, new, 1)


def test_a_text_that_is_no_call_is_told_and_kept(admin, session):
    text = written(session, "  evaluation: 45", "  evaluation: fifty")
    page = post(admin, EDIT, yaml=text, reason="Prova", go="confirm").get_data(as_text=True)
    assert "days.evaluation: dev&#39;essere un numero intero" in page
    assert "  evaluation: fifty" in page
    assert 'value="Prova"' in page


def test_a_contradiction_cannot_be_confirmed(admin, session):
    text = written(session, "  total: 50\n", "  total: 500\n")
    page = post(admin, EDIT, yaml=text, reason="Prova", go="confirm").get_data(as_text=True)
    assert "la soglia 500 supera il massimo raggiungibile 100" in page
    assert 'value="confirm"' not in page
    assert len(queries.versions(session, queries.get_by_code(session, MISURA).id)) == 1


def test_a_check_changes_nothing_and_shows_diff_and_preview(admin, session):
    page = post(admin, EDIT, yaml=written(session, "  acceptance: 7", "  acceptance: 9"), go="check").get_data(
        as_text=True
    )
    html5lib.HTMLParser(strict=True).parse(page)
    assert "<del>7</del> → <ins>9</ins>" in page
    assert "Anteprima della pagina pubblica" in page
    assert 'value="confirm"' in page
    assert len(queries.versions(session, queries.get_by_code(session, MISURA).id)) == 1


def test_a_confirmed_corrigendum_needs_its_reason_and_is_in_force(admin, session):
    base = re.search(r'name="base"[^>]*value="([^"]+)"', read(admin, EDIT))[1]
    fields = {"yaml": written(session, "  acceptance: 7", "  acceptance: 9"), "base": base, "go": "confirm"}
    refused = post(admin, EDIT, **fields, reason=" ")
    assert "Scrivi il motivo della modifica" in refused.get_data(as_text=True)

    done = post(admin, EDIT, **fields, reason="Più tempo")
    assert (done.status_code, done.location) == (303, OFFICE)
    assert queries.content_of(queries.get_by_code(session, MISURA).version).days.acceptance == 9

    late = post(
        admin, EDIT, **fields | {"yaml": fields["yaml"].replace("acceptance: 9", "acceptance: 8")}, reason="Tardi"
    )
    assert "Qualcun altro ha modificato questi dati nel frattempo" in late.get_data(as_text=True)


def test_a_file_wins_over_the_text(admin, session):
    file = (BytesIO(written(session, "  acceptance: 7", "  acceptance: 11").encode()), "bando.yaml")
    token = csrf(admin, EDIT)
    page = admin.post(EDIT, data={"csrf_token": token, "yaml": "testo di prima", "file": file, "go": "check"}).get_data(
        as_text=True
    )
    assert "<del>7</del> → <ins>11</ins>" in page
    assert "testo di prima" not in page


def test_another_call_s_text_is_refused_in_words(admin, session):
    text = dump(content(PROGRAMME_2021, code="NUOVO-2026", slug="nuovo-2026"))
    base = str(queries.get_by_code(session, MISURA).version_id)
    page = post(admin, EDIT, yaml=text, base=base, reason="Prova", go="confirm").get_data(as_text=True)
    assert "per un altro bando, importa un altro file" in page


def test_a_new_call_is_drafted_then_published(admin, session):
    text = dump(content(PROGRAMME_2021, code="NUOVO-2026", slug="nuovo-2026"))
    done = post(admin, "/ufficio/bandi/nuovo", yaml=text, go="confirm")
    assert (done.status_code, done.location) == (303, "/ufficio/bandi/nuovo-2026")
    assert admin.get("/bandi/nuovo-2026").status_code == 404

    page = "/ufficio/bandi/nuovo-2026"
    assert post(admin, f"{page}/pubblica", form_on=page).status_code == 303
    assert admin.get("/bandi/nuovo-2026").status_code == 200
