"""The verbs of the accounts against PostgreSQL."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import argon2
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal.accounts import queries, rules, service
from portal.accounts.models import Membership, StaffRole, User, UserSession
from portal.accounts.rules import MembershipKind, Scope, StaffRoleName
from portal.accounts.service import hashes, links
from portal.accounts.service.links import Purpose
from portal.accounts.service.sessions import open_session, token_hash
from portal.audit import queries as audit
from portal.kernel.errors import NotFound
from portal.kernel.outbox import Envelope
from tests.factories.accounts import PASSWORD, MembershipFactory, StaffRoleFactory, UserFactory
from tests.factories.applications import SmallCallFactory
from tests.factories.companies import CompanyFactory

NOW = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
TODAY = NOW.date()
NEW = "un'altra frase lunga e mia"


def told(session):
    return [(one.name, one.payload) for one in session.scalars(select(Envelope).order_by(Envelope.id))]


def done(session, subject):
    return [(entry.action, entry.by) for entry in audit.story(session, subject.id)]


def presence(session, token, *, now=NOW):
    return queries.find_presence(session, token_hash(token), now=now, today=now.date())


def register(session, **changes):
    values = {"email": "anna@impresa.example", "full_name": "Anna Bianchi", "password": PASSWORD, "language": "en"}
    service.register(session, **values | changes, now=NOW)
    return queries.find_by_email(session, "anna@impresa.example")


def test_registering_waits_for_the_address(session):
    user = register(session)

    assert (user.language, user.confirmed_at, user.epoch) == ("en", None, 1)
    assert user.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert told(session) == [("accounts.confirmation_requested", {"user_id": str(user.id)})]
    assert done(session, user) == [("accounts.register", "anna@impresa.example")]


def test_a_known_address_changes_nothing_but_the_message(session):
    user = UserFactory(email="Anna@Impresa.example")
    before = user.password_hash

    assert register(session, password=NEW) is user
    assert user.password_hash == before
    assert told(session) == [("accounts.known_address_used", {"user_id": str(user.id)})]


def test_registering_twice_before_confirming_sends_the_link_again_and_keeps_the_first_password(session):
    first = register(session)
    stored = first.password_hash

    assert register(session, password=NEW).password_hash == stored
    assert [name for name, _ in told(session)] == ["accounts.confirmation_requested"] * 2


def test_a_disabled_person_who_registers_is_told_nothing(session):
    UserFactory(email="anna@impresa.example", disabled_at=NOW)
    register(session)

    assert told(session) == []


def test_a_weak_password_is_refused(session):
    with pytest.raises(rules.WeakPassword) as refusal:
        register(session, password="anna.bianchi.1")
    assert refusal.value.field == "password"


def test_confirming_happens_once(session):
    user = UserFactory(unconfirmed=True)

    service.confirm(session, user.id, epoch=1, password=PASSWORD, now=NOW)
    assert user.confirmed_at == NOW
    with pytest.raises(rules.LinkSpent):
        service.confirm(session, user.id, epoch=1, password=PASSWORD, now=NOW)


def test_whoever_registered_anothers_address_gains_nothing_by_the_owners_click(session):
    user = register(session, password=NEW)

    with pytest.raises(rules.WrongCredentials):
        service.confirm(session, user.id, epoch=1, password=PASSWORD, now=NOW)
    assert user.confirmed_at is None


@pytest.mark.parametrize("epoch", [0, 2])
def test_a_link_of_another_epoch_is_spent(session, epoch):
    user = UserFactory(unconfirmed=True)
    with pytest.raises(rules.LinkSpent):
        service.confirm(session, user.id, epoch=epoch, password=PASSWORD, now=NOW)
    with pytest.raises(rules.LinkSpent):
        service.reset_password(session, user.id, epoch=epoch, password=NEW, now=NOW)
    with pytest.raises(rules.LinkSpent):
        service.accept_invitation(session, user.id, epoch=epoch, password=NEW, now=NOW)


def test_nobody_confirms_who_is_not_there(session):
    for verb in (service.reset_password, service.accept_invitation):
        with pytest.raises(rules.LinkSpent):
            verb(session, uuid4(), epoch=1, password=NEW, now=NOW)
    with pytest.raises(rules.LinkSpent):
        service.confirm(session, uuid4(), epoch=1, password=PASSWORD, now=NOW)


@pytest.mark.parametrize(
    ("person", "password", "refusal"),
    [
        ({}, "un'altra password ancora", rules.WrongCredentials),
        ({"invited": True}, PASSWORD, rules.WrongCredentials),
        ({"disabled_at": NOW}, PASSWORD, rules.WrongCredentials),
        ({"unconfirmed": True}, "un'altra password ancora", rules.WrongCredentials),
        ({"unconfirmed": True}, PASSWORD, rules.NotConfirmed),
    ],
)
def test_whoever_may_not_sign_in_does_not(session, person, password, refusal):
    user = UserFactory(**person)

    with pytest.raises(refusal):
        service.sign_in(session, email=user.email, password=password, now=NOW)
    assert session.scalar(select(func.count()).select_from(UserSession)) == 0


def test_nobody_signs_in_with_an_unknown_address(session):
    with pytest.raises(rules.WrongCredentials):
        service.sign_in(session, email="nessuno@impresa.example", password=PASSWORD, now=NOW)


def test_signing_in_stores_the_hash_of_a_new_token_each_time(session):
    user = UserFactory()

    one = service.sign_in(session, email=user.email.upper(), password=PASSWORD, now=NOW)
    two = service.sign_in(session, email=user.email, password=PASSWORD, now=NOW)

    stored = set(session.scalars(select(UserSession.token_hash)))
    assert stored == {token_hash(one.token), token_hash(two.token)}
    assert not stored & {one.token, two.token}


def test_weaker_hashes_are_renewed_at_sign_in(session):
    user = UserFactory(password_hash=argon2.PasswordHasher(time_cost=1, memory_cost=8192).hash(PASSWORD))

    service.sign_in(session, email=user.email, password=PASSWORD, now=NOW)

    assert not hashes.needs_rehash(user.password_hash)


def test_a_presence_holds_all_that_a_request_asks_in_one_statement(session):
    user = UserFactory(language="en", is_auditor=True)
    one, other = CompanyFactory(), CompanyFactory()
    first = MembershipFactory(user=user, company=one)
    second = MembershipFactory(user=user, company=other, delegate=True, may_submit=False)
    MembershipFactory(user=user, company=CompanyFactory(), revoked_at=NOW)
    StaffRoleFactory(user=user, role=StaffRoleName.REVIEWER)
    token = open_session(session, user, now=NOW, company_id=other.id)

    seen = presence(session, token)

    assert (seen.email, seen.language, seen.is_admin, seen.is_auditor) == (user.email, "en", False, True)
    assert seen.staff_roles == {(StaffRoleName.REVIEWER, None)}
    assert {mandate.membership_id for mandate in seen.mandates} == {first.id, second.id}
    assert {mandate.company_id: (mandate.kind, mandate.may_submit) for mandate in seen.mandates} == {
        one.id: (MembershipKind.OWNER, True),
        other.id: (MembershipKind.DELEGATE, False),
    }
    assert seen.chosen_company_id == other.id


@pytest.mark.parametrize(
    ("later", "lives"),
    [
        (timedelta(0), True),
        (timedelta(hours=2) - timedelta(seconds=1), True),
        (timedelta(hours=2), False),
    ],
)
def test_an_idle_session_dies(session, later, lives):
    token = open_session(session, UserFactory(), now=NOW)

    assert (presence(session, token, now=NOW + later) is not None) is lives


def test_a_session_in_use_dies_after_twelve_hours_all_the_same(session):
    token = open_session(session, UserFactory(), now=NOW)
    session_id = presence(session, token).session_id
    almost = NOW + timedelta(hours=12) - timedelta(seconds=1)

    service.seen(session, session_id, now=almost)

    assert presence(session, token, now=almost) is not None
    assert presence(session, token, now=NOW + timedelta(hours=12)) is None


def test_a_session_ends_at_sign_out_and_only_that_one(session):
    user = UserFactory()
    one, other = open_session(session, user, now=NOW), open_session(session, user, now=NOW)

    service.sign_out(session, one, now=NOW)
    service.sign_out(session, one, now=NOW)

    assert presence(session, one) is None
    assert presence(session, other) is not None
    assert len(queries.live_sessions(session, user.id, now=NOW)) == 1


def test_changing_the_password_kills_every_session_and_link_but_gives_one_back(session):
    user = UserFactory()
    old = [open_session(session, user, now=NOW) for _ in range(2)]
    link = links.make(Purpose.RESET, user)

    token = service.change_password(session, user.id, current=PASSWORD, new=NEW, company_id=None, now=NOW)
    session.flush()

    assert [presence(session, one) for one in old] == [None, None]
    assert presence(session, token) is not None
    user_id, epoch = links.read(Purpose.RESET, link)
    with pytest.raises(rules.LinkSpent):
        service.reset_password(session, user_id, epoch=epoch, password=PASSWORD, now=NOW)
    service.sign_in(session, email=user.email, password=NEW, now=NOW)


def test_changing_the_password_needs_the_old_one(session):
    user = UserFactory()
    with pytest.raises(rules.WrongCredentials) as refusal:
        service.change_password(session, user.id, current="sbagliata", new=NEW, company_id=None, now=NOW)
    assert refusal.value.field == "current"


def test_a_reset_link_works_once_and_confirms_the_mailbox(session):
    user = UserFactory(unconfirmed=True)
    _, epoch = links.read(Purpose.RESET, links.make(Purpose.RESET, user))

    service.reset_password(session, user.id, epoch=epoch, password=NEW, now=NOW)

    assert (user.confirmed_at, user.epoch) == (NOW, 2)
    with pytest.raises(rules.LinkSpent):
        service.reset_password(session, user.id, epoch=epoch, password=NEW, now=NOW)


@pytest.mark.parametrize(
    ("person", "event"),
    [
        ({}, "accounts.reset_requested"),
        ({"invited": True}, "accounts.invited"),
        ({"disabled_at": NOW}, "accounts.unknown_address_used"),
    ],
)
def test_asking_for_a_reset_writes_as_much_whoever_it_is(session, person, event):
    user = UserFactory(**person)

    service.ask_reset(session, email=user.email, network="192.0.2.1", now=NOW)
    service.ask_reset(session, email="nessuno@impresa.example", network="192.0.2.1", now=NOW)

    assert [name for name, _ in told(session)] == [event, "accounts.unknown_address_used"]
    assert audit.head(session).seq == 2


def test_links_say_nothing_to_another_purpose_and_nothing_when_touched(session):
    user = UserFactory(unconfirmed=True)
    token = links.make(Purpose.CONFIRM, user)

    assert links.read(Purpose.CONFIRM, token) == (user.id, 1)
    assert links.read(Purpose.RESET, token) is None
    assert links.read(Purpose.CONFIRM, f"{token}x") is None
    assert links.read(Purpose.CONFIRM, "") is None
    assert links.link(Purpose.CONFIRM, user).startswith("http://127.0.0.1:8000/conferma/")


def test_an_invitation_makes_an_account_without_a_password(session):
    user = service.invite(session, email="carla@ufficio.example", full_name="Carla Neri", by="admin@x.example", now=NOW)

    assert (user.password_hash, user.confirmed_at) == (None, None)
    assert told(session) == [("accounts.invited", {"user_id": str(user.id)})]
    service.accept_invitation(session, user.id, epoch=1, password=NEW, now=NOW)
    assert user.confirmed_at == NOW
    with pytest.raises(rules.LinkSpent):
        service.accept_invitation(session, user.id, epoch=user.epoch, password=NEW, now=NOW)
    assert service.invite(session, email=user.email, full_name="x", by="admin@x.example", now=NOW) is user
    assert user.full_name == "Carla Neri"
    assert len(told(session)) == 1


def test_an_invitation_undoes_what_a_stranger_prepared(session):
    user = UserFactory(unconfirmed=True)
    service.invite(session, email=user.email, full_name="x", by="admin@x.example", now=NOW)
    assert told(session) == [("accounts.invited", {"user_id": str(user.id)})]

    service.accept_invitation(session, user.id, epoch=1, password=NEW, now=NOW)

    with pytest.raises(rules.WrongCredentials):
        service.sign_in(session, email=user.email, password=PASSWORD, now=NOW)
    assert service.sign_in(session, email=user.email, password=NEW, now=NOW).user is user


def test_roles_are_given_once_and_taken(session):
    user, by = UserFactory(), "admin@x.example"
    for _ in range(2):
        service.give_role(session, user.id, StaffRoleName.MANAGER, call_id=None, by=by, now=NOW)
    roles = queries.staff_roles(session, [user.id])[user.id]
    assert [(role.role, role.call_id, role.granted_by) for role in roles] == [(StaffRoleName.MANAGER, None, by)]

    service.take_role(session, roles[0].id, user_id=user.id, by=by, now=NOW)

    assert session.scalars(select(StaffRole)).all() == []
    assert done(session, user) == [("accounts.give_role", by), ("accounts.take_role", by)]
    with pytest.raises(NotFound):
        service.take_role(session, uuid4(), user_id=user.id, by=by, now=NOW)
    with pytest.raises(NotFound):
        service.give_role(session, uuid4(), StaffRoleName.MANAGER, call_id=None, by=by, now=NOW)


def test_who_has_a_role_for_a_call(session):
    call = SmallCallFactory()
    for_all, for_one, other, gone = UserFactory(), UserFactory(), UserFactory(), UserFactory(disabled_at=NOW)
    StaffRoleFactory(user=for_all)
    StaffRoleFactory(user=for_one, call_id=call.id)
    StaffRoleFactory(user=other, call_id=SmallCallFactory().id)
    StaffRoleFactory(user=gone)

    found = queries.people_with_role(session, StaffRoleName.MANAGER, call_id=call.id)

    assert set(found) == {for_all, for_one}


def test_nobody_locks_themselves_out(session):
    admin = UserFactory(admin=True)
    with pytest.raises(rules.NotYourself):
        service.set_flags(session, admin.id, is_admin=False, is_auditor=False, by=admin.email, now=NOW)
    with pytest.raises(rules.NotYourself):
        service.disable(session, admin.id, by=admin.email, now=NOW)


def test_flags_change_and_are_audited_only_when_they_change(session):
    user, by = UserFactory(), "admin@x.example"
    for _ in range(2):
        service.set_flags(session, user.id, is_admin=True, is_auditor=True, by=by, now=NOW)

    assert (user.is_admin, user.is_auditor) == (True, True)
    assert done(session, user) == [("accounts.set_flags", by)]


def test_disabling_ends_every_session_at_once(session):
    user, by = UserFactory(), "admin@x.example"
    token = open_session(session, user, now=NOW)

    service.disable(session, user.id, by=by, now=NOW)
    service.disable(session, user.id, by=by, now=NOW)
    assert presence(session, token) is None
    service.enable(session, user.id, by=by, now=NOW)
    service.enable(session, user.id, by=by, now=NOW)

    assert presence(session, token) is None
    assert [action for action, _ in done(session, user)] == ["accounts.disable", "accounts.enable"]


def test_the_first_administrator_can_sign_in(session):
    service.create_admin(session, email="capo@x.example", full_name="Il Capo", password=NEW, now=NOW)

    assert service.sign_in(session, email="capo@x.example", password=NEW, now=NOW).user.is_admin


def test_one_profile_verbs(session):
    user = UserFactory()
    service.change_profile(session, user.id, full_name="Anna B.", language="en", now=NOW)
    old = open_session(session, user, now=NOW)
    new = service.renew(session, user.id, company_id=None, now=NOW)

    assert (user.full_name, user.language) == ("Anna B.", "en")
    assert (presence(session, old), presence(session, new) is not None) == (None, True)
    for verb in (
        lambda: service.change_profile(session, uuid4(), full_name="x", language="it", now=NOW),
        lambda: service.renew(session, uuid4(), company_id=None, now=NOW),
    ):
        with pytest.raises(NotFound):
            verb()


def test_a_refused_sign_in_keeps_no_typed_text_and_asks_for_confirmation_where_that_was_the_reason(session):
    user = UserFactory(unconfirmed=True)
    for email, unconfirmed in ((user.email, True), ("la-mia-password", False)):
        service.note_wrong_password(session, email=email, network="192.0.2.1", unconfirmed=unconfirmed, now=NOW)

    assert told(session) == [("accounts.confirmation_requested", {"user_id": str(user.id)})]
    found = session.scalars(audit.entries(action="accounts.sign_in_refused")).all()
    assert sorted((entry.subject_type, entry.subject_id, entry.by) for entry in found) == sorted(
        [
            ("user", str(user.id), "anonymous"),
            ("network", "192.0.2.1", "anonymous"),
        ]
    )


# mandates


def add(session, company, kind=MembershipKind.COLLEAGUE, *, email="bruno@impresa.example", **dates):
    scope = Scope(**{"valid_from": TODAY, "valid_until": None} | dates)
    return service.add_member(
        session, company.id, kind, email=email, full_name="Bruno Verdi", scope=scope, by="anna@impresa.example", now=NOW
    )


def test_a_colleague_is_invited_and_acts_at_once(session):
    company = CompanyFactory()
    membership = add(session, company)
    user = queries.find_user(session, membership.user_id)

    assert told(session) == [("accounts.invited", {"user_id": str(user.id)})]
    assert done(session, company) == [("accounts.add_member", "anna@impresa.example")]
    assert [person.email for person in queries.recipients(session, company.id, today=TODAY)] == [user.email]


def test_a_person_with_an_account_is_told_of_the_mandate(session):
    user = UserFactory()
    membership = add(session, CompanyFactory(), email=user.email)

    assert told(session) == [("accounts.mandate_given", {"membership_id": str(membership.id)})]


def test_nobody_acts_twice_for_a_firm(session):
    company = CompanyFactory()
    add(session, company)
    with pytest.raises(rules.AlreadyMember):
        add(session, company)


def test_a_mandate_that_ran_out_gives_way_to_a_new_one(session):
    user, company = UserFactory(), CompanyFactory()
    old = MembershipFactory(user=user, company=company, delegate=True, valid_until=date(2026, 11, 21))

    add(session, company, MembershipKind.DELEGATE, email=user.email, valid_until=date(2027, 1, 1), deed="Procura 2")

    assert old.revoked_at == NOW
    assert len(queries.members(session, company.id, today=TODAY)) == 1
    assert [one.id for one in queries.past_members(session, company.id, today=TODAY)] == [old.id]


@pytest.mark.parametrize(
    ("on", "counts"),
    [(date(2026, 11, 30), False), (date(2026, 12, 1), True), (date(2026, 12, 31), True), (date(2027, 1, 1), False)],
)
def test_a_mandate_counts_from_its_first_day_to_its_last(session, on, counts):
    user = UserFactory()
    MembershipFactory(user=user, delegate=True, valid_from=date(2026, 12, 1), valid_until=date(2026, 12, 31))
    now = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    token = open_session(session, user, now=now)

    assert len(queries.find_presence(session, token_hash(token), now=now, today=on).mandates) == counts


def test_a_mandate_for_one_call_is_written_to_only_about_that_call(session):
    call, company, user = SmallCallFactory(), CompanyFactory(), UserFactory()
    MembershipFactory(user=user, company=company, delegate=True, call_id=call.id)

    def written(call_id):
        return [one.email for one in queries.recipients(session, company.id, today=TODAY, call_id=call_id)]

    assert (written(call.id), written(uuid4()), written(None)) == ([user.email], [], [])


def test_revoking_needs_another_owner_and_is_told(session):
    company = CompanyFactory()
    owner = MembershipFactory(company=company)
    colleague = MembershipFactory(company=company, colleague=True)
    by = "anna@impresa.example"

    with pytest.raises(rules.LastOwner):
        service.revoke_member(session, owner.id, company_id=company.id, by=by, now=NOW)
    service.revoke_member(session, colleague.id, company_id=company.id, by=by, now=NOW)
    with pytest.raises(NotFound):
        service.revoke_member(session, colleague.id, company_id=company.id, by=by, now=NOW)
    with pytest.raises(NotFound):
        service.revoke_member(session, owner.id, company_id=CompanyFactory().id, by=by, now=NOW)

    assert told(session) == [("accounts.mandate_revoked", {"membership_id": str(colleague.id)})]
    assert session.get(Membership, colleague.id).revoked_at == NOW


def test_addresses_are_one_however_capitalised(session):
    UserFactory(email="Anna@x.example")
    session.add(User(email="anna@X.example", full_name="x"))
    with pytest.raises(IntegrityError, match="uq_users_email"):
        session.flush()
