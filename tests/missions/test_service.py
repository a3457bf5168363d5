"""The verbs of the missions on PostgreSQL."""

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert, inspect, select, text, update
from sqlalchemy.exc import IntegrityError, ProgrammingError

from portal.adapters import vault
from portal.applications.rules import Status
from portal.audit.models import Entry
from portal.kernel.base import Base
from portal.kernel.errors import NotFound
from portal.kernel.outbox import Envelope
from portal.missions import service
from portal.missions.models import ListTaking, MissionVersion, Presence, Purge, TravelDocument, Traveller
from portal.missions.queries import cases
from portal.missions.rules import mrz, refusals
from portal.missions.rules.changing import ChangeKind, ChangeState
from portal.missions.rules.fields import Purpose
from portal.missions.rules.travel import Finding
from portal.missions.rules.waiting import MissionState, TravellerState
from portal.missions.service import Scan, sealing
from tests.documents.papers import pdf
from tests.factories.calls import around, make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE
from tests.factories.missions import FIRM, NOW, TODAY, application, entered, mission, person, plan

S = TravellerState


@pytest.fixture
def call(session):
    return make_call(session, window=around(NOW - timedelta(days=90)), at=NOW - timedelta(days=90))


@pytest.fixture
def applied(call):
    return application(call, CompanyFactory())


def states(session, made):
    return [one.state for one in cases.travellers(session, made.id)]


def full(call, **more):
    """Two places taken by two firms, a third that waits."""
    made = mission(call, **more)
    firms = [application(call, CompanyFactory()) for _ in range(3)]
    return made, firms, [entered(made, firm) for firm in firms]


def test_places_are_offered_in_order_and_the_rest_wait(session, call):
    made, _firms, people = full(call)

    assert states(session, made) == [S.OFFERED, S.OFFERED, S.WAITING]
    assert [one.place for one in people] == [1, 2, None]
    assert people[0].offer_until == NOW + timedelta(hours=48)
    told = session.scalars(select(Envelope.name).where(Envelope.name.like("missions.%"))).all()
    assert told == ["missions.opened", "missions.offered", "missions.offered"]


def test_confirming_twice_is_once_and_stands_in_the_firms_story(session, call, applied):
    made = mission(call)
    traveller = entered(made, applied)

    service.confirm(session, made.id, traveller.id, by=FIRM)
    service.confirm(session, made.id, traveller.id, by=FIRM)

    assert (traveller.state, traveller.place, traveller.offer_until) == (S.CONFIRMED, 1, None)
    story = select(Entry.action).where(Entry.subject_id == str(applied.id), Entry.action.like("missions.%"))
    assert session.scalars(story).all() == ["missions.confirmed"]


def test_a_waiver_promotes_who_waits(session, call):
    made, _firms, people = full(call)

    service.waive(session, made.id, people[0].id, by=FIRM, now=NOW)
    service.waive(session, made.id, people[0].id, by=FIRM, now=NOW)

    assert states(session, made) == [S.WAIVED, S.OFFERED, S.OFFERED]
    assert people[2].place == 1


def test_an_offer_ends_by_the_clock_and_the_next_is_offered(session, call):
    made, _firms, people = full(call)
    people[0].offer_until = datetime.now(UTC) - timedelta(seconds=1)
    session.flush()

    with pytest.raises(refusals.OfferOver):
        service.confirm(session, made.id, people[0].id, by=FIRM)
    assert cases.with_lapsed_offers(session, now=datetime.now(UTC)) == [made.id]
    assert (service.promote(session, made.id), service.promote(session, made.id)) == (1, 0)

    assert states(session, made) == [S.LAPSED, S.OFFERED, S.OFFERED]
    with pytest.raises(refusals.NotOffered):
        service.confirm(session, made.id, people[0].id, by=FIRM)


def test_a_firm_sends_no_more_than_its_delegates_and_only_if_entitled(session, call, applied):
    made = mission(call, places=5)
    entered(made, applied)
    second = entered(made, applied)
    assert second.turn == 2
    with pytest.raises(refusals.TooManyDelegates):
        entered(made, applied)
    service.waive(session, made.id, second.id, by=FIRM, now=NOW)
    assert entered(made, applied).turn == 2
    outsider = application(call, CompanyFactory(), status=Status.NOT_ADMITTED)
    with pytest.raises(refusals.NotAdmitted):
        entered(made, outsider)
    elsewhere = make_call(session, code="ALTRO-2025", slug="altro-2025")
    with pytest.raises(refusals.NotAdmitted):
        entered(made, application(elsewhere, CompanyFactory()))


def test_nobody_enters_before_after_or_into_a_draft(session, call, applied):
    late = mission(call, opens_at=NOW + timedelta(hours=1))
    with pytest.raises(refusals.NotOpen):
        entered(late, applied)
    draft = service.draft(session, call.id, plan(), by=OFFICE, now=NOW)
    with pytest.raises(refusals.NotOpen):
        entered(draft, applied)
    with pytest.raises(NotFound):
        service.admit(session, uuid4(), applied.id, person(), by=FIRM, now=NOW)


def test_the_database_alone_refuses_two_in_one_place_and_a_place_that_is_not(session, call):
    _made, _firms, people = full(call)
    for place in (1, 9):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(
                update(Traveller).where(Traveller.id == people[2].id).values(place=place, state="confirmed")
            )


def test_a_passport_goes_once(session, call, applied):
    made = mission(call)
    entered(made, applied, number="YA1111111")

    with pytest.raises(refusals.AlreadyEntered):
        entered(made, application(call, CompanyFactory()), number="ya1111111")


def test_a_passport_that_blocks_is_kept_and_can_not_be_confirmed(session, call, applied):
    made = mission(call)
    traveller = entered(made, applied, expires_on=str(plan().returns_on + timedelta(days=5)))
    document = cases.document(session, traveller.id)
    assert document.findings == [Finding.EXPIRES_TOO_SOON]
    with pytest.raises(refusals.Blocked):
        service.confirm(session, made.id, traveller.id, by=FIRM)

    service.save(session, made.id, traveller.id, person(), revision=1, by=FIRM, now=NOW)
    assert service.confirm(session, made.id, traveller.id, by=FIRM).state is S.CONFIRMED
    with pytest.raises(refusals.ChangedMeanwhile):
        service.save(session, made.id, traveller.id, person(), revision=1, by=FIRM, now=NOW)


def test_typed_lines_must_be_sound_and_agree(session, call, applied):
    made, told = mission(call), person()
    good: dict[str, Any] = {"family": "Rossi", "given": "Mario Ettore", "nationality": "ITA"}
    days: dict[str, Any] = {"born": date(1980, 5, 17), "expires": datetime.fromisoformat(told["expires_on"]).date()}
    lines = mrz.lines(number=told["passport_number"], **good, **days)

    with pytest.raises(refusals.MrzUnsound):
        service.admit(session, made.id, applied.id, told | {"mrz": lines[:-1] + "X"}, by=FIRM, now=NOW)
    with pytest.raises(refusals.MrzDisagrees) as wrong:
        service.admit(session, made.id, applied.id, told | {"mrz": lines, "family_name": "Bianchi"}, by=FIRM, now=NOW)
    assert wrong.value.field == "family_name"
    assert service.admit(session, made.id, applied.id, told | {"mrz": lines}, by=FIRM, now=NOW).place == 1


def everything(session):
    """Every text, JSON and byte column of every table, as a dump would hold them."""
    tables = inspect(session.connection()).get_table_names()
    rows = [session.execute(text(f'SELECT t::text FROM "{table}" t')).scalars().all() for table in tables]
    return "\n".join(row for found in rows for row in found)


def test_a_dump_says_nothing_of_a_traveller(session, call, applied):
    canary = {name: f"CANARINO{name.replace('_', '')}" for name in ("family_name", "given_names", "born_in", "role",
        "phone", "email", "diet", "emergency", "room", "shares_with", "flight_out", "flight_back")}  # fmt: skip
    made = mission(call)
    traveller = entered(made, applied, confirmed=True, number="CANARINO1", **canary)
    service.keep_scan(session, made.id, traveller.id, io.BytesIO(pdf()), by=FIRM, now=NOW)
    drawn = service.draw_up(session, made.id, Purpose.EMBASSY, by=OFFICE, now=NOW)
    service.take(session, drawn, kind="xlsx", by=OFFICE, now=NOW)
    service.close_list(session, made.id, by=OFFICE, now=NOW)
    told = person(number="CANARINO2", **canary) | {"phone": "CANARINONUOVO"}
    service.ask(session, made.id, traveller.id, ChangeKind.EDIT, told=told, reason="Cambia.", by=FIRM, now=NOW)
    session.flush()
    assert len(Base.metadata.tables) > 40
    dump = everything(session)

    assert str(traveller.id) in dump
    assert "CANARINO" not in dump.upper()
    assert b"%PDF-".hex() not in dump


def test_a_reading_says_who_what_and_why(session, call, applied):
    made = mission(call)
    traveller = entered(made, applied)

    told = service.reveal(session, made.id, traveller.id, why="Visto da chiedere", by=OFFICE, now=NOW)

    assert told["passport_number"].startswith("YA")
    line = session.scalars(select(Entry).where(Entry.action == "missions.read")).one()
    assert (line.by, line.subject_id) == (OFFICE, str(made.id))
    assert '"why":"Visto da chiedere"' in line.detail
    assert told["passport_number"] not in line.detail


def test_keys_are_wrapped_anew_and_the_old_key_may_go(session, call, applied, monkeypatch):
    made = mission(call)
    traveller = entered(made, applied)
    before = vault.configured()
    old = next(iter(before._keys.items()))
    two = vault.Vault({"nuova": b"n" * 32, old[0]: old[1]})
    monkeypatch.setattr(vault, "configured", lambda: two)

    after, done = service.rotate(session, limit=1)
    assert done == 1
    assert service.rotate(session, after=after) == (None, 0)

    monkeypatch.setattr(vault, "configured", lambda: vault.Vault({"nuova": b"n" * 32}))
    assert sealing.opened(cases.document(session, traveller.id), traveller.id)["family_name"] == "Rossi"


def closed(session, call, applied, **more):
    made = mission(call, **more)
    traveller = entered(made, applied, confirmed=True)
    service.close_list(session, made.id, by=OFFICE, now=NOW)
    return made, traveller


def test_a_closed_list_changes_only_by_the_office(session, call, applied):
    made, traveller = closed(session, call, applied)
    told = sealing.opened(cases.document(session, traveller.id), traveller.id)
    for verb in (
        lambda: service.waive(session, made.id, traveller.id, by=FIRM, now=NOW),
        lambda: service.save(session, made.id, traveller.id, told, revision=1, by=FIRM, now=NOW),
        lambda: service.replace(session, made.id, traveller.id, person(), by=FIRM, now=NOW),
        lambda: entered(made, applied),
    ):
        with pytest.raises(refusals.NotOpen):
            verb()
    wanted = told | {"room": "doppia", "shares_with": "Luca Bianchi", "phone": ""}
    change = service.ask(
        session, made.id, traveller.id, ChangeKind.EDIT, told=wanted, reason="Divide la camera.", by=FIRM, now=NOW
    )
    with pytest.raises(refusals.ChangePending):
        service.ask(session, made.id, traveller.id, ChangeKind.WAIVE, told={}, reason="Rinuncia.", by=FIRM, now=NOW)

    assert service.difference(session, change) == [
        ("phone", "+39 333 000000", ""), ("room", "singola", "doppia"), ("shares_with", "", "Luca Bianchi"),
    ]  # fmt: skip
    service.approve(session, made.id, change.id, answer="", by=OFFICE, now=NOW)
    now = sealing.opened(cases.document(session, traveller.id), traveller.id)
    assert (now["room"], "phone" in now) == ("doppia", False)
    with pytest.raises(refusals.AlreadyDecided):
        service.reject(session, made.id, change.id, answer="", by=OFFICE, now=NOW)


def test_a_replacement_takes_the_place_once_approved_and_is_forgotten_if_not(session, call, applied):
    made, traveller = closed(session, call, applied)
    ask: dict[str, Any] = {"reason": "Non può partire.", "by": FIRM, "now": NOW}
    first = service.ask(session, made.id, traveller.id, ChangeKind.REPLACE, told=person(), **ask)
    service.reject(session, made.id, first.id, answer="Biglietto emesso.", by=OFFICE, now=NOW)
    assert cases.document(session, first.by_traveller_id).key is None
    second = service.ask(session, made.id, traveller.id, ChangeKind.REPLACE, told=person(), **ask)
    service.approve(session, made.id, second.id, answer="", by=OFFICE, now=NOW)

    assert states(session, made) == [S.REPLACED, S.REJECTED, S.CONFIRMED]
    assert cases.traveller(session, second.by_traveller_id).place == 1
    assert {row[0].state for row in cases.changes(session, made.id)} == {ChangeState.APPROVED, ChangeState.REJECTED}


def test_a_waiver_of_a_closed_list_still_promotes(session, call):
    made, _firms, people = full(call)
    service.close_list(session, made.id, by=OFFICE, now=NOW)
    change = service.ask(
        session, made.id, people[0].id, ChangeKind.WAIVE, told={}, reason="Non parte più.", by=FIRM, now=NOW
    )
    service.approve(session, made.id, change.id, answer="", by=OFFICE, now=NOW)

    assert states(session, made) == [S.WAIVED, S.OFFERED, S.OFFERED]


def test_while_the_list_is_open_a_replacement_is_the_firms_own(session, call):
    made, _firms, people = full(call)

    after = service.replace(session, made.id, people[2].id, person(given_names="Anna"), by=FIRM, now=NOW)

    assert states(session, made) == [S.OFFERED, S.OFFERED, S.REPLACED, S.WAITING]
    assert after.turn == people[2].turn


def test_lists_are_kept_and_marked_against_what_was_sent(session, call, applied):
    made = mission(call, places=3)
    with pytest.raises(refusals.NothingOnTheList):
        service.draw_up(session, made.id, Purpose.HOTEL, by=OFFICE, now=NOW)
    one = entered(made, applied, confirmed=True)
    two = entered(made, applied, confirmed=True)
    first = service.draw_up(session, made.id, Purpose.HOTEL, by=OFFICE, now=NOW)
    assert service.draw_up(session, made.id, Purpose.HOTEL, by=OFFICE, now=NOW).id == first.id
    lines = service.take(session, first, kind="xlsx", sent_to="Hotel Uzbekistan", by=OFFICE, now=NOW)
    assert [(line.values["room"], line.marks) for line in lines] == [("singola", frozenset())] * 2
    assert "diet" not in lines[0].values

    service.save(session, made.id, one.id, person(room="doppia"), revision=1, by=FIRM, now=NOW)
    service.waive(session, made.id, two.id, by=FIRM, now=NOW)
    new = entered(made, applied, confirmed=True)
    second = service.draw_up(session, made.id, Purpose.HOTEL, by=OFFICE, now=NOW)
    marks = {line.values["id"]: line.marks for line in service.take(session, second, kind="pdf", by=OFFICE, now=NOW)}

    assert (second.number, second.since) == (2, 1)
    assert marks == {
        str(one.id): {"passport_number", "room"}, str(two.id): {"-"}, str(new.id): {"+"},
    }  # fmt: skip
    assert [taken.sent_to for taken in session.scalars(select(ListTaking).order_by(ListTaking.at)).all()] == [
        "Hotel Uzbekistan",
        None,
    ]
    for statement in ("UPDATE mission_lists SET number = 9", "DELETE FROM mission_list_takings"):
        with pytest.raises(ProgrammingError), session.begin_nested():
            session.execute(text(statement))


def scan(badge, *, key=None, moment="partenza", at=NOW):
    return Scan(key=key or uuid4(), badge=badge, moment=moment, at=at)


def test_the_same_scan_sent_again_is_one(session, call, applied):
    made = mission(call)
    traveller = entered(made, applied, confirmed=True)
    key = uuid4()
    first = service.check_in(session, made.id, [scan(traveller.badge.lower(), key=key)], by=OFFICE, now=NOW)
    again = service.check_in(
        session,
        made.id,
        [
            scan(traveller.badge, key=key),
            scan(traveller.badge),
            scan("NESSUNO"),
            scan(traveller.badge, moment="altro"),
            scan(traveller.badge, moment="incontri", at=NOW + timedelta(days=1)),
        ],
        by=OFFICE,
        now=NOW,
    )

    assert list(first.values()) == ["kept"]
    assert list(again.values()) == ["known", "known", "unknown", "unknown", "kept"]
    assert session.scalars(select(Presence.at).order_by(Presence.at)).all() == [NOW, NOW]
    story = select(Entry.action).where(Entry.subject_id == str(applied.id), Entry.action == "missions.checked_in")
    assert len(session.scalars(story).all()) == 2


def test_after_the_day_nothing_can_be_read_and_the_proof_stays(session, call, applied):
    made = mission(call)
    traveller = entered(made, applied, confirmed=True)
    drawn = service.draw_up(session, made.id, Purpose.AIRLINE, by=OFFICE, now=NOW)
    with pytest.raises(refusals.NotPurgeable):
        service.purge(session, made.id, by="system", now=NOW)
    later = NOW + timedelta(days=97)
    assert cases.to_purge(session, today=later.date()) == [made.id]

    proof = service.purge(session, made.id, by="system", now=later)
    assert service.purge(session, made.id, by="system", now=later).id == proof.id

    assert (proof.travellers, proof.fields["passport_number"], len(proof.sha256)) == (1, 1, 64)
    with pytest.raises(refusals.Purged):
        service.reveal(session, made.id, traveller.id, why="Per curiosità", by=OFFICE, now=later)
    assert service.take(session, drawn, kind="xlsx", by=OFFICE, now=later) == []
    document = cases.document(session, traveller.id)
    with pytest.raises(ProgrammingError), session.begin_nested():
        session.execute(update(TravelDocument).where(TravelDocument.id == document.id).values(key="x"))
    assert session.scalars(select(Purge)).one().mission_id == made.id
    assert cases.to_purge(session, today=later.date()) == []


def test_a_mission_is_amended_with_a_reason_and_never_against_others(session, call):
    made, _firms, people = full(call)
    service.amend(session, made.id, plan(places=3), version=1, reason="Un posto in più.", by=OFFICE, now=NOW)

    assert people[2].state is S.OFFERED
    with pytest.raises(refusals.ChangedMeanwhile):
        service.amend(session, made.id, plan(places=3), version=1, reason="Ancora.", by=OFFICE, now=NOW)
    with pytest.raises(refusals.PlacesTaken):
        service.amend(session, made.id, plan(places=2), version=2, reason="Due posti.", by=OFFICE, now=NOW)
    with pytest.raises(refusals.Contradicts):
        service.amend(
            session, made.id, plan(places=3, returns_on=TODAY), version=2, reason="Errore.", by=OFFICE, now=NOW
        )
    kept = session.scalars(select(MissionVersion).order_by(MissionVersion.number)).all()
    assert [(one.number, one.content["places"]) for one in kept] == [(1, 2), (2, 3)]


def test_other_dates_assess_every_passport_again(session, call, applied):
    made = mission(call)
    traveller = entered(made, applied, expires_on=str(TODAY + timedelta(days=300)))
    assert cases.document(session, traveller.id).findings == []
    later = plan(starts_on=TODAY + timedelta(days=250))
    service.amend(session, made.id, later, version=1, reason="Rinviata.", by=OFFICE, now=NOW)

    assert cases.document(session, traveller.id).findings == [Finding.EXPIRES_TOO_SOON]


def test_a_cancelled_mission_offers_nothing(session, call, applied):
    made = mission(call)
    traveller = entered(made, applied)
    for _ in range(2):
        service.cancel(session, made.id, reason="Troppo poche imprese.", by=OFFICE, now=NOW)

    assert made.state is MissionState.CANCELLED
    assert service.promote(session, made.id) == 0
    for verb in (
        lambda: service.confirm(session, made.id, traveller.id, by=FIRM),
        lambda: service.close_list(session, made.id, by=OFFICE, now=NOW),
        lambda: service.open_mission(session, made.id, by=OFFICE, now=NOW),
    ):
        with pytest.raises(refusals.NotOpen):
            verb()


def test_a_check_in_of_the_database_is_one_a_moment(session, call, applied):
    made = mission(call)
    traveller = entered(made, applied, confirmed=True)
    row = {"mission_id": made.id, "traveller_id": traveller.id, "moment": "partenza", "at": NOW, "received_at": NOW}
    session.execute(insert(Presence).values(key=uuid4(), by=OFFICE, **row))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(Presence).values(key=uuid4(), by=OFFICE, **row))
