"""A request of access in the demonstration: the first firm that gets nothing asks for the acts of the last that does."""

from uuid import UUID

from sqlalchemy.orm import Session

from portal.access import service
from portal.applications import queries as applications
from portal.db import transaction
from portal.demo.people import MANAGER
from portal.ranking import queries as rankings
from portal.ranking.models import Place
from portal.ranking.rules import Outcome

WANTED = "Le schede di valutazione e il progetto presentato, nelle parti che hanno portato al punteggio."
INTEREST = "Siamo i primi dopo questa impresa in graduatoria: valutiamo se chiedere il riesame."


def ask(call_id: UUID) -> bool:
    """Ask, and tell the firm concerned; answers whether there were two firms for it. Again, it changes nothing."""
    with transaction() as session:
        ranking = rankings.latest_published(session, call_id)
        asked_of = _first(session, ranking.id, last=True, outcome=Outcome.FUNDED) if ranking else None
        asker = _asker(session, ranking.id, asked_of) if ranking and asked_of else None
        folder = applications.find(session, asker.application_id) if asker else None
        if asked_of is None or folder is None:
            return False
        own, number = folder.application, asked_of.line["registry_number"]
        by = own.submitted_by or ""
        request = service.ask(session, own, protocol=number, wanted=WANTED, interest=INTEREST, by=by)
        if request.notified_at is None:
            service.notify(session, request.id, by=MANAGER)
        return True


def _asker(session: Session, ranking_id: UUID, other: Place) -> Place | None:
    """The best of those without a grant; in a small demonstration, where all have one, the first of the list."""
    wanted = (Outcome.RESERVE, Outcome.BELOW_THRESHOLD, Outcome.FUNDED)
    found = (_first(session, ranking_id, outcome=outcome) for outcome in wanted)
    return next((one for one in found if one is not None and one.application_id != other.application_id), None)


def _first(session: Session, ranking_id: UUID, *, outcome: Outcome, last: bool = False) -> Place | None:
    order = Place.position.desc() if last else Place.position
    return session.scalars(rankings.places(ranking_id, outcomes=[outcome]).order_by(order).limit(1)).first()
