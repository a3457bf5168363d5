"""How firms and buyers present themselves to each other."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from portal.kernel.text import Frozen
from portal.matching.rules import hs

LONGEST_TEXT: Final = 1000
MOST_PRODUCTS: Final = 20
MOST_DELEGATES: Final = 6


class PartnerType(StrEnum):
    """What a buyer is, and what a firm looks for abroad."""

    IMPORTER = "importer"
    DISTRIBUTOR = "distributor"
    AGENT = "agent"
    RETAILER = "retailer"
    MANUFACTURER = "manufacturer"
    JOINT_VENTURE = "joint_venture"
    LICENSEE = "licensee"
    SERVICE_CENTRE = "service_centre"


class SupplierType(StrEnum):
    """What a firm is, and what a buyer looks for in Italy."""

    PRODUCER = "producer"
    BRAND = "brand"
    SUBCONTRACTOR = "subcontractor"
    MACHINERY_MAKER = "machinery_maker"
    WHOLESALER = "wholesaler"
    SERVICES = "services"
    TECHNOLOGY = "technology"


def _known(code: str) -> str:
    if hs.find(code) is None:
        msg = "is not a code of the Harmonized System"
        raise ValueError(msg)
    return code


HsCode = Annotated[str, Field(pattern=r"^\d{2}(\d{2}){0,2}$"), AfterValidator(_known)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Spoken = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
Division = Annotated[str, Field(pattern=r"^\d{2}$")]
Line = Annotated[str, Field(max_length=200)]
Words = Annotated[str, Field(max_length=LONGEST_TEXT)]


class Product(Frozen):
    """Goods by HS code; `volume`: what a buyer would take a year, in their words."""

    hs: HsCode
    name: Line = ""
    volume: Line = ""


class Contact(Frozen):
    """Whom to ask for."""

    name: Line = ""
    role: Line = ""
    email: Line = ""
    phone: Line = ""


class Delegate(Frozen):
    """Who comes for a firm."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    role: Line = ""
    email: Line = ""


class FirmProfile(Frozen):
    """An Italian firm in English. `markets` empty: wherever the event is."""

    description: Words = ""
    kinds: tuple[SupplierType, ...] = ()
    products: Annotated[tuple[Product, ...], Field(max_length=MOST_PRODUCTS)] = ()
    certifications: Annotated[tuple[Line, ...], Field(max_length=20)] = ()
    brands: Annotated[tuple[Line, ...], Field(max_length=20)] = ()
    languages: tuple[Spoken, ...] = ()
    partner_types: tuple[PartnerType, ...] = ()
    markets: tuple[Country, ...] = ()
    seeks: Words = ""
    contact: Contact = Contact()
    delegates: Annotated[tuple[Delegate, ...], Field(max_length=MOST_DELEGATES)] = ()


class BuyerProfile(Frozen):
    """A foreign buyer. `sectors`: divisions of ATECO 2025, which are NACE's own."""

    description: Words = ""
    kinds: tuple[PartnerType, ...] = ()
    sectors: tuple[Division, ...] = ()
    products: Annotated[tuple[Product, ...], Field(max_length=MOST_PRODUCTS)] = ()
    channels: Words = ""
    turnover_band: Line = ""
    languages: tuple[Spoken, ...] = ()
    partner_types: tuple[SupplierType, ...] = ()
    reference_markets: tuple[Country, ...] = ()
    seeks: Words = ""
    needs_visa: bool | None = None
