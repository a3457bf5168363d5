"""A call's money from many callers at once, while places are given up and its reserve is drawn."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID, uuid4

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.orm import Session

from benchmarks.rig.crowd import BY, Firm, crowd, enter
from portal.applications.models import Application
from portal.applications.rules import Status
from portal.awards import service as awards
from portal.awards.models import Award
from portal.awards.queries.cases import GRANTED
from portal.awards.service import Act, Check
from portal.calls import service as calls
from portal.calls.models import Call
from portal.calls.rules.content import CallContent
from portal.calls.rules.yaml_io import shipped
from portal.eligibility.models import Report
from portal.eligibility.rules.verdicts import Verdict
from portal.kernel.clock import ROME
from portal.ranking import queries as rankings, service
from portal.ranking.models import Place
from portal.ranking.rules import Outcome

SECOND = "direzione@unioncamere.example"
CODE, PLACES, GONE, FIRMS = "EXPORT-SU-MISURA-2025", 8, 2, 32
WHY = "Rinuncia per la gara."


@dataclass(frozen=True)
class Round:
    """What the callers of one round were told, and what the call has promised and granted in the end.

    `versions`: rankings published; `granted`: awards that stand, `promised`: funded places that await theirs.
    """

    done: int
    refused: int
    failed: tuple[str, ...]
    versions: int
    granted: int
    promised: int
    astray: int
    eur: Decimal
    budget_eur: Decimal

    def holds(self) -> bool:
        """No more than the budget and the places, no award that the ranking in force does not fund."""
        within = self.eur <= self.budget_eur and self.granted + self.promised <= PLACES
        return not self.failed and within and not self.astray


class Spending:
    """Rounds, each of a call of its own: its firms are granted, waive, and are drawn from the reserve at once."""

    def __init__(self, engine: Engine, *, random: Random) -> None:
        self.engine, self.random = engine, random

    def run(self, *, callers: int) -> Round:
        """One round: of ten callers one draws the reserve for who has left and publishes, two waive, seven grant."""
        now = datetime.now(UTC)
        with Session(self.engine, expire_on_commit=False) as session:
            call, content = _call(session, now)
            firms = _ranked(session, call, content)
            _publish(session, call.id, now)
            for firm in firms[:GONE]:
                awards.waive(session, firm.application_id, reason=WHY, by=BY, now=now)
            session.commit()
        today = now.astimezone(ROME).date()
        act, check = Act(number="1", on=today), Check(vercor="V", on=today)

        def spend(session: Session, told: tuple[int, UUID]) -> None:
            turn, application_id = told
            if turn % 10 == 0:
                _publish(session, call.id, now, drawn=True)
            elif turn % 10 < 3:
                awards.waive(session, application_id, reason=WHY, by=BY, now=now)
            else:
                awards.award(session, application_id, act, check, by=BY, now=now)

        chosen = [(turn, self.random.choice(firms).application_id) for turn in range(callers)]
        told = crowd(self.engine, chosen, spend)
        with Session(self.engine) as session:
            return Round(told.done, told.refused, told.failed, *_standing(session, call.id), content.budget.amount_eur)


def _ranked(session: Session, call: Call, content: CallContent) -> list[Firm]:
    """Evaluated applications, the best first."""
    (criterion,) = content.criteria
    firms = enter(session, FIRMS, call_id=call.id, version_id=call.version_id, status=Status.EVALUATED)
    market = update(Application).where(Application.call_id == call.id).values(pathway=content.pathways[0].key)
    session.execute(market)
    points = range(100, 100 - FIRMS, -1)
    session.execute(insert(Report), [
        {"application_id": firm.application_id, "version_id": call.version_id, "number": 1, "facts": {},
         "verdict": Verdict.PASS, "points": each, "content": {"rules": []}, "made_at": call.closes_at,
         "made_by": BY, "criteria": [{"criterion": criterion.key, "points": str(each), "max": "100",
                                      "is_bonus": False, "parts": []}]}
        for firm, each in zip(firms, points, strict=True)
    ])  # fmt: skip
    return firms


def _call(session: Session, now: datetime) -> tuple[Call, CallContent]:
    """A call that is over, with money for some of its firms, and nothing for people to score."""
    name, model = f"gara-{uuid4().hex[:12]}", shipped(CODE)
    automatic = next(one for one in model.criteria if one.mode == "automatic")
    *_, any_other = (part := automatic.parts[-1]).bands
    whole = part.model_copy(update={"bands": [any_other.model_copy(update={"points": Decimal(100)})]})
    scored = automatic.model_copy(update={"max": Decimal(100), "parts": [whole]})
    content = model.model_copy(update={
        "code": name.upper(), "slug": name, "criteria": [scored], "milestones": [],
        "pathways": [one.model_copy(update={"places": None, "min_firms": None}) for one in model.pathways],
        "window": model.window.model_copy(update={"opens_at": now - timedelta(9), "closes_at": now - timedelta(1)}),
        "budget": model.budget.model_copy(
            update={"places": PLACES, "amount_eur": PLACES * model.budget.unit_value_eur}
        ),
        "tie_break": [one for one in model.tie_break if one.by in {"submitted_at", "registry_number"}],
    })  # fmt: skip
    call, _ = calls.import_(session, content, reason="", by=BY, now=now)
    calls.publish(session, call.id, by=BY, now=now)
    return call, content


def _publish(session: Session, call_id: UUID, now: datetime, *, drawn: bool = False) -> None:
    """The next version by all who it takes; `drawn`: because places were given up."""
    draw = service.draw_reserve if drawn else service.draw_up
    ranking = draw(session, call_id, by=BY, now=now)
    service.approve(session, ranking.id, by=SECOND, now=now)
    service.publish(session, ranking.id, by=BY, now=now)


def _standing(session: Session, call_id: UUID) -> tuple[int, int, int, int, Decimal]:
    """`versions`, `granted`, `promised`, `astray` and `eur` of a round."""
    ranking = rankings.latest_published(session, call_id)
    funded = select(Place.application_id, Place.amount_eur).where(
        Place.ranking_id == ranking.id, Place.outcome == Outcome.FUNDED
    )
    places = dict(session.execute(funded).all())
    granted = dict(
        session.execute(
            select(Award.application_id, Award.eur)
            .join(Application, Application.id == Award.application_id)
            .where(Award.call_id == call_id, Application.status.in_(GRANTED))
        ).all()
    )
    await_theirs = session.scalars(
        select(Application.id).where(Application.call_id == call_id, Application.status == Status.FUNDED)
    ).all()
    eur = sum(granted.values(), Decimal(0)) + sum((places[one] for one in await_theirs), Decimal(0))
    return ranking.number, len(granted), len(await_theirs), len(granted.keys() - places.keys()), eur
