"""The codes that the national register gives to an award, as they come."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.awards.models import AidEntry, Award
from portal.awards.queries import cases, ledger
from portal.awards.rules.refusals import CodesIncomplete
from portal.awards.service.trace import lock, trace
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
    """Write down what the register answered; the COR goes to the ledger too. Raises CodesIncomplete, NotFound."""
    lock(session, application_id)
    award = cases.award_of(session, application_id)
    if award is None:
        raise NotFound
    _check_dated(codes)
    award.cor, award.cor_on = codes.cor or None, codes.cor_on
    award.cor_confirmed_on = codes.cor_confirmed_on
    award.covar, award.covar_on = codes.covar or None, codes.covar_on
    award.cup, award.car = codes.cup or None, codes.car or None
    entry: AidEntry | None = ledger.live_entry(session, application_id)
    if entry is not None:
        entry.cor = codes.cor
    session.flush()
    told = {name: str(value) for name, value in asdict(codes).items() if value}
    trace(session, "codes_recorded", application_id, by=by, now=now, **told)
    return award


def _check_dated(codes: Codes) -> None:
    for name, code, on in (("cor_on", codes.cor, codes.cor_on), ("covar_on", codes.covar, codes.covar_on)):
        if bool(code) != (on is not None):
            raise CodesIncomplete(field=name)
    if codes.cor_confirmed_on is not None and not codes.cor:
        raise CodesIncomplete(field="cor")
