"""Awards to one undertaking from many callers at once: what the test in CI and the long proof share."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine, create_engine, func, insert, select
from sqlalchemy.orm import Session

from portal.applications.models import Application
from portal.applications.rules import Status
from portal.awards import service
from portal.awards.models import AidEntry, AidLink
from portal.awards.rules.ledger import LIVE
from portal.awards.rules.refusals import NoHeadroom
from portal.awards.service import Act, Check
from portal.companies.models import Company
from portal.db import APP_ROLE
from portal.kernel.clock import ROME
from portal.ranking.models import Place, Ranking
from portal.ranking.rules import Outcome

CEILING = Decimal(300_000)
BY = "gara@unioncamere.example"
CONNECTIONS = 60
VAT = "{:011}"


@dataclass(frozen=True)
class Round:
    """What the callers of one round were told, and what counts for their undertaking in the end."""

    granted: int
    refused: int
    failed: tuple[str, ...]
    total: Decimal

    def holds(self, eur: Decimal) -> bool:
        """Nothing above the ceiling, nothing refused that fits, no caller without an answer."""
        fits = min(self.granted + self.refused, int(CEILING // eur))
        return not self.failed and self.granted == fits and self.total == fits * eur <= CEILING


@contextmanager
def crowd_engine(url: str) -> Iterator[Engine]:
    """Connections for many callers, acting as the portal's own role; whoever finds none waits."""
    options = f"-c timezone=UTC -c lock_timeout=60000 -c role={APP_ROLE}"
    engine = create_engine(url, pool_size=CONNECTIONS, pool_timeout=600, connect_args={"options": options})
    yield engine
    engine.dispose()


class Race:
    """Rounds of a call: in each, `callers` firms of one undertaking are funded and granted `eur` at once."""

    def __init__(self, engine: Engine, call_id: UUID, version_id: UUID) -> None:
        self.engine, self.call_id, self.version_id = engine, call_id, version_id
        self.made = 0
        with Session(engine) as session:
            self.arrival = session.scalar(select(func.max(Application.arrival))) or 0
            at = datetime.now(UTC) - timedelta(days=1)
            ranking = Ranking(
                call_id=call_id, version_id=version_id, number=1, reason="", content={}, sha256="0", inputs=[],
                inputs_sha256="0", drawn_up_at=at, drawn_up_by="uno", approved_at=at, approved_by="due",
                published_at=at, published_by="uno",
            )  # fmt: skip
            session.add(ranking)
            session.commit()
            self.ranking_id = ranking.id

    def run(self, *, callers: int, eur: Decimal) -> Round:
        """One round: make the firms, let them go, count."""
        vats, ids = self._firms(callers, eur)
        answers = self._together(ids)
        with Session(self.engine) as session:
            live = select(func.coalesce(func.sum(AidEntry.eur), 0))
            total = session.scalar(live.where(AidEntry.code.in_(vats), AidEntry.state.in_(LIVE))) or Decimal(0)
        return Round(
            granted=answers.count("granted"),
            refused=answers.count("refused"),
            failed=tuple(answer for answer in answers if answer not in {"granted", "refused"}),
            total=Decimal(total),
        )

    def _firms(self, callers: int, eur: Decimal) -> tuple[list[str], list[UUID]]:
        """Sisters of one mother, each with a funded place."""
        numbers = range(self.made + 1, self.made + callers + 1)
        vats, companies, ids = [VAT.format(n) for n in numbers], [uuid4() for _ in numbers], [uuid4() for _ in numbers]
        self.made += callers
        now = datetime.now(UTC)
        with Session(self.engine) as session:
            session.execute(insert(Company), [
                {"id": id_, "vat": vat, "tax_code": vat, "legal_name": vat, "legal_form": "srl", "revision": 1}
                for id_, vat in zip(companies, vats, strict=True)
            ])  # fmt: skip
            session.execute(insert(Application), [
                self._application(id_, company, self.arrival + number, now)
                for id_, company, number in zip(ids, companies, numbers, strict=True)
            ])  # fmt: skip
            session.execute(insert(Place), [
                {"ranking_id": self.ranking_id, "application_id": id_, "position": number, "total": 80,
                 "outcome": Outcome.FUNDED, "amount_eur": eur, "line": {}}
                for id_, number in zip(ids, numbers, strict=True)
            ])  # fmt: skip
            session.execute(insert(AidLink), [
                {"stated_by": vat, "other": vats[0], "name": "", "application_id": id_}
                for vat, id_ in zip(vats[1:], ids[1:], strict=True)
            ])  # fmt: skip
            session.commit()
        return vats, ids

    def _application(self, id_: UUID, company_id: UUID, arrival: int, now: datetime) -> dict[str, Any]:
        return {
            "id": id_, "call_id": self.call_id, "version_id": self.version_id, "company_id": company_id,
            "status": Status.FUNDED, "started_by": BY, "frozen_at": now, "content": {"answers": {}}, "sha256": "0",
            "submitted_at": now, "submitted_by": BY, "arrival": arrival, "protocol": f"GARA-{arrival:08}",
            "receipt_code": id_.hex,
        }  # fmt: skip

    def _together(self, ids: Sequence[UUID]) -> list[str]:
        """Each caller grants one application in a transaction of its own, all let go at once."""
        barrier, now = Barrier(len(ids)), datetime.now(UTC)
        today = now.astimezone(ROME).date()
        act, check = Act(number="1", on=today), Check(vercor="V", on=today)

        def one(application_id: UUID) -> str:
            barrier.wait()
            with Session(self.engine, expire_on_commit=False) as session:
                try:
                    service.award(session, application_id, act, check, by=BY, now=now)
                    session.commit()
                except NoHeadroom:
                    return "refused"
                except Exception as fault:  # noqa: BLE001 - told, and the proof fails
                    return f"{type(fault).__name__}: {str(fault)[:200]}"
            return "granted"

        with ThreadPoolExecutor(len(ids)) as threads:
            return list(threads.map(one, ids))
