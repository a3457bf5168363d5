"""Many at once, on a real database with real transactions."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from portal import db
from portal.applications import rules, service
from portal.applications.models import Answer, Application
from portal.applications.rules import Status
from portal.applications.service import Change
from portal.audit.models import Entry
from portal.calls.models import Call
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.kernel.outbox import Envelope
from tests.factories.applications import SmallCallFactory, amend, content, make
from tests.factories.companies import CompanyFactory
from tests.journeys.live import live_url, portal, running

__all__ = ["live_url", "portal", "running"]
pytestmark = [pytest.mark.xdist_group("journeys"), pytest.mark.slow]
ANNA = "anna@impresa.example"


def together(engine, number, verb):
    """Do it in so many transactions at once; what each answered, or its refusal."""
    barrier = Barrier(number)

    def one(turn):
        with Session(engine, expire_on_commit=False) as session:
            barrier.wait()
            try:
                done = verb(session, turn)
                session.commit()
            except DomainError as refusal:
                session.rollback()
                return refusal
            return done

    with ThreadPoolExecutor(number) as threads:
        return list(threads.map(one, range(number)))


@pytest.fixture
def engine(portal):
    """The live database."""
    return portal.engine


def test_fifty_clicks_are_one_application(engine):
    application = make(upto="frozen")
    db.session.commit()
    before = db.session.scalar(select(func.count()).select_from(Envelope))

    def click(session, _turn):
        return service.submit(session, application.id, sha256=application.sha256, by=ANNA)

    answers = together(engine, 50, click)
    done = [one for one in answers if not isinstance(one, DomainError)]
    refused = [one for one in answers if isinstance(one, DomainError)]
    assert (len(done), {type(one) for one in refused}) == (1, {rules.AlreadySubmitted})
    assert {one.facts["protocol"] for one in refused} == {done[0].protocol}

    db.session.expire_all()
    row = db.session.get(Application, application.id)
    assert (row.arrival, row.protocol, row.receipt_code) == done[0][:3]
    assert db.session.scalar(select(func.count()).select_from(Envelope)) == before + 1
    lines = select(func.count()).where(
        Entry.subject_id == str(application.id), Entry.action == "applications.submitted"
    )
    assert db.session.scalar(lines) == 1


def test_fifty_starts_are_one_draft(engine):
    call, company = SmallCallFactory(), CompanyFactory()
    db.session.commit()

    def begin(session, _turn):
        found = session.get(Call, call.id)
        return service.start(session, found, company_id=company.id, by=ANNA, now=utcnow()).id

    assert len(set(together(engine, 50, begin))) == 1
    assert db.session.scalar(select(func.count()).where(Application.company_id == company.id)) == 1


def test_arrival_numbers_are_each_of_one(engine):
    applications = [make(upto="frozen") for _ in range(20)]
    db.session.commit()

    def hand_in(session, turn):
        one = applications[turn]
        return service.submit(session, one.id, sha256=one.sha256, by=ANNA)

    done = together(engine, 20, hand_in)
    assert (
        len({one.arrival for one in done})
        == len({one.protocol for one in done})
        == len({one.receipt_code for one in done})
        == 20
    )


def test_of_twenty_colleagues_one_writes_on_each_revision(engine):
    application = make()
    db.session.commit()

    def write(session, turn):
        return service.save(
            session, application.id, [Change("goals", f"Testo {turn}")], by=f"p{turn}@i.it", now=utcnow()
        )

    answers = together(engine, 20, write)
    assert [one for one in answers if one] == [{"goals": 1}]
    row = db.session.execute(
        select(Answer.value, Answer.saved_by).where(Answer.application_id == application.id, Answer.key == "goals")
    ).one()
    turn = answers.index({"goals": 1})
    assert tuple(row) == (f"Testo {turn}", f"p{turn}@i.it")


def test_no_word_slips_between_reading_and_freezing(engine):
    """Either the word is in what was frozen, or its writer was told that it is not saved."""
    for _round in range(8):
        application = make(upto="filled")
        db.session.commit()

        def act(session, turn, application=application):
            if turn == 0:
                service.freeze(session, application.id, by=ANNA, now=utcnow())
                return "frozen"
            return service.save(
                session, application.id, [Change("goals", "Ultima parola", None, 1)], by=ANNA, now=utcnow()
            )

        _frozen, saved = together(engine, 2, act)
        db.session.expire_all()
        content = db.session.get(Application, application.id).content
        is_saved = saved == {"goals": 2}
        assert is_saved or isinstance(saved, rules.AlreadyFrozen)
        assert (content["answers"]["goals"] == "Ultima parola") is is_saved


def test_whoever_waits_for_the_call_is_judged_when_the_wait_ends(engine):
    """An officer closes the call while a submission waits for its row: the clock is read after the lock."""
    application = make(upto="frozen")
    db.session.commit()
    with engine.connect() as officer, ThreadPoolExecutor(1) as thread:
        now = officer.scalar(select(func.clock_timestamp()))
        officer.execute(
            update(Call).where(Call.id == application.call_id).values(closes_at=now + timedelta(milliseconds=300))
        )

        def click():
            with Session(engine) as session:
                try:
                    return service.submit(session, application.id, sha256=application.sha256, by=ANNA)
                except DomainError as refusal:
                    return refusal

        waiting = thread.submit(click)
        officer.execute(text("SELECT pg_sleep(0.8)"))
        officer.commit()
        assert isinstance(waiting.result(timeout=20), rules.CallClosed)
    db.session.expire_all()
    assert db.session.get(Application, application.id).status is Status.DRAFT


def test_on_the_instant_nobody_is_late_and_in(engine):
    """Twenty firms around a deadline: each is in with an instant before it, or out and told so."""
    call = SmallCallFactory()
    applications = [make(call=call, upto="frozen") for _ in range(20)]
    db.session.commit()
    closes_at = db.session.scalar(select(func.clock_timestamp())) + timedelta(milliseconds=700)
    db.session.execute(update(Call).where(Call.id == call.id).values(closes_at=closes_at))
    db.session.commit()

    def hand_in(session, turn):
        session.execute(text(f"SELECT pg_sleep({0.07 * turn})"))
        asked = session.scalar(select(func.clock_timestamp()))
        try:
            return asked, service.submit(
                session, applications[turn].id, sha256=applications[turn].sha256, by=ANNA
            ).submitted_at
        except rules.CallClosed:
            answered = session.scalar(select(func.clock_timestamp()))
            session.rollback()
            return answered, None

    for at, submitted_at in together(engine, 20, hand_in):
        if submitted_at is None:
            assert at >= closes_at
        else:
            assert at <= submitted_at < closes_at


def test_the_last_request_within_the_share_is_exactly_one(engine):
    """Twenty firms at once where thirteen fit: as many are in, in the order of their instants, the rest are told."""
    call = SmallCallFactory()
    whole = content(
        int(call.code.removeprefix("PROVA-")),
        opens_at=call.opens_at,
        closes_at=call.closes_at,
        procedure="first_come_first_served",
        overbooking_pct=125,
    )
    amend(call, whole, number=2)
    applications = [make(call=call, upto="frozen") for _ in range(20)]
    db.session.commit()

    def hand_in(session, turn):
        return service.submit(session, applications[turn].id, sha256=applications[turn].sha256, by=ANNA)

    answers = together(engine, 20, hand_in)
    done = sorted(one for one in answers if not isinstance(one, DomainError))
    refused = [type(one) for one in answers if isinstance(one, DomainError)]
    assert (len(done), refused) == (13, [rules.CallFull] * 7)
    assert [one.submitted_at for one in done] == sorted(one.submitted_at for one in done)
