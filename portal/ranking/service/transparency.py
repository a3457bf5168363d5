"""The grants as open data: read in batches from the rankings in force, never all at once in memory."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from sqlalchemy.orm import Session

from portal.calls import queries as calls
from portal.calls.rules.content import CallContent
from portal.ranking import queries
from portal.ranking.queries import Funded
from portal.ranking.rules import Act
from portal.ranking.rules.transparency import Value, fields

Acts: TypeAlias = Callable[[Session, Sequence[UUID]], Mapping[UUID, Act]]
"""What a slice above knows of the grants of these applications."""


@dataclass(frozen=True)
class Published:
    """One grant: its line, the call it belongs to, and what is published of it, by the names of TRANSPARENCY."""

    row: Funded
    content: CallContent
    fields: dict[str, Value]


def grants(session: Session, *, year: int | None, public_url: str, acts: Sequence[Acts] = ()) -> Iterator[Published]:
    """Every grant of the rankings in force, or those of one year, the newest ranking first."""
    for rows in queries.all_funded(session, year=year):
        yield from published(session, rows, public_url=public_url, acts=acts)


def published(
    session: Session, rows: Sequence[Funded], *, public_url: str, acts: Sequence[Acts] = ()
) -> list[Published]:
    """These grants with all that is published of them: a constant number of statements."""
    contents = calls.contents(session, {row.version_id for row in rows})
    ids = [row.application_id for row in rows]
    known: dict[UUID, Act] = {}
    for ask in acts:
        known.update(ask(session, ids))
    return [_published(row, contents[row.version_id], known.get(row.application_id, Act()), public_url) for row in rows]


def _published(row: Funded, content: CallContent, act: Act, public_url: str) -> Published:
    link = f"{public_url}/bandi/{row.slug}/graduatoria"
    return Published(row, content, fields(row.firm, Decimal(row.amount_eur), content, link=link, act=act))


def as_json(one: Published) -> dict[str, str | None]:
    """A grant by field, money as text with two decimals and days in ISO 8601."""
    return {name: _plain(value) for name, value in one.fields.items()}


def _plain(value: Value) -> str | None:
    match value:
        case None:
            return None
        case Decimal():
            return f"{value:.2f}"
    return str(value)
