"""Who is one undertaking with whom, and what stands in their ledgers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    CompoundSelect,
    Row,
    String,
    any_,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.applications.models import Application
from portal.awards.models import AidDenial, AidEntry, AidLink, Holder
from portal.awards.rules.ledger import LIVE, Line, Regime, standing
from portal.awards.rules.undertaking import Link, is_control_by_a_person, is_majority, pair, together
from portal.companies.models import Company, Holding
from portal.eligibility.rules.aid import Position

_CODES: Any = bindparam("codes", type_=ARRAY(String))
"""One parameter however many they are, hence one statement to build, to parse and to plan."""


def _among(column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None]) -> ColumnElement[bool]:
    return column == any_(_CODES)


def _of(codes: Collection[str]) -> dict[str, list[str]]:
    return {"codes": sorted(codes)}


def links(session: Session, codes: Collection[str]) -> list[Link]:
    """Every link that the codes hang on, however far, but for those that the office denied. A statement a step."""
    found: dict[tuple[str, str], Link] = {}
    known: frozenset[str] = frozenset(codes)
    fresh = known
    while fresh:
        for link in _links_at(session, fresh):
            found.setdefault((link.stated_by, link.other), link)
        reached = together(codes, found.values())
        fresh, known = reached - known, reached | known
    return _without_denied(session, found) if found else []


def _links_at(session: Session, codes: Collection[str]) -> list[Link]:
    """Links of one step, in one statement."""
    return [
        Link(by, other, "" if name == "=" else name, is_alias=name == "=")
        for by, other, name, relation in session.execute(_step(), _of(codes)).all()
        if by != other and (relation is None or is_majority(relation))
    ]


@cache
def _step() -> CompoundSelect[Any]:
    """Stated in applications, held in profiles, and each firm's second code. Built once: it costs more than its run."""
    nothing = cast(literal(None), JSONB)
    stated = select(AidLink.stated_by, AidLink.other, AidLink.name, nothing.label("relation")).where(
        or_(_among(AidLink.stated_by), _among(AidLink.other))
    )
    held = (
        select(Company.vat, Holding.tax_code, Holding.name, Holding.relation)
        .join(Company, Company.id == Holding.company_id)
        .where(Holding.tax_code.is_not(None), or_(_among(Company.vat), _among(Holding.tax_code)))
    )
    named = select(Company.vat, Company.tax_code, cast(literal("="), String), nothing).where(
        Company.vat != Company.tax_code, or_(_among(Company.vat), _among(Company.tax_code))
    )
    return union_all(stated, held, named)


def _without_denied(session: Session, found: dict[tuple[str, str], Link]) -> list[Link]:
    denied = select(AidDenial.one, AidDenial.other).where(_among(AidDenial.one), _among(AidDenial.other))
    no = {(one, other) for one, other in session.execute(denied, _of({code for key in found for code in key}))}
    return [link for key, link in found.items() if link.is_alias or pair(*key) not in no]


def denials(session: Session, codes: Collection[str]) -> Sequence[AidDenial]:
    """Links that the office denied, among these codes and others."""
    found = select(AidDenial).where(or_(_among(AidDenial.one), _among(AidDenial.other)))
    return session.scalars(found.order_by(AidDenial.at), _of(codes)).all()


def names(session: Session, codes: Collection[str]) -> dict[str, str]:
    """Names of those codes that are firms of the portal."""
    rows = session.execute(select(Company.vat, Company.legal_name).where(_among(Company.vat)), _of(codes))
    return dict(rows.all())


def has_person_in_control(session: Session, vat: str) -> bool:
    """Whether a person controls the firm, by its profile: a link that is warned of and not decided."""
    found = select(Holding.relation).join(Company, Company.id == Holding.company_id).where(Company.vat == vat)
    return any(is_control_by_a_person(relation) for relation in session.scalars(found))


def lock(session: Session, codes: Collection[str]) -> None:
    """Hold the rows of these codes until the transaction ends, made where missing; always in the same order."""
    fresh = select(func.unnest(literal(sorted(codes), ARRAY(String))))
    session.execute(insert(Holder).from_select(["code"], fresh).on_conflict_do_nothing())
    wanted = select(Holder.code).where(_among(Holder.code)).order_by(Holder.code).with_for_update()
    session.execute(wanted, _of(codes)).all()


def entries(session: Session, codes: Collection[str], *, even_closed: bool = False) -> Sequence[AidEntry]:
    """The ledger of these codes, the latest first."""
    found = select(AidEntry).where(_among(AidEntry.code))
    found = found if even_closed else found.where(AidEntry.state.in_(LIVE))
    ordered = found.order_by(AidEntry.granted_on.desc(), AidEntry.entered_at.desc(), AidEntry.id)
    return session.scalars(ordered.execution_options(populate_existing=True), _of(codes)).all()


def line(entry: AidEntry) -> Line:
    """An entry as the rules see it."""
    return Line(entry.code, entry.state, entry.granted_on, entry.eur, entry.recipient, entry.cor)


def stands(
    session: Session,
    codes: Collection[str],
    regime: Regime,
    *,
    on: date,
    amount: Decimal = Decimal(0),
    but: UUID | None = None,
) -> Position:
    """Where an undertaking stands; `but`: the entry that is left out."""
    lines = [line(one) for one in entries(session, codes) if one.id != but]
    return standing(lines, regime, on=on, amount=amount)


def next_turn(session: Session, undertaking: str) -> int:
    """The number of the next entry weighed for an undertaking."""
    return (session.scalar(select(func.max(AidEntry.turn)).where(AidEntry.undertaking == undertaking)) or 0) + 1


def live_entry(session: Session, application_id: UUID) -> AidEntry | None:
    """What is reserved or granted for an application."""
    found = select(AidEntry).where(
        AidEntry.application_id == application_id, AidEntry.turn.is_not(None), AidEntry.closed_at.is_(None)
    )
    return session.scalars(found.with_for_update().execution_options(populate_existing=True)).one_or_none()


def find_own_entry(session: Session, entry_id: UUID, code: str) -> AidEntry | None:
    """An entry of that firm's ledger."""
    return session.scalars(select(AidEntry).where(AidEntry.id == entry_id, AidEntry.code == code)).one_or_none()


@dataclass(frozen=True)
class Undertaking:
    """A firm's undertaking on a day: its codes, the links that tie them, its ledger, where it stands."""

    code: str
    codes: frozenset[str]
    links: list[Link]
    names: dict[str, str]
    entries: Sequence[AidEntry]
    position: Position

    def name_of(self, code: str) -> str:
        """The name of a member, or its code."""
        said = next((link.name for link in self.links if link.other == code and link.name), "")
        return self.names.get(code) or said or code


def undertaking(session: Session, vat: str, regime: Regime, *, on: date, only_stated: bool = False) -> Undertaking:
    """The undertaking of a firm. `only_stated`: as the firm itself may see it."""
    ties = links(session, [vat])
    codes = together([vat], ties, only_stated=only_stated)
    ledger = entries(session, codes, even_closed=True)
    position = standing([line(one) for one in ledger], regime, on=on)
    inside = [link for link in ties if link.stated_by in codes and link.other in codes and not link.is_alias]
    return Undertaking(vat, codes, inside, names(session, codes), ledger, position)


def claims(session: Session, vat: str) -> int:
    """How many firms say that they are tied to this one, which doesn't say so itself."""
    ties = links(session, [vat])
    mine = together([vat], ties, only_stated=True)
    return len({link.stated_by for link in ties if link.other in mine and link.stated_by not in mine})


def frozen(session: Session, application_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    """(application's id, submitted_at, submitted_by, the content, the firm's VAT number) of these, by id."""
    wanted: Any = select(
        Application.id, Application.submitted_at, Application.submitted_by, Application.content, Company.vat
    ).join(Company, Company.id == Application.company_id)
    return session.execute(
        wanted.where(Application.id.in_(application_ids), Application.submitted_at.is_not(None)).order_by(
            Application.id
        )
    ).all()
