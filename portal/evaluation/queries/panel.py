"""The panel: its seats, what its people declared, what they are reminded of."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, literal, select
from sqlalchemy.orm import Session

from portal.applications.models import Application
from portal.companies.models import Company
from portal.evaluation.models import Interest, PanelSeat
from portal.evaluation.rules import Subject


def seats(session: Session, call_id: UUID) -> dict[UUID, PanelSeat]:
    """The seats of a call's panel, by reviewer."""
    return {seat.reviewer_id: seat for seat in session.scalars(select(PanelSeat).where(PanelSeat.call_id == call_id))}


def find_interest(session: Session, user_id: UUID, tax_code: str) -> Interest | None:
    """What a person declared about a code."""
    return session.scalars(
        select(Interest).where(Interest.user_id == user_id, Interest.tax_code == tax_code)
    ).one_or_none()


def interests(session: Session, user_id: UUID) -> Sequence[Interest]:
    """Everything that a person declared of themselves, oldest first."""
    return session.scalars(
        select(Interest).where(Interest.user_id == user_id).order_by(Interest.created_at, Interest.id)
    ).all()


def subjects(
    session: Session,
    application_ids: Collection[UUID],
    languages: Mapping[str, Sequence[str]],
    *,
    with_words: bool,
) -> dict[UUID, Subject]:
    """What each application is about; its words only where somebody looks for some."""
    words = cast(Application.content["answers"], Text) if with_words else literal("")
    found = (
        select(
            Application.id, Application.pathway, Company.ateco_primary, Company.ateco_secondary, words.label("words")
        )
        .join(Company, Company.id == Application.company_id)
        .where(Application.id.in_(application_ids))
    )
    return {row.id: _subject(row, languages) for row in session.execute(found)}


def _subject(row: Any, languages: Mapping[str, Sequence[str]]) -> Subject:  # noqa: ANN401 - a Row of the above
    codes = [row.ateco_primary or "", *(code for code in row.ateco_secondary or [] if isinstance(code, str))]
    return Subject(
        divisions=frozenset(code[:2] for code in codes if code),
        pathway=row.pathway,
        languages=frozenset(languages.get(row.pathway or "", ())),
        words=row.words or "",
    )
