"""Batches of rows for the national register: made once, numbered, kept as they were sent."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from portal.audit.service import record
from portal.awards.models import RegisterBatch
from portal.awards.queries import register
from portal.awards.rules.refusals import NothingToRegister
from portal.awards.rules.register import COLUMNS, INSTRUMENTS, REGIMES, STATES, to_xml, typed, written
from portal.calls import queries as calls
from portal.calls.rules.content import Budget
from portal.documents import sheets
from portal.kernel.clock import ROME
from portal.kernel.text import canonical_json, sha256_hex

LOCK = 8_105_217
"""Of PostgreSQL's advisory locks, the one that numbers batches."""


def make_batch(session: Session, call_id: UUID, *, by: str, now: datetime) -> RegisterBatch:
    """Fix what was granted in a call, as it stands now, under the next number. Raises NothingToRegister."""
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    granted = register.granted(session, call_id)
    if not granted:
        raise NothingToRegister
    rows = []
    for place, row in enumerate(granted, start=1):
        content = calls.content_by_id(session, row.Application.version_id)
        rows.append(_row(place, row, content.budget))
    number = register.last_number(session) + 1
    digest = sha256_hex(canonical_json({"number": number, "rows": rows}))
    batch = RegisterBatch(call_id=call_id, number=number, rows=rows, sha256=digest, made_at=now, made_by=by)
    session.add(batch)
    session.flush()
    detail = {"number": number, "rows": len(rows), "sha256": digest}
    record(session, "awards.batch_made", subject_type="call", subject_id=call_id, by=by, at=now, detail=detail)
    return batch


def _row(place: int, row: Row[Any], budget: Budget) -> dict[str, str]:
    award, application, company, ending = row.Award, row.Application, row.Company, row.Ending
    values = {
        "progressivo": place,
        "car": award.car,
        "cup": award.cup,
        "codice_fiscale": company.tax_code,
        "partita_iva": company.vat,
        "denominazione": company.legal_name,
        "provincia": company.province,
        "ateco": company.ateco_primary,
        "protocollo": application.protocol,
        "vercor": award.vercor,
        "data_verifica": award.checked_on,
        "cor": award.cor,
        "data_cor": award.cor_on,
        "data_conferma_cor": award.cor_confirmed_on,
        "covar": award.covar,
        "data_covar": award.covar_on,
        "atto_numero": award.act_number,
        "data_concessione": award.act_on,
        "regime": REGIMES[budget.aid_regime],
        "strumento": INSTRUMENTS[budget.in_kind],
        "importo_nominale_eur": award.asked_eur,
        "elemento_aiuto_eur": award.eur,
        "stato": STATES[application.status.value],
        "data_variazione": ending.at.astimezone(ROME).date() if ending else None,
        "importo_erogato_eur": ending.provided_eur if ending else None,
        "importo_da_recuperare_eur": ending.recover_eur if ending else None,
    }
    return {name: written(values[name]) for name in COLUMNS}


def render(batch: RegisterBatch, kind: str, *, call_code: str) -> bytes:
    """A batch as a file, csv, xlsx or xml: the same batch, the same bytes."""
    if kind == "xml":
        made_at = batch.made_at.astimezone(ROME).isoformat(timespec="seconds")
        return to_xml(batch.rows, number=batch.number, call_code=call_code, made_at=made_at)
    table = [[typed(name, row[name]) for name in COLUMNS] for row in batch.rows]
    if kind == "csv":
        return sheets.to_csv(COLUMNS, table)
    return sheets.to_xlsx({f"Lotto {batch.number}": (COLUMNS, table)}, created=batch.made_at)
