"""Awards to one undertaking from many callers at once: what the test in CI and the long proof share."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Engine, func, insert, select
from sqlalchemy.orm import Session

from benchmarks.rig.crowd import BY, Firm, crowd, enter
from portal.applications.rules import Status
from portal.awards import service
from portal.awards.models import AidEntry, AidLink
from portal.awards.rules.ledger import LIVE
from portal.awards.rules.refusals import NoHeadroom
from portal.awards.service import Act, Check
from portal.kernel.clock import ROME
from portal.ranking import queries as rankings
from portal.ranking.models import Place, Ranking
from portal.ranking.rules import Outcome

CEILING = Decimal(300_000)


@dataclass(frozen=True)
class Round:
    """What the callers of one round were told, and what counts for their undertaking in the end."""

    granted: int
    refused: int
    failed: tuple[str, ...]
    eur: Decimal
    total: Decimal

    def holds(self) -> bool:
        """Nothing above the ceiling, nothing refused that fits, no caller without an answer."""
        fits = min(self.granted + self.refused, int(CEILING // self.eur))
        return not self.failed and self.granted == fits and self.total == fits * self.eur <= CEILING


class Race:
    """Rounds of a call: in each, `callers` firms of one undertaking are funded and granted `eur` at once."""

    def __init__(self, engine: Engine, call_id: UUID, version_id: UUID) -> None:
        self.engine, self.call_id, self.version_id = engine, call_id, version_id
        with Session(engine) as session:
            ranking = rankings.latest_published(session, call_id) or self._ranking(session)
            self.ranking_id = ranking.id

    def _ranking(self, session: Session) -> Ranking:
        at = datetime.now(UTC) - timedelta(days=1)
        ranking = Ranking(
            call_id=self.call_id, version_id=self.version_id, number=1, reason="", content={}, sha256="0", inputs=[],
            inputs_sha256="0", drawn_up_at=at, drawn_up_by="uno", approved_at=at, approved_by="due",
            published_at=at, published_by="uno",
        )  # fmt: skip
        session.add(ranking)
        session.commit()
        return ranking

    def run(self, *, callers: int, eur: Decimal) -> Round:
        """One round: make the firms, let them go, count."""
        firms, now = self._sisters(callers, eur), datetime.now(UTC)
        today = now.astimezone(ROME).date()
        act, check = Act(number="1", on=today), Check(vercor="V", on=today)

        def award(session: Session, firm: Firm) -> None:
            service.award(session, firm.application_id, act, check, by=BY, now=now)

        told = crowd(self.engine, firms, award, refusal=NoHeadroom)
        with Session(self.engine) as session:
            live = select(func.coalesce(func.sum(AidEntry.eur), 0)).where(AidEntry.state.in_(LIVE))
            total = session.scalar(live.where(AidEntry.code.in_([firm.vat for firm in firms]))) or Decimal(0)
        return Round(told.done, told.refused, told.failed, eur, Decimal(total))

    def _sisters(self, callers: int, eur: Decimal) -> list[Firm]:
        """Firms of one mother, each with a funded place."""
        with Session(self.engine) as session:
            firms = enter(session, callers, call_id=self.call_id, version_id=self.version_id, status=Status.FUNDED)
            session.execute(insert(Place), [
                {"ranking_id": self.ranking_id, "application_id": firm.application_id, "position": int(firm.vat[1:]),
                 "total": 80, "outcome": Outcome.FUNDED, "amount_eur": eur, "line": {}}
                for firm in firms
            ])  # fmt: skip
            session.execute(insert(AidLink), [
                {"stated_by": firm.vat, "other": firms[0].vat, "name": "", "application_id": firm.application_id}
                for firm in firms[1:]
            ])  # fmt: skip
            session.commit()
        return firms
