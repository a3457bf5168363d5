"""Freeze what will be handed in, and thaw it to go on writing."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.applications import queries
from portal.applications.models import Application
from portal.applications.rules import refusals
from portal.applications.rules.freezing import check_editable, check_not_over, digest, frozen
from portal.applications.rules.status import Status
from portal.applications.service.trace import trace
from portal.kernel.errors import NotFound


def freeze(session: Session, application_id: UUID, *, by: str, now: datetime) -> Application:
    """Fix answers, declarations, attachments and the firm's profile as they are now, under the version in force.

    Raises NotADraft, AlreadyFrozen, CallClosed, or Incomplete with all that is missing.
    """
    folder = queries.lock_folder(session, application_id)
    if folder is None:
        raise NotFound
    application = folder.application
    check_editable(application.status, frozen_at=application.frozen_at)
    check_not_over(closes_at=folder.call.closes_at, now=now)
    company = queries.profile(session, application.company_id)
    content = frozen(folder.content, folder.answers, folder.enclosed, version=folder.version.number, company=company)
    application.version_id = folder.version.id
    application.pathway = content["pathway"]
    application.content, application.sha256 = content, digest(content)
    application.frozen_at, application.frozen_by = now, by
    detail = {"sha256": application.sha256, "version": folder.version.number}
    trace(session, "frozen", application_id, by=by, now=now, detail=detail)
    return application


def unfreeze(session: Session, application_id: UUID, *, by: str, now: datetime) -> Application:
    """Make a frozen draft writable again; silent where it already is. Raises NotADraft."""
    application = queries.lock(session, application_id)
    if application is None:
        raise NotFound
    if application.status is not Status.DRAFT:
        raise refusals.NotADraft
    if application.frozen_at is not None:
        application.content = application.sha256 = application.pathway = None
        application.frozen_at = application.frozen_by = None
        trace(session, "unfrozen", application_id, by=by, now=now)
    return application
