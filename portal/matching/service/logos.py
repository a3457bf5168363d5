"""A firm's logo: kept by the documents' store, shown once the office has read the profile with it."""

from datetime import datetime
from typing import BinaryIO, Final
from uuid import UUID

from sqlalchemy.orm import Session

from portal.adapters.files import configured
from portal.documents import rendering, service as documents
from portal.documents.models import File
from portal.documents.rules import MEGABYTE, Kind, ScanState
from portal.matching.models import ExportProfile
from portal.matching.queries import firms as queries
from portal.matching.rules.presenting import LogoTooLarge, ProfileFirst
from portal.matching.service.trace import trace

ALLOWED: Final = frozenset({Kind.PNG, Kind.JPEG})
LIMIT: Final = 2 * MEGABYTE
MOST_PIXELS: Final = 3000
"""On either side."""


def put(session: Session, company_id: UUID, stream: BinaryIO, *, name: str, by: str, now: datetime) -> ExportProfile:
    """The firm shows this logo; the office reads the profile anew, since buyers see it.

    Raises ProfileFirst where nothing was sent yet, FileRefused, LogoTooLarge.
    """
    if queries.profile(session, company_id) is None:
        raise ProfileFirst(field="logo")
    file = documents.store(session, stream, name=name, by=by, now=now, allowed=ALLOWED, limit=LIMIT)
    if max(rendering.picture_size(configured().path(file.sha256))) > MOST_PIXELS:
        raise LogoTooLarge(field="logo", most=MOST_PIXELS)
    profile = queries.profile(session, company_id, held=True)
    if profile is None:
        raise ProfileFirst(field="logo")
    profile.logo_id, profile.saved_at, profile.saved_by = file.id, now, by
    profile.validated_at = profile.validated_by = None
    session.flush()
    trace(session, "logo_put", company_id, of="company", by=by, now=now, sha256=file.sha256)
    return profile


def remove(session: Session, company_id: UUID, *, by: str, now: datetime) -> bool:
    """No logo any more; answers whether there was one."""
    profile = queries.profile(session, company_id, held=True)
    if profile is None or profile.logo_id is None:
        return False
    profile.logo_id = None
    session.flush()
    trace(session, "logo_removed", company_id, of="company", by=by, now=now)
    return True


def is_shown(file: File | None) -> bool:
    """Whether there is one, and the antivirus has found it clean."""
    return file is not None and file.scan is ScanState.CLEAN
