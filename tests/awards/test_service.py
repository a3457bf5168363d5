"""The verbs of the awards, on the database."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from portal.applications.models import Application
from portal.applications.rules import Status
from portal.audit.models import Entry
from portal.awards import queries, service
from portal.awards.models import AidEntry, Award, Ending
from portal.awards.queries import cases, ledger
from portal.awards.rules import refusals
from portal.awards.rules.ledger import EntryState, Recipient, Regime, regime_of
from portal.awards.service import Act, Check, Codes, Terms
from portal.awards.service.register import render
from portal.companies.models import Holding
from portal.kernel.errors import Conflict, NotFound
from portal.kernel.outbox import Envelope
from portal.ranking.rules import Outcome
from tests.factories.awards import NOW, TODAY, WHY, act, aid, granted, ranked, version
from tests.factories.calls import around, content, make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE

ANNA = "anna@impresa.example"
LONG_AGO = timedelta(days=40)


@pytest.fixture
def call(session):
    return make_call(session, window=around(NOW - timedelta(days=90)), at=NOW - timedelta(days=90))


def told(session):
    """Names of the awards' events, in order."""
    names = session.scalars(select(Envelope.name).order_by(Envelope.id))
    return [name for name in names if name.startswith("awards.")]


def deeds(session, application):
    found = select(Entry.action).where(Entry.subject_id == str(application.id)).order_by(Entry.seq)
    return list(session.scalars(found))


def standing(session, company, call):
    regime = regime_of(content())
    return ledger.undertaking(session, company.vat, regime, on=TODAY).position


def entry(session, application):
    found = select(AidEntry).where(AidEntry.application_id == application.id, AidEntry.turn.is_not(None))
    return session.scalars(found.execution_options(populate_existing=True)).one_or_none()


def test_a_ranking_reserves_and_the_version_after_gives_back(session, call):
    first, second = CompanyFactory(), CompanyFactory()
    ranking, (one, two) = ranked(call, first, second)

    service.reserve(session, ranking.id, by="system", now=NOW)
    service.reserve(session, ranking.id, by="system", now=NOW)
    assert [entry(session, one).state, entry(session, two).state] == [EntryState.RESERVED] * 2
    assert standing(session, first, call).headroom == 288_500

    two.status = Status.RESERVE
    session.flush()
    after = version(call, [one, two], [Outcome.FUNDED, Outcome.RESERVE], number=2, at=NOW)
    service.reserve(session, after.id, by="system", now=NOW)
    service.reserve(session, ranking.id, by="system", now=NOW)  # overtaken: nothing

    assert [entry(session, one).state, entry(session, two).state] == [EntryState.RESERVED, EntryState.RELEASED]
    assert standing(session, second, call).headroom == 300_000


def test_who_has_no_room_is_told_to_the_office_and_reserves_nothing(session, call):
    company = CompanyFactory()
    ranking, (application,) = ranked(call, company, answers={"aids": [aid(TODAY, "288501")]})

    service.reserve(session, ranking.id, by="system", now=NOW)

    assert entry(session, application) is None
    assert told(session) == ["awards.aid_overflowed"]
    assert standing(session, company, call).headroom == 11_499


def test_an_award_turns_the_reservation_into_a_grant_and_tells_once(session, call):
    company = CompanyFactory()
    ranking, (application,) = ranked(call, company)
    service.reserve(session, ranking.id, by="system", now=NOW)

    award = service.award(session, application.id, *act(), by=OFFICE, now=NOW)
    again = service.award(session, application.id, *act(), by=OFFICE, now=NOW)

    session.refresh(application)
    assert again is award
    assert (application.status, award.eur, award.vercor) == (Status.AWARDED, Decimal(11_500), "VER-1")
    assert (entry(session, application).state, entry(session, application).eur) == (EntryState.GRANTED, 11_500)
    assert told(session) == ["awards.awarded"]
    assert deeds(session, application) == ["applications.moved", "awards.awarded"]
    facts = queries.published_facts(session, [application.id])[application.id]
    assert (facts.number, facts.on, facts.amount_eur) == ("Determinazione 214", TODAY, Decimal(11_500))


@pytest.mark.parametrize(
    ("act_on", "checked_on", "refusal"),
    [
        (TODAY + timedelta(days=1), TODAY, refusals.ActInTheFuture),
        (TODAY - timedelta(days=5), TODAY - timedelta(days=6), refusals.ActBeforeRanking),
        (TODAY - timedelta(days=1), TODAY, refusals.CheckAfterAct),
        (TODAY, None, refusals.CheckMissing),
    ],
)
def test_an_act_comes_after_the_ranking_and_after_the_check(session, call, act_on, checked_on, refusal):
    _ranking, (application,) = ranked(call, CompanyFactory())
    check = Check(vercor="V", on=checked_on) if checked_on else None

    with pytest.raises(refusal):
        service.award(session, application.id, Act(number="1", on=act_on), check, by=OFFICE, now=NOW)

    assert session.scalars(select(Award)).all() == []


def test_only_who_is_funded_in_the_ranking_in_force_is_granted(session, call):
    _ranking, (application,) = ranked(call, CompanyFactory(), outcomes=[Outcome.RESERVE])

    with pytest.raises(refusals.NotFunded):
        service.award(session, application.id, *act(), by=OFFICE, now=NOW)
    with pytest.raises(NotFound):
        service.award(session, call.id, *act(), by=OFFICE, now=NOW)


def test_a_sisters_aid_counts_and_the_whole_new_aid_is_refused(session, call):
    sister, company = CompanyFactory(), CompanyFactory()
    session.add(_holding(company, sister, votes_pct="51"))
    _ranking, (hers, mine) = ranked(call, sister, company, answers={"aids": [aid(TODAY, "150000")]})
    service.note_declared(session, [hers.id, mine.id], now=NOW)

    with pytest.raises(refusals.NoHeadroom) as refused:
        service.award(session, mine.id, *act(), by=OFFICE, now=NOW)

    assert refused.value.headroom == 0


def test_a_partner_counts_for_nothing_and_a_person_is_only_warned_of(session, call):
    partner, company = CompanyFactory(), CompanyFactory()
    session.add_all([
        _holding(company, partner, votes_pct="30"),
        Holding(company_id=company.id, position=2, name="Anna", tax_code="RSSNNA80A41F205X",
                relation={"kind": "natural_person", "side": "upstream", "votes_pct": "70"}),
    ])  # fmt: skip
    session.flush()

    seen = ledger.undertaking(session, company.vat, Regime(Decimal(300_000)), on=TODAY)
    assert seen.codes == {company.vat}
    assert ledger.has_person_in_control(session, company.vat)
    assert not ledger.has_person_in_control(session, partner.vat)


def _holding(company, other, **shares):
    return Holding(
        company_id=company.id,
        position=1,
        name=other.legal_name,
        tax_code=other.tax_code,
        relation={"kind": "enterprise", "side": "downstream", **shares},
    )


def test_a_call_that_reduces_grants_what_is_left(session):
    budget = content().budget.model_copy(update={"on_overflow": "reduce"})
    call = make_call(session, window=around(NOW - timedelta(days=90)), at=NOW - timedelta(days=90), budget=budget)
    _ranking, (application,) = ranked(call, CompanyFactory(), answers={"aids": [aid(TODAY, "295000")]})

    award = service.award(session, application.id, *act(), by=OFFICE, now=NOW)

    assert [award.asked_eur, award.eur] == [11_500, 5000]


def test_a_link_that_the_office_denies_holds_no_more_and_is_unseen_by_the_other(session, call):
    hostile, company = CompanyFactory(), CompanyFactory()
    session.add(_holding(hostile, company, votes_pct="90"))
    session.flush()
    regime = Regime(Decimal(300_000))

    assert ledger.undertaking(session, company.vat, regime, on=TODAY).codes == {hostile.vat, company.vat}
    assert ledger.undertaking(session, company.vat, regime, on=TODAY, only_stated=True).codes == {company.vat}
    assert ledger.claims(session, company.vat) == 1

    why: Any = {"reason": "Visura del registro imprese", "by": OFFICE, "now": NOW}
    service.deny_link(session, company.vat, hostile.vat, of=company.vat, **why)
    service.deny_link(session, hostile.vat, company.vat, of=hostile.vat, **why)

    assert ledger.undertaking(session, company.vat, regime, on=TODAY).codes == {company.vat}
    with pytest.raises(refusals.NoSuchLink):
        service.deny_link(session, company.vat, "00743110157", of=company.vat, **why)


def test_members_and_control_stated_in_an_application_are_links(session, call):
    company = CompanyFactory()
    answers = {
        "single_undertaking": [{"name": "Sorella", "tax_code": "00743110157"}],
        "holdings": [
            {"name": "Madre", "tax_code": "12345678903", "side": "upstream", "capital_pct": "60"},
            {"name": "Socio", "tax_code": "99999999990", "side": "upstream", "capital_pct": "30"},
            {"name": "Anna", "tax_code": "RSSNNA80A41F205X", "side": "upstream", "capital_pct": "90"},
        ],
    }
    _ranking, (application,) = ranked(call, company, answers=answers)

    service.note_declared(session, [application.id], now=NOW)
    service.note_declared(session, [application.id], now=NOW)

    seen = ledger.undertaking(session, company.vat, Regime(Decimal(300_000)), on=TODAY)
    assert seen.codes == {company.vat, "00743110157", "12345678903"}
    assert seen.name_of("00743110157") == "Sorella"
    assert seen.name_of(company.vat) == company.legal_name


def test_the_same_aid_declared_in_two_applications_is_one_entry(session, call):
    company = CompanyFactory()
    other = make_call(session, "UZBEKISTAN-2025", window=around(NOW - LONG_AGO), at=NOW - LONG_AGO)
    answers = {"aids": [aid(TODAY, "1000"), aid(TODAY, "1000"), aid(TODAY, "50", cor="9")]}
    _r1, (one,) = ranked(call, company, answers=answers)
    _r2, (two,) = ranked(other, company, answers=answers)

    service.note_declared(session, [one.id, two.id], now=NOW)

    assert standing(session, company, call).received == 2050


def test_a_firm_declares_and_corrects_its_own_aid(session):
    company, other = CompanyFactory(), CompanyFactory()
    facts: dict[str, Any] = {"recipient": Recipient.OWN, "granted_on": TODAY, "eur": Decimal(1000)}
    facts |= {"body": "ICE", "by": ANNA}

    first = service.register_aid(session, company, **facts, now=NOW)
    second = service.register_aid(session, company, **facts, now=NOW)
    known = service.register_aid(session, company, **facts | {"cor": "5"}, now=NOW)
    assert first is not second
    assert service.register_aid(session, company, **facts | {"cor": "5"}, now=NOW) is known
    assert standing(session, company, None).received == 3000

    service.correct_aid(session, company, first.id, reason="Scritto due volte.", by=ANNA, now=NOW)
    service.correct_aid(session, company, first.id, reason="Scritto due volte.", by=ANNA, now=NOW)
    assert standing(session, company, None).received == 2000
    assert service.register_aid(session, company, **facts, now=NOW).statement != first.statement
    with pytest.raises(NotFound):
        service.correct_aid(session, other, second.id, reason="Non è mio.", by=ANNA, now=NOW)


def test_the_same_aid_sent_twice_at_once_is_entered_once_or_twice_and_never_a_fault(session, monkeypatch):
    company = CompanyFactory()
    facts: dict[str, Any] = {"recipient": Recipient.OWN, "granted_on": TODAY, "eur": Decimal(1000)}
    facts |= {"body": "ICE", "by": ANNA, "now": NOW}
    known = service.register_aid(session, company, **facts, cor="5")
    first = service.register_aid(session, company, **facts)
    real, blind = ledger.entries, [True]

    def entries(*given, **more):
        """What was there before the other's entry was: nothing."""
        return [] if blind and blind.pop() else real(*given, **more)

    monkeypatch.setattr(ledger, "entries", entries)

    assert service.register_aid(session, company, **facts, cor="5") is known
    blind.append(True)
    assert service.register_aid(session, company, **facts) is not first
    monkeypatch.setattr(ledger, "entries", lambda *_given, **_more: [])
    with pytest.raises(Conflict):
        service.register_aid(session, company, **facts, cor="5")
    monkeypatch.undo()
    assert standing(session, company, None).received == 3000


def test_what_was_granted_here_is_not_the_firms_to_correct(session, call):
    company = CompanyFactory()
    application = granted(call, company)

    with pytest.raises(refusals.NotDeclared):
        service.correct_aid(session, company, entry(session, application).id, reason=WHY, by=ANNA, now=NOW)


def test_a_firm_accepts_in_time_once(session, call):
    application = granted(call, CompanyFactory())

    award = service.accept(session, application.id, by=ANNA)
    again = service.accept(session, application.id, by="altra@impresa.example")

    session.refresh(application)
    assert again is award
    assert (application.status, award.answered_by) == (Status.ACCEPTED, ANNA)
    assert told(session) == ["awards.awarded", "awards.accepted"]


def test_after_the_term_an_acceptance_is_refused_and_the_clock_forfeits(session, call):
    application = granted(call, CompanyFactory(), ago=LONG_AGO)
    with pytest.raises(refusals.AnswerTooLate):
        service.accept(session, application.id, by=ANNA)

    assert list(cases.lapsed(session, now=NOW, limit=10)) == [application.id]
    ending = service.lapse(session, application.id)
    assert service.lapse(session, application.id) is None

    session.refresh(application)
    assert (application.status, ending.by) == (Status.FORFEITED, "system")
    assert entry(session, application).state is EntryState.RELEASED
    assert list(cases.lapsed(session, now=NOW, limit=10)) == []
    with pytest.raises(refusals.NotToAnswer):
        service.accept(session, application.id, by=ANNA)


def test_silence_waits_where_the_call_says_so_and_within_the_term(session):
    days = content().days.model_copy(update={"on_silence": "wait"})
    call = make_call(session, window=around(NOW - timedelta(days=90)), at=NOW - timedelta(days=90), days=days)
    granted(call, CompanyFactory(), ago=LONG_AGO)
    assert list(cases.lapsed(session, now=NOW, limit=10)) == []

    other = make_call(session, "UZBEKISTAN-2025", window=around(NOW - LONG_AGO), at=NOW - LONG_AGO)
    waiting = granted(other, CompanyFactory())
    with pytest.raises(refusals.StillInTerm):
        service.lapse(session, waiting.id)


def test_a_reminder_is_told_once_and_only_while_an_answer_is_due(session, call):
    application = granted(call, CompanyFactory())
    assert [row[0] for row in cases.to_remind(session, now=NOW)] == [application.id]

    service.remind(session, application.id, now=NOW)
    service.remind(session, application.id, now=NOW)

    assert told(session) == ["awards.awarded", "awards.answer_due"]
    assert cases.to_remind(session, now=NOW) == []


@pytest.mark.parametrize("before", ["funded", "awarded", "accepted"])
def test_a_waiver_frees_the_place_and_the_ledger(session, call, before):
    company = CompanyFactory()
    if before == "funded":
        ranking, (application,) = ranked(call, company)
        service.reserve(session, ranking.id, by="system", now=NOW)
    else:
        application = granted(call, company)
        if before == "accepted":
            service.accept(session, application.id, by=ANNA)

    ending = service.waive(session, application.id, reason=WHY, by=ANNA, now=NOW)

    assert service.waive(session, application.id, reason=WHY, by=ANNA, now=NOW) is ending
    session.refresh(application)
    assert application.status is Status.WAIVED
    assert standing(session, company, call).headroom == 300_000
    assert told(session)[-1] == "awards.ended"


def test_what_the_firm_had_and_keeps_stays_in_its_ledger(session, call):
    company = CompanyFactory()
    application = granted(call, company)
    service.accept(session, application.id, by=ANNA)
    service.start(session, application.id, by=OFFICE, now=NOW)
    service.start(session, application.id, by=OFFICE, now=NOW)
    terms = Terms(reason=WHY, act_number="9", act_on=TODAY, provided_eur=Decimal(4000), recover_eur=Decimal(1500))

    for wrong, refusal in (
        (Terms(reason=WHY, provided_eur=Decimal(11_501)), refusals.ProvidedTooMuch),
        (Terms(reason=WHY, provided_eur=Decimal(1), recover_eur=Decimal(2)), refusals.RecoversTooMuch),
    ):
        with pytest.raises(refusal):
            service.revoke(session, application.id, wrong, by=OFFICE, now=NOW)
    ending = service.revoke(session, application.id, terms, by=OFFICE, now=NOW)

    assert (ending.recover_eur, entry(session, application).eur) == (Decimal(1500), Decimal(2500))
    assert standing(session, company, call).received == 2500
    with pytest.raises(refusals.NotToEnd):
        service.forfeit(session, application.id, terms, by=OFFICE, now=NOW)


def test_a_funded_place_forfeits_before_the_grant_and_a_complete_one_is_only_revoked(session, call):
    _ranking, (one, two) = ranked(call, CompanyFactory(), CompanyFactory())
    service.forfeit(session, one.id, Terms(reason="DURC irregolare alla verifica."), by=OFFICE, now=NOW)
    service.award(session, two.id, *act(), by=OFFICE, now=NOW)
    service.accept(session, two.id, by=ANNA)
    service.start(session, two.id, by=OFFICE, now=NOW)
    service.complete(session, two.id, by=OFFICE, now=NOW)

    with pytest.raises(refusals.NotToEnd):
        service.waive(session, two.id, reason=WHY, by=ANNA, now=NOW)
    assert told(session)[-2:] == ["awards.advanced", "awards.advanced"]
    assert [row.kind.value for row in session.scalars(select(Ending))] == ["forfeited"]


def test_codes_of_the_register_need_their_days_and_reach_the_ledger(session, call):
    application = granted(call, CompanyFactory())
    with pytest.raises(refusals.CodesIncomplete):
        service.record_codes(session, application.id, Codes(cor="77"), by=OFFICE, now=NOW)
    with pytest.raises(refusals.CodesIncomplete):
        service.record_codes(session, application.id, Codes(cor_confirmed_on=TODAY), by=OFFICE, now=NOW)

    service.record_codes(session, application.id, Codes(cor="77", cor_on=TODAY), by=OFFICE, now=NOW)

    assert entry(session, application).cor == "77"
    assert [row.cor for row in cases.unconfirmed(session, None)] == ["77"]


def test_a_batch_is_made_again_byte_for_byte_whatever_happened_since(session, call):
    with pytest.raises(refusals.NothingToRegister):
        service.make_batch(session, call.id, by=OFFICE, now=NOW)
    application = granted(call, CompanyFactory())
    batch = service.make_batch(session, call.id, by=OFFICE, now=NOW)
    before = {kind: render(batch, kind, call_code=call.code) for kind in ("csv", "xlsx", "xml")}

    service.waive(session, application.id, reason=WHY, by=ANNA, now=NOW)
    session.expire(batch)

    assert {kind: render(batch, kind, call_code=call.code) for kind in ("csv", "xlsx", "xml")} == before
    after = service.make_batch(session, call.id, by=OFFICE, now=NOW)
    assert (after.number, after.rows[0]["stato"], batch.rows[0]["stato"]) == (batch.number + 1, "rinuncia", "concesso")


@pytest.mark.parametrize(
    ("change", "guard"),
    [
        ("UPDATE awards SET eur = 1", ProgrammingError),
        ("UPDATE awards SET act_on = '2020-01-01'", ProgrammingError),
        ("DELETE FROM awards", ProgrammingError),
        ("DELETE FROM aid_entries", ProgrammingError),
        ("UPDATE aid_entries SET before_eur = 300000", IntegrityError),
        ("UPDATE aid_entries SET eur = 300001", IntegrityError),
        ("UPDATE aid_entries SET eur = -1", IntegrityError),
    ],
)
def test_the_database_refuses_what_must_never_be(session, call, change, guard):
    granted(call, CompanyFactory())

    with pytest.raises(guard):
        session.execute(text(change))


def test_one_undertaking_is_weighed_once_at_a_time(session, call):
    application = granted(call, CompanyFactory())
    weighed = entry(session, application)
    twin = AidEntry(
        code="X", state=EntryState.RESERVED, granted_on=TODAY, eur=Decimal(1), undertaking=weighed.undertaking,
        turn=weighed.turn, before_eur=Decimal(0), ceiling_eur=Decimal(1), entered_at=NOW, entered_by="x",
    )  # fmt: skip
    session.add(twin)

    with pytest.raises(IntegrityError, match="uq_aid_entries_one_at_a_time"):
        session.flush()


def test_a_call_without_a_regime_keeps_no_ledger(session):
    budget = content().budget.model_copy(update={"aid_regime": "none"})
    call = make_call(session, window=around(NOW - timedelta(days=90)), at=NOW - timedelta(days=90), budget=budget)
    ranking, (application,) = ranked(call, CompanyFactory())
    service.reserve(session, ranking.id, by="system", now=NOW)

    award = service.award(session, application.id, Act(number="1", on=TODAY), None, by=OFFICE, now=NOW)

    assert (award.vercor, entry(session, application)) == (None, None)
    assert isinstance(session.get(Application, application.id), Application)
    assert award.act_on == date.fromisoformat(TODAY.isoformat())
