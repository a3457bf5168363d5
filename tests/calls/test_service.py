"""The verbs of the calls, on PostgreSQL."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from portal.audit.models import Entry
from portal.calls import queries, service
from portal.calls.models import Announcement, CallVersion, Programme
from portal.calls.rules.clock import moved
from portal.calls.rules.refusals import AlreadyPublished, Contradictory, IdentityChanged, NotPublished, ReasonMissing
from portal.calls.rules.status import AnnouncementKind, CallStatus
from portal.calls.rules.yaml_io import shipped
from portal.kernel.errors import Conflict, NotFound
from portal.kernel.outbox import Envelope
from tests.factories.calls import MISURA, STAFF, UZBEKISTAN, around, content, make_call, make_draft

NOW = datetime(2025, 11, 10, 12, tzinfo=UTC)
REAL = shipped(MISURA)
OPENS, CLOSES = REAL.window.opens_at, REAL.window.closes_at


def published(session, **changes):
    """The real call, published the day after the resolution."""
    call = make_draft(session, at=OPENS - timedelta(days=5), **changes)
    return service.publish(session, call.id, by=STAFF, now=OPENS - timedelta(days=4))


def events(session, *names: str) -> list[tuple[str, dict]]:
    waiting = select(Envelope.name, Envelope.payload).where(Envelope.name.startswith("calls.")).order_by(Envelope.id)
    return [(name, payload) for name, payload in session.execute(waiting) if not names or name in names]


def deeds(session, call) -> list[str]:
    return list(session.scalars(select(Entry.action).where(Entry.subject_id == str(call.id)).order_by(Entry.seq)))


def amended(**changes):
    return REAL.model_copy(update=changes)


LONGER = amended(days=REAL.days.model_copy(update={"acceptance": 10}))
UNSOUND = amended(thresholds=REAL.thresholds.model_copy(update={"total": Decimal(101)}))


def test_a_new_call_is_a_draft_with_its_programme_and_first_version(session):
    call, outcome = service.import_(session, REAL, reason="", by=STAFF, now=NOW)

    session.expire_all()
    call = queries.get(session, call.id)
    assert (outcome, call.status, call.published_at) == (service.Imported.CREATED, CallStatus.DRAFT, None)
    assert (call.version.number, call.version.reason) == (1, "Prima versione")
    assert (call.opens_at, call.closes_at) == (OPENS, CLOSES)
    assert queries.content_of(call.version) == REAL
    assert session.scalar(select(Programme.code).where(Programme.id == call.programme_id)) == REAL.programme.code
    assert deeds(session, call) == ["calls.create"]


def test_the_same_content_changes_nothing(session):
    call = make_draft(session)
    _call, outcome = service.import_(session, REAL, reason="perché sì", by=STAFF, now=NOW)

    assert outcome is service.Imported.UNCHANGED
    assert [each.number for each in queries.versions(session, call.id)] == [1]
    assert deeds(session, call) == ["calls.create"]


def test_a_draft_gets_a_new_version_with_its_reason(session):
    call = make_draft(session)
    with pytest.raises(ReasonMissing):
        service.import_(session, LONGER, reason="  ", by=STAFF, now=NOW)
    service.import_(session, LONGER, reason="Più tempo", by=STAFF, now=NOW)

    assert [(each.number, each.reason) for each in queries.versions(session, call.id)] == [
        (2, "Più tempo"),
        (1, "Prima versione"),
    ]
    assert events(session) == []


def test_a_draft_may_be_unsound_but_not_published(session):
    call, _outcome = service.import_(session, UNSOUND, reason="", by=STAFF, now=NOW)
    with pytest.raises(Contradictory) as refused:
        service.publish(session, call.id, by=STAFF, now=NOW)
    assert (refused.value.facts["count"], call.status) == (1, CallStatus.DRAFT)


def test_a_call_is_published_once(session):
    call = published(session)
    assert (call.status, call.published_at) == (CallStatus.PUBLISHED, OPENS - timedelta(days=4))
    with pytest.raises(AlreadyPublished):
        service.publish(session, call.id, by=STAFF, now=NOW)
    with pytest.raises(AlreadyPublished):
        service.draft(session, call.id, LONGER, reason="no", by=STAFF, now=NOW)


def test_a_corrigendum_is_in_force_at_once_and_told(session):
    call = published(session)
    service.amend(session, call.id, LONGER, reason="Più giorni", by=STAFF, now=NOW)

    session.expire_all()
    call = queries.get(session, call.id)
    assert queries.content_of(call.version) == LONGER
    assert events(session) == [("calls.amended", {"call_id": str(call.id)})]
    assert deeds(session, call) == ["calls.create", "calls.publish", "calls.amend"]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"code": "ANOTHER-2025"}, IdentityChanged),
        ({"slug": "another"}, IdentityChanged),
        ({"programme": shipped("INTERNAZIONALIZZAZIONE-2021").programme}, IdentityChanged),
        ({"thresholds": UNSOUND.thresholds}, Contradictory),
    ],
)
def test_a_corrigendum_corrects_this_call_and_soundly(session, change, refusal):
    call = published(session)
    with pytest.raises(refusal):
        service.amend(session, call.id, amended(**change), reason="Prova", by=STAFF, now=NOW)
    assert [each.number for each in queries.versions(session, call.id)] == [1]


def test_a_draft_is_not_amended_and_a_stranger_not_found(session):
    call = make_draft(session)
    with pytest.raises(NotPublished):
        service.amend(session, call.id, LONGER, reason="Prova", by=STAFF, now=NOW)
    with pytest.raises(NotFound):
        queries.get_by_code(session, "NOPE-2025")


def test_nobody_overwrites_a_version_that_they_have_not_seen(session):
    call = published(session)
    seen = call.version_id
    service.import_(session, LONGER, reason="La prima", by=STAFF, now=NOW, over=seen)
    with pytest.raises(Conflict):
        service.import_(session, REAL, reason="La seconda", by=STAFF, now=NOW, over=seen)
    with pytest.raises(IdentityChanged):
        service.import_(session, shipped(UZBEKISTAN), reason="Un'altra", by=STAFF, now=NOW, over=seen)


def test_a_version_is_never_rewritten(session):
    call = make_draft(session)
    with pytest.raises(Exception, match=r"append-only|permission denied"):
        session.execute(update(CallVersion).where(CallVersion.call_id == call.id).values(reason="x"))


def test_the_clock_opens_and_closes_once_each(session):
    call = published(session)

    assert service.tick(session, now=OPENS - timedelta(seconds=1)) == []
    assert service.tick(session, now=OPENS) == [f"{MISURA}: opened"]
    assert service.tick(session, now=OPENS) == []
    assert service.tick(session, now=CLOSES) == [f"{MISURA}: closed"]
    assert service.tick(session, now=CLOSES) == []

    assert call.status is CallStatus.CLOSED
    assert [name for name, _payload in events(session)] == ["calls.opened", "calls.closed"]
    assert deeds(session, call)[2:] == ["calls.opened", "calls.closed"]


def test_reminders_go_out_once_each(session):
    published(session)
    service.tick(session, now=OPENS)
    said = []
    for hours in range(24 * 18, -1, -1):
        said += service.tick(session, now=CLOSES - timedelta(hours=hours, minutes=-1))

    assert said == [f"{MISURA}: reminder, {hours} hours" for hours in (168, 48, 4)] + [f"{MISURA}: closed"]
    assert [payload["hours"] for _name, payload in events(session, "calls.reminder_due")] == [168, 48, 4]


def test_after_a_silence_people_are_told_of_the_nearest_deadline_only(session):
    published(session)
    service.tick(session, now=OPENS)
    assert service.tick(session, now=CLOSES - timedelta(hours=3)) == [f"{MISURA}: reminder, 4 hours"]
    assert service.tick(session, now=CLOSES - timedelta(hours=2)) == []
    assert (
        session.scalar(select(func.count(Announcement.id)).where(Announcement.kind == AnnouncementKind.REMINDER)) == 3
    )


def test_a_new_deadline_is_reminded_of_anew(session):
    call = published(session)
    service.tick(session, now=OPENS)
    service.tick(session, now=CLOSES - timedelta(hours=3))
    later = moved(REAL, weeks=1).window.closes_at
    longer = amended(window=REAL.window.model_copy(update={"closes_at": later}))
    service.amend(session, call.id, longer, reason="Proroga", by=STAFF, now=CLOSES - timedelta(hours=1))

    assert service.tick(session, now=later - timedelta(hours=3)) == [f"{MISURA}: reminder, 4 hours"]


def test_a_deadline_put_off_after_closing_opens_the_call_again_and_says_so_by_the_corrigendum_alone(session):
    call = published(session)
    service.tick(session, now=OPENS)
    service.tick(session, now=CLOSES)
    longer = amended(window=moved(REAL, weeks=2).window.model_copy(update={"opens_at": OPENS}))
    service.amend(session, call.id, longer, reason="Riapertura dei termini", by=STAFF, now=CLOSES + timedelta(hours=1))

    assert service.tick(session, now=CLOSES + timedelta(hours=2)) == []
    assert call.status is CallStatus.OPEN
    assert [name for name, _payload in events(session, "calls.opened")] == ["calls.opened"]
    assert service.tick(session, now=longer.window.closes_at) == [f"{MISURA}: closed"]


def test_an_opening_put_off_shuts_the_call_until_then(session):
    call = published(session)
    service.tick(session, now=OPENS)
    later = amended(window=moved(REAL, weeks=1).window)
    service.amend(session, call.id, later, reason="Rinvio", by=STAFF, now=OPENS + timedelta(hours=1))

    assert service.tick(session, now=OPENS + timedelta(hours=2)) == []
    assert call.status is CallStatus.PUBLISHED
    assert service.tick(session, now=later.window.opens_at) == [f"{MISURA}: opened"]


def test_a_draft_is_no_business_of_the_clock(session):
    call = make_draft(session)
    assert service.tick(session, now=NOW) == []
    assert call.status is CallStatus.DRAFT


def test_contents_are_parsed_once(session):
    call = make_call(session, window=around(NOW), at=NOW)
    first = queries.content_by_id(session, call.version_id)
    assert queries.content_by_id(session, call.version_id) is first
    assert queries.content_of(queries.get(session, call.id).version) is first
    assert queries.contents(session, [call.version_id]) == {call.version_id: first}


def test_an_unknown_version_is_not_found(session):
    call = make_draft(session)
    with pytest.raises(NotFound):
        queries.content_by_id(session, call.id)
    assert queries.find_version(session, call.id, 2) is None


def test_programme_facts_follow_the_newest_content(session):
    make_draft(session)
    facts = REAL.programme.model_copy(update={"act": "DGR n. XII/5217 del 27 ottobre 2025, come modificata"})
    service.import_(session, content(programme=facts), reason="Atto modificato", by=STAFF, now=NOW)
    programme = queries.find_programme(session, facts.code)
    assert programme is not None
    assert programme.facts["act"] == facts.act
