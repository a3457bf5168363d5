"""What meetings agreed on, and the redacted copies of attachments."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from portal.applications.models import Attachment
from portal.documents.models import File
from portal.evaluation.models import Consensus, RedactedCopy
from portal.evaluation.queries.work import Sheet, marks_of
from portal.evaluation.rules import Mark, Stage
from portal.kernel.many import among


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """What the last meeting agreed on, with the sheets as they are now."""

    number: int
    marks: dict[str, Mark]
    present: list[str]
    held_on: date
    reason: str
    recorded_by: str
    recorded_at: datetime


def basis_of(sheets: Collection[Sheet]) -> dict[str, str]:
    """The sheets that a meeting has before it: those handed in and counting, and when."""
    return {
        str(sheet.assignment_id): sheet.submitted_at.isoformat()
        for sheet in sheets
        if sheet.desk.stage is Stage.SUBMITTED and sheet.submitted_at
    }


def agreed(session: Session, sheets: dict[UUID, list[Sheet]]) -> dict[UUID, Agreed]:
    """What counts instead of the mean, by application: the last meeting's marks, unless its sheets are others now."""
    found = (
        select(Consensus)
        .where(among(Consensus.application_id, sheets))
        .ext(distinct_on(Consensus.application_id))
        .order_by(Consensus.application_id, Consensus.number.desc())
    )
    return {
        one.application_id: Agreed(
            number=one.number,
            marks=marks_of(one.marks),
            present=[each["name"] for each in one.present],
            held_on=one.held_on,
            reason=one.reason,
            recorded_by=one.recorded_by,
            recorded_at=one.recorded_at,
        )
        for one in session.scalars(found)
        if one.basis == basis_of(sheets[one.application_id])
    }


def last_meeting(session: Session, application_id: UUID) -> int:
    """The number of the last meeting about an application; 0 for none."""
    found = select(Consensus.number).where(Consensus.application_id == application_id)
    return session.scalars(found.order_by(Consensus.number.desc()).limit(1)).first() or 0


def redacted(session: Session, application_id: UUID) -> dict[UUID, File | None]:
    """The redacted copy of each attachment that has one, by attachment; None: withheld."""
    return {row[0]: row[1] for row in session.execute(_copies().where(Attachment.application_id == application_id))}


def find_redacted(session: Session, application_id: UUID, attachment_id: UUID) -> File | None:
    """The redacted copy of an attachment. None where there is none: the original is never an answer."""
    found = _copies().where(Attachment.application_id == application_id, Attachment.id == attachment_id)
    row: Row[*tuple[Any, ...]] | None = session.execute(found).one_or_none()
    return None if row is None else row[1]


def last_copy(session: Session, attachment_id: UUID) -> int:
    """The number of the last redacted copy of an attachment; 0 for none."""
    found = select(RedactedCopy.number).where(RedactedCopy.attachment_id == attachment_id)
    return session.scalars(found.order_by(RedactedCopy.number.desc()).limit(1)).first() or 0


def _copies() -> Select[*tuple[Any, ...]]:
    """(attachment id, file or None), the last of each."""
    return (
        select(RedactedCopy.attachment_id, File)
        .join(Attachment, Attachment.id == RedactedCopy.attachment_id)
        .outerjoin(File, File.id == RedactedCopy.file_id)
        .where(Attachment.removed_at.is_(None))
        .ext(distinct_on(RedactedCopy.attachment_id))
        .order_by(RedactedCopy.attachment_id, RedactedCopy.number.desc())
    )
