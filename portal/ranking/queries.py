"""Every SELECT of the ranking."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import wraps
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Numeric,
    Row,
    Select,
    Text,
    cast,
    exists,
    func,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased, defer

from portal.applications.models import Application
from portal.applications.rules import RANKED, Status
from portal.calls.models import Call, CallVersion
from portal.companies.models import Company
from portal.eligibility.models import Report
from portal.kernel.clock import ROME
from portal.ranking.models import ActTemplate, Opening, Place, Ranking, SigningKey
from portal.ranking.rules import BAND, KEEPS, LEAVES, Departure, Outcome

UNDER_CHECK = frozenset(
    {
        Status.SUBMITTED,
        Status.REGISTERED,
        Status.ELIGIBILITY_CHECK,
        Status.SUPPLEMENT_REQUESTED,
        Status.REJECTION_NOTICE,
    }
)
RANKABLE = frozenset({Status.EVALUATED, *RANKED, *KEEPS})
WHOLE = "portale.whole"
"""The execution option of what is read whole, whoever asks: nobody's view of it may be remembered for everybody."""
_WHOLE = {WHOLE: True}
_AT_ONCE = 500
_MOST_REMEMBERED = 32
Found = TypeVar("Found")


def remembered(asked: Callable[[Session, UUID], Found]) -> Callable[[Session, UUID], Found]:
    """Ask once a process what a version says of itself as a whole: it never changes, and may hold 100,000 lines."""
    known: dict[UUID, Found] = {}

    @wraps(asked)
    def told(session: Session, ranking_id: UUID) -> Found:
        if ranking_id not in known:
            found = asked(session, ranking_id)
            if len(known) >= _MOST_REMEMBERED:
                known.clear()
            known[ranking_id] = found
            return found
        return known[ranking_id]

    return told


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many applications a version has by outcome, and the total of the last funded."""

    by_outcome: dict[Outcome, int]
    not_admitted: int

    def of(self, outcome: Outcome) -> int:
        """How many have this outcome."""
        return self.by_outcome.get(outcome, 0)


def by_status(session: Session, call_id: UUID) -> dict[Status, int]:
    """How many applications of a call are in each state."""
    found = select(Application.status, func.count()).where(Application.call_id == call_id).group_by(Application.status)
    return dict(session.execute(found).all())


def candidates(session: Session, call_id: UUID) -> Sequence[Row[Application, Company]]:
    """(application, firm) of all that is evaluated or ranked already, by arrival; contents are not loaded."""
    return session.execute(
        select(Application, Company)
        .join(Company, Company.id == Application.company_id)
        .options(defer(Application.content))
        .where(Application.call_id == call_id, Application.status.in_(RANKABLE))
        .order_by(Application.arrival)
    ).all()


def not_admitted(session: Session, call_id: UUID) -> list[str]:
    """Registry numbers of what was not admitted, and never stood in a published version."""
    found = select(Application.protocol).where(
        Application.call_id == call_id,
        Application.status == Status.NOT_ADMITTED,
        Application.protocol.is_not(None),
        ~_ever_placed(),
    )
    return sorted(str(protocol) for protocol in session.scalars(found))


def left(session: Session, call_id: UUID) -> list[tuple[str, Departure]]:
    """(registry number, by what) of those that stood in a published version and have left the list."""
    found = select(Application.protocol, Application.status).where(
        Application.call_id == call_id, Application.status.in_(LEAVES), _ever_placed()
    )
    return sorted((str(protocol), LEAVES[status]) for protocol, status in session.execute(found))


def _ever_placed() -> ColumnElement[bool]:
    return (
        select(Place.application_id)
        .join(Ranking, Ranking.id == Place.ranking_id)
        .where(Place.application_id == Application.id, Ranking.published_at.is_not(None))
        .exists()
    )


def granted(session: Session, ranking_id: UUID) -> dict[UUID, tuple[Decimal, str | None]]:
    """(amount, reserve) of the funded of a version, by application."""
    found = select(Place.application_id, Place.amount_eur, Place.line["reserve"].astext).where(
        Place.ranking_id == ranking_id, Place.outcome == Outcome.FUNDED
    )
    return {key: (amount, reserve) for key, amount, reserve in session.execute(found)}


def freed(session: Session, ranking_id: UUID) -> int:
    """How many of the funded of a version have left the list since."""
    found = (
        select(func.count())
        .join_from(Place, Application, Application.id == Place.application_id)
        .where(Place.ranking_id == ranking_id, Place.outcome == Outcome.FUNDED, Application.status.in_(LEAVES))
    )
    return session.scalar(found) or 0


def latest_published(session: Session, call_id: UUID) -> Ranking | None:
    """The version in force of a call, without its file and inputs."""
    found = _light().where(Ranking.call_id == call_id, Ranking.published_at.is_not(None))
    return session.scalars(found.order_by(Ranking.number.desc()).limit(1)).first()


def first_published_at(session: Session, call_id: UUID) -> datetime | None:
    """When the call's ranking was first published."""
    return session.scalar(select(func.min(Ranking.published_at)).where(Ranking.call_id == call_id))


def requests(session: Session, call_id: UUID, *, asked: str | None) -> list[tuple[int, str | None]]:
    """(arrival, what the field `asked` says) of all that was handed in, and neither withdrawn nor still ranked."""
    amount = Application.content["answers"][asked].astext if asked else null()
    found = select(Application.arrival, amount).where(
        Application.call_id == call_id,
        Application.arrival.is_not(None),
        Application.status.not_in({*RANKABLE, Status.WITHDRAWN}),
    )
    return [(arrival, eur) for arrival, eur in session.execute(found.order_by(Application.arrival))]


def asked_amounts(session: Session, call_id: UUID, field: str) -> dict[UUID, str | None]:
    """What each application that can be ranked answered to `field`."""
    found = select(Application.id, Application.content["answers"][field].astext).where(
        Application.call_id == call_id, Application.status.in_(RANKABLE)
    )
    return dict(session.execute(found).all())


def sites(session: Session, call_id: UUID) -> dict[UUID, str | None]:
    """The province of each application's operating site, as handed in; of the office where there is no other site."""
    firm = Application.content["company"]["company"]
    found = select(Application.id, func.coalesce(firm["site_province"].astext, firm["province"].astext)).where(
        Application.call_id == call_id, Application.status.in_(RANKABLE)
    )
    return dict(session.execute(found).all())


def facts(session: Session, call_id: UUID) -> dict[UUID, dict[str, Any]]:
    """The facts of each application's latest report."""
    found = (
        select(Report.application_id, Report.facts)
        .join(Application, Application.id == Report.application_id)
        .where(Application.call_id == call_id, Application.status.in_(RANKABLE))
        .ext(distinct_on(Report.application_id))
        .order_by(Report.application_id, Report.number.desc())
    )
    return dict(session.execute(found).all())


def funded_before(session: Session, call: Call) -> set[UUID]:
    """Firms that another call's ranking, published before this call closed, funded, and that did not waive."""
    found = (
        select(Application.company_id)
        .join(Place, Place.application_id == Application.id)
        .join(Ranking, Ranking.id == Place.ranking_id)
        .where(
            Ranking.call_id != call.id,
            Ranking.published_at < call.closes_at,
            Place.outcome == Outcome.FUNDED,
            Application.status != Status.WAIVED,
        )
    )
    return set(session.scalars(found))


def committed_at(session: Session, call_id: UUID, commitment: str) -> datetime | None:
    """When a version of the call first said this commitment."""
    found = select(func.min(CallVersion.made_at)).where(
        CallVersion.call_id == call_id, CallVersion.content["lot"]["commitment"].astext == commitment
    )
    return session.scalar(found)


def find(session: Session, ranking_id: UUID) -> Ranking | None:
    """One version, without its file and inputs."""
    return session.scalars(_light().where(Ranking.id == ranking_id)).one_or_none()


def lock(session: Session, ranking_id: UUID) -> Ranking | None:
    """One version, whole, locked."""
    return session.get(Ranking, ranking_id, with_for_update=True, populate_existing=True)


def find_latest(session: Session, call_id: UUID) -> Ranking | None:
    """The newest version of a call, published or not."""
    return session.scalars(_light().where(Ranking.call_id == call_id).order_by(Ranking.number.desc()).limit(1)).first()


def find_published(session: Session, slug: str) -> Row[Ranking, Call] | None:
    """The version in force of a call's ranking, by the call's address; its file is not loaded."""
    return session.execute(
        select(Ranking, Call)
        .join(Call, Call.id == Ranking.call_id)
        .options(defer(Ranking.content), defer(Ranking.inputs))
        .where(Call.slug == slug, Ranking.published_at.is_not(None))
        .order_by(Ranking.number.desc())
        .limit(1)
    ).first()


def has_published(session: Session, call_id: UUID) -> bool:
    """Whether a version of the call's ranking was ever published."""
    found = select(Ranking.id).where(Ranking.call_id == call_id, Ranking.published_at.is_not(None)).limit(1)
    return session.scalar(found) is not None


def versions(session: Session, call_id: UUID) -> Sequence[Ranking]:
    """Every version, the newest first; files are not loaded."""
    return session.scalars(_light().where(Ranking.call_id == call_id).order_by(Ranking.number.desc())).all()


def content(session: Session, ranking_id: UUID) -> dict[str, Any]:
    """The published file of a version, as JSON."""
    whole: dict[str, Any] = session.scalars(select(Ranking.content).where(Ranking.id == ranking_id)).one()
    return whole


@remembered
def head(session: Session, ranking_id: UUID) -> dict[str, Any]:
    """The file without its entries: call, ranking, rule, short_pathways, not_admitted."""
    without = Ranking.content.op("-")(cast("entries", Text))
    rest: dict[str, Any] = session.scalars(select(without).where(Ranking.id == ranking_id)).one()
    return rest


@remembered
def counts(session: Session, ranking_id: UUID) -> Counts:
    """How many lines of each kind."""
    found = select(Place.outcome, func.count()).where(Place.ranking_id == ranking_id).group_by(Place.outcome)
    left_out = select(func.jsonb_array_length(Ranking.content["not_admitted"])).where(Ranking.id == ranking_id)
    return Counts(
        by_outcome=dict(session.execute(found, execution_options=_WHOLE).all()),
        not_admitted=session.scalar(left_out) or 0,
    )


def places(
    ranking_id: UUID,
    *,
    outcomes: Collection[Outcome] = tuple(Outcome),
    pathway: str | None = None,
    words: str = "",
    by_firm: bool = False,
) -> Select[Place]:
    """Lines of a version, unordered, for paging by `position`; `words`: as `_mentions`."""
    found = select(Place).where(Place.ranking_id == ranking_id, Place.outcome.in_(outcomes))
    if pathway:
        found = found.where(Place.pathway == pathway)
    return found.where(_mentions(words, by_firm=by_firm)) if words else found


def _mentions(words: str, *, by_firm: bool) -> ColumnElement[bool]:
    """What a line itself says: its number, and the firm where it is named; `by_firm`: where it is not, too."""
    plain = words.lower()
    firm = Place.line["firm"]
    ways = [
        func.lower(Place.line["registry_number"].astext).contains(plain, autoescape=True),
        func.lower(firm["legal_name"].astext).contains(plain, autoescape=True),
        firm["vat"].astext == plain,
    ]
    if by_firm:
        name = func.lower(Company.legal_name).contains(plain, autoescape=True)
        firms = select(Application.id).join(Company, Company.id == Application.company_id)
        ways.append(Place.application_id.in_(firms.where(or_(name, Company.vat == plain))))
    return or_(*ways)


def moved(session: Session, ranking_id: UUID) -> dict[str, dict[str, Any]]:
    """How each firm that has a place and moved did, by registry number; nothing in a first version."""
    found = select(Place.line["registry_number"].astext, Place.move).where(
        Place.ranking_id == ranking_id, Place.move.is_not(None), Place.outcome != Outcome.BELOW_THRESHOLD
    )
    return dict(session.execute(found).all())


def every(session: Session, statement: Select[Place]) -> Iterator[Place]:
    """The lines of a list in order, which the server hands over in batches."""
    ordered = statement.order_by(Place.position)
    for batch in session.scalars(ordered, execution_options={"yield_per": _AT_ONCE}).partitions():
        yield from batch


@remembered
def totals(session: Session, ranking_id: UUID) -> dict[tuple[int, Outcome], int]:
    """How many lines of each outcome have a total in each band of `rules.BAND` points, by where the band begins."""
    begins = cast(func.floor(Place.total / BAND) * BAND, Integer)
    found = select(begins, Place.outcome, func.count()).where(Place.ranking_id == ranking_id)
    return {(low, outcome): count for low, outcome, count in session.execute(found.group_by(begins, Place.outcome))}


@remembered
def means(session: Session, ranking_id: UUID) -> dict[tuple[str, Outcome], Decimal]:
    """The mean of each criterion among the lines of each outcome."""
    score = func.jsonb_each_text(Place.line["scores"]).table_valued("key", "value").render_derived()
    mean = func.round(func.avg(cast(score.c.value, Numeric)), 2)
    found = select(score.c.key, Place.outcome, mean).select_from(Place).join(score, true())
    rows = session.execute(found.where(Place.ranking_id == ranking_id).group_by(score.c.key, Place.outcome))
    return {(key, outcome): points for key, outcome, points in rows}


@remembered
def last_funded(session: Session, ranking_id: UUID) -> Place | None:
    """The line just above the cut-off."""
    found = select(Place).where(Place.ranking_id == ranking_id, Place.outcome == Outcome.FUNDED)
    last = found.order_by(Place.position.desc()).limit(1)
    place = session.scalars(last, execution_options=_WHOLE).first()
    if place is not None:
        session.expunge(place)
    return place


def published_place(session: Session, application_id: UUID) -> Row[Place, Ranking] | None:
    """Where an application stands in the ranking in force; None before it is published."""
    return session.execute(
        select(Place, Ranking)
        .join(Ranking, Ranking.id == Place.ranking_id)
        .options(defer(Ranking.content), defer(Ranking.inputs))
        .where(Place.application_id == application_id, Ranking.published_at.is_not(None))
        .order_by(Ranking.number.desc())
        .limit(1)
    ).first()


def published_places(session: Session, application_id: UUID) -> Sequence[Row[Place, Ranking]]:
    """Where an application stood in every version that was published, the newest first; files are not loaded."""
    return session.execute(
        select(Place, Ranking)
        .join(Ranking, Ranking.id == Place.ranking_id)
        .options(defer(Ranking.content), defer(Ranking.inputs))
        .where(Place.application_id == application_id, Ranking.published_at.is_not(None))
        .order_by(Ranking.number.desc())
    ).all()


def place_at(session: Session, ranking_id: UUID, position: int) -> Place | None:
    """The line at a position."""
    return session.scalars(
        select(Place).where(Place.ranking_id == ranking_id, Place.position == position)
    ).one_or_none()


def act_templates(session: Session) -> Sequence[ActTemplate]:
    """Every version of the draft act's text, the newest first."""
    return session.scalars(select(ActTemplate).order_by(ActTemplate.number.desc())).all()


def find_act_template(session: Session) -> ActTemplate | None:
    """The version in force; None: the text that comes with the portal."""
    return session.scalars(select(ActTemplate).order_by(ActTemplate.number.desc()).limit(1)).first()


def signing_keys(session: Session) -> Sequence[SigningKey]:
    """Every key that ever signed, the latest first."""
    return session.scalars(select(SigningKey).order_by(SigningKey.first_used_at.desc(), SigningKey.key_id)).all()


def find_opening(session: Session, ranking_id: UUID, application_id: UUID) -> dict[str, Any] | None:
    """What one entry of a version commits to, with its salts."""
    found = select(Opening.opening).where(Opening.ranking_id == ranking_id, Opening.application_id == application_id)
    return session.scalars(found).one_or_none()


def _light() -> Select[Ranking]:
    return select(Ranking).options(defer(Ranking.content), defer(Ranking.inputs))


class Funded(NamedTuple):
    """One funded line of a ranking in force, with what its grant is published by."""

    ranking_id: UUID
    position: int
    application_id: UUID
    amount_eur: str
    firm: dict[str, str]
    published_at: datetime
    version_id: UUID
    slug: str


def funded(*, year: int | None = None) -> Select[*tuple[Any, ...]]:
    """The columns of Funded for every ranking in force, or those published in one year of Rome; unordered."""
    newer = aliased(Ranking)
    overtaken = exists().where(
        newer.call_id == Ranking.call_id, newer.published_at.is_not(None), newer.number > Ranking.number
    )
    found = (
        select(
            Place.ranking_id,
            Place.position,
            Place.application_id,
            Place.line["amount_eur"].astext.label("amount_eur"),
            Place.line["firm"].label("firm"),
            Ranking.published_at,
            Ranking.version_id,
            Call.slug,
        )
        .join(Ranking, Ranking.id == Place.ranking_id)
        .join(Call, Call.id == Ranking.call_id)
        .where(Place.outcome == Outcome.FUNDED, Ranking.published_at.is_not(None), ~overtaken)
    )
    if year is not None:
        begins, ends = datetime(year, 1, 1, tzinfo=ROME), datetime(year + 1, 1, 1, tzinfo=ROME)
        found = found.where(Ranking.published_at >= begins, Ranking.published_at < ends)
    return found


def all_funded(session: Session, *, year: int | None = None) -> Iterator[Sequence[Funded]]:
    """Every funded line, the newest ranking first, in batches that the server hands over one by one."""
    order = (Ranking.published_at.desc(), Place.ranking_id, Place.position)
    rows = session.execute(funded(year=year).order_by(*order), execution_options={"yield_per": _AT_ONCE})
    for batch in rows.partitions():
        yield [Funded(*row) for row in batch]


def years_funded(session: Session) -> list[tuple[int, int, Decimal]]:
    """(year, grants, euros) of the rankings in force, the newest year first."""
    grants = funded().subquery()
    year = func.date_part("year", func.timezone("Europe/Rome", grants.c.published_at))
    total = func.sum(cast(grants.c.amount_eur, Numeric))
    found = select(year, func.count(), total).group_by(year).order_by(year.desc())
    return [(int(one), count, euros) for one, count, euros in session.execute(found)]


@dataclass(frozen=True)
class Owed:
    """What keeps a ranking from being drawn up."""

    check: int
    scores: int
    evaluated: int


def owed(session: Session, call_id: UUID) -> Owed:
    """How many applications still wait for a check, for scores, and how many are evaluated or ranked already."""
    states = by_status(session, call_id)
    return Owed(
        check=sum(states.get(status, 0) for status in UNDER_CHECK),
        scores=states.get(Status.ADMITTED, 0),
        evaluated=sum(states.get(status, 0) for status in RANKABLE),
    )
