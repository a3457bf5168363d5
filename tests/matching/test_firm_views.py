"""What a firm sees of an event, writes of itself, and wishes; what strangers get."""

import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from portal.kernel.clock import utcnow
from portal.matching.models import ExportDraft, ExportProfile, Participant, Wish
from portal.matching.queries import events as queries
from portal.matching.rules.settings import Quota, Settings
from portal.matching.rules.states import EventState, Level, ParticipantState
from portal.matching.service import events, wishes
from tests.accounts_help import csrf, post, sign_in
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.calls import make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE, admitted
from tests.factories.matching import buyer_at, make_event

WHOLE: dict[str, Any] = {
    "description": "We make machines that dry textiles.",
    "products-0-hs": "845129",
    "products-0-name": "Dryers",
    "languages": ["it", "en"],
    "partner_types": ["importer"],
    "delegates-0-name": "Anna Rossi",
}


@pytest.fixture
def call(session):
    return make_call(session)


@pytest.fixture
def event(call):
    return make_event(call, settings=Settings(firms=Quota(wants=1, woulds=1)))


@pytest.fixture
def company(call):
    company = CompanyFactory(ateco_primary="28.94.10")
    answers = {"products": [{"name": "Asciugatoi", "hs_code": "845129"}], "staff_languages": ["italian", "english"]}
    admitted(call, company=company, answers=answers)
    return company


@pytest.fixture
def owner(client, company):
    user = UserFactory()
    MembershipFactory(user=user, company=company)
    return sign_in(client, user)


@pytest.fixture
def stranger(app, call, session):
    """Somebody of a firm that was not admitted."""
    user = UserFactory()
    MembershipFactory(user=user, company=CompanyFactory())
    return sign_in(app.test_client(), user)


@pytest.fixture
def joined(owner, event):
    assert post(owner, here(event, "/partecipa"), form_on=here(event)).status_code == 303
    return owner


def here(event, tail=""):
    return f"/area/incontri/{event.slug}{tail}"


def page(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, answer.status
    return unescape(answer.text)


def test_a_firm_that_was_admitted_comes(session, owner, event, company):
    assert event.title_it in page(owner, "/area/incontri")
    text = page(owner, here(event))
    assert "Conferma la partecipazione" in text
    for tail in ("/profilo", "/buyer"):
        assert owner.get(here(event, tail)).status_code == 404
    for _twice in range(2):
        assert post(owner, here(event, "/partecipa"), form_on=here(event)).status_code == 303
    (mine,) = session.scalars(select(Participant).where(Participant.event_id == event.id))
    assert (mine.company_id, mine.state) == (company.id, ParticipantState.CONFIRMED)
    assert "Da scrivere" in page(owner, here(event))


def test_who_was_not_admitted_finds_nothing(stranger, event):
    assert event.title_it not in page(stranger, "/area/incontri")
    token = csrf(stranger, "/profilo")
    for tail in ("", "/profilo", "/buyer"):
        assert stranger.get(here(event, tail)).status_code == 404
    assert stranger.post(here(event, "/partecipa"), data={"csrf_token": token}).status_code == 404


def test_a_draft_of_an_event_is_nobodys(session, owner, event):
    events.move(session, event.id, EventState.DRAFT, by=OFFICE, now=utcnow())
    session.commit()
    assert owner.get(here(event)).status_code == 404


def test_a_closed_event_takes_nobody(session, owner, event):
    events.move(session, event.id, EventState.CLOSED, by=OFFICE, now=utcnow())
    session.commit()
    answer = post(owner, here(event, "/partecipa"), form_on=here(event))
    assert (answer.status_code, "L'evento è chiuso" in unescape(answer.text)) == (422, True)


def test_the_profile_begins_with_what_the_portal_knows(joined, event):
    text = page(joined, here(event, "/profilo"))
    assert "Abbiamo messo quello che il portale sa già" in text
    assert re.search(r'name="products-0-hs"[^>]*value="845129"|value="845129"[^>]*name="products-0-hs"', text)
    assert re.search(r'checked[^>]*name="kinds"[^>]*value="machinery_maker"', text)


def test_a_profile_is_kept_half_done_then_sent_then_read(session, joined, event, company):
    where = here(event, "/profilo")
    assert post(joined, where, action="keep", revision="0", description="Half").status_code == 303
    draft = session.get(ExportDraft, company.id)
    assert (draft.content["description"], draft.revision) == ("Half", 1)
    assert "Bozza" in page(joined, here(event))
    lacking = post(joined, where, action="send", revision="1", description="Half")
    assert lacking.status_code == 422
    text = unescape(lacking.text)
    for words in ("almeno un prodotto", "almeno una lingua", "almeno un tipo di partner", "almeno una persona"):
        assert words in text
    assert "Half</textarea>" in text
    assert post(joined, where, action="send", revision="1", **WHOLE).status_code == 303
    session.expire_all()
    sent = session.scalars(select(ExportProfile).where(ExportProfile.company_id == company.id)).one()
    assert [one["hs"] for one in sent.content["products"]] == ["845129"]
    assert session.get(ExportDraft, company.id) is None
    assert "Inviato, in attesa di convalida" in page(joined, here(event))
    sent.validated_at, sent.validated_by = utcnow(), OFFICE
    session.commit()
    assert "Convalidato" in page(joined, here(event))
    sent.validated_at = sent.validated_by = None
    sent.sent_back_at, sent.sent_back_why = utcnow(), "Scrivi da quando esportate."
    session.commit()
    assert "Scrivi da quando esportate." in page(joined, where)
    assert post(joined, where, action="send", revision="0", **WHOLE).status_code == 303
    session.expire_all()
    assert (sent.sent_back_at, sent.sent_back_why) == (None, "")


def test_two_colleagues_lose_no_word(app, session, joined, event, company):
    other = UserFactory(email="zeno@impresa.example")
    MembershipFactory(user=other, company=company, colleague=True)
    colleague, where = sign_in(app.test_client(), other), here(event, "/profilo")
    assert post(colleague, where, action="keep", revision="0", description="First").status_code == 303
    late = post(joined, where, action="keep", revision="0", description="Second")
    text = unescape(late.text)
    assert (late.status_code, "zeno@impresa.example ha salvato" in text, "Second</textarea>" in text) == (
        409,
        True,
        True,
    )
    seen = re.search(r'name="revision"[^>]*value="(\d+)"', text)[1]
    assert post(joined, where, action="keep", revision=seen, description="Second").status_code == 303
    session.expire_all()
    assert session.get(ExportDraft, company.id).content["description"] == "Second"


def test_what_is_written_keeps_itself(session, joined, event, company):
    where, words = here(event, "/profilo"), {"description": "Half", "products-0-hs": "845"}
    for said in ("Half", "Half and more"):
        kept = post(joined, f"{where}/bozza", form_on=where, revision="0", **words | {"description": said})
        assert (kept.status_code, "da correggere" in kept.json["saved"]) == (200, True)
    session.expire_all()
    content = session.get(ExportDraft, company.id).content
    assert (content["description"], content["products"]) == ("Half and more", [])
    long = post(joined, f"{where}/bozza", form_on=where, revision="1", description="x" * 1001)
    assert (long.status_code, "troppo lunghi" in long.json["error"]) == (422, True)
    assert joined.post(f"{where}/bozza", data={"description": "Nobody asked"}).status_code == 400
    session.expire_all()
    assert session.get(ExportDraft, company.id).content["description"] == "Half and more"


def test_what_is_typed_wrong_is_said_beside_its_field(joined, event):
    answer = post(joined, here(event, "/profilo"), action="keep", revision="0", **{"products-0-hs": "123456789"})
    text = unescape(answer.text)
    assert answer.status_code == 422
    assert "Questo codice non è nel sistema armonizzato" in text
    assert 'value="123456789"' in text


def test_buyers_are_ranked_and_wishes_saved_one_by_one(session, joined, event, company):
    good, plain = buyer_at(event), buyer_at(event, profile=None)
    hidden = buyer_at(event, validated=False)
    session.commit()
    where = here(event, "/buyer")
    text = page(joined, where)
    assert "su 100: affinità per l'impresa" in text
    assert (f"b-{good.id}" in text, f"b-{hidden.id}" in text) == (True, False)
    say = f"{where}/{good.id}"
    assert post(joined, say, form_on=where, level="want", pagina="1", q="", vista="").status_code == 303
    full = post(joined, f"{where}/{plain.id}", form_on=where, level="want")
    assert (full.status_code, "Puoi indicare al massimo 1 incontri" in unescape(full.text)) == (422, True)
    assert post(joined, f"{where}/{plain.id}", form_on=where, level="no").status_code == 303
    mine = session.scalars(select(Participant).where(Participant.company_id == company.id)).one()
    said = {one.to_id: one.level for one in session.scalars(select(Wish).where(Wish.from_id == mine.id))}
    assert said == {good.id: Level.WANT, plain.id: Level.NO}
    assert f"b-{plain.id}" not in page(joined, f"{where}?vista=want")
    assert post(joined, say, form_on=where, level="").status_code == 303
    assert session.get(Wish, (mine.id, good.id)) is None


def test_a_buyers_wish_stays_with_the_office(session, joined, event, company):
    buyer = buyer_at(event)
    mine = session.scalars(select(Participant).where(Participant.company_id == company.id)).one()
    session.commit()
    page(joined, here(event, "/buyer"))
    before = page(joined, here(event, "/buyer"))
    for level in (Level.WANT, Level.NO):
        wishes.wish(session, buyer.id, mine.id, level, by="buyer", now=utcnow())
        session.commit()
        assert without_tokens(page(joined, here(event, "/buyer"))) == without_tokens(before)


def without_tokens(text):
    return re.sub(r'(csrf_token" value=)"[^"]+"', r"\1", text)


def test_a_strangers_id_is_404_before_anything_else(session, joined, event, call):
    elsewhere = buyer_at(make_event(call))
    unread = buyer_at(event, validated=False)
    session.commit()
    where = here(event, "/buyer")
    for one in (elsewhere.id, unread.id, event.id):
        assert post(joined, f"{where}/{one}", form_on=here(event), level="boh").status_code == 404


def test_a_buyer_of_the_same_group_is_not_offered(session, owner, event, company):
    kin, other = buyer_at(event, legal_name=company.legal_name.replace("S.r.l.", "LLC")), buyer_at(event)
    session.commit()
    post(owner, here(event, "/partecipa"), form_on=here(event))
    text = page(owner, here(event, "/buyer"))
    assert (f"b-{kin.id}" in text, f"b-{other.id}" in text) == (False, True)


def test_late_wishes_are_refused_in_words(session, joined, event):
    buyer = buyer_at(event)
    events.move(session, event.id, EventState.SCHEDULING, by=OFFICE, now=utcnow())
    session.commit()
    assert queries.find(session, event.slug).state is EventState.SCHEDULING
    answer = joined.post(
        here(event, f"/buyer/{buyer.id}"), data={"csrf_token": csrf(joined, "/profilo"), "level": "want"}
    )
    assert (answer.status_code, "Le preferenze si esprimono dal" in unescape(answer.text)) == (422, True)


def test_what_is_kept_meanwhile_knows_only_what_is_offered(session, joined, event, company):
    token = csrf(joined, here(event, "/profilo"))
    said = {"csrf_token": token, "revision": "0", "description": "Dryers", "kinds": ["producer", "pirate"]}
    answer = joined.post(here(event, "/profilo/bozza"), data=said | {"partner_types": ["importer", "²"]})
    assert answer.status_code == 200
    (draft,) = session.scalars(select(ExportDraft).where(ExportDraft.company_id == company.id))
    assert (draft.content["kinds"], draft.content["partner_types"]) == (["producer"], ["importer"])
