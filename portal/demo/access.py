"""A request of access in the demonstration: the first firm that gets nothing asks for the acts of the last that does."""

from uuid import UUID

from portal.access import service
from portal.applications import queries as applications
from portal.db import transaction
from portal.demo.people import MANAGER
from portal.ranking import queries as rankings
from portal.ranking.rules import Outcome

WANTED = "Le schede di valutazione e il progetto presentato, nelle parti che hanno portato al punteggio."
INTEREST = "Siamo i primi dei non finanziati: valutiamo se chiedere il riesame della graduatoria."


def ask(call_id: UUID) -> bool:
    """Ask, and tell the firm concerned; answers whether there was anybody to ask."""
    with transaction() as session:
        ranking = rankings.latest_published(session, call_id)
        cut_off = rankings.last_funded(session, ranking.id) if ranking else None
        if ranking is None or cut_off is None:
            return False
        reserve = rankings.places(ranking.id, outcomes=[Outcome.RESERVE])
        first = next(rankings.every(session, reserve), None)
        folder = applications.find(session, first.application_id) if first else None
        if folder is None:
            return False
        own, number = folder.application, cut_off.line["registry_number"]
        by = own.submitted_by or ""
        request = service.ask(session, own, protocol=number, wanted=WANTED, interest=INTEREST, by=by)
        service.notify(session, request.id, by=MANAGER)
        return True
