"""The facts that the rules judge: what the portal collects, and what `portale eligibility check` reads."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, JsonValue, StringConstraints, ValidationInfo, field_validator

from portal.companies.rules import ateco
from portal.companies.rules.enterprise import Enterprise, Percent
from portal.kernel.text import Frozen
from portal.kernel.values import is_partita_iva, is_province, is_rea, is_tax_code

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class Seat(Frozen):
    """A registered office or an operating site, by province."""

    kind: Literal["registered_office", "operating_site"]
    province: str
    municipality: str | None = None

    @field_validator("province")
    @classmethod
    def _exists(cls, value: str) -> str:
        if not is_province(value):
            msg = f"{value} is not the code of a province"
            raise ValueError(msg)
        return value


class Durc(Frozen):
    """The certificate of social contributions, as an officer got it."""

    regular: bool
    issued_on: date


class EarlierApplication(Frozen):
    """A live application to the same call that arrived before this one, by the same firm or by one linked to it."""

    relation: Literal["same", "linked"]
    submitted_at: AwareDatetime
    protocol: str | None = None


class Company(Frozen):
    """The firm. Everything may be missing: then a rule says what it lacks.

    `registry`: what an officer found in an official register, by the key of the declaration that it proves or denies.
    `earlier_applications`: None where nobody has looked yet.
    """

    legal_name: str | None = None
    vat: str | None = None
    tax_code: str | None = None
    rea: str | None = None
    ateco_edition: ateco.Edition = ateco.CURRENT
    ateco_primary: str | None = None
    ateco_secondary: list[str] = Field(default=[], max_length=100)
    seats: list[Seat] = Field(default=[], max_length=100)
    export_share_pct: Percent | None = None
    registry: dict[Key, bool] = Field(default={})
    durc: Durc | None = None
    earlier_applications: list[EarlierApplication] | None = None

    @field_validator("vat", "tax_code", "rea")
    @classmethod
    def _well_formed(cls, value: str | None, info: ValidationInfo) -> str | None:
        is_good, complaint = {
            "vat": (is_partita_iva, "is not a VAT number: eleven digits with their check digit and office"),
            "tax_code": (is_tax_code, "is not a tax code"),
            "rea": (is_rea, "is not a REA number such as MI-1234567"),
        }[str(info.field_name)]
        if value is not None and not is_good(value):
            msg = f"{value} {complaint}"
            raise ValueError(msg)
        return value

    @field_validator("ateco_primary", "ateco_secondary")
    @classmethod
    def _known(cls, value: str | list[str] | None, info: ValidationInfo) -> str | list[str] | None:
        edition = info.data.get("ateco_edition", ateco.CURRENT)
        for code in [value] if isinstance(value, str) else value or []:
            if ateco.find(code, edition) is None:
                msg = f"{code} is not a code of ATECO {edition}"
                raise ValueError(msg)
        return value


class AidEntry(Frozen):
    """One de minimis aid: gross grant equivalent in euros, on the day the right to it was granted."""

    granted_on: date
    eur: Decimal = Field(ge=0, max_digits=14, decimal_places=2)
    body: str | None = None
    act: str | None = None
    cor: str | None = None
    beneficiary: str | None = None


class Aid(Frozen):
    """Aid to the firm and to the firms of its single undertaking; aid to mere partners is not counted.

    `linked`: None where the firm has not answered for them.
    """

    own: list[AidEntry] = Field(max_length=500)
    linked: list[AidEntry] | None = Field(default=None, max_length=500)
    partners: list[AidEntry] = Field(default=[], max_length=500)


class Facts(Frozen):
    """Everything known of an application at the instant `at`.

    `answers`: by key of field, of declaration (true or false) and of document (true: attached).
    """

    at: AwareDatetime
    company: Company = Company()
    enterprise: Enterprise | None = None
    aid: Aid | None = None
    answers: dict[Key, JsonValue] = Field(default={})
