"""The pages of the accounts, as a browser meets them."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from portal.accounts import queries
from portal.accounts.models import StaffRole, User, UserSession
from portal.accounts.rules import StaffRoleName
from portal.accounts.service import links
from portal.accounts.service.links import Purpose
from portal.accounts.service.sessions import token_hash
from portal.accounts.views.limits import init_app, limiter
from portal.audit import queries as audit
from portal.kernel.clock import utcnow
from portal.kernel.outbox import Envelope
from tests.accounts_help import TOKEN, csrf, post, sign_in
from tests.counting import statements
from tests.factories.accounts import PASSWORD, MembershipFactory, UserFactory, staff
from tests.factories.applications import SmallCallFactory
from tests.factories.companies import CompanyFactory

NEW = "un'altra frase lunga e mia"


def events(session):
    return [one.name for one in session.scalars(select(Envelope).order_by(Envelope.id))]


def body(response):
    """The page without its CSRF token, which is new each time."""
    return TOKEN.sub("", response.get_data(as_text=True))


def enter(client, user, password=PASSWORD, **more):
    return post(client, "/accedi", email=user.email, password=password, **more)


def is_in(client):
    return client.get("/profilo").status_code == 200


# registering and confirming


def test_a_person_registers_confirms_by_the_button_and_signs_in(client, session, app):
    answer = post(client, "/registrati", full_name="Anna Bianchi", email="anna@impresa.example", password=PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/controlla-la-posta")
    user = queries.find_by_email(session, "anna@impresa.example")
    link = f"/conferma/{links.make(Purpose.CONFIRM, user)}"

    for _ in range(3):
        assert client.get(link).status_code == 200
        assert client.head(link).status_code == 200
    assert session.get(User, user.id, populate_existing=True).confirmed_at is None

    assert post(client, link, password="quella di un altro").status_code == 422
    assert session.get(User, user.id, populate_existing=True).confirmed_at is None
    assert post(client, link, password=PASSWORD).location == "/area"
    assert session.get(User, user.id, populate_existing=True).confirmed_at is not None
    assert client.get("/area").status_code == 200
    assert post(client, link, password=PASSWORD).status_code == 422


def test_the_answers_to_a_known_and_to_an_unknown_address_are_the_same_bytes(client, session):
    known = UserFactory()
    session.commit()
    fields = {"full_name": "Anna Bianchi", "password": PASSWORD}

    for page, more in (("/registrati", fields), ("/recupera-password", {}), ("/accedi", {"password": "sbagliata"})):
        answers = []
        for email in (known.email, "x" * len(known.email.split("@")[0]) + "@impresa.example"):
            answer = post(client, page, email=email, **more)
            answers.append((answer.status_code, answer.location, body(answer).replace(email, "ADDRESS")))
        assert answers[0] == answers[1], page
    assert events(session) == [
        "accounts.known_address_used",
        "accounts.confirmation_requested",
        "accounts.reset_requested",
        "accounts.reset_requested",
    ]


def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(client, session):
    answer = post(client, "/registrati", full_name="", email="anna@", password="corta")
    page = answer.get_data(as_text=True)

    assert answer.status_code == 422
    assert "Ci sono 3 punti da correggere" in page
    assert 'value="anna@"' in page
    assert "corta" not in page
    assert session.scalar(select(func.count()).select_from(User)) == 0


def test_only_what_the_form_asks_is_written(client, session):
    columns = {column.name: "1" for column in User.__table__.columns}
    post(
        client, "/registrati", **columns | {"full_name": "Anna", "email": "anna@impresa.example", "password": PASSWORD}
    )
    user = queries.find_by_email(session, "anna@impresa.example")

    assert (user.is_admin, user.is_auditor, user.confirmed_at, user.disabled_at, user.epoch) == (
        False,
        False,
        None,
        None,
        1,
    )
    assert str(user.id) != "1"


# signing in and out


def test_whoever_signs_in_starts_where_their_work_is(client, session):
    starts = {
        "/area": UserFactory(),
        "/ufficio": staff(StaffRoleName.MANAGER),
        "/valutazione": staff(StaffRoleName.REVIEWER),
    }
    session.commit()
    for start, user in starts.items():
        assert enter(client, user).location == start
        post(client, "/esci", form_on="/profilo")


def test_a_wrong_password_is_refused_in_words_and_audited_apart(client, session):
    user = UserFactory()
    session.commit()

    answer = enter(client, user, "sbagliata")

    assert answer.status_code == 422
    assert "Indirizzo o password non corrispondono" in answer.get_data(as_text=True)
    assert [entry.action for entry in audit.story(session, user.id)] == ["accounts.sign_in_refused"]


def test_an_address_not_confirmed_gets_its_link_again(client, session):
    user = UserFactory(unconfirmed=True)
    session.commit()

    assert "non è ancora confermato" in enter(client, user).get_data(as_text=True)
    assert events(session) == ["accounts.confirmation_requested"]


def test_a_stranger_is_sent_to_sign_in_and_back(client, session):
    user = UserFactory()
    session.commit()

    asked = client.get("/profilo?x=1&y=2")
    assert (asked.status_code, asked.location) == (303, "/accedi?next=/profilo?x%3D1%26y%3D2")
    assert post(client, asked.location, email=user.email, password=PASSWORD).location == "/profilo?x=1&y=2"


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "/%0aevil", "javascript:x"]
)
def test_nobody_is_sent_elsewhere(client, session, target):
    user = UserFactory()
    session.commit()
    token = csrf(client, "/accedi")

    answer = client.post(
        "/accedi", query_string={"next": target}, data={"csrf_token": token, "email": user.email, "password": PASSWORD}
    )

    assert answer.location == "/area"


def cookie_of(client):
    return client.get_cookie("session").value


def test_a_copied_cookie_is_dead_after_sign_out(client, app, session):
    user = UserFactory()
    session.commit()
    enter(client, user)
    thief = app.test_client()
    thief.set_cookie("session", cookie_of(client))
    assert is_in(thief)

    assert post(client, "/esci", form_on="/profilo").location == "/"

    assert not is_in(thief)
    assert not is_in(client)


def test_a_copied_cookie_is_dead_after_a_change_of_password_and_the_own_lives(client, app, session):
    user = UserFactory()
    session.commit()
    enter(client, user)
    thief = app.test_client()
    thief.set_cookie("session", cookie_of(client))
    assert is_in(thief)

    assert post(client, "/profilo/password", current=PASSWORD, new=NEW).location == "/profilo"

    assert not is_in(thief)
    assert is_in(client)


def test_the_others_can_be_signed_out(client, app, session):
    user = UserFactory()
    sign_in(client, user)
    other = sign_in(app.test_client(), session.get(User, user.id))
    assert is_in(other)

    post(client, "/profilo/disconnetti", form_on="/profilo")

    assert (is_in(client), is_in(other)) == (True, False)


def test_signing_in_gives_a_new_session_whatever_the_browser_held(client, app, session):
    victim, thief = UserFactory(), UserFactory()
    sign_in(client, thief)
    with client.session_transaction() as cookie:
        planted = cookie["_user_id"]
    client.get("/accedi")
    token = csrf(client, "/profilo")

    client.post("/accedi", data={"csrf_token": token, "email": victim.email, "password": PASSWORD})

    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != planted
        assert token not in cookie.values()
    assert victim.email in client.get("/profilo").get_data(as_text=True)


def test_the_cookie_is_for_http_alone_and_for_this_site(client, session):
    answer = client.get("/accedi")
    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith("session="))

    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


def test_signing_out_and_in_need_a_token(client, session):
    user = UserFactory()
    sign_in(client, user)
    for page in ("/esci", "/accedi", "/registrati", "/profilo/disconnetti", "/recupera-password"):
        assert client.post(page).status_code == 400, page
    assert is_in(client)


def test_being_seen_is_written_every_five_minutes_at_most(client, session):
    user = UserFactory()
    sign_in(client, user)

    def written():
        return session.scalar(select(UserSession.seen_at))

    first = written()
    client.get("/profilo")
    assert written() == first
    session.execute(update(UserSession).values(seen_at=first - timedelta(minutes=6)))
    session.commit()
    client.get("/profilo")
    assert written() >= first


def test_an_idle_browser_signs_in_again(client, session):
    sign_in(client, UserFactory())
    session.execute(update(UserSession).values(seen_at=utcnow() - timedelta(hours=2)))
    session.commit()

    assert client.get("/profilo").status_code == 303


def test_a_signed_in_page_is_never_stored(client, session):
    sign_in(client, UserFactory())

    assert client.get("/profilo").headers["Cache-Control"] == "no-store"


# passwords


def test_a_forgotten_password_is_chosen_anew_by_a_link_once(client, session):
    user = UserFactory()
    session.commit()
    link = f"/recupera-password/{links.make(Purpose.RESET, user)}"

    assert post(client, link, password=NEW, again="altra").status_code == 422
    assert post(client, link, password="corta", again="corta").status_code == 422
    assert post(client, link, password=NEW, again=NEW).location == "/accedi"
    assert post(client, link, password=NEW, again=NEW).status_code == 422
    assert post(client, "/recupera-password/forged", password=NEW, again=NEW).status_code == 422
    assert enter(client, user, NEW).status_code == 303


def test_a_forged_host_changes_no_link(client, session):
    token = csrf(client, "/recupera-password")
    answer = client.post(
        "/recupera-password", data={"csrf_token": token, "email": "x@y.example"}, headers={"Host": "evil.example"}
    )
    assert answer.status_code == 400
    answer = client.post(
        "/recupera-password",
        data={"csrf_token": token, "email": "x@y.example"},
        headers={"X-Forwarded-Host": "evil.example"},
    )
    assert answer.location == "/controlla-la-posta"


def test_an_invited_person_chooses_a_password(client, session):
    user = UserFactory(invited=True)
    session.commit()
    link = f"/invito/{links.make(Purpose.INVITE, user)}"
    assert client.get(link).status_code == 200

    assert post(client, link, password=NEW, again=NEW).location == "/accedi"
    assert post(client, link, password=NEW, again=NEW).status_code == 422
    assert enter(client, user, NEW).status_code == 303


def test_one_changes_name_and_language(client, session):
    user = UserFactory()
    sign_in(client, user)

    assert (
        post(client, "/profilo", full_name="Anna B.", language="en", is_admin="1", email="x@y.z").location == "/profilo"
    )
    assert post(client, "/profilo", full_name="<b>", language="fr").status_code == 422

    row = session.get(User, user.id, populate_existing=True)
    assert (row.full_name, row.language, row.is_admin, row.email) == ("Anna B.", "en", False, user.email)


# limits


def test_wrong_passwords_are_limited_by_account_even_from_many_networks(client, session):
    user = UserFactory()
    session.commit()
    token = csrf(client, "/accedi")
    fields = {"csrf_token": token, "email": user.email, "password": "sbagliata"}

    statuses = [
        client.post("/accedi", data=fields, environ_base={"REMOTE_ADDR": f"192.0.2.{n}"}).status_code for n in range(12)
    ]

    assert statuses == [422] * 10 + [429] * 2
    fields["email"] = user.email.upper()
    assert client.post("/accedi", data=fields, environ_base={"REMOTE_ADDR": "192.0.2.99"}).status_code == 429


def test_wrong_passwords_are_limited_by_network_whatever_the_header_says(client, session):
    token = csrf(client, "/accedi")

    statuses = [
        client.post(
            "/accedi",
            data={"csrf_token": token, "email": f"nessuno{n}@x.example", "password": "sbagliata"},
            headers={"X-Forwarded-For": f"192.0.2.{n}"},
        ).status_code
        for n in range(42)
    ]

    assert statuses == [422] * 40 + [429] * 2


def test_an_ipv6_network_counts_as_one(client, session):
    token = csrf(client, "/accedi")

    statuses = [
        client.post(
            "/accedi",
            data={"csrf_token": token, "email": f"nessuno{n}@x.example", "password": "sbagliata"},
            environ_base={"REMOTE_ADDR": f"2001:db8:0:1::{n + 1:x}"},
        ).status_code
        for n in range(41)
    ]

    assert statuses[-2:] == [422, 429]


def test_right_passwords_are_not_counted_as_wrong(client, session):
    user = UserFactory()
    session.commit()
    for _ in range(12):
        assert enter(client, user).status_code == 303
        client.delete_cookie("session")


def test_a_mailbox_is_not_bombed(client, session):
    user = UserFactory()
    session.commit()

    statuses = [post(client, "/recupera-password", email=user.email).status_code for _ in range(4)]

    assert statuses == [303, 303, 303, 429]
    assert events(session) == ["accounts.reset_requested"] * 3


# staff


@pytest.fixture
def admin(client, session):
    sign_in(client, UserFactory(admin=True, full_name="Ada Capo", email="ada@ufficio.example"))
    return client


def test_an_administrator_invites_and_gives_roles_by_call(admin, session):
    call = SmallCallFactory()
    session.commit()
    answer = post(admin, "/ufficio/utenti/invita", full_name="Carla Neri", email="carla@ufficio.example")
    carla = queries.find_by_email(session, "carla@ufficio.example")
    page = f"/ufficio/utenti/{carla.id}"
    assert answer.location == page

    for role, which in (("manager", str(call.id)), ("events", "all"), ("events", "all")):
        assert post(admin, f"{page}/ruoli", form_on=page, role=role, call=which).location == page
    for role, which in (("admin", "all"), ("manager", "altro")):
        assert post(admin, f"{page}/ruoli", form_on=page, role=role, call=which).status_code == 422

    roles = queries.staff_roles(session, [carla.id])[carla.id]
    assert {(role.role, role.call_id, role.granted_by) for role in roles} == {
        (StaffRoleName.MANAGER, call.id, "ada@ufficio.example"),
        (StaffRoleName.EVENTS, None, "ada@ufficio.example"),
    }
    assert post(admin, f"{page}/ruoli/{roles[0].id}/togli", form_on=page).location == page
    assert session.scalar(select(func.count()).select_from(StaffRole)) == 1
    assert [entry.action for entry in audit.story(session, carla.id)] == [
        "accounts.invite",
        "accounts.give_role",
        "accounts.give_role",
        "accounts.take_role",
    ]


def test_an_administrator_sets_flags_and_shuts_out_but_not_themselves(admin, session):
    user, ada = UserFactory(), queries.find_by_email(session, "ada@ufficio.example")
    session.commit()
    page, own = f"/ufficio/utenti/{user.id}", f"/ufficio/utenti/{ada.id}"

    assert post(admin, f"{page}/generali", form_on=page, is_auditor="y").location == page
    assert post(admin, f"{page}/sospendi", form_on=page).location == page
    assert "sospeso dal" in admin.get(page).get_data(as_text=True)
    assert post(admin, f"{page}/riattiva", form_on=page).location == page
    assert post(admin, f"{own}/generali", form_on=own).status_code == 422
    assert post(admin, f"{own}/sospendi", form_on=own).status_code == 400

    row = session.get(User, user.id, populate_existing=True)
    assert (row.is_auditor, row.is_admin, row.disabled_at) == (True, False, None)
    assert session.get(User, ada.id, populate_existing=True).is_admin


def test_the_list_of_staff_is_searched(admin, session):
    staff().full_name = "Carla Neri"
    UserFactory(full_name="Una Qualunque")
    session.commit()

    page = admin.get("/ufficio/utenti").get_data(as_text=True)
    assert ("Carla Neri" in page, "Ada Capo" in page, "Una Qualunque" in page) == (True, True, False)
    page = admin.get("/ufficio/utenti?q=carla").get_data(as_text=True)
    assert ("Carla Neri" in page, "Ada Capo" in page) == (True, False)
    assert "Nessuno con questo nome" in admin.get("/ufficio/utenti?q=zz").get_data(as_text=True)


def test_a_role_taken_away_is_gone_at_the_next_request(admin, app, session):
    other = UserFactory(admin=True)
    browser = sign_in(app.test_client(), other)
    assert browser.get("/ufficio/utenti").status_code == 200
    page = f"/ufficio/utenti/{other.id}"

    post(admin, f"{page}/generali", form_on=page)

    assert browser.get("/ufficio/utenti").status_code == 403


def test_an_ex_delegate_is_refused_at_the_next_request(client, app, session):
    company, owner, delegate = CompanyFactory(), UserFactory(), UserFactory()
    MembershipFactory(user=owner, company=company)
    mandate = MembershipFactory(user=delegate, company=company, delegate=True)
    sign_in(client, owner)
    consultant = sign_in(app.test_client(), session.get(User, delegate.id))
    pages = ("/area/deleghe", "/area/impresa/identita", "/area/domande")
    assert [consultant.get(page).status_code for page in pages] == [200, 200, 200]

    post(client, f"/area/deleghe/{mandate.id}/revoca", form_on="/area/deleghe")

    assert [consultant.get(page).status_code for page in pages] == [403, 403, 403]


def test_a_request_loads_the_person_in_one_statement(client, session):
    user = staff()
    MembershipFactory(user=user)
    sign_in(client, user)

    with statements() as sent:
        client.get("/aiuto")

    assert len(sent) == 1


def test_redis_away_means_counting_here(app, session, client, settings):
    before = app.config["RATELIMIT_STORAGE_URI"]
    try:
        init_app(app, settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"}))
        token = csrf(client, "/accedi")
        statuses = [
            client.post("/accedi", data={"csrf_token": token, "email": "a@x.example", "password": "x"}).status_code
            for _ in range(11)
        ]
    finally:
        limiter._storage_dead = False
        init_app(app, settings.model_copy(update={"redis_url": before}))

    assert statuses == [422] * 10 + [429]


def test_tokens_in_cookies_are_not_what_is_stored(client, session):
    sign_in(client, UserFactory())
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]

    assert session.scalars(select(UserSession.token_hash)).all() == [token_hash(token)]
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)
