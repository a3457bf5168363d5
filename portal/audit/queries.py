"""Every SELECT of the audit."""

from collections.abc import Sequence
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, true
from sqlalchemy.orm import Session

from portal.audit import rules
from portal.audit.models import Entry, Head
from portal.audit.rules import Line, Tip, Verification

_AT_ONCE = 2000


def story(session: Session, *subject_ids: UUID | str) -> Sequence[Entry]:
    """What was done to one subject, or to several together, in order."""
    ids = [str(subject_id) for subject_id in subject_ids]
    return session.scalars(select(Entry).where(Entry.subject_id.in_(ids)).order_by(Entry.seq)).all()


def entries(*, subject_id: str = "", by: str = "", action: str = "") -> Select[Entry]:
    """The register, filtered, unordered, for paging by `seq`; `action` may be a beginning, as `accounts.`, too."""
    found = select(Entry)
    if subject_id:
        found = found.where(Entry.subject_id == subject_id)
    if by:
        found = found.where(Entry.by == by)
    if action:
        found = found.where(Entry.action.startswith(action, autoescape=True))
    return found


def head(session: Session) -> Tip:
    """The end of the chain, as the database declares it."""
    row = session.execute(select(Head.seq, Head.hash)).one()
    return Tip(row.seq, row.hash)


def verify(session: Session, *, known: Tip | None = None) -> Verification:
    """Recompute the whole chain; `known`: an end kept elsewhere.

    Lines and head come in one statement, hence of one instant: others may go on writing.
    """
    columns = (Entry.seq, Entry.at, Entry.action, Entry.subject_type, Entry.subject_id, Entry.by, Entry.detail)
    chained: Any = select(*columns, Entry.previous, Entry.hash, Head.seq, Head.hash).join(Head, true())
    with session.execute(chained.order_by(Entry.seq), execution_options={"yield_per": _AT_ONCE}) as rows:
        first = next(rows, None)
        if first is None:
            return rules.verify((), head=head(session), known=known)
        lines = (Line(*row[:-2]) for row in chain([first], rows))
        return rules.verify(lines, head=Tip(*first[-2:]), known=known)
