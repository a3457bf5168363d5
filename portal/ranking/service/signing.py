"""Signing what is published, with the installation's key; and the keys that ever signed, for whoever verifies."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.config import get_settings
from portal.ranking import queries
from portal.ranking.models import Ranking, SigningKey
from portal.ranking.rules import signature


@dataclass(frozen=True, kw_only=True)
class PublicKey:
    """A key as the page shows it; `since`: when it first signed, None if it hasn't yet."""

    key_id: str
    text: str
    pem: str
    since: datetime | None
    is_current: bool


def sign(session: Session, ranking: Ranking, *, now: datetime) -> None:
    """Sign a version that is being published; its public key is kept for ever."""
    key = signature.private_key(get_settings().signing_key.get_secret_value())
    ranking.signature = signature.sign(key, ranking.sha256)
    public = key.public_key()
    kept = {"key_id": signature.key_id(public), "public_key": signature.encoded(public), "first_used_at": now}
    session.execute(insert(SigningKey).values(**kept).on_conflict_do_nothing())


def keys(session: Session) -> list[PublicKey]:
    """The key in use first, then those before it, the latest first."""
    own = signature.private_key(get_settings().signing_key.get_secret_value()).public_key()
    known = {one.key_id: (one.public_key, one.first_used_at) for one in queries.signing_keys(session)}
    current = signature.key_id(own)
    found = {current: (signature.encoded(own), known.get(current, ("", None))[1]), **known}
    return [_shown(key_id, text, since, is_current=key_id == current) for key_id, (text, since) in found.items()]


def _shown(key_id: str, text: str, since: datetime | None, *, is_current: bool) -> PublicKey:
    pem = signature.pem(signature.public_key(text))
    return PublicKey(key_id=key_id, text=text, pem=pem, since=since, is_current=is_current)
