"""What follows when a firm lets a term go by: the call says."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from portal.applications import queries as applications, service as asking
from portal.applications.rules import Status
from portal.applications.rules.procedure import RequestKind
from portal.applications.service import move
from portal.calls.queries import content_by_id
from portal.eligibility.service.decide import refuse
from portal.kernel.errors import NotFound

SILENCE: Final = (
    "Integrazione richiesta e non ricevuta entro il termine: come previsto dal bando, la domanda decade "
    "(L. 241/1990, art. 6)."
)
GOES_ON: Final = "Integrazione non ricevuta entro il termine: l'istruttoria prosegue con quanto agli atti."


def due(session: Session, *, now: datetime, limit: int = 200) -> Sequence[UUID]:
    """Requests whose term has ended, for closing them one by one."""
    return [one.id for one in applications.due_requests(session, now=now, limit=limit)]


def close_due(session: Session, request_id: UUID, *, now: datetime) -> bool:
    """Close a request whose term ended in silence; answers whether it did.

    An application that owed a supplement lapses or goes on, as its call says; after a notice the office decides. Safe
    to run twice.
    """
    request = asking.lapse(session, request_id, now=now)
    if request is None:
        return False
    application = applications.lock(session, request.application_id)
    if application is None:
        raise NotFound
    if request.kind is RequestKind.NOTICE or application.status is not Status.SUPPLEMENT_REQUESTED:
        return True
    if content_by_id(session, application.version_id).proceeding.on_silence == "lapse":
        refuse(session, application.id, request.id, reason=SILENCE, replies={}, by="system", now=now)
        move(session, application.id, Status.NOT_ADMITTED, by="system", now=now, why=SILENCE)
    else:
        move(session, application.id, Status.ELIGIBILITY_CHECK, by="system", now=now, why=GOES_ON)
    return True
