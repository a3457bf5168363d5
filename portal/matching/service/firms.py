"""A firm comes to an event, writes its profile, sends it to the office."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.kernel.errors import NotFound
from portal.matching.models import ExportDraft, ExportProfile, MatchingEvent, Participant
from portal.matching.queries import firms as queries, participants as rows
from portal.matching.rules.presenting import DraftMoved, begun, lacks
from portal.matching.rules.profiles import FirmProfile
from portal.matching.rules.refusals import EventIsOver
from portal.matching.rules.states import EventState
from portal.matching.service import participants, wishes
from portal.matching.service.trace import lock_event, trace


def join(session: Session, event_id: UUID, company_id: UUID, *, by: str, now: datetime) -> Participant:
    """The firm comes. Raises EventIsOver, HasLeft, NotFound (it isn't entitled)."""
    event = lock_event(session, event_id)
    if event.state is EventState.CLOSED:
        raise EventIsOver
    if event.state is EventState.DRAFT:
        raise NotFound
    known = rows.of_company(session, event.id, company_id)
    if known is None:
        added = participants.add_firms(session, event.id, [company_id], by=by, now=now)
        if not added:
            raise NotFound
        wishes.find_groups(session, event.id, now=now)
        known = added[0]
    return participants.confirm(session, known.id, by=by, now=now)


def beginning(session: Session, event: MatchingEvent, company_id: UUID) -> FirmProfile:
    """What stands in the form at first: the draft, else what was sent, else what the portal knows."""
    if kept := queries.draft(session, company_id) or queries.profile(session, company_id):
        return FirmProfile.model_validate(kept.content)
    company = queries.company(session, company_id)
    if company is None:
        raise NotFound
    codes = [code for code in (company.ateco_primary, *company.ateco_secondary) if code]
    return begun(
        answers=queries.answers(session, company_id, event.call_id),
        divisions=[code[:2] for code in codes],
        phone=company.phone,
        representatives=queries.representatives(session, company_id),
    )


def keep(
    session: Session, company_id: UUID, content: FirmProfile, *, revision: int, by: str, now: datetime
) -> ExportDraft:
    """Keep what was written, whole or not. `revision`: of the draft that the writer saw, 0 where there was none.

    Raises DraftMoved: a colleague kept another in the meantime. One's own later words replace one's own earlier ones.
    """
    if queries.company(session, company_id, held=True) is None:
        raise NotFound
    draft = queries.draft(session, company_id, held=True)
    if draft is not None and draft.revision != revision and draft.saved_by != by:
        raise DraftMoved(who=draft.saved_by)
    facts = {"content": content.model_dump(mode="json"), "saved_at": now, "saved_by": by}
    if draft is None:
        draft = ExportDraft(company_id=company_id, revision=1, **facts)
        session.add(draft)
    else:
        draft.revision += 1
        for name, value in facts.items():
            setattr(draft, name, value)
    session.flush()
    return draft


def send(
    session: Session, company_id: UUID, content: FirmProfile, *, revision: int, by: str, now: datetime
) -> ExportProfile:
    """Hand the profile to the office, which reads it anew. Raises the first thing that it lacks, DraftMoved."""
    if missing := lacks(content):
        raise missing[0]
    draft = keep(session, company_id, content, revision=revision, by=by, now=now)
    session.delete(draft)
    profile = queries.profile(session, company_id, held=True)
    facts = {"content": content.model_dump(mode="json"), "saved_at": now, "saved_by": by}
    if profile is None:
        profile = ExportProfile(company_id=company_id, **facts)
        session.add(profile)
    else:
        for name, value in facts.items():
            setattr(profile, name, value)
        profile.validated_at = profile.validated_by = None
        profile.sent_back_at, profile.sent_back_why = None, ""
    session.flush()
    trace(session, "profile_sent", company_id, of="company", by=by, now=now)
    return profile
