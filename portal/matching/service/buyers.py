"""Invite buyers by a personal link, and write what they say of themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.kernel import outbox
from portal.kernel.errors import NotFound
from portal.kernel.text import canonical_json, sha256_hex
from portal.matching.events import BuyerInvited, LinkOpenedAgain
from portal.matching.models import Counterpart, CounterpartDelegate, Participant
from portal.matching.queries import buyers
from portal.matching.rules.buying import AddressTaken, WrittenElsewhere
from portal.matching.rules.judging import ProfileMoved
from portal.matching.rules.linking import (
    LIVES,
    PAUSE,
    JustSent,
    Link,
    LinkSpent,
    LinkWithdrawn,
    NotABuyer,
    sent_at,
    standing as standing_of,
)
from portal.matching.rules.profiles import BuyerProfile
from portal.matching.service import participants
from portal.matching.service.trace import lock_participant, trace

OF = "counterpart"


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """A buyer as staff know them."""

    legal_name: str
    country: str
    contact_name: str
    email: str
    language: str = "en"
    city: str = ""
    website: str = ""
    phone: str = ""
    profile: BuyerProfile = field(default_factory=BuyerProfile)


@dataclass(frozen=True, kw_only=True)
class Coming:
    """Somebody who comes for a buyer."""

    full_name: str
    role: str = ""
    email: str = ""
    diet: str = ""


def invite(session: Session, event_id: UUID, new: Newcomer, *, by: str, now: datetime) -> Participant | None:
    """Ask a buyer to an event and send the link; None where they are there already, and nothing happens.

    One whom the portal knows by that address keeps what they wrote. Raises AddressTaken where the known one bears
    another name, EventIsOver, NotFound.
    """
    known, fresh = buyers.by_email(session, [new.email]).get(new.email.lower()), None
    if known is None:
        fresh = _add(session, new, now)
        known = fresh or buyers.by_email(session, [new.email])[new.email.lower()]
    if fresh is None and known.legal_name.casefold() != new.legal_name.casefold():
        raise AddressTaken(field="email", name=known.legal_name)
    added = participants.add_buyers(session, event_id, [known.id], by=by, now=now)
    if not added:
        return None
    _issue(session, known if fresh else _lock(session, known.id), fresh=fresh is not None, now=now)
    is_new = fresh is not None
    trace(session, "buyer_invited", known.id, of=OF, by=by, now=now, event_id=str(event_id), is_new=is_new)
    return added[0]


def _add(session: Session, new: Newcomer, now: datetime) -> Counterpart | None:
    """The buyer; None where a colleague was quicker with the same address."""
    said = new.profile.model_dump(mode="json")
    buyer = Counterpart(
        legal_name=new.legal_name,
        country=new.country,
        city=new.city,
        website=new.website,
        contact_name=new.contact_name,
        email=new.email,
        phone=new.phone,
        language=new.language,
        profile=said,
        profile_saved_at=now if new.profile != BuyerProfile() else None,
    )
    try:
        with session.begin_nested():
            session.add(buyer)
            session.flush()
    except IntegrityError:
        return None
    return buyer


def _issue(session: Session, buyer: Counterpart, *, fresh: bool = False, now: datetime) -> None:
    """A new link by e-mail; older ones are void."""
    if not fresh:
        buyer.link_epoch += 1
    buyer.link_expires_at, buyer.revoked_at = now + LIVES, None
    session.flush()
    outbox.emit(session, BuyerInvited(counterpart_id=buyer.id, epoch=buyer.link_epoch))


def resend(session: Session, participant_id: UUID, *, by: str, now: datetime) -> Counterpart:
    """A new link, also after it was withdrawn. Raises NotABuyer, NotFound."""
    buyer = _of(session, participant_id)
    _issue(session, buyer, now=now)
    trace(session, "link_sent", buyer.id, of=OF, by=by, now=now, epoch=buyer.link_epoch)
    return buyer


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Whom one writes to at a buyer's, and how."""

    contact_name: str
    email: str
    phone: str = ""
    language: str = "en"


def correct(
    session: Session, participant_id: UUID, contact: Contact, *, revision: int, by: str, now: datetime
) -> Sequence[str]:
    """Staff write a buyer's contact right; answers what changed.

    With another address the old link dies and a new invitation goes there. `revision`: of the buyer as it was read.
    Raises AddressTaken, ProfileMoved, NotABuyer, NotFound.
    """
    buyer = _of(session, participant_id)
    if buyer.revision != revision:
        raise ProfileMoved
    changed = [name for name, value in vars(contact).items() if getattr(buyer, name) != value]
    if not changed:
        return []
    other = buyers.by_email(session, [contact.email]).get(contact.email.lower())
    if other is not None and other.id != buyer.id:
        raise AddressTaken(field="email", name=other.legal_name)
    try:
        with session.begin_nested():
            for name in changed:
                setattr(buyer, name, getattr(contact, name))
            session.flush()
    except IntegrityError as twin:
        raise AddressTaken(field="email", name=contact.email) from twin
    if "email" in changed:
        buyer.link_confirmed_at = None
        _issue(session, buyer, now=now)
    trace(session, "buyer_corrected", buyer.id, of=OF, by=by, now=now, changed=changed, epoch=buyer.link_epoch)
    return changed


def revoke(session: Session, participant_id: UUID, *, by: str, now: datetime) -> Counterpart:
    """No link of this buyer opens any more, wherever it is open. Raises NotABuyer, NotFound."""
    buyer = _of(session, participant_id)
    if buyer.revoked_at is None:
        buyer.revoked_at = now
        buyer.link_epoch += 1
        session.flush()
        trace(session, "link_withdrawn", buyer.id, of=OF, by=by, now=now)
    return buyer


def _of(session: Session, participant_id: UUID) -> Counterpart:
    participant = lock_participant(session, participant_id)
    if participant.counterpart_id is None:
        raise NotABuyer
    return _lock(session, participant.counterpart_id)


def _lock(session: Session, buyer_id: UUID) -> Counterpart:
    buyer = buyers.lock(session, buyer_id)
    if buyer is None:
        raise NotFound
    return buyer


def standing(buyer: Counterpart, epoch: int, *, now: datetime) -> Link:
    """How a link of that epoch stands."""
    facts = {"expires_at": buyer.link_expires_at, "revoked_at": buyer.revoked_at}
    return standing_of(epoch=epoch, current=buyer.link_epoch, now=now, **facts)


def confirm(session: Session, buyer_id: UUID, *, epoch: int, is_known_browser: bool, now: datetime) -> Counterpart:
    """Whoever holds the link pressed the button. In another browser than the first, the buyer is told by e-mail.

    Raises LinkWithdrawn, LinkSpent, NotFound.
    """
    buyer = _lock(session, buyer_id)
    match standing(buyer, epoch, now=now):
        case Link.WITHDRAWN:
            raise LinkWithdrawn
        case Link.EXPIRED | Link.REPLACED:
            raise LinkSpent
    if is_known_browser:
        return buyer
    if buyer.link_confirmed_at is None:
        buyer.link_confirmed_at = now
        session.flush()
        trace(session, "link_confirmed", buyer.id, of=OF, by=buyer.email, now=now)
    else:
        outbox.emit(session, LinkOpenedAgain(counterpart_id=buyer.id))
        trace(session, "link_opened_again", buyer.id, of=OF, by=buyer.email, now=now)
    return buyer


def ask_again(session: Session, buyer_id: UUID, *, now: datetime) -> Counterpart:
    """The buyer asks for a new link: it goes to the address that we know. Raises LinkWithdrawn, JustSent, NotFound."""
    buyer = _lock(session, buyer_id)
    if buyer.revoked_at is not None:
        raise LinkWithdrawn
    sent = sent_at(buyer.link_expires_at)
    if sent is not None and now < sent + PAUSE:
        raise JustSent
    _issue(session, buyer, now=now)
    trace(session, "link_asked", buyer.id, of=OF, by=buyer.email, now=now, epoch=buyer.link_epoch)
    return buyer


def state_of(buyer: Counterpart) -> str:
    """What a form was begun from: it changes when the profile or the draft does, in whatever window."""
    facts = [getattr(buyer, name) for name in sorted(SHOWN | {"contact_name", "phone", "language"})]
    return sha256_hex(canonical_json([buyer.profile, buyer.draft, facts]))[:16]


def _unchanged(buyer: Counterpart, seen: str) -> None:
    if seen != state_of(buyer):
        raise WrittenElsewhere


def keep(session: Session, buyer_id: UUID, typed: Mapping[str, Any], *, seen: str, now: datetime) -> Counterpart:
    """Keep what was typed as it stands; the office doesn't see it. `seen`: `state_of` as the form had it.

    Raises WrittenElsewhere, NotFound.
    """
    buyer = _lock(session, buyer_id)
    _unchanged(buyer, seen)
    buyer.draft = dict(typed)
    session.flush()
    trace(session, "buyer_draft_kept", buyer.id, of=OF, by=buyer.email, now=now)
    return buyer


def write(
    session: Session,
    buyer_id: UUID,
    *,
    facts: Mapping[str, str],
    profile: BuyerProfile,
    delegates: Sequence[Coming],
    seen: str | None = None,
    now: datetime,
) -> Counterpart:
    """The profile goes to the office. Where anything that others see has changed, it is to be read again.

    `seen`: `state_of` as the form had it, where there was one. Raises WrittenElsewhere, NotFound.
    """
    buyer = _lock(session, buyer_id)
    if seen is not None:
        _unchanged(buyer, seen)
    said = profile.model_dump(mode="json")
    is_new = buyer.profile_saved_at is None or said != buyer.profile or buyer.sent_back_at is not None
    is_new = is_new or any(getattr(buyer, name) != value for name, value in facts.items() if name in SHOWN)
    for name, value in facts.items():
        setattr(buyer, name, value)
    buyer.profile, buyer.draft = said, None
    if is_new:
        buyer.profile_saved_at = now
        buyer.validated_at = buyer.validated_by = buyer.sent_back_at = None
        buyer.sent_back_why = ""
    _come(session, buyer, delegates)
    session.flush()
    trace(session, "buyer_profile_sent", buyer.id, of=OF, by=buyer.email, now=now, to_be_read=is_new)
    return buyer


SHOWN = frozenset({"legal_name", "country", "city", "website"})
"""What firms see beside the profile."""


def _come(session: Session, buyer: Counterpart, delegates: Sequence[Coming]) -> None:
    buyer.delegates.clear()
    session.flush()
    buyer.delegates.extend(
        CounterpartDelegate(
            position=position, full_name=one.full_name, role=one.role, email=one.email, diet=one.diet, languages=[]
        )
        for position, one in enumerate(delegates)
    )
