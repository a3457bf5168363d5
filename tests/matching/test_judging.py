"""Staff read profiles: good, or back with a reason; who wrote them is told."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal.kernel.errors import NotFound
from portal.kernel.outbox import Envelope
from portal.matching.models import Counterpart
from portal.matching.queries import participants
from portal.matching.rules.judging import NothingToJudge, ProfileMoved, Standing, WhyMissing, standing
from portal.matching.service import judging
from portal.notifications import service as notifications
from portal.notifications.models import Message
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.calls import make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE
from tests.factories.matching import NOW, buyer_at, firm_at, make_event

BY: dict[str, Any] = {"by": OFFICE, "now": NOW}


@pytest.fixture
def event(session):
    return make_event(make_call(session))


def tell_all(session):
    for envelope in session.scalars(select(Envelope).where(Envelope.name.like("matching.%")).order_by(Envelope.id)):
        notifications.tell(session, envelope.name, envelope.payload, occurrence=str(envelope.id), now=NOW)
    return session.scalars(select(Message).order_by(Message.created_at, Message.recipient)).all()


def test_how_a_profile_stands():
    at, none = NOW, None
    assert [
        standing(saved_at=saved, validated_at=good, sent_back_at=back)
        for saved, good, back in ((none, none, none), (at, none, none), (at, at, none), (at, none, at))
    ] == [Standing.MISSING, Standing.TO_READ, Standing.GOOD, Standing.SENT_BACK]


def test_a_buyers_profile_goes_back_with_a_reason_and_is_then_good(session, event):
    buyer = buyer_at(event, validated=False, language="ru")
    profile = participants.find_profile(session, buyer)
    with pytest.raises(WhyMissing):
        judging.send_back(session, buyer.id, reason="  ", revision=profile.revision, **BY)
    judging.send_back(session, buyer.id, reason="Which machines?", revision=profile.revision, **BY)
    assert (profile.sent_back_why, profile.validated_at) == ("Which machines?", None)
    [letter] = tell_all(session)
    assert isinstance(profile, Counterpart)
    assert (letter.recipient, letter.language, letter.counterpart_id) == (profile.email, "ru", profile.id)
    assert letter.subject.startswith("Профиль нужно доработать")
    assert "Which machines?" in letter.text

    judging.validate(session, buyer.id, revision=profile.revision, **BY)
    judging.validate(session, buyer.id, revision=profile.revision, **BY)
    assert (profile.sent_back_at, profile.sent_back_why, profile.validated_by) == (None, "", OFFICE)
    told = [one.subject for one in tell_all(session) if one.id != letter.id]
    assert told == ["Профиль подтверждён: Business meetings in Tashkent"]


def test_a_firms_profile_is_told_to_everybody_of_the_firm_in_their_language(session, event):
    company = CompanyFactory()
    for language in ("it", "en"):
        MembershipFactory(user=UserFactory(language=language), company=company)
    firm = firm_at(event, company=company)
    profile = participants.find_profile(session, firm)
    judging.send_back(session, firm.id, reason="In inglese, per favore.", revision=profile.revision, **BY)
    letters = {one.language: one for one in tell_all(session)}
    assert letters["it"].subject == "Profilo da rivedere: Incontri d'affari a Tashkent"
    assert letters["en"].subject == "Profile to be revised: Business meetings in Tashkent"
    assert all("/area/incontri" in one.text and "In inglese, per favore." in one.text for one in letters.values())


def test_what_was_read_is_what_is_judged(session, event):
    buyer = buyer_at(event, validated=False)
    profile = participants.find_profile(session, buyer)
    read = profile.revision
    assert isinstance(profile, Counterpart)
    profile.city = "Samarkand"
    session.flush()
    with pytest.raises(ProfileMoved):
        judging.validate(session, buyer.id, revision=read, **BY)


def test_there_must_be_something_to_judge(session, event):
    buyer = buyer_at(event, validated=False, profile_saved_at=None)
    with pytest.raises(NothingToJudge):
        judging.validate(session, buyer.id, revision=1, **BY)
    with pytest.raises(NotFound):
        judging.validate(session, event.id, revision=1, **BY)


def test_a_letter_says_how_the_profile_stands_when_it_leaves(session, event):
    buyer = buyer_at(event, validated=False)
    profile = participants.find_profile(session, buyer)
    judging.send_back(session, buyer.id, reason="Which machines?", revision=profile.revision, **BY)
    judging.validate(session, buyer.id, revision=profile.revision, by=OFFICE, now=NOW + timedelta(minutes=1))
    assert [one.subject for one in tell_all(session)] == ["Профиль подтверждён: Business meetings in Tashkent"]
