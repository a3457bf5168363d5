"""The CORs of a whole batch, as the national register answered them: all of them or none."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import LazyString, lazy_gettext as _l
from sqlalchemy.orm import Session

from portal.awards.models import Award, RegisterBatch
from portal.awards.queries import cases, register
from portal.awards.queries.register import Registered
from portal.awards.rules.cors import Answer, BadLines, Fault
from portal.awards.rules.refusals import CorThere
from portal.awards.service.codes import Codes, record_codes
from portal.awards.service.trace import lock
from portal.kernel.errors import DomainError, NotFound


def record_cors(
    session: Session, batch_id: UUID, answers: Sequence[Answer], faults: Sequence[Fault] = (), *, by: str, now: datetime
) -> int:
    """Write down what the register answered about a batch; answers how many are new. What is there already is left.

    `faults`: what was wrong with the lines before anybody looked at the batch; all are told together. Applications are
    locked one after the other in one order, whoever writes. Raises NotFound, and BadLines with every line that cannot
    be written: then none is.
    """
    batch = register.find_batch(session, batch_id)
    if batch is None:
        raise NotFound
    wanted = _check(session, batch, answers, faults)
    for application_id, answer in sorted(wanted, key=lambda one: one[0]):
        try:
            _write(session, application_id, answer, by=by, now=now)
        except DomainError as refusal:
            # the first is enough: what a transaction says after a fault is worth nothing
            raise BadLines([Fault(answer.line, str(refusal))]) from refusal
    return len(wanted)


def _check(
    session: Session, batch: RegisterBatch, answers: Sequence[Answer], known_faults: Sequence[Fault]
) -> list[tuple[UUID, Answer]]:
    """What is to be written, by application. Raises BadLines."""
    known = _by_row(batch.rows, register.registered(session, [row["protocollo"] for row in batch.rows]))
    elsewhere = register.holders(session, [answer.cor for answer in answers])
    faults, wanted, seen = list(known_faults), [], dict[UUID, int]()
    told = {fault.line for fault in faults}
    for answer in answers:
        there = known.get(answer.row.upper())
        if why := _why_not(answer, there, seen, elsewhere, rows=len(batch.rows)):
            faults += [Fault(answer.line, why)] if answer.line not in told else []
        elif there is not None:
            seen[there.application_id] = answer.line
            if there.cor is None:
                wanted.append((there.application_id, answer))
    if faults:
        raise BadLines(faults)
    return wanted


def _why_not(
    answer: Answer, there: Registered | None, seen: Mapping[UUID, int], elsewhere: Mapping[str, UUID], *, rows: int
) -> LazyString | None:
    """Why a line cannot be written."""
    if there is None:
        return _l(
            "«%(row)s» non è una posizione del lotto, che ha %(rows)s righe, né un suo protocollo.",
            row=answer.row[:60],
            rows=rows,
        )
    if there.application_id in seen:
        return _l("è la stessa domanda della riga %(first)s.", first=seen[there.application_id])
    if there.cor and there.cor != answer.cor:
        return _l(
            "la domanda %(protocol)s ha già il COR %(cor)s: per cambiarlo apri la sua concessione.",
            protocol=there.protocol,
            cor=there.cor,
        )
    if elsewhere.get(answer.cor, there.application_id) != there.application_id:
        return _l("un'altra concessione ha già il COR %(cor)s.", cor=answer.cor)
    return None


def _by_row(rows: Sequence[Mapping[str, Any]], registered: Mapping[str, Registered]) -> dict[str, Registered]:
    """By position and by registry number."""
    found = {}
    for row in rows:
        there = registered.get(row["protocollo"])
        if there is not None:
            found[str(row["progressivo"])] = found[row["protocollo"].upper()] = there
    return found


def _write(session: Session, application_id: UUID, answer: Answer, *, by: str, now: datetime) -> None:
    lock(session, application_id)
    award = cases.award_of(session, application_id)
    if award is None:
        raise NotFound
    if award.cor == answer.cor:
        return
    if award.cor:
        raise CorThere(cor=award.cor)
    codes = replace(_codes_of(award), cor=answer.cor, cor_on=answer.on)
    record_codes(session, application_id, codes, by=by, now=now)


def _codes_of(award: Award) -> Codes:
    return Codes(
        cor_confirmed_on=award.cor_confirmed_on,
        covar=award.covar or "",
        covar_on=award.covar_on,
        cup=award.cup or "",
        car=award.car or "",
    )
