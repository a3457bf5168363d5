"""What the national register and the open data want of awards."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session, defer

from portal.applications.models import Application
from portal.awards.models import Award, Ending, RegisterBatch
from portal.calls.models import Call
from portal.companies.models import Company
from portal.ranking.queries import WHOLE
from portal.ranking.rules import Act


def published_facts(session: Session, application_ids: Sequence[UUID]) -> dict[UUID, Act]:
    """By application, what open data carry of its award (art. 27 D.Lgs. 33/2013). One statement."""
    found = select(Award.application_id, Award.act_number, Award.act_on, Award.eur, Award.cor, Award.cup).where(
        Award.application_id.in_(application_ids)
    )
    return {
        row.application_id: Act(
            number=row.act_number, on=row.act_on, cor=row.cor or "", cup=row.cup or "", amount_eur=row.eur
        )
        for row in session.execute(found)
    }


def granted(session: Session, call_id: UUID) -> Sequence[Row[Any]]:
    """(award, application, firm, ending) of all that was granted in a call, by arrival."""
    found: Any = (
        select(Award, Application, Company, Ending)
        .join(Application, Application.id == Award.application_id)
        .join(Company, Company.id == Application.company_id)
        .outerjoin(Ending, Ending.application_id == Application.id)
        .options(defer(Application.content))
        .where(Award.call_id == call_id)
    )
    return session.execute(found.order_by(Application.arrival)).all()


class Registered(NamedTuple):
    """An award of a batch: its application and the COR that it has by now."""

    application_id: UUID
    protocol: str
    legal_name: str
    cor: str | None


def registered(session: Session, protocols: Sequence[str]) -> dict[str, Registered]:
    """The awards of these applications, by registry number. One statement."""
    found = (
        select(Application.id, Application.protocol, Company.legal_name, Award.cor)
        .join(Award, Award.application_id == Application.id)
        .join(Company, Company.id == Application.company_id)
        .where(Application.protocol.in_(protocols))
    )
    rows = session.execute(found)
    return {str(number): Registered(id_, str(number), name, cor) for id_, number, name, cor in rows}


def holders(session: Session, cors: Sequence[str]) -> dict[str, UUID]:
    """Whose application has each of these CORs."""
    found = select(Award.cor, Award.application_id).where(Award.cor.in_(cors))
    return {str(cor): application_id for cor, application_id in session.execute(found)}


def last_number(session: Session) -> int:
    """The number of the latest batch, whoever asks; 0 before the first."""
    return session.scalar(select(func.max(RegisterBatch.number)), execution_options={WHOLE: True}) or 0


def batches(scope: frozenset[UUID] | None) -> Select[Any]:
    """(batch, code of its call, number of its rows), without the rows; unordered."""
    lines = func.jsonb_array_length(RegisterBatch.rows).label("lines")
    found: Any = select(
        RegisterBatch.id,
        RegisterBatch.number,
        RegisterBatch.made_at,
        RegisterBatch.made_by,
        RegisterBatch.sha256,
        RegisterBatch.call_id,
        Call.code,
        lines,
    ).join(Call, Call.id == RegisterBatch.call_id)
    statement: Select[Any] = found if scope is None else found.where(RegisterBatch.call_id.in_(scope))
    return statement


def find_batch(session: Session, batch_id: UUID) -> RegisterBatch | None:
    """One batch, whole."""
    return session.get(RegisterBatch, batch_id)
