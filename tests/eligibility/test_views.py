"""The pages: for anybody, for the office, for the firm."""

import re
from uuid import uuid4

import html5lib
import pytest
from sqlalchemy import select

from portal.accounts.rules import StaffRoleName
from portal.applications.rules import Status
from portal.companies.models import Company
from portal.eligibility import queries, service
from portal.eligibility.models import Override, Recheck, Report
from portal.eligibility.rules.verdicts import Verdict
from portal.kernel.clock import utcnow
from tests.accounts_help import post, sign_in
from tests.eligibility.calls import rule
from tests.factories.accounts import MembershipFactory, UserFactory, staff
from tests.factories.calls import content, make_call
from tests.factories.eligibility import handed_in, noticed

WHY = "Visura del 22/11/2026 agli atti"


@pytest.fixture
def call(session):
    return make_call(session)


@pytest.fixture
def checked(session, call):
    application = handed_in(session, call)
    service.check(session, application.id, now=utcnow())
    session.commit()
    return application


@pytest.fixture
def manager(session, client):
    return sign_in(client, staff())


def read(answer):
    """The page's words; it must be whole HTML."""
    html = answer.get_data(as_text=True)
    html5lib.HTMLParser(strict=True).parse(html)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


# the pre-check

NO_AID = content().budget.model_copy(update={"aid_regime": "none"})
GOOD = {
    "vat": "007 431 101 57",
    "ateco_primary": "289300",
    "ateco_edition": "2025",
    "province": "BG",
    "rea": "bg 123",
    "awu": "20",
    "turnover": "4.000.000",
    "balance": "3.000.000",
    "aid_own": "100.000,00",
    "aid_linked": "0",
    "policy": "yes",
    "policy_expires_on": "31/12/2099",
}


def precheck(client, call, **said):
    return post(client, f"/bandi/{call.slug}/verifica", **{**GOOD, **said})


def test_anybody_may_ask(session, client, call):
    session.commit()
    page = read(client.get(f"/bandi/{call.slug}/verifica"))
    assert "Verifica i requisiti: Export su misura" in page
    assert client.get("/bandi/nessuno/verifica").status_code == 404


def test_an_answer_rule_by_rule_with_the_aid_left_and_nothing_kept(session, client, call):
    session.commit()
    answer = precheck(client, call)
    page = read(answer)
    assert answer.status_code == 200
    assert "Nessun requisito manca; alcuni punti sono da verificare" in page
    assert "Puoi ancora ricevere 200.000" in page
    assert "L'impresa risulta piccola impresa" in page.replace("&#39;", "'")
    assert "Come si calcola la dimensione" in page
    assert session.scalars(select(Report)).all() == []


def test_every_declaration_made_leaves_to_people_what_is_theirs(session, client, call):
    session.commit()
    ticks = {f"d_{one.id}": "y" for one in content().rules}
    page = read(precheck(client, call, **ticks))
    assert "non soddisfatti: 0." in page
    assert "Manca la dichiarazione" not in page


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"ateco_primary": "64.11.00"}, "è tra le attività escluse"),
        ({"aid_own": "299.000"}, "Puoi ancora ricevere 1.000"),
        ({"awu": "300", "turnover": "90.000.000", "balance": "90.000.000"}, "risulta grande impresa"),
        (
            {"neighbours-0-kind": "public_body", "neighbours-0-side": "upstream", "neighbours-0-share": "30"},
            "non PMI: partecipazione pubblica",
        ),
    ],
)
def test_what_fails_is_said_first(session, client, call, said, words):
    session.commit()
    page = read(precheck(client, call, **said))
    assert "la tua impresa non può partecipare" in page
    assert words in page


def test_neighbours_count_and_may_lack_figures(session, client, call):
    session.commit()
    row = {"neighbours-0-kind": "enterprise", "neighbours-0-side": "upstream", "neighbours-0-share": "60"}
    assert "Mancano addetti" in read(precheck(client, call, **row))
    figures = {"neighbours-0-awu": "240", "neighbours-0-turnover": "60.000.000", "neighbours-0-balance": "60.000.000"}
    assert "risulta grande impresa" in read(precheck(client, call, **row, **figures))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"vat": "00743110158"}, "Controlla le 11 cifre"),
        ({"ateco_primary": "99.99.99"}, "Il codice non esiste"),
        ({"ateco_primary": ""}, "Indica l&#39;attività principale"),
        ({"ateco_edition": "1991"}, ""),
        ({"province": "ZZ"}, ""),
        ({"awu": "tanti"}, "Scrivi un numero"),
        ({"awu": "-1"}, "non può essere negativo"),
        ({"rea": "MI"}, "Scrivi la provincia e il numero"),
        ({"policy_expires_on": "31/02/2026"}, "Scrivi una data che esiste"),
        ({"neighbours-0-share": "130"}, "percentuale tra 0 e 100"),
        (
            {"neighbours-0-kind": "natural_person", "neighbours-0-side": "downstream", "neighbours-0-share": "30"},
            "persona fisica",
        ),
        ({"turnover": "9" * 40}, ""),
    ],
)
def test_what_is_wrong_is_said_and_kept(session, client, call, said, words):
    session.commit()
    answer = precheck(client, call, **said)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert "Quello che hai scritto è ancora qui" in page


@pytest.mark.parametrize("policy", ["", "no", "exempt"])
def test_little_said_is_little_known(session, client, call, policy):
    session.commit()
    blank = {
        "vat": "",
        "rea": "",
        "aid_own": "",
        "aid_linked": "",
        "policy": policy,
        "policy_expires_on": "",
        "province": "TO",
    }
    page = read(precheck(client, call, **blank, commitment="y"))
    assert "si impegna ad aprirne una ammessa" in page
    assert "Puoi ancora ricevere" not in page


def test_a_call_asks_only_what_its_rules_need(session, client):
    rules = [
        rule("size", admitted=["micro"]),
        rule("territory", provinces=["MI"], seat="any"),
        rule("export_share", max_pct=20),
    ]
    rules.append(rule("natcat_policy", due=[{"size": "micro", "since": "2025-01-01"}]))
    call = make_call(session, rules=rules, budget=NO_AID)
    session.commit()
    html = client.get(f"/bandi/{call.slug}/verifica").get_data(as_text=True)
    asked = set(re.findall(r'name="([a-z_]+)"', html))
    assert {"awu", "province", "export_share", "policy"} <= asked
    assert not {"ateco_primary", "rea", "aid_own", "commitment"} & asked
    page = read(
        post(client, f"/bandi/{call.slug}/verifica", province="MI", awu="1", turnover="1", balance="1", policy="yes")
    )
    assert "mancano la scadenza" in page


def test_a_call_may_need_nothing_of_size(session, client):
    call = make_call(session, rules=[rule("territory", provinces=["MI"], seat="any")], budget=NO_AID)
    session.commit()
    page = read(post(client, f"/bandi/{call.slug}/verifica", province="MI"))
    assert "Per quanto hai indicato, i requisiti ci sono" in page
    assert "Come si calcola" not in page


def test_a_call_may_need_nothing_of_place(session, client):
    call = make_call(session, rules=[rule("antimafia")], budget=NO_AID)
    session.commit()
    page = read(post(client, f"/bandi/{call.slug}/verifica", d_antimafia="y"))
    assert "Per quanto hai indicato, i requisiti ci sono" in page


# the office


def address(call):
    return f"/ufficio/bandi/{call.slug}/verifica-requisiti"


def case(application, last):
    return f"/ufficio/domande/{application.id}/{last}"


def test_the_list_of_a_call(session, client, call, checked):
    handed_in(session, call)
    handed_in(session, call, status=Status.WITHDRAWN)
    sign_in(client, staff())
    page = read(client.get(address(call)))
    assert "Da decidere 2" in page
    assert checked.protocol in page
    assert "in arrivo" in page
    assert "Nessuna domanda qui" in read(client.get(address(call) + "?vista=ammesse"))
    assert client.get(address(call) + "?vista=strana").status_code == 200


def test_the_list_costs_the_same_for_one_and_for_many(session, client, call, checked, statements):
    sign_in(client, staff())
    with statements() as one:
        client.get(address(call))
    for _ in range(9):
        service.check(session, handed_in(session, call).id, now=utcnow())
    session.commit()
    with statements() as many:
        client.get(address(call))
    assert len(one) == len(many) <= 8


def test_many_are_admitted_with_one_reason_and_the_rest_is_told(session, client, call):
    good, bad, fresh = (handed_in(session, call) for _ in range(3))
    for one in (good, bad):
        report = service.check(session, one.id, now=utcnow())
    service.override(session, report.id, "durc", Verdict.FAIL, reason=WHY, by="x@y.example", now=utcnow())
    sign_in(client, staff())
    ids = [str(one.id) for one in (good, bad, fresh)]
    wanted = [*ids, str(uuid4()), "x"]
    answer = post(client, f"{address(call)}/ammetti", form_on=address(call), applications=wanted, reason=WHY)
    assert answer.status_code == 303
    page = read(client.get(answer.location))
    assert "1 domanda ammessa" in page
    assert "non ammessa: Un requisito risulta non soddisfatto" in page
    assert [session.get(type(good), one.id).status.value for one in (good, bad, fresh)] == [
        "admitted",
        "eligibility_check",
        "submitted",
    ]


def test_nothing_ticked_is_said(session, client, call, checked):
    sign_in(client, staff())
    answer = post(client, f"{address(call)}/ammetti", form_on=address(call), reason=WHY)
    assert answer.status_code == 422
    assert "scegli almeno una domanda" in read(answer)


def test_a_recheck_is_asked_once_and_shown(session, client, call, checked):
    sign_in(client, staff())
    for _ in range(2):
        assert (
            post(client, f"{address(call)}/ricontrolla", form_on="/bandi/" + call.slug + "/verifica").status_code == 303
        )
    page = read(client.get(address(call)))
    assert "è già in corso una verifica" in page
    assert "Verifica in corso" in page
    recheck = session.scalars(select(Recheck)).one()
    service.carry_on(session, recheck.id, now=utcnow())
    session.commit()
    assert "Domande controllate: 1." in read(client.get(address(call)))


def test_a_rule_is_corrected_with_a_reason(session, client, manager, checked):
    page = case(checked, "requisiti/durc")
    assert "DURC on line" in read(manager.get(page))
    seen = {"report": str(queries.find_standing(session, checked.id).report.id)}
    assert post(manager, page, **seen, verdict="pass", reason="breve").status_code == 422
    assert post(manager, page, **seen, verdict="maybe", reason=WHY).status_code == 422
    assert post(manager, page, report="x", verdict="pass", reason=WHY).status_code == 422
    answer = post(manager, page, **seen, verdict="pass", reason=WHY)
    assert (answer.status_code, answer.location) == (303, f"/ufficio/domande/{checked.id}#requisiti")
    assert [(one.rule, one.verdict) for one in session.scalars(select(Override))] == [("durc", Verdict.PASS)]
    assert manager.get(case(checked, "requisiti/charm")).status_code == 404


def test_decisions(session, client, manager, checked):
    assert "Nessun requisito risulta non soddisfatto" in read(manager.get(case(checked, "non-ammettere")))
    refused = post(manager, case(checked, "non-ammettere"), reason=WHY)
    assert refused.status_code == 422
    assert "indica prima quale manca" in read(refused)
    assert "ancora da verificare" in read(manager.get(case(checked, "ammetti")))
    assert post(manager, case(checked, "ammetti"), reason=WHY).status_code == 303
    assert session.get(type(checked), checked.id).status is Status.ADMITTED


def test_a_correction_too_late_is_refused_in_words(session, client, manager, checked):
    session.get(type(checked), checked.id).status = Status.EVALUATED
    session.commit()
    seen = str(queries.find_standing(session, checked.id).report.id)
    answer = post(manager, case(checked, "requisiti/durc"), report=seen, verdict="pass", reason=WHY)
    assert answer.status_code == 422
    assert "non è in verifica" in read(answer)


def test_a_correction_of_a_report_overtaken_is_refused_in_words(session, client, manager, checked):
    seen = str(queries.find_standing(session, checked.id).report.id)
    service.check_again(session, checked.id, by="x@y.example", now=utcnow())
    session.commit()
    answer = post(manager, case(checked, "requisiti/durc"), report=seen, verdict="pass", reason=WHY)
    assert "guarda il rapporto più recente" in read(answer)


def test_one_application_is_checked_again(session, client, manager, checked):
    page = case(checked, "requisiti/durc")
    assert post(manager, case(checked, "ricontrolla"), form_on=page).status_code == 303
    assert queries.last_number(session, checked.id) == 2
    session.get(type(checked), checked.id).status = Status.WITHDRAWN
    session.get(type(checked), checked.id).withdrawn_at = utcnow()
    session.commit()
    assert post(manager, case(checked, "ricontrolla"), form_on=page).status_code == 303
    assert queries.last_number(session, checked.id) == 2


def test_a_manager_of_another_call_sees_nothing(session, client, call, checked):
    other = make_call(session, "UZBEKISTAN-2025")
    sign_in(client, staff(StaffRoleName.MANAGER, call_id=other.id))
    assert client.get(address(call)).status_code == 404
    assert client.get(case(checked, "ammetti")).status_code == 404
    assert client.get(case(checked, "requisiti/durc")).status_code == 404
    assert client.get(f"/ufficio/domande/{uuid4()}/ammetti").status_code == 404
    assert client.get("/ufficio/bandi/nessuno/verifica-requisiti").status_code == 404


def test_the_auditor_reads_and_does_not_decide(session, client, call, checked):
    sign_in(client, UserFactory(auditor=True))
    page = client.get(address(call)).get_data(as_text=True)
    assert "Ammetti le domande scelte" not in page
    assert "Ricontrolla tutte" not in page
    assert client.get(case(checked, "ammetti")).status_code == 403


@pytest.mark.parametrize("page", ["", "/ricontrolla", "/ammetti"])
def test_strangers_are_sent_to_sign_in(session, client, call, page):
    session.commit()
    verb = client.post if page else client.get
    assert verb(address(call) + page).status_code in {302, 303, 400}


# the firm


def firm_of(session, application):
    return session.get(Company, application.company_id)


def test_the_firm_reads_its_own_report_and_no_other(session, client, checked):
    own = f"/area/domande/{checked.id}/requisiti"
    membership = MembershipFactory(company=firm_of(session, checked))
    sign_in(client, membership.user)
    page = read(client.get(own))
    assert "in attesa della decisione" in page
    assert "Valore usato" not in page
    service.admit(session, checked.id, reason=WHY, by="segreta@unioncamere.example", now=utcnow())
    session.commit()
    page = read(client.get(own))
    assert "La domanda è ammessa" in page
    assert "segreta@" not in page
    sign_in(client, MembershipFactory().user)
    assert client.get(own).status_code == 404


def test_the_firm_reads_of_a_refusal_and_before_the_check(session, client, call):
    fresh = handed_in(session, call)
    sign_in(client, MembershipFactory(company=firm_of(session, fresh)).user)
    assert "non è ancora stata fatta" in read(client.get(f"/area/domande/{fresh.id}/requisiti"))
    report = service.check(session, fresh.id, now=utcnow())
    service.override(session, report.id, "durc", Verdict.FAIL, reason=WHY, by="x@y.example", now=utcnow())
    noticed(session, fresh)
    service.not_admit(session, fresh.id, reason=WHY, by="x@y.example", now=utcnow())
    session.commit()
    assert "La domanda non è ammessa" in read(client.get(f"/area/domande/{fresh.id}/requisiti"))


def test_pages_speak_english_too(session, client, call):
    session.commit()
    page = read(client.get(f"/bandi/{call.slug}/verifica?lang=en"))
    assert "Check the requirements" in page
