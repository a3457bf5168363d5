"""What firms declare: aid had elsewhere, firms of the same undertaking; and what the office makes of a link."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import Row
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit.service import record
from portal.awards.models import AidDenial, AidEntry, AidLink
from portal.awards.queries import ledger
from portal.awards.rules.ledger import LIVE, EntryState, Recipient, statements
from portal.awards.rules.refusals import NoSuchLink, NotDeclared
from portal.awards.rules.undertaking import is_majority, pair
from portal.companies.models import Company
from portal.eligibility.rules.collecting import facts_of
from portal.kernel.errors import Conflict, NotFound

TRIES: Final = 3


def note_declared(session: Session, application_ids: Collection[UUID], *, now: datetime) -> dict[UUID, str]:
    """Enter the aid and the links that applications declare; what is there already stays as it is.

    Answers the VAT number of each application's firm.
    """
    rows = ledger.frozen(session, application_ids)
    for row in rows:
        entries = _entries(row, now)
        if entries:
            session.execute(
                insert(AidEntry).values(entries).on_conflict_do_nothing(constraint="uq_aid_entries_declared_once")
            )
        links = _links(row)
        if links:
            session.execute(insert(AidLink).values(links).on_conflict_do_nothing())
    session.flush()
    return {row.id: row.vat for row in rows}


def _entries(row: Row[Any], now: datetime) -> list[dict[str, Any]]:
    aid = facts_of(row.content, at=row.submitted_at, earlier=None).aid
    told = [] if aid is None else [(Recipient.OWN, one) for one in aid.own]
    told += [] if aid is None else [(Recipient.LINKED, one) for one in aid.linked or []]
    keys = statements([(recipient, one.granted_on, one.eur, one.cor or "") for recipient, one in told])
    return [
        {
            "id": uuid4(),
            "code": row.vat,
            "state": EntryState.DECLARED,
            "recipient": recipient,
            "granted_on": one.granted_on,
            "eur": one.eur,
            "body": one.body or "",
            "act": one.act or "",
            "cor": one.cor or "",
            "application_id": row.id,
            "statement": key,
            "entered_at": now,
            "entered_by": row.submitted_by,
        }
        for (recipient, one), key in zip(told, keys, strict=True)
    ]


def _links(row: Row[Any]) -> list[dict[str, Any]]:
    """Members that the firm names, and firms that it controls or that control it; people are not undertakings here."""
    answers = row.content.get("answers") or {}
    named = [*(answers.get("single_undertaking") or [])]
    named += [
        one
        for one in answers.get("holdings") or []
        if is_majority({"kind": "enterprise", **one}) and str(one.get("tax_code") or "").isdigit()
    ]
    codes = {str(one["tax_code"]): str(one.get("name") or "") for one in named if one.get("tax_code")}
    return [
        {"id": uuid4(), "stated_by": row.vat, "other": code, "name": name, "application_id": row.id}
        for code, name in codes.items()
        if code != row.vat
    ]


def register_aid(
    session: Session,
    company: Company,
    *,
    recipient: Recipient,
    granted_on: date,
    eur: Decimal,
    body: str,
    act: str = "",
    cor: str = "",
    by: str,
    now: datetime,
) -> AidEntry:
    """Enter one aid that the firm had elsewhere. The same COR twice is one entry, also where both are sent at once.

    Raises Conflict where others enter the same without end.
    """
    row = (recipient, granted_on, eur, cor)
    for _again in range(TRIES):
        known, key = _statement(session, company, row)
        if known is not None:
            return known
        entry = AidEntry(
            code=company.vat,
            state=EntryState.DECLARED,
            recipient=recipient,
            granted_on=granted_on,
            eur=eur,
            body=body,
            act=act,
            cor=cor,
            statement=key,
            entered_at=now,
            entered_by=by,
        )
        if _entered(session, entry):
            _record(session, "aid_declared", company, entry, by=by, now=now)
            return entry
    raise Conflict


def _statement(
    session: Session, company: Company, row: tuple[Recipient, date, Decimal, str]
) -> tuple[AidEntry | None, str]:
    """The entry that says the same already, or None, and the key under which a new one is kept."""
    entries = ledger.entries(session, [company.vat], even_closed=True)
    there, rows = [one.statement for one in entries], [row]
    if not row[3]:
        plain = statements(rows)[0].rpartition(":")[0]
        rows *= 1 + sum(key is not None and key.rpartition(":")[0] == plain for key in there)
    key = statements(rows)[-1]
    known = next((one for one in entries if one.statement == key and one.state in LIVE), None)
    return known, key if key not in there else f"{key}:{uuid4()}"


def _entered(session: Session, entry: AidEntry) -> bool:
    """Whether the entry went in; not where somebody else's with the same key was quicker."""
    try:
        with session.begin_nested():
            session.add(entry)
    except IntegrityError:
        return False
    return True


def correct_aid(session: Session, company: Company, entry_id: UUID, *, reason: str, by: str, now: datetime) -> AidEntry:
    """Take back an aid that the firm declared; it stays in sight, with the reason. Raises NotFound, NotDeclared."""
    entry = ledger.find_own_entry(session, entry_id, company.vat)
    if entry is None:
        raise NotFound
    if entry.state is EntryState.CORRECTED:
        return entry
    if entry.state is not EntryState.DECLARED:
        raise NotDeclared
    entry.state = EntryState.CORRECTED
    entry.closed_at, entry.closed_by, entry.closed_why = now, by, reason
    session.flush()
    _record(session, "aid_corrected", company, entry, by=by, now=now, why=reason)
    return entry


def _record(
    session: Session, verb: str, company: Company, entry: AidEntry, *, by: str, now: datetime, **more: str
) -> None:
    detail = {"entry": str(entry.id), "granted_on": entry.granted_on.isoformat(), "eur": str(entry.eur), **more}
    record(session, f"awards.{verb}", subject_type="company", subject_id=company.id, by=by, at=now, detail=detail)


def deny_link(session: Session, one: str, other: str, *, of: str, reason: str, by: str, now: datetime) -> AidDenial:
    """Say that two codes, linked in the undertaking of the firm `of`, are not one, whoever states it.

    Raises NoSuchLink.
    """
    first, second = pair(one, other)
    known = next((no for no in ledger.denials(session, [first]) if (no.one, no.other) == (first, second)), None)
    if known is not None:
        return known
    if not any(pair(link.stated_by, link.other) == (first, second) for link in ledger.links(session, [of])):
        raise NoSuchLink
    denial = AidDenial(one=first, other=second, reason=reason, at=now, by=by)
    try:
        with session.begin_nested():
            session.add(denial)
    except IntegrityError:
        return next(no for no in ledger.denials(session, [first]) if (no.one, no.other) == (first, second))
    detail = {"one": first, "other": second, "why": reason}
    record(session, "awards.link_denied", subject_type="aid_link", subject_id=first, by=by, at=now, detail=detail)
    return denial
