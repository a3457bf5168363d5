"""The ranking's pages and files, as each reads them."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from openpyxl import load_workbook

from portal.applications.rules import Status
from portal.ranking import rules, service
from portal.ranking.views import soundness
from tests.accounts_help import csrf, post, sign_in
from tests.counting import statements
from tests.factories.accounts import MembershipFactory, UserFactory, staff
from tests.factories.calls import around, make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE, SECOND, WHY, admitted, reviewer, scored

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.fixture
def call(session):
    return make_call(session, window=around(NOW - timedelta(days=30)))


@pytest.fixture
def anna(session):
    return reviewer()


@pytest.fixture
def world(session, call, anna):
    """A first, a last, and one not admitted; nothing published yet."""
    first = scored(call, admitted(call, company=CompanyFactory(legal_name="Prima S.r.l.")), anna, shares=["1"])
    low = scored(call, admitted(call, company=CompanyFactory(legal_name="Bassa S.r.l.")), anna, shares=["0"])
    out = admitted(call, company=CompanyFactory(legal_name="Fuori S.r.l."), status=Status.NOT_ADMITTED)
    return first, low, out


@pytest.fixture
def ranking(session, call, world):
    drawn = service.draw_up(session, call.id, by=OFFICE, now=NOW)
    service.approve(session, drawn.id, by=SECOND, now=NOW)
    return service.publish(session, drawn.id, by=OFFICE, now=NOW)


def publish(session, call, *, reason=""):
    drawn = service.draw_up(session, call.id, reason=reason, by=OFFICE, now=NOW)
    service.approve(session, drawn.id, by=SECOND, now=NOW)
    service.publish(session, drawn.id, by=OFFICE, now=NOW)
    session.commit()


def table(response):
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.text.lstrip("\ufeff")), delimiter=";"))


def test_before_the_publication_the_page_says_so(session, client, call, world):
    service.draw_up(session, call.id, by=OFFICE, now=NOW)
    session.commit()

    page = client.get(f"/bandi/{call.slug}/graduatoria")

    assert page.status_code == 200
    assert "La graduatoria non è ancora pubblicata" in page.text
    assert "Prima S.r.l." not in page.text
    assert client.get(f"/bandi/{call.slug}/graduatoria.json").status_code == 404


def test_an_unknown_call_has_no_ranking(client):
    assert client.get("/bandi/nessuno/graduatoria").status_code == 404


def test_the_public_page_names_the_funded_and_only_numbers_the_rest(session, client, call, world, ranking):
    _first, low, out = world
    session.commit()
    address = f"/bandi/{call.slug}/graduatoria"

    ranked = client.get(address).text
    below = client.get(f"{address}?elenco=sotto-soglia").text
    left_out = client.get(f"{address}?elenco=non-ammesse").text

    assert "Prima S.r.l." in ranked
    assert "Fin qui le domande finanziate: ultimo punteggio 90,00." in ranked
    assert low.protocol in below
    assert out.protocol in left_out
    for page in (ranked, below, left_out):
        assert "Bassa S.r.l." not in page
        assert "Fuori S.r.l." not in page


def test_the_list_is_filtered_by_pathway(session, client, call, world, ranking):
    session.commit()
    address = f"/bandi/{call.slug}/graduatoria"
    mine, other = ranking.content["rule"]["pathways"][:2]

    assert "Prima S.r.l." in client.get(f"{address}?percorso={mine['key']}").text
    assert "Prima S.r.l." not in client.get(f"{address}?percorso={other['key']}").text
    assert "Prima S.r.l." in client.get(f"{address}?percorso=niente").text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("cerca=prim", {"Prima S.r.l."}),
        ("cerca=PRIMA", {"Prima S.r.l."}),
        ("cerca=%25", set()),
        ("cerca=Bassa", set()),
        ("cerca=%00&esito=niente", {"Prima S.r.l.", "Seconda S.r.l."}),
        ("esito=finanziate", {"Prima S.r.l.", "Seconda S.r.l."}),
        ("esito=riserva", set()),
        ("elenco=sotto-soglia&esito=finanziate&cerca=Bassa", set()),
    ],
)
def test_the_list_and_its_sheets_are_narrowed_alike(session, client, call, world, anna, query, names):
    scored(call, admitted(call, company=CompanyFactory(legal_name="Seconda S.r.l.")), anna, shares=["0.9"])
    publish(session, call)
    address = f"/bandi/{call.slug}/graduatoria"

    page = client.get(f"{address}?{query}")
    rows = table(client.get(f"{address}/elenco.csv?{query}"))
    book = load_workbook(io.BytesIO(client.get(f"{address}/elenco.xlsx?{query}").data)).active

    assert page.status_code == 200
    assert {name for name in ("Prima S.r.l.", "Seconda S.r.l.", "Bassa S.r.l.") if name in page.text} == names
    assert {row["Impresa"] for row in rows if "Impresa" in row} == names
    assert book.max_row == len(rows) + 1


def test_a_firm_is_found_by_its_codes(session, client, call, world, ranking):
    first, low, out = world
    session.commit()
    address = f"/bandi/{call.slug}/graduatoria/elenco.csv"
    vat = ranking.content["entries"][0]["firm"]["vat"]

    assert [row["Partita IVA"] for row in table(client.get(f"{address}?cerca={vat}"))] == [vat]
    assert [row["Protocollo"] for row in table(client.get(f"{address}?cerca={first.protocol}"))] == [first.protocol]
    assert table(client.get(f"{address}?elenco=sotto-soglia")) == [{"Protocollo": low.protocol}]
    assert table(client.get(f"{address}?elenco=sotto-soglia&cerca={vat}")) == []
    assert table(client.get(f"{address}?elenco=non-ammesse&cerca={out.protocol}")) == [{"Protocollo": out.protocol}]
    assert table(client.get(f"{address}?elenco=non-ammesse&cerca={low.protocol}")) == []


def test_only_the_office_finds_and_reads_those_below_a_threshold(session, client, call, world, ranking):
    _first, low, _out = world
    session.commit()
    query = "elenco=sotto-soglia&cerca=bassa"
    public = client.get(f"/bandi/{call.slug}/graduatoria?{query}")
    sign_in(client, UserFactory(auditor=True))

    page = client.get(f"/controllo/graduatorie/{ranking.id}?{query}")
    rows = table(client.get(f"/controllo/graduatorie/{ranking.id}/elenco.csv?{query}"))

    assert "Nessuna domanda corrisponde" in public.text
    assert f"/controllo/domande/{low.id}" in page.text
    assert [(row["Protocollo"], row["Totale"]) for row in rows] == [(low.protocol, "10.00")]


def test_the_auditor_s_twin_has_no_button(session, client, call, world):
    drawn = service.draw_up(session, call.id, by=OFFICE, now=NOW)
    sign_in(client, staff())
    its_list = client.get(f"/controllo/bandi/{call.slug}/graduatorie").text
    twin = client.get(f"/controllo/graduatorie/{drawn.id}").text
    office = client.get(f"/ufficio/graduatorie/{drawn.id}").text

    assert "Approva la versione" in office
    assert "Approva la versione" not in twin
    assert f"/controllo/graduatorie/{drawn.id}" in its_list
    assert "Redigi la graduatoria" not in its_list


def test_the_plots_tell_the_cut_off_and_nothing_below_a_threshold(session, client, call, world, ranking):
    session.commit()
    public = client.get(f"/bandi/{call.slug}/graduatoria").text
    sign_in(client, staff())
    office = client.get(f"/ufficio/graduatorie/{ranking.id}").text

    for page in (public, office):
        assert "90–95: ultima finanziata" in page
        assert "Punteggio medio per criterio" in page
    assert "10–15" not in public
    assert "10–15" in office


def test_the_firm_reads_how_it_moved_in_each_version(session, client, call, world, anna):
    first, _low, _out = world
    second = scored(call, admitted(call, company=CompanyFactory(legal_name="Seconda S.r.l.")), anna, shares=["0.9"])
    publish(session, call)
    first.status = Status.WAIVED
    publish(session, call, reason="Rinuncia della prima impresa")
    owner = UserFactory()
    MembershipFactory(user=owner, company_id=second.company_id)
    public = client.get(f"/bandi/{call.slug}/graduatoria").text
    sign_in(client, owner)

    page = client.get(f"/area/domande/{second.id}/graduatoria").text

    assert "salita di 1: rinuncia di un&#39;impresa" in public
    assert "#it-arrow-up" in public
    assert "La tua posizione, versione per versione" in page
    assert page.count("salita di 1: rinuncia di un&#39;impresa") == 1
    assert "Rinuncia della prima impresa" in page


def test_the_file_verifies_and_the_data_are_those_of_the_law(session, client, call, world, ranking):
    session.commit()
    address = f"/bandi/{call.slug}/graduatoria"

    file = client.get(f"{address}.json")
    table = list(csv.DictReader(io.StringIO(client.get(f"{address}.csv").text.lstrip("\ufeff")), delimiter=";"))
    paper = client.get(f"{address}.pdf")

    assert rules.verify(file.data) is None
    assert json.loads(file.data)["sha256"] == ranking.sha256
    assert [(row["esito"], row["beneficiario"], row["importo_eur"]) for row in table] == [
        ("ammesso e finanziato", "Prima S.r.l.", "11500.00"),
        ("sotto soglia", "", ""),
        ("non ammesso", "", ""),
    ]
    assert table[0]["codice_fiscale"] == ranking.content["entries"][0]["firm"]["vat"]
    assert paper.data.startswith(b"%PDF")
    assert paper.headers["Content-Disposition"].startswith("attachment")


def test_the_page_costs_the_same_with_one_line_and_with_many(session, client, call, anna):
    counts = []
    address = f"/bandi/{call.slug}/graduatoria"
    for more, reason in ((1, ""), (6, "Domande arrivate per posta")):
        for _ in range(more):
            scored(call, admitted(call), anna, shares=["1"])
        drawn = service.draw_up(session, call.id, reason=reason, by=OFFICE, now=NOW)
        service.approve(session, drawn.id, by=SECOND, now=NOW)
        service.publish(session, drawn.id, by=OFFICE, now=NOW)
        session.commit()
        session.expunge_all()
        with statements() as seen:
            assert client.get(address).status_code == 200
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 10


def test_the_office_draws_up_looks_and_publishes(session, client, call, world):
    sign_in(client, staff())
    list_page = f"/ufficio/bandi/{call.slug}/graduatorie"

    drawn = post(client, list_page)
    page = client.get(drawn.location)
    alone = post(client, f"{drawn.location}/approva", form_on=list_page)
    too_early = post(client, f"{drawn.location}/pubblica", form_on=list_page)
    sign_in(client, staff())
    approved = post(client, f"{drawn.location}/approva", form_on=drawn.location)
    published = post(client, f"{drawn.location}/pubblica", form_on=drawn.location)
    twice = client.post(f"{drawn.location}/pubblica", data={"csrf_token": csrf(client, list_page)})

    assert (drawn.status_code, page.status_code, alone.status_code, too_early.status_code) == (303, 200, 422, 422)
    assert (approved.status_code, published.status_code, twice.status_code) == (303, 303, 422)
    assert "Approva la versione" not in page.text
    assert "chi ha redatto la versione non può approvarla" in alone.text
    assert "va prima approvata" in too_early.text
    assert "Questa graduatoria è già pubblicata." in twice.text
    assert "Prima S.r.l." in client.get(f"/bandi/{call.slug}/graduatoria").text
    for kind in ("json", "csv", "pdf", "xlsx"):
        assert client.get(f"{drawn.location}.{kind}").status_code == 200


def test_what_is_owed_is_said_and_links_lead_to_it(session, client, call, world):
    admitted(call)
    sign_in(client, staff())
    address = f"/ufficio/bandi/{call.slug}/graduatorie"

    page = client.get(address).text
    refused = client.post(address, data={"csrf_token": csrf(client, address)})

    assert "1 domanda con schede da consegnare" in page
    assert "Redigi la graduatoria" not in page
    assert refused.status_code == 422
    assert "La graduatoria non si può ancora redigere." in refused.text


def test_an_auditor_reads_and_does_not_write(session, client, call, world, ranking):
    sign_in(client, UserFactory(auditor=True))
    list_page, page = f"/ufficio/bandi/{call.slug}/graduatorie", f"/ufficio/graduatorie/{ranking.id}"

    assert [client.get(list_page).status_code, client.get(page).status_code] == [200, 200]
    token = {"csrf_token": csrf(client, list_page)}
    assert client.post(list_page, data=token).status_code == 403
    assert client.post(f"{page}/pubblica", data=token).status_code == 403


def test_the_firm_sees_its_own_place_and_why(session, client, call, world, ranking):
    first, low, _out = world
    owner = UserFactory()
    MembershipFactory(user=owner, company_id=low.company_id)
    sign_in(client, owner)

    page = client.get(f"/area/domande/{low.id}/graduatoria")

    assert page.status_code == 200
    assert "Sotto soglia" in page.text
    assert "mancano 20,00 punti" in page.text
    assert client.get(f"/area/domande/{first.id}/graduatoria").status_code == 404


def test_the_firm_sees_nothing_before_the_publication(session, client, call, world):
    first, _low, _out = world
    service.draw_up(session, call.id, by=OFFICE, now=NOW)
    owner = UserFactory()
    MembershipFactory(user=owner, company_id=first.company_id)
    sign_in(client, owner)

    page = client.get(f"/area/domande/{first.id}/graduatoria").text

    assert "La graduatoria non è ancora pubblicata" in page
    assert "90,00" not in page


def test_the_firm_reads_what_would_have_changed_and_its_own_sheets(session, client, call, world, ranking):
    _first, low, _out = world
    owner = UserFactory()
    MembershipFactory(user=owner, company_id=low.company_id)
    sign_in(client, owner)

    page = client.get(f"/area/domande/{low.id}/graduatoria").text

    assert "Che cosa avrebbe cambiato l'esito" in page
    assert "Scheda di valutazione 1" in page
    assert WHY in page
    assert f"/area/domande/{low.id}/accesso-atti" in page
    assert f"/area/domande/{low.id}/graduatoria/apertura.json" in page
    assert "versione per versione" not in page


def test_the_soundness_is_kept_a_while_paged_and_made_again_when_asked(session, client, call, world, anna, monkeypatch):
    monkeypatch.setattr(soundness, "ROWS", 1)
    second = scored(call, admitted(call, company=CompanyFactory(legal_name="Seconda S.r.l.")), anna, shares=["0.9"])
    first, _low, _out = world
    session.commit()
    sign_in(client, staff())
    address = f"/ufficio/bandi/{call.slug}/graduatorie/solidita"

    def beside(query=""):
        page = client.get(address + query)
        assert page.status_code == 200
        table = page.text.rpartition("<table")[2]
        return [one.protocol for one in (first, second, third) if one and one.protocol in table]

    third = None
    assert (beside(), beside("?dopo=1"), beside("?prima=1")) == ([first.protocol], [second.protocol], [first.protocol])
    assert beside("?dopo=99") == beside("?dopo=1")
    assert beside("?dopo=-7") == beside("?dopo=x") == beside("?prima=x") == [first.protocol]
    assert beside(f"?prima={'9' * 30}") == [second.protocol]

    third = scored(call, admitted(call, company=CompanyFactory(legal_name="Terza S.r.l.")), anna, shares=["0.95"])
    session.commit()

    assert beside("?dopo=1") == [second.protocol]
    assert (beside("?rifai=1"), beside("?dopo=1")) == ([first.protocol], [third.protocol])
