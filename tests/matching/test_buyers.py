"""Buyers by personal link: invited, confirmed by a button, renewed, withdrawn; their pages and what they write."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from portal import db
from portal.accounts.rules import StaffRoleName
from portal.calls.models import Call
from portal.kernel.clock import utcnow
from portal.kernel.errors import NotFound
from portal.kernel.outbox import Envelope
from portal.matching.models import Counterpart, ExportProfile, MatchingEvent, Participant
from portal.matching.queries import board, events as queries, participants
from portal.matching.rules.buying import AddressTaken
from portal.matching.rules.linking import LIVES, PAUSE, JustSent, Link, LinkSpent, LinkWithdrawn, NotABuyer, standing
from portal.matching.rules.profiles import BuyerProfile
from portal.matching.rules.settings import Quota, Settings
from portal.matching.rules.states import EventState, Level, ParticipantState
from portal.matching.service import buyers, events, links, telling, wishes
from portal.matching.service.buyers import Newcomer
from portal.notifications import service as notifications
from portal.notifications.models import Message
from tests.accounts_help import sign_in
from tests.factories.accounts import staff
from tests.factories.agenda import propose, put
from tests.factories.calls import make_call
from tests.factories.evaluation import OFFICE
from tests.factories.matching import NOW, buyer_at, firm_at, make_event

BY: dict[str, Any] = {"by": OFFICE, "now": NOW}
NEW = Newcomer(
    legal_name="Samarqand Ipak LLC", country="UZ", contact_name="Dilnoza Karimova", email="Dilnoza@ipak.example",
    language="ru",
)  # fmt: skip


@pytest.fixture
def event(session):
    return make_event(make_call(session), settings=Settings(buyers=Quota(wants=1, woulds=1, least=0)))


@pytest.fixture
def invited(session, event):
    participant = buyers.invite(session, event.id, NEW, **BY)
    assert participant is not None
    session.commit()
    return participant


def the_buyer(session, participant) -> Counterpart:
    found: Counterpart = session.get(Counterpart, participant.counterpart_id)
    return found


def mails(session):
    """What waits is told and leaves; (event, recipient, text of the mail)."""
    for envelope in session.scalars(select(Envelope).where(Envelope.name.like("matching.%")).order_by(Envelope.id)):
        notifications.tell(session, envelope.name, envelope.payload, occurrence=str(envelope.id), now=NOW)
    sent = []
    while outgoing := notifications.claim(session, now=NOW):
        text = outgoing.mail.get_body(("plain",)).get_content()
        message = session.get(Message, outgoing.message_id)
        assert not message.text.count("/buyer/ey")
        sent.append((message.event, outgoing.mail["To"], text))
        notifications.sent(session, outgoing, answer="250", now=NOW)
    return sent


def link_in(text):
    return re.search(r"http://\S+/buyer/\S+", text)[0]


def token_of(client, path):
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).text)[1]


def seen(client):
    """What the form of the profile was begun from."""
    return re.search(r'name="seen"[^>]*value="([^"]*)"', client.get("/buyer/profile").text)[1]


def post(client, path, page="/buyer/home", **fields):
    db.session().commit()
    if path.startswith("/buyer/profile"):
        fields = {"seen": seen(client)} | fields
    return client.post(path, data={"csrf_token": token_of(client, page), **fields})


def open_link(client, session, participant):
    """As the buyer does: the page, then its button."""
    path = f"/buyer/{links.make(the_buyer(session, participant))}"
    answer = post(client, path, path)
    assert answer.status_code == 303, unescape(answer.text)
    return path


def read(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, unescape(answer.text)
    return unescape(answer.text)


def test_a_link_stands_as_it_should():
    facts: dict[str, Any] = {"epoch": 2, "current": 2, "expires_at": NOW + LIVES, "revoked_at": None, "now": NOW}
    changes: list[dict[str, Any]] = [
        {}, {"now": NOW + LIVES}, {"expires_at": None}, {"epoch": 1}, {"revoked_at": NOW},
        {"epoch": 1, "revoked_at": NOW},
    ]  # fmt: skip
    assert [standing(**facts | one) for one in changes] == [
        Link.GOOD, Link.EXPIRED, Link.EXPIRED, Link.REPLACED, Link.WITHDRAWN, Link.WITHDRAWN
    ]  # fmt: skip


def test_an_invitation_reaches_the_buyer_in_their_language_with_a_link_that_is_kept_nowhere(session, client, invited):
    [(told, to, text)] = mails(session)
    assert (told, to) == ("matching.buyer_invited", "Dilnoza@ipak.example")
    assert "Здравствуйте, Dilnoza Karimova!" in text
    parts = urlsplit(link_in(text))
    page = read(client, f"{parts.path}?{parts.query}")
    assert 'lang="ru"' in page
    assert "Samarqand Ipak LLC" in page


def test_who_is_there_is_not_asked_twice_and_another_name_is_refused(session, event, invited):
    assert buyers.invite(session, event.id, NEW, **BY) is None
    assert len(mails(session)) == 1
    with pytest.raises(AddressTaken):
        buyers.invite(session, event.id, Newcomer(**vars(NEW) | {"legal_name": "Altri LLC"}), **BY)
    other = make_event(make_call(session, "INTERNAZIONALIZZAZIONE-2021"))
    buyer = the_buyer(session, invited)
    buyer.city = "Samarkand"
    again = buyers.invite(session, other.id, Newcomer(**vars(NEW) | {"email": "DILNOZA@ipak.example"}), **BY)
    assert again is not None
    assert (again.counterpart_id, buyer.city, buyer.link_epoch) == (buyer.id, "Samarkand", 2)


def test_a_scanner_that_opens_the_link_changes_nothing(session, client, invited):
    path = f"/buyer/{links.make(the_buyer(session, invited))}"
    for _ in range(3):
        read(client, path)
        client.head(path)
    session.expire_all()
    assert the_buyer(session, invited).link_confirmed_at is None
    assert client.get("/buyer/home").status_code == 401


def test_the_button_lets_this_browser_in_and_says_so_once(session, app, client, invited):
    mails(session)
    path = open_link(client, session, invited)
    assert "Dilnoza Karimova" in read(client, "/buyer/home?lang=en")
    open_link(client, session, invited)
    assert mails(session) == []
    other = app.test_client()
    assert "already been opened in another browser" in read(other, f"{path}?lang=en")
    assert post(other, path, path).status_code == 303
    [(told, to, text)] = mails(session)
    assert (told, to) == ("matching.link_opened_again", "Dilnoza@ipak.example")
    assert "другом браузере" in text


@pytest.mark.parametrize("token", ["x", "eyJ0.x", "WyJhIiwxXQ.c2ln", "a" * 2000, "%00"])
def test_a_forged_link_is_nothing(client, session, token):
    assert client.get(f"/buyer/{token}").status_code == 404


def test_a_withdrawn_link_closes_every_browser_and_is_not_renewed(session, client, invited):
    path = open_link(client, session, invited)
    buyers.revoke(session, invited.id, **BY)
    buyers.revoke(session, invited.id, **BY)
    session.commit()
    assert client.get("/buyer/home").status_code == 401
    assert "withdrawn" in read(client, f"{path}?lang=en", 410)
    csrf = token_of(client, f"/buyer/{links.make(buyer_at_work(session))}")
    assert client.post(path, data={"csrf_token": csrf}).status_code == 410
    assert client.post(f"{path}/renew", data={"csrf_token": csrf}).status_code == 410
    with pytest.raises(LinkWithdrawn):
        buyers.ask_again(session, invited.counterpart_id, now=NOW + timedelta(days=1))
    buyers.resend(session, invited.id, **BY)
    session.commit()
    open_link(client, session, invited)


def buyer_at_work(session):
    """Somebody else whose page gives a form's token."""
    one = buyer_at(session.scalars(select(MatchingEvent)).first(), link_expires_at=NOW + LIVES)
    session.commit()
    return the_buyer(session, one)


def test_an_expired_link_offers_a_new_one_to_the_known_address_only(session, client, invited):
    mails(session)
    buyer = the_buyer(session, invited)
    buyer.link_expires_at = NOW - timedelta(days=1)
    session.commit()
    path = f"/buyer/{links.make(buyer)}"
    page = read(client, f"{path}?lang=en", 410)
    assert "Dilnoza" not in page
    assert "Samarqand" not in page
    assert post(client, path, path).status_code == 410
    answer = post(client, f"{path}/renew", path)
    assert answer.status_code == 200
    [(_told, to, text)] = mails(session)
    assert to == "Dilnoza@ipak.example"
    assert urlsplit(link_in(text)).path != path
    assert "replaced" in read(client, f"{path}?lang=en", 410)
    with pytest.raises(JustSent):
        buyers.ask_again(session, buyer.id, now=NOW)
    with pytest.raises(LinkSpent):
        buyers.confirm(session, buyer.id, epoch=1, is_known_browser=False, now=NOW)


def test_the_buyer_voids_a_forwarded_link(session, app, client, invited):
    old = open_link(client, session, invited)
    stranger = app.test_client()
    assert post(stranger, old, old).status_code == 303
    buyer = the_buyer(session, invited)
    buyer.link_expires_at = utcnow() + LIVES
    session.commit()
    assert post(client, "/buyer/renew").status_code == 303
    buyer.link_expires_at -= PAUSE
    session.commit()
    assert "on its way" in unescape(post(client, "/buyer/renew?lang=en").text)
    for one in (client, stranger):
        assert one.get("/buyer/home").status_code == 401
    assert read(stranger, old, 410)


def test_leaving_closes_this_browser(session, client, invited):
    open_link(client, session, invited)
    assert post(client, "/buyer/leave").status_code == 200
    assert client.get("/buyer/home").status_code == 401
    assert "Unioncamere" in read(client, "/buyer/home?lang=ru", 401)


def test_nobody_has_no_link(session):
    with pytest.raises(NotFound):
        buyers.confirm(session, uuid4(), epoch=1, is_known_browser=False, now=NOW)


def test_a_firm_has_no_link(session, event):
    with pytest.raises(NotABuyer):
        buyers.resend(session, firm_at(event).id, **BY)


GOOD = {
    "legal_name": "Samarqand Ipak LLC",
    "country": "UZ",
    "contact_name": "Dilnoza Karimova",
    "language": "ru",
    "website": "www.ipak.example",
    "kinds": ["importer"],
    "sectors": ["13", "28"],
    "products-0-hs": "84.51",
    "products-0-volume": "20 a year",
    "languages": ["ru", "en"],
    "partner_types": ["machinery_maker"],
    "reference_markets": "Узбекистан, Kazakhstan, IT",
    "needs_visa": "yes",
    "delegates-0-full_name": "Dilnoza Karimova",
    "delegates-0-diet": "halal",
}


def test_a_profile_is_sent_read_and_only_what_changed_is_read_again(session, client, invited):
    open_link(client, session, invited)
    answer = post(client, "/buyer/profile", "/buyer/profile", action="send", **GOOD)
    assert answer.status_code == 303, unescape(answer.text)
    session.expire_all()
    buyer = the_buyer(session, invited)
    said = BuyerProfile.model_validate(buyer.profile)
    assert (said.products[0].hs, said.reference_markets, said.needs_visa) == ("8451", ("UZ", "KZ", "IT"), True)
    assert [(one.full_name, one.diet) for one in board.delegates(session, buyer.id)] == [("Dilnoza Karimova", "halal")]
    assert buyer.profile_saved_at is not None
    buyer.validated_at, buyer.validated_by = NOW, OFFICE
    session.commit()
    assert post(client, "/buyer/profile", "/buyer/profile", action="send", **GOOD).status_code == 303
    session.expire_all()
    assert buyer.validated_at is not None
    post(client, "/buyer/profile", "/buyer/profile", action="send", **{**GOOD, "delegates-0-role": "CEO"})
    session.expire_all()
    assert buyer.validated_at is not None
    post(client, "/buyer/profile", "/buyer/profile", action="send", **{**GOOD, "seeks": "Dryers"})
    session.expire_all()
    assert buyer.validated_at is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"legal_name": ""}, "Write the name"),
        ({"legal_name": "<script>"}, "characters that can't be used"),
        ({"country": "IT"}, "not a valid choice"),
        ({"website": "javascript:alert(1)"}, "www.example.com"),
        ({"products-0-hs": "99"}, "not in the Harmonized System"),
        ({"products-0-hs": ""}, "The HS code of this product is missing"),
        ({"kinds": []}, "what your company is"),
        ({"languages": ["xx"]}, "not a valid choice"),
        ({"delegates-0-full_name": ""}, "name of this person is missing"),
        ({"delegates-0-full_name": "", "delegates-0-diet": ""}, "at least one person who will come"),
        ({"reference_markets": "Atlantis"}, "“Atlantis” is not a country"),
        ({"description": "x" * 1001}, "At most 1,000 characters"),
    ],
)
def test_what_a_buyer_gets_wrong_is_said_beside_it_and_kept(session, client, invited, changes, words):
    open_link(client, session, invited)
    answer = post(client, "/buyer/profile?lang=en", "/buyer/profile", action="send", **{**GOOD, **changes})
    text = unescape(answer.text)
    assert answer.status_code == 422
    assert words.lower() in text.lower()
    assert "20 a year" in text
    session.expire_all()
    assert the_buyer(session, invited).profile_saved_at is None


def test_a_draft_may_lack_anything_and_comes_back_as_typed(session, client, invited):
    open_link(client, session, invited)
    path = "/buyer/profile"
    rough = {"products-0-hs": "dryers?", "seeks": "Сушильные машины\x00", "kinds": ["importer", "agent"]}
    assert post(client, path, path, action="keep", **rough).status_code == 303
    page = read(client, f"{path}?lang=en")
    assert 'value="dryers?"' in page
    assert "Сушильные машины" in page
    assert page.count("checked") >= 2
    assert "draft: it has not been sent" in page
    assert post(client, path, path, action="send", **GOOD).status_code == 303
    session.expire_all()
    assert the_buyer(session, invited).draft is None


def test_two_windows_do_not_overwrite_each_other(session, client, invited):
    open_link(client, session, invited)
    path = "/buyer/profile"
    old = seen(client)
    assert post(client, path, path, action="keep", **GOOD).status_code == 303
    for action in ("keep", "send"):
        late = post(client, f"{path}?lang=en", path, action=action, **GOOD | {"seen": old, "seeks": "Dryers"})
        assert late.status_code == 409
        assert "saved from another window" in unescape(late.text)
        assert "Dryers" in late.text
    assert post(client, path, path, action="send", **GOOD).status_code == 303


def test_a_colleague_who_is_quicker_with_the_same_address(session, event):
    assert buyers._add(session, NEW, NOW) is not None
    assert buyers._add(session, Newcomer(**vars(NEW) | {"email": NEW.email.upper()}), NOW) is None
    assert buyers.invite(session, event.id, NEW, **BY) is not None


def test_a_reason_is_read_where_the_profile_is(session, client, invited):
    buyer = the_buyer(session, invited)
    buyer.profile_saved_at, buyer.sent_back_at, buyer.sent_back_why = NOW, NOW, "Which machines?"
    open_link(client, session, invited)
    assert "Which machines?" in read(client, "/buyer/home")
    assert "Which machines?" in read(client, "/buyer/profile")


def test_hs_codes_are_searched_with_and_without_a_script(session, client, invited):
    assert client.get("/buyer/hs?q=dryers").status_code == 401
    open_link(client, session, invited)
    assert client.get("/buyer/hs?q=8451", headers={"Accept": "application/json"}).json["results"][0]["value"] == "8451"
    assert "8451" in client.get("/buyer/hs?q=8451&lang=ru", headers={"Accept": "text/html"}).text


def test_a_buyer_comes_says_when_not_and_may_change_their_mind(session, client, event, invited):
    open_link(client, session, invited)
    path = f"/buyer/events/{event.slug}"
    assert post(client, f"{path}/accept").status_code == 303
    slot = str(queries.slots(session, event.id)[0].id)
    assert post(client, f"{path}/times", slot=[slot]).status_code == 303
    assert post(client, f"{path}/times", slot=["x"]).status_code == 422
    session.expire_all()
    assert (invited.state, invited.unavailable) == (ParticipantState.CONFIRMED, [slot])
    assert post(client, f"{path}/decline").status_code == 303
    session.expire_all()
    assert invited.state is ParticipantState.LEFT
    assert post(client, f"{path}/times", slot=[slot]).status_code == 422
    assert post(client, f"{path}/accept").status_code == 303
    events.move(session, event.id, EventState.CLOSED, **BY)
    assert post(client, f"{path}/accept").status_code == 422


def test_another_event_is_none_of_theirs(session, client, invited):
    other = make_event(make_call(session, "INTERNAZIONALIZZAZIONE-2021"))
    open_link(client, session, invited)
    for path in ("", "/firms"):
        assert client.get(f"/buyer/events/{other.slug}{path}").status_code == 404
    assert post(client, f"/buyer/events/{other.slug}/accept").status_code == 404


def validated(session, firm) -> Participant:
    profile = session.scalars(select(ExportProfile).where(ExportProfile.company_id == firm.company_id)).one()
    profile.validated_at, profile.validated_by = NOW, OFFICE
    session.commit()
    found: Participant = firm
    return found


def test_firms_are_wished_within_quotas_and_only_those_that_may_be_seen(session, client, event, invited):
    one, other = validated(session, firm_at(event)), validated(session, firm_at(event))
    unread, away = firm_at(event), validated(session, firm_at(event, confirmed=False))
    name = participants.find(session, unread.id).company.legal_name
    open_link(client, session, invited)
    path = f"/buyer/events/{event.slug}/firms"
    assert post(client, f"{path}/{one.id}", level="want").status_code == 422
    post(client, f"/buyer/events/{event.slug}/accept")
    assert post(client, f"{path}/{one.id}", level="want").status_code == 303
    assert post(client, f"{path}/{other.id}", level="want").status_code == 422
    assert post(client, f"{path}/{other.id}", level="no").status_code == 303
    assert post(client, f"{path}/{other.id}", level="maybe").status_code == 400
    for hidden in (unread, away, invited):
        assert post(client, f"{path}/{hidden.id}", level="would").status_code == 404
    page = read(client, f"{path}?lang=en")
    assert page.count("wish-card__head") == 2
    assert name not in page
    assert read(client, f"{path}?view=want").count("wish-card__head") == 1
    assert read(client, f"{path}?q=drying&page=9").count("wish-card__head") == 2
    assert read(client, f"{path}?q=nothing-like-it").count("wish-card__head") == 0
    assert post(client, f"{path}/{one.id}", level="").status_code == 303
    session.expire_all()
    assert board.read(session, event).wishes == {(invited.id, other.id): Level.NO}


def test_what_firms_wish_stays_with_the_office(session, client, event, invited):
    """Two worlds that differ in a firm's wish alone read alike to the buyer."""
    firm = validated(session, firm_at(event))
    open_link(client, session, invited)
    post(client, f"/buyer/events/{event.slug}/accept")
    path = f"/buyer/events/{event.slug}/firms?lang=en"
    read(client, path)
    plain = re.sub(r'name="csrf_token"[^>]*>', "", read(client, path))
    board_wish(session, event, firm, invited)
    assert re.sub(r'name="csrf_token"[^>]*>', "", read(client, path)) == plain


def board_wish(session, event, firm, buyer):
    wishes.wish(session, firm.id, buyer.id, Level.WANT, **BY)
    session.commit()


def test_the_agenda_is_read_once_it_is_told(session, client, event, invited):
    open_link(client, session, invited)
    path = f"/buyer/events/{event.slug}/agenda"
    post(client, f"/buyer/events/{event.slug}/accept")
    assert "not ready yet" in read(client, f"{path}?lang=en")
    assert client.get(f"{path}.pdf").status_code == client.get(f"{path}.ics").status_code == 404
    firm = firm_at(event)
    put(propose(event, firm, invited), queries.slots(session, event.id)[0], queries.tables(session, event.id)[0])
    telling.publish(session, event.id, reason="", **BY)
    session.commit()
    company = participants.find(session, firm.id).company
    assert company.legal_name in read(client, f"{path}?lang=ru")
    assert client.get(f"{path}.pdf").data.startswith(b"%PDF-")
    assert "BEGIN:VCALENDAR" in client.get(f"{path}.ics").text


@pytest.mark.parametrize("row", ["²", "9" * 5000, "-1", "x"])
def test_a_row_without_a_number_is_nobodys(session, client, invited, row):
    open_link(client, session, invited)
    assert post(client, "/buyer/profile", **{f"products-{row}-hs": "8451"}).status_code == 303
    read(client, "/buyer/profile")
    assert post(client, "/buyer/profile", action="send", **{f"products-{row}-hs": "8451"}).status_code == 422


def test_a_buyer_who_writes_while_they_are_invited_elsewhere_stands_in_nobodys_way(session, event, invited):
    buyer = the_buyer(session, invited)
    epoch = buyer.link_epoch
    wrote = update(Counterpart).values(city="Buxoro", revision=Counterpart.revision + 1)
    session.execute(wrote, execution_options={"synchronize_session": False})
    other = make_event(session.get(Call, event.call_id))
    assert buyers.invite(session, other.id, NEW, **BY) is not None
    assert (buyer.link_epoch, buyer.city) == (epoch + 1, "Buxoro")


def test_a_name_of_blanks_is_no_name(session, client, event):
    sign_in(client, staff(StaffRoleName.EVENTS))
    path = f"/ufficio/incontri/{event.slug}/buyer/nuovo"
    fields = {"legal_name": "  ", "contact_name": " ", "country": "UZ", "email": "a@savdo.example", "language": "en"}
    answer = post(client, path, path, **fields)
    assert answer.status_code == 422
    assert "Scrivi il nome dell'impresa." in unescape(answer.text)
    assert "Scrivi il nome di una persona." in unescape(answer.text)
    assert session.scalars(select(Counterpart)).all() == []
