"""How large the firm is."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from portal.companies import queries
from portal.companies.models import Company
from portal.companies.rules.enterprise import Enterprise
from portal.companies.rules.size import MissingFigures, SizeResult, size_of


@dataclass(frozen=True)
class Sized:
    """The size with its reasons; or the neighbour whose figures are missing; or, with neither, no figures yet."""

    result: SizeResult | None = None
    lacks: str | None = None
    wrong: str | None = None


def size(company: Company) -> Sized:
    """The size of a firm read whole (`queries.find`), by the rules of Rec. 2003/361."""
    return size_from(queries.enterprise(company))


def size_from(content: dict[str, Any] | None) -> Sized:
    """The size of an `enterprise` as JSON."""
    if content is None:
        return Sized()
    try:
        return Sized(size_of(Enterprise.model_validate(content)))
    except MissingFigures as lack:
        return Sized(lacks=lack.firm)
    except ValidationError as error:
        return Sized(wrong=str(error.errors()[0]["msg"]))
