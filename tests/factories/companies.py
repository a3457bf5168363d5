"""Firms."""

from decimal import Decimal

from factory.alchemy import SQLAlchemyModelFactory
from factory.declarations import LazyFunction, SelfAttribute, Sequence

from portal import db
from portal.companies.models import Company, Year


def vat(number: int, *, office: str = "015") -> str:
    """A well-formed VAT number: `number` of the firm, office of Milan, check digit."""
    body = f"{number:07}{office}"
    odd = sum(int(digit) for digit in body[::2])
    even = sum(sum(divmod(int(digit) * 2, 10)) for digit in body[1::2])
    return f"{body}{(-odd - even) % 10}"


class YearFactory(SQLAlchemyModelFactory):
    """A closed year of a small firm."""

    class Meta:
        model = Year
        sqlalchemy_session = db.session
        sqlalchemy_session_persistence = "flush"

    year = 2025
    awu = Decimal(20)
    turnover_eur = Decimal(4_000_000)
    balance_eur = Decimal(3_000_000)
    export_share = Decimal(12)


class CompanyFactory(SQLAlchemyModelFactory):
    """A small manufacturer of Milan with three years of figures."""

    class Meta:
        model = Company
        sqlalchemy_session = db.session
        sqlalchemy_session_persistence = "flush"

    vat = Sequence(lambda n: vat(n + 1))
    tax_code = SelfAttribute("vat")
    legal_name = Sequence(lambda n: f"Officine Meccaniche {n} S.r.l.")
    legal_form = "srl"
    rea = Sequence(lambda n: f"MI-{n + 1}")
    pec = Sequence(lambda n: f"officine{n}@pec.example")
    ateco_edition = "2025"
    ateco_primary = "25.62.00"
    address = "Via Roma 1"
    municipality = "Milano"
    municipality_code = "015146"
    province = "MI"
    postcode = "20121"
    years = LazyFunction(
        lambda: [
            Year(
                year=year,
                awu=Decimal(20),
                turnover_eur=Decimal(4_000_000),
                balance_eur=Decimal(3_000_000),
                export_share=Decimal(12),
            )
            for year in (2023, 2024, 2025)
        ]
    )
