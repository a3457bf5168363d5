"""Many callers let go at once, each with a connection and a transaction of its own, and the firms they act for."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Barrier
from typing import TypeVar
from uuid import UUID, uuid4

from sqlalchemy import Engine, create_engine, func, insert, select
from sqlalchemy.orm import Session

from portal.applications.models import Application
from portal.applications.rules import Status
from portal.companies.models import Company
from portal.db import APP_ROLE
from portal.kernel.errors import DomainError

BY = "gara@unioncamere.example"
T = TypeVar("T")
VAT = "9{:010}"  # no firm of the demonstration


@dataclass(frozen=True)
class Told:
    """What the callers of one round were told; `failed`: faults that are no answer."""

    done: int
    refused: int
    failed: tuple[str, ...]


@dataclass(frozen=True)
class Firm:
    """A firm with an application."""

    vat: str
    company_id: UUID
    application_id: UUID


@contextmanager
def crowd_engine(url: str, *, connections: int = 60) -> Iterator[Engine]:
    """Connections for many callers, acting as the portal's own role; whoever finds none waits."""
    options = f"-c timezone=UTC -c lock_timeout=60000 -c role={APP_ROLE}"
    engine = create_engine(url, pool_size=connections, pool_timeout=600, connect_args={"options": options})
    yield engine
    engine.dispose()


def crowd(
    engine: Engine, over: Sequence[T], act: Callable[[Session, T], object], *, refusal: type[DomainError] = DomainError
) -> Told:
    """One caller for each of `over`: all wait for one another, then act and commit."""
    barrier = Barrier(len(over))

    def one(what: T) -> str:
        barrier.wait()
        with Session(engine, expire_on_commit=False) as session:
            try:
                act(session, what)
                session.commit()
            except refusal:
                return "refused"
            except Exception as fault:  # noqa: BLE001 - told, and the proof fails
                return f"{type(fault).__name__}: {str(fault)[:200]}"
        return "done"

    with ThreadPoolExecutor(len(over)) as threads:
        told = list(threads.map(one, over))
    failed = tuple(one for one in told if one not in {"done", "refused"})
    return Told(done=told.count("done"), refused=told.count("refused"), failed=failed)


def enter(session: Session, how_many: int, *, call_id: UUID, version_id: UUID, status: Status) -> list[Firm]:
    """Firms that have handed in, numbered by the portal's own sequence: many may be made at once."""
    numbers = _numbers(session, how_many)
    companies = _companies(session, numbers)
    firms = [Firm(VAT.format(n), company, uuid4()) for n, company in zip(numbers, companies, strict=True)]
    now = datetime.now(UTC)
    session.execute(insert(Application), [
        {"id": firm.application_id, "call_id": call_id, "version_id": version_id, "company_id": firm.company_id,
         "status": status, "started_by": BY, "frozen_at": now, "content": {"answers": {}}, "sha256": "0",
         "submitted_at": now, "submitted_by": BY, "arrival": number, "protocol": f"GARA-{number:08}",
         "receipt_code": firm.application_id.hex}
        for firm, number in zip(firms, numbers, strict=True)
    ])  # fmt: skip
    return firms


def found(session: Session, how_many: int) -> list[UUID]:
    """Firms without an application."""
    return _companies(session, _numbers(session, how_many))


def _numbers(session: Session, how_many: int) -> Sequence[int]:
    drawn = select(func.nextval("application_arrivals")).select_from(func.generate_series(1, how_many))
    return session.scalars(drawn).all()


def _companies(session: Session, numbers: Sequence[int]) -> list[UUID]:
    ids = [uuid4() for _ in numbers]
    session.execute(insert(Company), [
        {"id": id_, "vat": VAT.format(n), "tax_code": VAT.format(n), "legal_name": str(n), "legal_form": "srl",
         "revision": 1}
        for id_, n in zip(ids, numbers, strict=True)
    ])  # fmt: skip
    return ids
