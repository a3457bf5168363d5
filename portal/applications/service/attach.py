"""Put files in their places, and take them out."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.applications import queries, rules
from portal.applications.models import Attachment
from portal.applications.rules.freezing import check_editable
from portal.applications.service.trace import trace
from portal.documents.models import File
from portal.kernel.errors import NotFound

MOST_FILES = 10


def attach(session: Session, application_id: UUID, file: File, *, document: str, by: str, now: datetime) -> UUID:
    """Put a stored file among those of `document`; the same bytes twice are one attachment. Returns its id.

    Raises NotADraft, AlreadyFrozen, TooManyFiles, and NotFound for a document that the call does not ask for.
    """
    folder = queries.lock_folder(session, application_id)
    if folder is None or document not in {asked.key for asked in folder.content.documents}:
        raise NotFound
    check_editable(folder.application.status, frozen_at=folder.application.frozen_at)
    there = [one for one in folder.enclosed if one.document == document]
    twin = next((one for one in there if one.sha256 == file.sha256), None)
    if twin is not None:
        return twin.id
    if len(there) >= MOST_FILES:
        raise rules.TooManyFiles(most=MOST_FILES)
    attachment = Attachment(
        application_id=application_id, document=document, file_id=file.id, attached_at=now, attached_by=by
    )
    session.add(attachment)
    detail = {"document": document, "name": file.name, "sha256": file.sha256}
    trace(session, "attached", application_id, by=by, now=now, detail=detail)
    return attachment.id


def detach(session: Session, application_id: UUID, attachment_id: UUID, *, by: str, now: datetime) -> None:
    """Take a file out; the row stays, and says who and when. A second time does nothing.

    Raises NotADraft, AlreadyFrozen, or NotFound for an attachment of another application.
    """
    application = queries.lock(session, application_id)
    attachment = session.get(Attachment, attachment_id, populate_existing=True)
    if application is None or attachment is None or attachment.application_id != application_id:
        raise NotFound
    if attachment.removed_at is not None:
        return
    check_editable(application.status, frozen_at=application.frozen_at)
    attachment.removed_at, attachment.removed_by = now, by
    detail = {"document": attachment.document, "file": str(attachment.file_id)}
    trace(session, "detached", application_id, by=by, now=now, detail=detail)
