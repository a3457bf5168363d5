"""What is known of an enterprise and of its neighbours, for the size test (contracts: `enterprise`)."""

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from portal.kernel.text import Frozen

Awu = Annotated[Decimal, Field(ge=0, le=10_000_000)]
Eur = Annotated[int, Field(ge=0, le=10**15)]
Percent = Annotated[Decimal, Field(ge=0, le=100)]
Id = Annotated[str, Field(min_length=1, max_length=80)]


class HolderKind(StrEnum):
    """Who the neighbour is."""

    ENTERPRISE = "enterprise"
    NATURAL_PERSON = "natural_person"
    UNIVERSITY = "university"
    VENTURE_CAPITAL = "venture_capital"
    BUSINESS_ANGEL = "business_angel"
    INSTITUTIONAL_INVESTOR = "institutional_investor"
    PUBLIC_INVESTMENT_COMPANY = "public_investment_company"
    LOCAL_AUTHORITY = "local_authority"
    PUBLIC_BODY = "public_body"


class Side(StrEnum):
    """`upstream`: they hold us; `downstream`: we hold them."""

    UPSTREAM = "upstream"
    DOWNSTREAM = "downstream"


class Figures(Frozen):
    """One year: annual work units, turnover net of VAT and balance-sheet total in whole euros."""

    awu: Awu
    turnover_eur: Eur
    balance_eur: Eur


class Year(Figures):
    """The figures at one closing of accounts."""

    year: int = Field(ge=1900, le=2200)


class _Firm(Frozen):
    """A neighbour, whatever its tie. `consolidated`: its figures are within those of the one it is listed under."""

    id: Id | None = None
    kind: HolderKind = HolderKind.ENTERPRISE
    figures: Figures | None = None
    consolidated: bool = False
    linked: "list[LinkedFirm]" = Field(default=[], max_length=200)
    partners: "list[PartnerFirm]" = Field(default=[], max_length=200)
    budget_eur: Eur | None = None
    inhabitants: int | None = Field(default=None, ge=0)
    invested_eur: Eur | None = None


class LinkedFirm(_Firm):
    """A firm linked to the one it is listed under.

    `other_market`: linked through a person only, and on a market neither the same nor adjacent.
    """

    other_market: bool = False


class _Tied(_Firm):
    capital_pct: Percent | None = None
    votes_pct: Percent | None = None
    controls: bool = False
    side: Side = Side.UPSTREAM

    @model_validator(mode="after")
    def _some_share(self) -> Self:
        if self.capital_pct is None and self.votes_pct is None and not self.controls:
            msg = "capital_pct or votes_pct is needed"
            raise ValueError(msg)
        return self

    @property
    def capital(self) -> Decimal:
        """Percent of capital; as the votes where only they are known."""
        known = self.votes_pct if self.capital_pct is None else self.capital_pct
        return known or Decimal(0)

    @property
    def votes(self) -> Decimal:
        """Percent of votes; as the capital where only that is known."""
        known = self.capital_pct if self.votes_pct is None else self.votes_pct
        return known or Decimal(0)


class PartnerFirm(_Tied):
    """A partner of the linked firm it is listed under."""


class Relation(_Tied):
    """A neighbour of the enterprise itself. `linked_to`: other neighbours it is linked to, or acts jointly with."""

    side: Side
    linked_to: list[Id] = Field(default=[], max_length=200)

    @model_validator(mode="after")
    def _nobody_owns_a_person(self) -> Self:
        if self.side is Side.DOWNSTREAM and self.kind in {HolderKind.NATURAL_PERSON, HolderKind.BUSINESS_ANGEL}:
            msg = "a person holds, and is not held: side must be upstream"
            raise ValueError(msg)
        return self


class Enterprise(Frozen):
    """Years oldest first, one after the other. `merged`: a merger or takeover in the last year (no two-year rule)."""

    years: list[Year] = Field(min_length=1, max_length=20)
    relations: list[Relation] = Field(default=[], max_length=200)
    merged: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        years = [figures.year for figures in self.years]
        if years != list(range(years[0], years[0] + len(years))):
            msg = "years must follow one another, oldest first"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        named = [(relation.id, relation.side) for relation in self.relations if relation.id]
        twice = sorted({id_ for id_, side in named if named.count((id_, side)) > 1})
        if twice:
            msg = f"relations: {twice[0]} is given twice on one side"
            raise ValueError(msg)
        known = {id_ for id_, _ in named}
        for relation in self.relations:
            strangers = sorted(set(relation.linked_to) - known)
            if strangers:
                msg = f"relations: linked_to names {strangers[0]}, which is none of the relations"
                raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _figures_agree(self) -> Self:
        seen: dict[str, Figures] = {}
        for firm in self.firms():
            if firm.id and firm.figures and seen.setdefault(firm.id, firm.figures) != firm.figures:
                msg = f"relations: {firm.id} has two different figures"
                raise ValueError(msg)
        return self

    def firms(self) -> Iterator[_Firm]:
        """Every neighbour named, however deep."""
        waiting: list[_Firm] = list(self.relations)
        while waiting:
            firm = waiting.pop()
            yield firm
            waiting += [*firm.linked, *firm.partners]
