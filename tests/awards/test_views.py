"""The pages of the awards, as each reads them."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.applications.rules import Status
from portal.awards import service
from portal.awards.models import AidEntry, Award, Ending
from portal.awards.service import Codes
from portal.companies.models import Holding
from tests.accounts_help import csrf, post, sign_in
from tests.counting import statements
from tests.factories.accounts import MembershipFactory, UserFactory, staff
from tests.factories.awards import NOW, TODAY, WHY, act, aid, granted, ranked
from tests.factories.calls import around, make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE

ACT = {"act_number": "Determinazione 214", "act_on": f"{TODAY:%d/%m/%Y}", "checked_on": f"{TODAY:%d/%m/%Y}"}


@pytest.fixture
def call(session):
    return make_call(session, window=around(NOW - timedelta(days=90)), at=NOW - timedelta(days=90))


def owner_of(company):
    owner = UserFactory()
    MembershipFactory(user=owner, company=company)
    return owner


@pytest.fixture
def given(session, client, call):
    """An award, its firm's owner signed in."""
    company = CompanyFactory()
    application = granted(call, company)
    sign_in(client, owner_of(company))
    return application


def page_of(application):
    return f"/area/domande/{application.id}/concessione"


def test_the_firm_reads_accepts_and_has_its_letter(session, client, given):
    page = client.get(page_of(given)).text
    letter = client.get(f"{page_of(given)}.pdf")
    accepted = post(client, f"{page_of(given)}/accetta", form_on=page_of(given))
    after = client.get(page_of(given)).text

    assert "Rispondi entro il" in page
    assert "11.500\u00a0€" in page
    assert letter.data.startswith(b"%PDF")
    assert (accepted.status_code, accepted.location) == (303, page_of(given))
    assert "Concessione accettata" in after
    session.refresh(given)
    assert given.status is Status.ACCEPTED


def test_a_waiver_needs_a_reason_which_stays_typed(session, client, given):
    short = client.post(f"{page_of(given)}/rinuncia", data={"csrf_token": csrf(client, page_of(given)), "reason": "no"})
    done = post(client, f"{page_of(given)}/rinuncia", form_on=page_of(given), reason=WHY)

    assert short.status_code == 422
    assert "Scrivi il motivo, da 10 a 2.000 caratteri." in short.text
    assert ">no</textarea>" in short.text.replace("\r\n", "")
    assert done.status_code == 303
    assert "Rinuncia registrata" in client.get(page_of(given)).text
    assert session.scalars(select(Ending.reason)).one() == WHY


def test_after_the_term_the_page_says_so_and_a_click_is_refused(session, client, call):
    company = CompanyFactory()
    late = granted(call, company, ago=timedelta(days=40))
    sign_in(client, owner_of(company))

    page = client.get(page_of(late)).text
    refused = client.post(f"{page_of(late)}/accetta", data={"csrf_token": csrf(client, page_of(late))})

    assert "Il termine è scaduto il" in page
    assert "Accetta la concessione" not in page
    assert refused.status_code == 422
    assert "Il termine per accettare è scaduto il" in refused.text


def test_another_firm_finds_nothing(session, client, given):
    sign_in(client, owner_of(CompanyFactory()))

    assert client.get(page_of(given)).status_code == 404
    assert client.get(f"{page_of(given)}.pdf").status_code == 404


def test_an_application_without_award_has_a_page_that_says_so(session, client, call):
    company = CompanyFactory()
    _ranking, (application,) = ranked(call, company)
    application.status = Status.BELOW_THRESHOLD
    sign_in(client, owner_of(company))

    assert "Nessuna concessione" in client.get(page_of(application)).text
    application.status = Status.FUNDED
    session.commit()
    assert "La domanda è finanziata" in client.get(page_of(application)).text


def test_the_firm_sees_its_ledger_and_what_it_may_have_on_a_day(session, client, call):
    company = CompanyFactory()
    old = TODAY.replace(year=TODAY.year - 3, day=28) + timedelta(days=10)
    _ranking, (application,) = ranked(call, company, answers={"aids": [aid(old, "100000", cor="55")]})
    service.note_declared(session, [application.id], now=NOW)
    sign_in(client, owner_of(company))

    now = client.get("/area/aiuti").text
    later = client.get(f"/area/aiuti?al={TODAY + timedelta(days=365):%d/%m/%Y}").text
    wrong = client.get("/area/aiuti?al=31/02/2026").text

    assert "200.000\u00a0€" in now
    assert "COR 55" in now
    assert "300.000\u00a0€" in later
    assert "fuori dal triennio" in later
    assert "Scrivi una data che esiste" in wrong


def test_the_firm_declares_an_aid_and_takes_it_back(session, client):
    company = CompanyFactory()
    sign_in(client, owner_of(company))

    wrong = post(client, "/area/aiuti/nuovo", recipient="own", body="ICE", granted_on="ieri", eur="mille")
    right = {"recipient": "own", "body": "ICE", "granted_on": f"{TODAY:%d/%m/%Y}", "eur": "1.000,50"}
    done = post(client, "/area/aiuti/nuovo", **right)
    entry = session.scalars(select(AidEntry)).one()
    back = f"/area/aiuti/{entry.id}/correggi"
    unsaid = post(client, back, reason="")
    corrected = post(client, back, reason="Era già nel conto.")

    assert wrong.status_code == 422
    assert 'value="mille"' in wrong.text
    assert done.status_code == 303
    assert (entry.eur, unsaid.status_code, corrected.status_code) == (1000.5, 422, 303)
    assert "Era già nel conto." in client.get("/area/aiuti").text
    assert "già stato corretto" in client.get(back).text


def test_one_sided_claims_are_said_without_a_figure(session, client):
    company, hostile = CompanyFactory(), CompanyFactory(legal_name="Ostile S.r.l.")
    session.add(
        Holding(
            company_id=hostile.id,
            position=1,
            name="x",
            tax_code=company.vat,
            relation={"kind": "enterprise", "side": "downstream", "votes_pct": "90"},
        )
    )
    sign_in(client, owner_of(company))

    page = client.get("/area/aiuti").text

    assert "Un'altra impresa si dichiara collegata alla tua" in page.replace("&#39;", "'")
    assert "Ostile" not in page


def test_the_office_grants_many_with_count_and_confirmation(session, client, call):
    _ranking, (one, two, three) = ranked(call, *(CompanyFactory() for _ in range(3)))
    sign_in(client, staff())
    chosen = {"applications": [str(one.id), str(two.id)]}
    token = {"csrf_token": csrf(client, "/ufficio/concessioni?stato=funded")}

    asked = client.post("/ufficio/concessioni/concedi", data=token | chosen)
    vercors = {f"vercor-{one.id}": "V1"}
    half = client.post("/ufficio/concessioni/concedi", data=token | chosen | ACT | vercors)
    none = client.post("/ufficio/concessioni/concedi", data=token)

    assert "Concedi a 2 imprese" in asked.text
    assert "23.000\u00a0€" in asked.text
    assert half.status_code == 422
    assert "serve la visura del registro nazionale aiuti" in half.text
    assert "Conferma 1 concessione" in half.text
    assert none.status_code == 303
    assert list(session.scalars(select(Award.application_id))) == [one.id]
    for row in (one, two, three):
        session.refresh(row)
    assert [row.status for row in (one, two, three)] == [Status.AWARDED, Status.FUNDED, Status.FUNDED]


def test_the_list_is_filtered_sorted_and_exported_as_shown(session, client, call):
    zeta, alfa = CompanyFactory(legal_name="Zeta S.r.l."), CompanyFactory(legal_name="=Alfa S.r.l.")
    _ranking, (first, _second) = ranked(call, zeta, alfa)
    service.award(session, first.id, *act(), by=OFFICE, now=NOW)
    service.record_codes(session, first.id, Codes(cor="C9", cor_on=TODAY - timedelta(days=18)), by=OFFICE, now=NOW)
    sign_in(client, staff())

    whole = client.get("/ufficio/concessioni?ordina=impresa").text
    funded = client.get("/ufficio/concessioni?stato=funded").text
    sheet = client.get("/ufficio/concessioni.csv?ordina=impresa").text
    only = client.get("/ufficio/concessioni.csv?cerca=c9").text

    assert whole.index("=Alfa") < whole.index("Zeta")
    assert "COR C9, entro il" in whole
    assert "Zeta" not in funded
    rows = list(csv.DictReader(io.StringIO(sheet.lstrip("\ufeff")), delimiter=";"))
    assert [row["Impresa"] for row in rows] == ["'=Alfa S.r.l.", "Zeta S.r.l."]
    assert [row["COR"] for row in csv.DictReader(io.StringIO(only.lstrip("\ufeff")), delimiter=";")] == ["C9"]
    assert client.get("/ufficio/concessioni.xlsx").data.startswith(b"PK")


def test_the_list_costs_the_same_with_one_line_and_with_many(session, client, call):
    counts = []
    sign_in(client, staff())
    for number, more in ((1, 1), (2, 6)):
        ranked(call, *(CompanyFactory() for _ in range(more)), number=number)
        session.commit()
        session.expunge_all()
        with statements() as seen:
            assert client.get("/ufficio/concessioni").status_code == 200
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 8


def test_a_case_is_granted_coded_and_ended_on_its_page(session, client, call):
    company = CompanyFactory(legal_name="Prima S.r.l.")
    _ranking, (application,) = ranked(call, company)
    sign_in(client, staff())
    at = f"/ufficio/concessioni/{application.id}"

    early = post(client, f"{at}/concedi", act_number="1", act_on="01/01/2020", vercor="V", checked_on="01/01/2020")
    granted_ = post(client, f"{at}/concedi", **ACT, vercor="V")
    coded = post(client, f"{at}/codici", cor="C1", cor_on=ACT["act_on"], cup="J1")
    undated = post(client, f"{at}/codici", cor="C1")
    refused = post(client, f"{at}/decadenza", reason=WHY, provided_eur="20.000", act_number="3")
    ended = post(client, f"{at}/decadenza", reason=WHY)
    twice = post(client, f"{at}/revoca", reason=WHY)

    assert (early.status_code, granted_.status_code, coded.status_code, undated.status_code) == (422, 303, 303, 422)
    assert "prima della pubblicazione della graduatoria" in early.text
    assert "Scrivi numero e data dell" in refused.text
    assert (refused.status_code, ended.status_code, twice.status_code) == (422, 303, 422)
    page = client.get(at).text
    assert "Decadenza" in page
    assert WHY in page
    assert client.get(f"{at}.pdf").data.startswith(b"%PDF")


def test_what_was_accepted_goes_on_to_its_end(session, client, call):
    application = granted(call, CompanyFactory())
    service.accept(session, application.id, by="anna@impresa.example")
    sign_in(client, staff())
    at = f"/ufficio/concessioni/{application.id}"

    for step in ("avvia", "concludi"):
        assert post(client, f"{at}/{step}", form_on=f"{at}").status_code == 303

    session.refresh(application)
    assert application.status is Status.COMPLETED


def test_a_link_is_denied_from_the_case(session, client, call):
    company, other = CompanyFactory(), CompanyFactory(legal_name="Altra S.r.l.")
    answers = {"single_undertaking": [{"name": "Altra", "tax_code": other.vat}]}
    _ranking, (application,) = ranked(call, company, answers=answers)
    service.note_declared(session, [application.id], now=NOW)
    sign_in(client, staff())
    at = f"/ufficio/concessioni/{application.id}"
    link = f"{company.vat}-{other.vat}"

    assert "Altra S.r.l." in client.get(at).text
    absent = post(client, f"{at}/collegamento", reason=WHY, link="1-2")
    done = post(client, f"{at}/collegamento?legame={link}", reason=WHY, link=link)

    assert (absent.status_code, done.status_code) == (422, 303)
    assert "Escluso il collegamento" in client.get(at).text


def test_the_auditor_reads_the_twins_and_finds_no_button(session, client, call):
    application = granted(call, CompanyFactory())
    batch = service.make_batch(session, call.id, by=OFFICE, now=NOW)
    sign_in(client, UserFactory(auditor=True))

    pages = [
        "/controllo/concessioni",
        f"/controllo/concessioni/{application.id}",
        "/controllo/concessioni/registro",
        f"/controllo/bandi/{call.slug}/scorrimento",
    ]
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200
        assert '<form method="post"' not in answer.text.replace('action="/ufficio/concessioni/concedi"', "") or (
            "Concedi" not in answer.text
        )
    assert client.get(f"/controllo/concessioni/registro/{batch.id}.xml").status_code == 200
    assert client.get("/controllo/concessioni.csv").status_code == 200


def test_a_batch_is_made_and_taken(session, client, call):
    sign_in(client, staff())
    empty = post(client, "/ufficio/concessioni/registro", call=str(call.id))
    granted(call, CompanyFactory(legal_name="Prima S.r.l."))
    made = post(client, "/ufficio/concessioni/registro", call=str(call.id))
    page = client.get("/ufficio/concessioni/registro").text

    assert (empty.status_code, made.status_code) == (422, 303)
    address = page.split('href="/ufficio/concessioni/registro/')[1].split('"')[0]
    one, two = (client.get(f"/ufficio/concessioni/registro/{address}").data for _ in range(2))
    assert one == two
    assert post(client, "/ufficio/concessioni/registro", call="x").status_code == 422


def test_the_reserve_page_says_why_there_is_nothing_to_draw(session, client, call):
    sign_in(client, staff())
    at = f"/ufficio/bandi/{call.slug}/scorrimento"
    before = client.get(at).text
    ranked(call, CompanyFactory())
    session.commit()

    refused = post(client, at, form_on="/ufficio/concessioni/registro", reason=WHY)

    assert "La graduatoria non è ancora pubblicata" in before
    assert refused.status_code == 422
    assert "Niente da scorrere" in client.get(at).text
