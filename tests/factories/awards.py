"""Applications that stand in a published ranking, and what follows."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import insert

from portal import db
from portal.applications.rules import Status
from portal.awards import service
from portal.awards.service import Act, Check
from portal.companies.models import Company
from portal.kernel.clock import ROME
from portal.ranking.models import Place, Ranking
from portal.ranking.rules import Outcome
from tests.factories.evaluation import OFFICE, admitted

NOW = datetime.now(UTC)
TODAY = NOW.astimezone(ROME).date()
CHECKED = timedelta(days=1)
WHY = "Non abbiamo più il personale dedicato."


def ranked(call, *companies, eur=Decimal(11500), number=1, at=NOW - timedelta(days=4), outcomes=None, answers=None):
    """A published version in which these firms stand in order, all funded unless told otherwise."""
    outcomes = outcomes or [Outcome.FUNDED] * len(companies)
    applications = [
        admitted(call, company=company, status=Status(outcome.value), answers=answers)
        for company, outcome in zip(companies, outcomes, strict=True)
    ]
    return version(call, applications, outcomes, eur=eur, number=number, at=at), applications


def version(call, applications, outcomes, *, eur=Decimal(11500), number=1, at=NOW - timedelta(days=4)):
    """A published version of a ranking, written as it would be."""
    session = db.session()
    ranking = Ranking(
        call_id=call.id, version_id=call.version_id, number=number, reason="", content={"not_admitted": []}, sha256="0",
        inputs=[], inputs_sha256="0", drawn_up_at=at, drawn_up_by=OFFICE,
        approved_at=at, approved_by="altra@unioncamere.example", published_at=at, published_by=OFFICE,
    )  # fmt: skip
    session.add(ranking)
    session.flush()
    rows = [
        {
            "ranking_id": ranking.id, "application_id": one.id, "position": position, "outcome": outcome,
            "pathway": one.pathway, "total": Decimal(80), "amount_eur": eur if outcome is Outcome.FUNDED else 0,
            "line": _line(one, position, outcome, eur),
        }
        for position, (one, outcome) in enumerate(zip(applications, outcomes, strict=True), start=1)
    ]  # fmt: skip
    session.execute(insert(Place), rows)
    return ranking


def _line(application, place, outcome, eur):
    firm = db.session.get(Company, application.company_id)
    return {
        "registry_number": application.protocol, "place": place, "outcome": outcome.value, "total": "80.00",
        "amount_eur": str(eur), "pathway": application.pathway, "arrival": application.arrival,
        "firm": {"legal_name": firm.legal_name, "vat": firm.vat},
    }  # fmt: skip


def act(on=TODAY):
    """The act of a day, with the check of the day before."""
    return Act(number="Determinazione 214", on=on), Check(vercor="VER-1", on=on - CHECKED)


def granted(call, company, *, ago=timedelta(0), **more):
    """An application with an award that waits for its answer; given `ago`, its term may be over."""
    at = NOW - ago
    _ranking, (application,) = ranked(call, company, at=at - timedelta(days=4), **more)
    service.award(db.session(), application.id, *act(at.astimezone(ROME).date()), by=OFFICE, now=at)
    db.session.refresh(application)
    return application


def aid(on, eur, *, recipient="own", cor=None):
    """A row of the table of aid, as a firm answers it."""
    return {"recipient": recipient, "body": "Regione", "granted_on": str(on), "amount_eur": str(eur), "cor": cor}
