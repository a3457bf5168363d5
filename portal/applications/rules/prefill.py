"""What a firm's profile already answers."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from portal.applications.rules.answers import Json, read
from portal.calls.rules.content import FieldType, FormField
from portal.web.italian import format_decimal

NUMBERS: Final = {FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY, FieldType.PERCENT}


def prefilled(fields: Iterable[FormField], profile: Mapping[str, Any]) -> dict[str, Json]:
    """The values that the profile gives, by field; what it lacks, or what is no value of the field, is left out."""
    found = {}
    for field in fields:
        known = _at(profile, field.prefill) if field.prefill else None
        if known is not None and (value := _value(field, known)) is not None:
            found[field.key] = value
    return found


def _value(field: FormField, known: Any) -> Json:  # noqa: ANN401 - whatever a profile holds
    if field.type is not FieldType.TABLE:
        return read(field, _typed(field, known)).value
    rows = [row if isinstance(row, Mapping) else {field.columns[0].key: row} for row in known][-field.max_rows :]
    return read(field, [{one.key: _typed(one, row.get(one.key)) for one in field.columns} for row in rows]).value


def _typed(field: FormField, known: Any) -> Json:  # noqa: ANN401
    """As a person would type it; a choice is known by its key or by the end of it (`ateco_2025` by `2025`)."""
    if known is None:
        return ""
    if field.type in NUMBERS and not isinstance(known, bool):
        return format_decimal(Decimal(str(known)))
    if field.type is FieldType.CHOICE:
        return next((one.key for one in field.options if one.key == known or one.key.endswith(f"_{known}")), "")
    if isinstance(known, bool):
        return "true" if known else "false"
    return known if isinstance(known, list) else str(known)


def _at(profile: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401
    """What stands at `company.legal_name` or `years.0.awu`; None where the path leads nowhere."""
    here: Any = profile
    for step in path.split("."):
        if isinstance(here, Mapping):
            here = here.get(step)
        elif isinstance(here, list | tuple) and step.lstrip("-").isdigit() and -len(here) <= int(step) < len(here):
            here = here[int(step)]
        else:
            return None
    return here
