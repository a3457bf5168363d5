"""Asking a firm: within the call's bounds, one thing at a time; answering once, in time; what stays for ever."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from portal.applications import queries, service
from portal.applications.models import Attachment, Request
from portal.applications.rules import Status, TooManyFiles, requests
from portal.applications.rules.procedure import RequestKind
from portal.applications.rules.requests import Asks, RequestState
from portal.audit import queries as audit
from portal.kernel.errors import NotFound
from portal.kernel.outbox import Envelope
from tests.factories.applications import FileFactory, make

WHO, FIRM = "ufficio@unioncamere.example", "anna@impresa.example"
WORDS = "Manca il profilo aggiornato dell'impresa."
ASKS = Asks(("profile", "unknown"), ("agent", "products"))


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.fixture
def application(session, now):
    made = make(upto="submitted")
    service.register(session, made.id, now=now)
    return made


@pytest.fixture
def asked(session, application, now):
    return service.supplement(session, application.id, asks=ASKS, words=WORDS, days=10, by=WHO, now=now)


def names(session):
    return [one.name for one in session.scalars(select(Envelope).order_by(Envelope.id))]


def drafted(session, request, now, **draft):
    return service.save_draft(session, request.id, draft, revision=request.revision, by=FIRM, now=now)


def test_a_supplement_is_asked_for_and_the_case_waits(session, application, asked, now):
    assert application.status is Status.SUPPLEMENT_REQUESTED
    assert (asked.kind, asked.state, asked.number, asked.sequence) == (
        RequestKind.SUPPLEMENT,
        RequestState.OPEN,
        1,
        0,
    )
    # a table is not asked for again field by field, and nobody knows the other document
    assert asked.asks == {"documents": ["profile"], "fields": ["agent"]}
    assert now + timedelta(days=10) < asked.due_at < now + timedelta(days=15)
    assert names(session)[-1] == "applications.request_made"
    assert [one.action for one in audit.story(session, application.id)][-2:] == [
        "applications.supplement_asked",
        "applications.moved",
    ]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"words": "corto"}, requests.WordsMissing),
        ({"words": " ", "asks": Asks()}, requests.NothingAsked),
        ({"days": 4}, requests.TooFewOrTooManyDays),
        ({"days": 31}, requests.TooFewOrTooManyDays),
    ],
)
def test_a_request_within_bounds_and_in_words(session, application, now, change, refusal):
    with pytest.raises(refusal):
        service.supplement(
            session, application.id, **{"asks": ASKS, "words": WORDS, "days": 10, "by": WHO, "now": now} | change
        )


def test_one_request_at_a_time_and_only_in_the_check(session, application, asked, now):
    with pytest.raises(requests.AlreadyAsked):
        service.supplement(session, application.id, asks=ASKS, words=WORDS, days=10, by=WHO, now=now)
    draft = make()
    with pytest.raises(requests.NotAskable):
        service.supplement(session, draft.id, asks=ASKS, words=WORDS, days=10, by=WHO, now=now)
    with pytest.raises(NotFound):
        service.supplement(session, asked.id, asks=ASKS, words=WORDS, days=10, by=WHO, now=now)


def test_a_draft_is_kept_and_two_colleagues_do_not_overwrite_each_other(session, asked, now):
    drafted(session, asked, now, note="Prima")

    service.save_draft(session, asked.id, {"note": "Prima"}, revision=0, by=FIRM, now=now)
    with pytest.raises(requests.ChangedMeanwhile):
        service.save_draft(session, asked.id, {"note": "Seconda"}, revision=0, by=FIRM, now=now)

    assert (asked.draft, asked.revision, asked.drafted_by) == ({"note": "Prima"}, 1, FIRM)


def test_an_answer_is_sent_once_and_the_case_goes_on(session, application, asked, now):
    frozen, sha256 = dict(application.content), application.sha256
    service.enclose(session, asked.id, FileFactory(name="profilo.pdf"), document="profile", by=FIRM, now=now)
    drafted(session, asked, now, note="Ecco.", answers={"agent": {"value": "Rossi"}})

    first = service.answer(session, asked.id, by=FIRM)
    digest = first.sha256
    again = service.answer(session, asked.id, by=FIRM)

    assert (again.state, again.sha256, again.sequence) == (RequestState.ANSWERED, digest, 1)
    assert again.content["answers"] == {"agent": "Rossi"}
    assert [one["document"] for one in again.content["attachments"]] == ["profile"]
    assert application.status is Status.ELIGIBILITY_CHECK
    assert (application.content, application.sha256) == (frozen, sha256)
    assert names(session).count("applications.request_answered") == 1
    folder = queries.find(session, application.id)
    assert [one.name for one in folder.enclosed].count("profilo.pdf") == 2
    assert queries.supplements_of(session, [application.id]) == {application.id: [again.content]}


def test_what_lies_in_an_answer_is_the_firm_s_alone_until_it_is_sent(session, application, asked, now):
    first = service.enclose(session, asked.id, FileFactory(name="profilo.pdf"), document="profile", by=FIRM, now=now)
    out = service.enclose(session, asked.id, FileFactory(name="altro.pdf"), document=requests.OTHER, by=FIRM, now=now)
    there = queries.find(session, application.id).enclosed[0].id

    def found(attachment, **more):
        return queries.find_handed_in(session, attachment, application.id, **more)

    assert found(there).name == "profilo.pdf"
    assert [found(one, with_observations=more) for one in (first, out) for more in (False, True)] == [None] * 4
    service.take_out(session, asked.id, out, by=FIRM, now=now)
    drafted(session, asked, now, note="Ecco.", answers={"agent": {"value": "Rossi"}})
    service.answer(session, asked.id, by=FIRM)
    assert [found(one) and found(one).name for one in (first, out)] == ["profilo.pdf", None]
    assert queries.find_handed_in(session, first, asked.id) is None


def test_files_of_observations_are_the_office_s_once_sent_and_no_reviewer_s(session, application, now):
    service.move(session, application.id, Status.ELIGIBILITY_CHECK, by=WHO, now=now)
    reasons = [{"rule": "durc", "text": "Il DURC agli atti risulta irregolare."}]
    notice = service.give_notice(session, application.id, reasons=reasons, words="", by=WHO, now=now)
    paper = service.enclose(session, notice.id, FileFactory(), document=requests.OTHER, by=FIRM, now=now)
    office = {"with_observations": True}

    before = queries.find_handed_in(session, paper, application.id, **office)
    drafted(session, notice, now, note="Il DURC era regolare.")
    service.answer(session, notice.id, by=FIRM)

    assert before is None
    assert queries.find_handed_in(session, paper, application.id, **office) is not None
    assert queries.find_handed_in(session, paper, application.id) is None


def test_what_is_asked_is_there_or_explained(session, asked, now):
    with pytest.raises(requests.NothingAnswered):
        service.answer(session, asked.id, by=FIRM)
    drafted(session, asked, now, answers={"agent": {"value": "Rossi"}})
    with pytest.raises(requests.Unexplained) as refusal:
        service.answer(session, asked.id, by=FIRM)
    assert [one.key for one in refusal.value.missing] == ["profile"]
    drafted(session, asked, now, note="Il profilo non esiste.", answers={"agent": {"typed": "?"}})
    with pytest.raises(requests.Unread):
        service.answer(session, asked.id, by=FIRM)

    drafted(session, asked, now, note="Il profilo non esiste.")

    assert service.answer(session, asked.id, by=FIRM).content["note"] == "Il profilo non esiste."


def test_files_come_and_go_while_it_is_open(session, application, asked, now):
    file = FileFactory()
    one = service.enclose(session, asked.id, file, document=requests.OTHER, by=FIRM, now=now)
    assert service.enclose(session, asked.id, file, document=requests.OTHER, by=FIRM, now=now) == one
    with pytest.raises(NotFound):
        service.enclose(session, asked.id, FileFactory(), document="mandate", by=FIRM, now=now)
    for _ in range(9):
        service.enclose(session, asked.id, FileFactory(), document=requests.OTHER, by=FIRM, now=now)
    with pytest.raises(TooManyFiles):
        service.enclose(session, asked.id, FileFactory(), document=requests.OTHER, by=FIRM, now=now)

    service.take_out(session, asked.id, one, by=FIRM, now=now)
    service.take_out(session, asked.id, one, by=FIRM, now=now)
    with pytest.raises(NotFound):
        service.take_out(session, asked.id, application.id, by=FIRM, now=now)

    assert len(queries.enclosed_with(queries.find_request(session, asked.id))) == 9
    # a draft's files are not yet the application's
    assert len(queries.find(session, application.id).enclosed) == 1


def over(session, request):
    """Let the term end a moment ago."""
    session.execute(
        update(Request)
        .where(Request.id == request.id)
        .values(due_at=datetime.now(UTC) - timedelta(seconds=2))
        .execution_options(synchronize_session=False)
    )
    session.refresh(request)


@pytest.fixture
def ended(session, application):
    """A request of eleven days ago whose term has ended."""
    long_ago = datetime.now(UTC) - timedelta(days=11)
    made = service.supplement(session, application.id, asks=ASKS, words=WORDS, days=10, by=WHO, now=long_ago)
    over(session, made)
    return made


def test_after_the_term_nothing_is_sent_and_what_was_written_stays(session, ended, now):
    drafted(session, ended, now, note="Arrivo tardi, ma arrivo.")
    with pytest.raises(requests.AnswerTooLate):
        service.answer(session, ended.id, by=FIRM)
    with pytest.raises(requests.AnswerTooLate):
        service.enclose(session, ended.id, FileFactory(), document="profile", by=FIRM, now=now)
    with pytest.raises(requests.AnswerTooLate):
        service.extend(session, ended.id, days=5, reason="L'impresa lo ha chiesto.", by=WHO, now=now)
    assert ended.draft == {"note": "Arrivo tardi, ma arrivo."}


def test_silence_lapses_once(session, asked, now):
    assert service.lapse(session, asked.id, now=now) is None
    later = asked.due_at + timedelta(seconds=1)

    lapsed = service.lapse(session, asked.id, now=later)

    assert (lapsed.state, lapsed.closed_at, lapsed.closed_by) == (RequestState.LAPSED, lapsed.due_at, "system")
    assert service.lapse(session, asked.id, now=later) is None
    assert names(session).count("applications.request_lapsed") == 1
    with pytest.raises(requests.RequestClosed):
        service.answer(session, asked.id, by=FIRM)


def test_a_term_is_prolonged_once_with_a_reason_and_within_bounds(session, asked, now):
    due_at = asked.due_at
    with pytest.raises(requests.WordsMissing):
        service.extend(session, asked.id, days=5, reason="no", by=WHO, now=now)
    with pytest.raises(requests.TooFewOrTooManyDays):
        service.extend(session, asked.id, days=25, reason="L'impresa lo ha chiesto.", by=WHO, now=now)

    service.extend(session, asked.id, days=5, reason="L'impresa lo ha chiesto.", by=WHO, now=now)

    assert asked.due_at > due_at
    assert (asked.sequence, asked.extended_by) == (1, WHO)
    assert names(session)[-1] == "applications.request_extended"
    with pytest.raises(requests.AlreadyExtended):
        service.extend(session, asked.id, days=5, reason="L'impresa lo ha chiesto.", by=WHO, now=now)


def test_a_reminder_goes_out_once_for_each_term(session, asked, now):
    assert service.remind_due(session, now=asked.remind_at - timedelta(seconds=1)) == 0
    assert service.remind_due(session, now=asked.remind_at) == 1
    assert service.remind_due(session, now=asked.remind_at) == 0

    service.extend(session, asked.id, days=5, reason="L'impresa lo ha chiesto.", by=WHO, now=now)

    assert service.remind_due(session, now=asked.remind_at) == 1
    assert names(session).count("applications.request_reminder_due") == 2


def test_the_office_takes_a_request_back(session, application, asked, now):
    service.call_off(session, asked.id, reason="Il documento era già agli atti.", by=WHO, now=now)

    assert (asked.state, asked.closing_reason) == (RequestState.CALLED_OFF, "Il documento era già agli atti.")
    assert application.status is Status.ELIGIBILITY_CHECK
    with pytest.raises(requests.RequestClosed):
        service.call_off(session, asked.id, reason="Il documento era già agli atti.", by=WHO, now=now)
    # and may ask again
    again = service.supplement(session, application.id, asks=ASKS, words=WORDS, days=10, by=WHO, now=now)
    assert again.number == 2


def test_a_withdrawn_application_waits_for_nothing(session, application, asked, now):
    service.withdraw(session, application.id, reason="Non ci interessa più.", by=FIRM, now=now)

    assert asked.state is RequestState.CALLED_OFF
    assert application.status is Status.WITHDRAWN


def refused_by_the_database(session, statement):
    with pytest.raises((DBAPIError, IntegrityError)), session.begin_nested():
        session.execute(statement)


def test_the_database_keeps_what_was_asked_and_what_was_answered(session, application, asked, now):
    one = service.enclose(session, asked.id, FileFactory(), document="profile", by=FIRM, now=now)
    mine = Request.id == asked.id
    refused_by_the_database(session, update(Request).where(mine).values(words="Altro, molto diverso."))
    refused_by_the_database(session, delete(Request).where(mine))
    drafted(session, asked, now, note="Ecco quanto chiesto.")
    service.answer(session, asked.id, by=FIRM)

    refused_by_the_database(session, update(Request).where(mine).values(draft={}))
    refused_by_the_database(session, update(Attachment).where(Attachment.id == one).values(removed_at=now))
    refused_by_the_database(
        session,
        text("UPDATE applications SET status = 'supplement_requested' WHERE id = :i").bindparams(i=application.id),
    )
    refused_by_the_database(
        session, text("UPDATE applications SET status = 'rejection_notice' WHERE id = :i").bindparams(i=application.id)
    )
