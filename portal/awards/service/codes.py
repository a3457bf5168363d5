"""The codes that the national register gives to an award, as they come."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.awards.models import AidEntry, Award
from portal.awards.queries import cases, ledger
from portal.awards.rules.refusals import CodesIncomplete, CorTaken, DayToCome
from portal.awards.service.trace import lock, trace
from portal.kernel.clock import ROME
from portal.kernel.errors import NotFound


@dataclass(frozen=True, kw_only=True)
class Codes:
    """COR with its day, the day it was confirmed; COVAR with its day; CUP and CAR."""

    cor: str = ""
    cor_on: date | None = None
    cor_confirmed_on: date | None = None
    covar: str = ""
    covar_on: date | None = None
    cup: str = ""
    car: str = ""


def record_codes(session: Session, application_id: UUID, codes: Codes, *, by: str, now: datetime) -> Award:
    """Write down what the register answered; the COR goes to the ledger too.

    Raises CodesIncomplete, DayToCome, CorTaken, NotFound.
    """
    lock(session, application_id)
    award = cases.award_of(session, application_id)
    if award is None:
        raise NotFound
    _check_dated(codes, today=now.astimezone(ROME).date())
    _write(session, award, codes)
    entry: AidEntry | None = ledger.live_entry(session, application_id)
    if entry is not None:
        entry.cor = codes.cor
    session.flush()
    told = {name: str(value) for name, value in asdict(codes).items() if value}
    trace(session, "codes_recorded", application_id, by=by, now=now, **told)
    return award


def _write(session: Session, award: Award, codes: Codes) -> None:
    award.cor, award.cor_on = codes.cor or None, codes.cor_on
    award.cor_confirmed_on = codes.cor_confirmed_on
    award.covar, award.covar_on = codes.covar or None, codes.covar_on
    award.cup, award.car = codes.cup or None, codes.car or None
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError as twin:
        raise CorTaken(field="cor") from twin


def _check_dated(codes: Codes, *, today: date) -> None:
    for name, on in asdict(codes).items():
        if isinstance(on, date) and on > today:
            raise DayToCome(field=name)
    for name, code, on in (("cor_on", codes.cor, codes.cor_on), ("covar_on", codes.covar, codes.covar_on)):
        if bool(code) != (on is not None):
            raise CodesIncomplete(field=name)
    if codes.cor_confirmed_on is not None and not codes.cor:
        raise CodesIncomplete(field="cor")
