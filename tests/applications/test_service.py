"""The verbs, against PostgreSQL."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from portal.applications import queries, rules, service
from portal.applications.models import Answer, Application, Attachment
from portal.applications.rules import Status
from portal.applications.rules.answers import Stored
from portal.applications.rules.freezing import digest
from portal.applications.service import Change
from portal.audit import queries as audit
from portal.calls.rules.status import CallStatus
from portal.kernel.clock import ROME, utcnow
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.outbox import Envelope
from tests.factories.applications import ANSWERS, FileFactory, SmallCallFactory, amend, content, fill, make
from tests.factories.companies import CompanyFactory

ANNA, BRUNO = "anna@impresa.example", "bruno@impresa.example"
pytestmark = pytest.mark.usefixtures("session")


def told(session, application):
    """What the audit says of it: action and who."""
    return [(entry.action, entry.by) for entry in audit.story(session, application.id)]


def envelopes(session):
    return [(one.name, one.payload) for one in session.scalars(select(Envelope).order_by(Envelope.id))]


def answers(session, application):
    rows = session.execute(
        select(Answer.key, Answer.value, Answer.typed, Answer.revision).where(Answer.application_id == application.id)
    )
    return {key: (value, typed, revision) for key, value, typed, revision in rows}


def test_starting_makes_a_draft_that_knows_the_profile(session):
    call, company = SmallCallFactory(), CompanyFactory()
    application = service.start(session, call, company_id=company.id, by=ANNA, now=utcnow())

    assert (application.status, application.version_id, application.started_by) == (Status.DRAFT, call.version_id, ANNA)
    assert answers(session, application) == {
        "legal_name": (company.legal_name, None, 1),
        "vat": (company.vat, None, 1),
        "pec": (company.pec, None, 1),
        "town": ("015146", None, 1),
        "activity": ("25.62.00", None, 1),
    }
    assert told(session, application) == [("applications.started", ANNA)]


def test_starting_twice_is_one_draft(session):
    call, company = SmallCallFactory(), CompanyFactory()
    first = service.start(session, call, company_id=company.id, by=ANNA, now=utcnow())
    again = service.start(session, call, company_id=company.id, by=BRUNO, now=utcnow())

    assert first.id == again.id
    assert told(session, first) == [("applications.started", ANNA)]


def test_a_draft_may_be_started_before_the_call_opens_but_not_after_it_closed(session):
    assert make(call=SmallCallFactory(coming=True)).status is Status.DRAFT
    over = SmallCallFactory(over=True)
    with pytest.raises(rules.CallClosed):
        service.start(session, over, company_id=CompanyFactory().id, by=ANNA, now=over.closes_at)


def test_a_call_that_is_not_published_takes_nothing(session):
    call = SmallCallFactory(status=CallStatus.DRAFT, published_at=None)
    with pytest.raises(rules.CallNotPublished):
        service.start(session, call, company_id=CompanyFactory().id, by=ANNA, now=utcnow())


def test_saving_writes_values_and_what_was_typed_each_on_its_revision(session):
    application = make()
    now = utcnow()
    changes = [Change("goals", "Uno"), Change("founded_on", None, "31/02/2026"), Change("legal_name", "Rossi", None, 1)]
    written = service.save(session, application.id, changes, by=BRUNO, now=now)

    assert written == {"goals": 1, "founded_on": 1, "legal_name": 2}
    found = answers(session, application)
    assert [found[key] for key in ("goals", "founded_on", "legal_name")] == [
        ("Uno", None, 1), (None, "31/02/2026", 1), ("Rossi", None, 2),
    ]  # fmt: skip


def test_saving_nothing_asks_the_database_nothing(session):
    assert service.save(session, make().id, [], by=ANNA, now=utcnow()) == {}


def test_whoever_comes_second_overwrites_nothing(session):
    application = make()
    service.save(session, application.id, [Change("goals", "Di Anna")], by=ANNA, now=utcnow())
    changes = [Change("goals", "Di Bruno"), Change("budget", "10.00")]
    written = service.save(session, application.id, changes, by=BRUNO, now=utcnow())

    assert written == {"budget": 1}
    assert answers(session, application)["goals"] == ("Di Anna", None, 1)
    assert service.save(session, application.id, [Change("goals", "Di Bruno", None, 1)], by=BRUNO, now=utcnow()) == {
        "goals": 2
    }


def test_the_folder_holds_all_in_one_statement(session, statements):
    application = make(upto="filled")
    session.commit()
    queries.find_own(session, application.id, company_id=application.company_id)
    session.expunge_all()
    with statements() as asked:
        folder = queries.find_own(session, application.id, company_id=application.company_id)

    assert len(asked) == 1
    assert folder.answers["goals"][:3] == Stored("Aprire il mercato spagnolo.", None, 1)[:3]
    assert [(one.document, one.name, one.signers) for one in folder.enclosed] == [("profile", "profilo.pdf", ())]
    assert folder.is_editable


def test_a_stranger_finds_nothing(session):
    application, other = make(upto="filled"), make()
    mine = {"company_id": application.company_id}
    attachment = queries.find(session, application.id).enclosed[0]

    assert queries.find_own(session, other.id, **mine) is None
    assert queries.find_own(session, application.id, company_id=None) is None
    assert queries.find_own(session, application.id, **mine, call_id=other.call_id) is None
    assert queries.find_own(session, application.id, **mine, call_id=application.call_id) is not None
    assert queries.find_own_attachment(session, attachment.id, application.id, company_id=other.company_id) is None
    assert queries.find_own_attachment(session, attachment.id, other.id, **mine) is None
    assert queries.find_own_attachment(session, attachment.id, application.id, **mine, call_id=other.call_id) is None
    assert queries.find_own_attachment(session, attachment.id, application.id, **mine, call_id=application.call_id)


def test_the_list_is_the_firms_own(session):
    application = make()
    other = make(company=session.get(type(application).company.property.mapper.class_, application.company_id))
    make()
    found = queries.of_company(session, application.company_id)
    assert {one.id for one in found} == {application.id, other.id}
    assert [one.id for one in queries.of_company(session, application.company_id, call_id=other.call_id)] == [other.id]


def test_attaching_twice_the_same_bytes_is_one_attachment(session):
    application, file = make(), FileFactory()
    first = service.attach(session, application.id, file, document="profile", by=ANNA, now=utcnow())
    twin = FileFactory(sha256=file.sha256)
    again = service.attach(session, application.id, twin, document="profile", by=ANNA, now=utcnow())

    assert first == again
    assert told(session, application) == [("applications.started", ANNA), ("applications.attached", ANNA)]


def test_a_place_holds_ten_files(session):
    application = make()
    for _ in range(10):
        service.attach(session, application.id, FileFactory(), document="profile", by=ANNA, now=utcnow())
    with pytest.raises(rules.TooManyFiles):
        service.attach(session, application.id, FileFactory(), document="profile", by=ANNA, now=utcnow())


def test_what_the_call_does_not_ask_for_cannot_be_attached(session):
    with pytest.raises(NotFound):
        service.attach(session, make().id, FileFactory(), document="passport", by=ANNA, now=utcnow())


def test_a_removed_attachment_leaves_a_trace(session):
    application = make(upto="filled")
    attachment = queries.find(session, application.id).enclosed[0]
    now = utcnow()
    service.detach(session, application.id, attachment.id, by=BRUNO, now=now)
    service.detach(session, application.id, attachment.id, by=ANNA, now=utcnow())

    row = session.get(Attachment, attachment.id)
    assert (row.removed_at, row.removed_by) == (now, BRUNO)
    assert queries.find(session, application.id).enclosed == ()
    assert told(session, application)[-1] == ("applications.detached", BRUNO)


def test_an_attachment_of_another_application_is_not_there(session):
    application, other = make(upto="filled"), make()
    attachment = queries.find(session, application.id).enclosed[0]
    with pytest.raises(NotFound):
        service.detach(session, other.id, attachment.id, by=ANNA, now=utcnow())


def test_freezing_fixes_the_content_and_its_hash(session):
    application = make(upto="filled")
    now = utcnow()
    service.freeze(session, application.id, by=BRUNO, now=now)

    assert (application.frozen_at, application.frozen_by, application.pathway) == (now, BRUNO, "spain")
    assert application.content["answers"] | ANSWERS == application.content["answers"]
    assert application.content["company"]["company"]["vat"] == application.content["answers"]["vat"]
    assert re.fullmatch(r"[0-9a-f]{64}", application.sha256)
    assert told(session, application)[-1] == ("applications.frozen", BRUNO)


def test_what_is_stored_hashes_as_what_was_frozen(session):
    """JSONB keeps neither order nor the form of numbers: the canonical form must survive it."""
    application = make(upto="frozen")
    session.expire(application)
    assert digest(application.content) == application.sha256


def test_an_incomplete_draft_does_not_freeze(session):
    application = make()
    with pytest.raises(rules.Incomplete) as refusal:
        service.freeze(session, application.id, by=ANNA, now=utcnow())
    assert [one.key for one in refusal.value.missing] == [
        "pathway", "goals", "has_agent", "products", "profile", "not_insolvent",
    ]  # fmt: skip


def test_a_draft_does_not_freeze_once_the_call_is_closed(session):
    call = SmallCallFactory()
    application = make(call=call, upto="filled")
    with pytest.raises(rules.CallClosed):
        service.freeze(session, application.id, by=ANNA, now=call.closes_at)


def test_what_is_frozen_is_not_written_in(session):
    application = make(upto="frozen")
    attachment = queries.find(session, application.id).enclosed[0]
    refused = [
        lambda: service.save(session, application.id, [Change("goals", "Altro", None, 1)], by=ANNA, now=utcnow()),
        lambda: service.attach(session, application.id, FileFactory(), document="profile", by=ANNA, now=utcnow()),
        lambda: service.detach(session, application.id, attachment.id, by=ANNA, now=utcnow()),
        lambda: service.freeze(session, application.id, by=ANNA, now=utcnow()),
    ]
    for verb in refused:
        with pytest.raises(rules.AlreadyFrozen):
            verb()
    assert answers(session, application)["goals"] == ("Aprire il mercato spagnolo.", None, 1)


def test_unfreezing_lets_one_write_again(session):
    application = make(upto="frozen")
    service.unfreeze(session, application.id, by=BRUNO, now=utcnow())
    service.unfreeze(session, application.id, by=BRUNO, now=utcnow())

    assert (application.content, application.sha256, application.frozen_at, application.pathway) == (None,) * 4
    assert service.save(session, application.id, [Change("goals", "Altro", None, 1)], by=ANNA, now=utcnow()) == {
        "goals": 2
    }
    assert [action for action, _ in told(session, application)].count("applications.unfrozen") == 1


def test_submitting_numbers_dates_tells_and_records_once(session):
    application = make(upto="frozen")
    before = session.scalar(select(func.clock_timestamp()))
    done = service.submit(session, application.id, sha256=application.sha256, by=BRUNO)

    assert (application.status, application.submitted_by) == (Status.SUBMITTED, BRUNO)
    assert before <= application.submitted_at == done.submitted_at <= session.scalar(select(func.clock_timestamp()))
    year = application.submitted_at.astimezone(ROME).year
    assert application.protocol == done.protocol == f"PE-{year}-{application.arrival:07}"
    assert re.fullmatch(r"([2-9A-HJ-NP-Z]{4}-){3}[2-9A-HJ-NP-Z]{4}", application.receipt_code)
    assert envelopes(session) == [("applications.submitted", {"application_id": str(application.id)})]
    entry = audit.story(session, application.id)[-1]
    assert (entry.action, entry.at, json.loads(entry.detail)) == (
        "applications.submitted",
        application.submitted_at,
        {"arrival": application.arrival, "protocol": application.protocol, "sha256": application.sha256},
    )


def test_submitting_twice_is_refused_and_changes_nothing(session):
    application = make(upto="submitted")
    was = (application.arrival, application.submitted_at, application.protocol)
    with pytest.raises(rules.AlreadySubmitted):
        service.submit(session, application.id, sha256=application.sha256, by=ANNA)

    session.refresh(application)
    assert (application.arrival, application.submitted_at, application.protocol) == was
    assert len(envelopes(session)) == 1


@pytest.mark.parametrize(
    ("moved", "refusal"),
    [
        ({"opens_at": timedelta(hours=1), "closes_at": timedelta(hours=2)}, rules.CallNotOpen),
        ({"opens_at": timedelta(hours=-2), "closes_at": timedelta(0)}, rules.CallClosed),
    ],
)
def test_the_window_is_the_calls_own_as_it_is_now(session, moved, refusal):
    application = make(upto="frozen")
    for name, delta in moved.items():
        setattr(application.call, name, utcnow() + delta)
    session.flush()
    with pytest.raises(refusal):
        service.submit(session, application.id, sha256=application.sha256, by=ANNA)
    assert envelopes(session) == []


def test_only_what_was_seen_frozen_is_handed_in(session):
    draft = make(upto="filled")
    with pytest.raises(rules.NotFrozen):
        service.submit(session, draft.id, sha256="0" * 64, by=ANNA)
    frozen = make(upto="frozen")
    with pytest.raises(rules.ChangedSinceFrozen):
        service.submit(session, frozen.id, sha256="0" * 64, by=ANNA)


def test_an_amendment_of_the_form_asks_for_a_new_look(session):
    application = make(upto="frozen")
    call = application.call
    new = content(int(call.code[-4:]), opens_at=call.opens_at, closes_at=call.closes_at)
    amend(call, new.model_copy(update={"title": new.summary}), number=2)
    asked = new.model_copy(
        update={"declarations": [*new.declarations, new.declarations[0].model_copy(update={"key": "new"})]}
    )
    version = amend(call, asked, number=3)
    with pytest.raises(rules.CallAmended):
        service.submit(session, application.id, sha256=application.sha256, by=ANNA)

    service.unfreeze(session, application.id, by=ANNA, now=utcnow())
    service.save(session, application.id, [Change("new", True)], by=ANNA, now=utcnow())
    service.freeze(session, application.id, by=ANNA, now=utcnow())
    service.submit(session, application.id, sha256=application.sha256, by=ANNA)
    assert (application.status, application.version_id) == (Status.SUBMITTED, version.id)


def test_an_amendment_that_asks_nothing_new_leaves_frozen_applications_alone(session):
    application = make(upto="frozen")
    call = application.call
    new = content(int(call.code[-4:]), opens_at=call.opens_at, closes_at=call.closes_at)
    amend(call, new.model_copy(update={"title": new.summary}), number=2)

    assert service.submit(session, application.id, sha256=application.sha256, by=ANNA).arrival


@pytest.mark.parametrize(
    "change",
    [
        "content = '{}'",
        f"sha256 = '{'0' * 64}'",
        "submitted_at = now()",
        "arrival = 1",
        "protocol = 'PE-1'",
        "company_id = call_id",
    ],
)
def test_the_database_refuses_to_rewrite_what_was_handed_in(session, change):
    application = make(upto="submitted")
    with pytest.raises((ProgrammingError, IntegrityError), match="is not rewritten"), session.begin_nested():
        session.execute(text(f"UPDATE applications SET {change} WHERE id = :id"), {"id": application.id})


def test_a_refused_submission_leaves_a_line(session):
    application = make(upto="frozen")
    refusal = rules.CallClosed(closed_at=utcnow(), now=utcnow())
    service.note_refusal(session, application.id, refusal, by=ANNA, now=utcnow())

    entry = audit.story(session, application.id)[-1]
    assert (entry.action, json.loads(entry.detail)["refusal"]) == ("applications.submission_refused", "CallClosed")


def test_withdrawing_leaves_a_trace_and_room_for_another(session):
    call = SmallCallFactory()
    application = make(call=call, upto="submitted")
    now = utcnow()
    service.withdraw(session, application.id, reason="Abbiamo cambiato piano.", by=BRUNO, now=now)
    service.withdraw(session, application.id, reason="Ancora.", by=ANNA, now=utcnow())

    assert (application.status, application.withdrawn_at, application.withdrawn_by, application.withdrawal_reason) == (
        Status.WITHDRAWN, now, BRUNO, "Abbiamo cambiato piano.",
    )  # fmt: skip
    assert [name for name, _ in envelopes(session)] == ["applications.submitted", "applications.withdrawn"]
    assert told(session, application)[-1] == ("applications.withdrawn", BRUNO)
    again = service.start(session, call, company_id=application.company_id, by=ANNA, now=utcnow())
    assert again.id != application.id


def test_a_draft_given_up_tells_nobody(session):
    application = make()
    service.withdraw(session, application.id, reason="No.", by=ANNA, now=utcnow())
    assert (application.status, envelopes(session)) == (Status.WITHDRAWN, [])
    with pytest.raises(rules.NotADraft):
        service.submit(session, application.id, sha256="0" * 64, by=ANNA)


def test_nobody_withdraws_from_a_ranking(session):
    application = make(upto="submitted")
    for status in (Status.ELIGIBILITY_CHECK, Status.ADMITTED, Status.EVALUATED, Status.FUNDED):
        service.move(session, application.id, status, by="system", now=utcnow())
    with pytest.raises(rules.TooLateToWithdraw):
        service.withdraw(session, application.id, reason="No.", by=ANNA, now=utcnow())


def test_moving_says_who_and_why_once(session):
    application = make(upto="submitted")
    service.move(session, application.id, Status.REGISTERED, by="ufficio@u.it", now=utcnow(), why="A mano")
    service.move(session, application.id, Status.REGISTERED, by="ufficio@u.it", now=utcnow())

    entry = audit.story(session, application.id)[-1]
    assert (entry.action, entry.by, json.loads(entry.detail)) == (
        "applications.moved", "ufficio@u.it", {"from": "submitted", "to": "registered", "why": "A mano"},
    )  # fmt: skip
    with pytest.raises(rules.IllegalMove):
        service.move(session, application.id, Status.FUNDED, by="x", now=utcnow())


def test_registering_is_silent_when_the_story_has_gone_on(session):
    application = make(upto="submitted")
    service.register(session, application.id, now=utcnow())
    assert application.status == "registered"
    service.move(session, application.id, Status.ELIGIBILITY_CHECK, by="system", now=utcnow())
    service.register(session, application.id, now=utcnow())
    assert application.status == "eligibility_check"


def test_what_the_queue_forgot_is_found(session):
    application = make(upto="submitted")
    later = application.submitted_at + timedelta(minutes=1)
    assert list(queries.unregistered(session, before=later, limit=9)) == [application.id]
    assert list(queries.unregistered(session, before=application.submitted_at, limit=9)) == []


@pytest.mark.parametrize(
    "verb",
    [
        lambda session, id_: service.save(session, id_, [Change("a", "b")], by=ANNA, now=utcnow()),
        lambda session, id_: service.freeze(session, id_, by=ANNA, now=utcnow()),
        lambda session, id_: service.unfreeze(session, id_, by=ANNA, now=utcnow()),
        lambda session, id_: service.submit(session, id_, sha256="0" * 64, by=ANNA),
        lambda session, id_: service.withdraw(session, id_, reason="x", by=ANNA, now=utcnow()),
        lambda session, id_: service.move(session, id_, Status.REGISTERED, by=ANNA, now=utcnow()),
        lambda session, id_: service.detach(session, id_, id_, by=ANNA, now=utcnow()),
    ],
)
def test_a_verb_on_nothing_says_so(session, verb):
    with pytest.raises(NotFound):
        verb(session, FileFactory().id)


def test_a_submitted_application_refuses_every_change(session):
    application = make(upto="submitted")
    for verb in (
        lambda: service.save(session, application.id, [Change("goals", "Altro", None, 1)], by=ANNA, now=utcnow()),
        lambda: service.attach(session, application.id, FileFactory(), document="profile", by=ANNA, now=utcnow()),
        lambda: service.freeze(session, application.id, by=ANNA, now=utcnow()),
        lambda: service.unfreeze(session, application.id, by=ANNA, now=utcnow()),
    ):
        with pytest.raises(rules.NotADraft):
            verb()


def test_two_live_applications_of_a_firm_to_a_call_cannot_be(session):
    application = make()
    row = Application(
        call_id=application.call_id,
        version_id=application.version_id,
        company_id=application.company_id,
        started_by=ANNA,
    )
    session.add(row)
    with pytest.raises(IntegrityError, match="uq_applications_one_per_firm"), session.begin_nested():
        session.flush()


def test_a_refilled_application_goes_the_whole_way(session):
    application = make()
    fill(application)
    service.freeze(session, application.id, by=ANNA, now=utcnow())
    service.submit(session, application.id, sha256=application.sha256, by=ANNA)
    assert application.status is Status.SUBMITTED


def test_refusals_are_domain_errors():
    assert issubclass(rules.CallClosed, DomainError)
