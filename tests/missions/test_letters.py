"""What the scheduler does for missions, and what people are told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from portal.accounts.rules import StaffRoleName
from portal.kernel.outbox import Envelope
from portal.missions import service
from portal.missions.models import Mission, Purge, Traveller
from portal.missions.rules.changing import ChangeKind
from portal.missions.rules.waiting import MissionState, TravellerState
from portal.notifications import service as notifications
from portal.notifications.models import Message
from tests.factories.accounts import MembershipFactory, UserFactory, staff
from tests.factories.calls import around, make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE
from tests.factories.missions import FIRM, NOW, application, entered, mission, person
from workers.tasks.missions import tick


@pytest.fixture
def call(session):
    return make_call(session, window=around(NOW - timedelta(days=90)), at=NOW - timedelta(days=90))


@pytest.fixture
def applied(call):
    company = CompanyFactory()
    for language in ("it", "en"):
        MembershipFactory(user=UserFactory(language=language), company=company)
    return application(call, company)


def tell_all(session):
    """Every waiting event of the missions told; the messages by event."""
    for envelope in session.scalars(select(Envelope).where(Envelope.name.like("missions.%")).order_by(Envelope.id)):
        notifications.tell(session, envelope.name, envelope.payload, occurrence=str(envelope.id), now=NOW)
    told: dict[str, list[Message]] = {}
    for message in session.scalars(select(Message).order_by(Message.language.desc())):
        told.setdefault(message.event, []).append(message)
    return told


def test_every_step_of_a_mission_is_told_in_both_languages_and_names_nobody(session, call, applied):
    staff(StaffRoleName.EVENTS)
    made = mission(call)
    traveller = entered(made, applied)
    first = tell_all(session)
    service.confirm(session, made.id, traveller.id, by=FIRM)
    service.close_list(session, made.id, by=OFFICE, now=NOW)
    told: dict[str, Any] = {"told": person(), "reason": "Non può partire.", "by": FIRM, "now": NOW}
    change = service.ask(session, made.id, traveller.id, ChangeKind.REPLACE, **told)
    service.approve(session, made.id, change.id, answer="Va bene.", by=OFFICE, now=NOW)
    service.cancel(session, made.id, reason="Troppo poche imprese.", by=OFFICE, now=NOW)
    service.purge(session, made.id, by="system", now=NOW + timedelta(days=99))
    session.flush()
    messages = first | tell_all(session)

    both = {name: [one.language for one in some] for name, some in messages.items()}
    firm = ["it", "en"]
    assert both == {
        "missions.opened": firm, "missions.offered": firm, "missions.confirmed": firm, "missions.list_closed": firm,
        "missions.change_asked": ["it"], "missions.change_decided": firm, "missions.cancelled": firm,
        "missions.purged": firm,
    }  # fmt: skip
    texts = "".join(message.subject + message.text + message.html for some in messages.values() for message in some)
    assert "Rossi" not in texts
    assert "Va bene." in texts
    kinds = {name: some[0].attachments[0]["method"] for name, some in messages.items() if some[0].attachments}
    assert kinds == {"missions.offered": "PUBLISH", "missions.confirmed": "PUBLISH", "missions.cancelled": "CANCEL"}
    journey = messages["missions.confirmed"][0].attachments[0]["text"]
    assert f"DTSTART:{made.starts_on - timedelta(days=1):%Y%m%d}T2" in journey.replace(";TZID=Europe/Rome", "")


def test_the_tick_closes_takes_back_and_forgets(session, call, applied):
    made = mission(call, places=1)
    entered(made, applied)
    entered(made, application(call, CompanyFactory()))
    gone = datetime.now(UTC) - timedelta(minutes=1)
    session.execute(update(Traveller).where(Traveller.place == 1).values(offer_until=gone))
    session.execute(update(Mission).values(closes_at=gone))
    old = mission(call)
    session.execute(
        update(Mission)
        .where(Mission.id == old.id)
        .values(
            starts_on=NOW.date() - timedelta(days=40),
            returns_on=NOW.date() - timedelta(days=35),
            purge_on=NOW.date() - timedelta(days=5),
        )
    )
    session.commit()

    for _ in range(2):
        tick()

    session.expire_all()
    states = session.scalars(select(Traveller.state).order_by(Traveller.queue)).all()
    assert states == [TravellerState.LAPSED, TravellerState.OFFERED]
    assert session.get(Mission, made.id).state is MissionState.CLOSED
    assert session.scalars(select(Purge.mission_id)).all() == [old.id]
    assert "missions.lapsed" in tell_all(session)
