"""Save answers."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import DateTime, Integer, Text, bindparam, cast, column, func, select, true
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from portal.applications import queries
from portal.applications.models import Answer, Application
from portal.applications.rules import Status
from portal.applications.rules.answers import Json
from portal.applications.rules.freezing import check_editable
from portal.kernel.errors import NotFound


class Change(NamedTuple):
    """A new answer to `key`, made from what stood at revision `base` (0: nothing)."""

    key: str
    value: Json = None
    typed: Json = None
    base: int = 0


def save(
    session: Session, application_id: UUID, changes: Sequence[Change], *, by: str, now: datetime
) -> dict[str, int]:
    """Write the answers of a draft, each on top of the revision it was made from; one statement, however many.

    Returns the new revision of each key written. A key that is not there was changed by somebody else in the meantime,
    and stands as they left it. Raises NotADraft or AlreadyFrozen; nothing is written then.
    """
    if not changes:
        return {}
    asked = {
        "the_id": application_id,
        "the_changes": [one._asdict() for one in changes],
        "the_now": now,
        "the_sender": by,
    }
    written = session.execute(_upsert(), asked).all()
    if not written:
        _check_still_editable(session, application_id)
    return {key: revision for key, revision in written}  # noqa: C416 - rows are not pairs to mypy


@cache
def _upsert() -> Any:  # noqa: ANN401 - built once: building it costs more than running it
    draft = (
        select(Application.id)
        .where(
            Application.id == bindparam("the_id"),
            Application.status == Status.DRAFT,
            Application.frozen_at.is_(None),
        )
        .with_for_update(read=True)
        .cte("draft")
    )
    rows = (
        func.jsonb_to_recordset(cast(bindparam("the_changes", type_=JSONB), JSONB))
        .table_valued(column("key", Text), column("value", JSONB), column("typed", JSONB), column("base", Integer))
        .render_derived(name="change", with_types=True)
    )
    given = (
        select(
            draft.c.id,
            rows.c.key,
            rows.c.value,
            rows.c.typed,
            rows.c.base + 1,
            bindparam("the_now", type_=DateTime(timezone=True)),
            bindparam("the_sender", type_=Text),
        )
        .select_from(draft.join(rows, true()))
        .order_by(rows.c.key)
    )
    columns = ["application_id", "key", "value", "typed", "revision", "saved_at", "saved_by"]
    table: Any = Answer.__table__
    statement = insert(table).from_select(columns, given)
    fresh = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=["application_id", "key"],
        set_={name: fresh[name] for name in ("value", "typed", "revision", "saved_at", "saved_by")},
        where=table.c.revision == fresh.revision - 1,
    )
    return statement.returning(table.c.key, table.c.revision)


def _check_still_editable(session: Session, application_id: UUID) -> None:
    """Nothing was written: silent if others wrote first, a refusal if it is no draft any more."""
    state = queries.state(session, application_id)
    if state is None:
        raise NotFound
    check_editable(state.status, frozen_at=state.frozen_at)
