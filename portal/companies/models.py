"""Tables of the companies."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kernel.base import Base, Identified, Recorded


class Company(Recorded, Base):
    """A firm as it declares itself; codes are those of ISTAT, money whole euros.

    `merged`: a merger or takeover in the last closed year, which counts at once for the size.
    """

    __tablename__ = "companies"
    __table_args__ = (
        CheckConstraint("vat ~ '^[0-9]{11}$'", name="vat_has_11_digits"),
        CheckConstraint("province IS NULL OR province ~ '^[A-Z]{2}$'", name="province_has_2_letters"),
        CheckConstraint("site_province IS NULL OR site_province ~ '^[A-Z]{2}$'", name="site_province_has_2_letters"),
        Index("ix_companies_legal_name", "legal_name"),
        Index("ix_companies_province_legal_name", "province", "legal_name"),
    )

    vat: Mapped[str] = mapped_column(unique=True)
    tax_code: Mapped[str] = mapped_column(index=True)
    legal_name: Mapped[str]
    legal_form: Mapped[str]
    is_sole_trader: Mapped[bool] = mapped_column(default=False)
    rea: Mapped[str | None]
    founded_on: Mapped[date | None]
    pec: Mapped[str | None]
    phone: Mapped[str | None]
    website: Mapped[str | None]
    ateco_edition: Mapped[str] = mapped_column(default="2025")
    ateco_primary: Mapped[str | None]
    ateco_secondary: Mapped[list[Any]] = mapped_column(default=list)
    address: Mapped[str | None]
    municipality: Mapped[str | None]
    municipality_code: Mapped[str | None]
    province: Mapped[str | None]
    postcode: Mapped[str | None]
    site_address: Mapped[str | None]
    site_municipality: Mapped[str | None]
    site_municipality_code: Mapped[str | None]
    site_province: Mapped[str | None]
    site_postcode: Mapped[str | None]
    merged: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(Integer, default=1)

    years: Mapped[list["Year"]] = relationship(lazy="raise", order_by="Year.year", cascade="all, delete-orphan")
    holdings: Mapped[list["Holding"]] = relationship(
        lazy="raise", order_by="Holding.position", cascade="all, delete-orphan"
    )
    representatives: Mapped[list["Representative"]] = relationship(lazy="raise", cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy's own convention


class Year(Base):
    """Figures of one closed year; `export_share` in per cent of turnover."""

    __tablename__ = "company_years"
    __table_args__ = (CheckConstraint("awu >= 0 AND turnover_eur >= 0 AND balance_eur >= 0", name="not_negative"),)

    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"), primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    awu: Mapped[Decimal]
    turnover_eur: Mapped[Decimal]
    balance_eur: Mapped[Decimal]
    export_share: Mapped[Decimal | None]


class Holding(Identified, Base):
    """A relation with another firm, body or person, in the words of the SME test."""

    __tablename__ = "company_holdings"
    __table_args__ = (UniqueConstraint("company_id", "position"),)

    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[str]
    tax_code: Mapped[str | None] = mapped_column(index=True)
    relation: Mapped[dict[str, Any]]


class Representative(Identified, Base):
    """A legal representative."""

    __tablename__ = "company_representatives"

    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"), index=True)
    full_name: Mapped[str]
    tax_code: Mapped[str] = mapped_column(index=True)
    role: Mapped[str]
