"""Staff read a profile: it is good, or it goes back with a reason."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.kernel import outbox
from portal.matching.events import ProfileSentBack, ProfileValidated
from portal.matching.models import Counterpart, ExportProfile, Participant
from portal.matching.queries import participants
from portal.matching.rules.judging import NothingToJudge, ProfileMoved, WhyMissing
from portal.matching.service.trace import lock_participant, trace


def validate(session: Session, participant_id: UUID, *, revision: int, by: str, now: datetime) -> None:
    """The profile may be shown to the other side. Good already, nothing happens.

    `revision`: of the profile as it was read. Raises NothingToJudge, ProfileMoved, NotFound.
    """
    participant, profile = _read(session, participant_id, revision)
    if profile.validated_at is not None:
        return
    profile.validated_at, profile.validated_by = now, by
    profile.sent_back_at, profile.sent_back_why = None, ""
    session.flush()
    outbox.emit(session, ProfileValidated(participant_id=participant.id))
    _trace(session, "profile_validated", participant, by=by, now=now)


def send_back(session: Session, participant_id: UUID, *, reason: str, revision: int, by: str, now: datetime) -> None:
    """The profile is to be written better: who wrote it reads why. Raises what `validate` raises, WhyMissing."""
    why = reason.strip()
    if not why:
        raise WhyMissing(field="reason")
    participant, profile = _read(session, participant_id, revision)
    profile.validated_at = profile.validated_by = None
    profile.sent_back_at, profile.sent_back_why = now, why
    session.flush()
    outbox.emit(session, ProfileSentBack(participant_id=participant.id))
    _trace(session, "profile_sent_back", participant, by=by, now=now, reason=why)


def _read(session: Session, participant_id: UUID, revision: int) -> tuple[Participant, Counterpart | ExportProfile]:
    participant = lock_participant(session, participant_id)
    profile = participants.lock_profile(session, participant)
    if profile is None:
        raise NothingToJudge
    if profile.revision != revision:
        raise ProfileMoved
    return participant, profile


def _trace(session: Session, verb: str, participant: Participant, *, by: str, now: datetime, reason: str = "") -> None:
    who = str(participant.id)
    trace(
        session,
        verb,
        participant.event_id,
        by=by,
        now=now,
        participant_id=who,
        **({"reason": reason} if reason else {}),
    )
