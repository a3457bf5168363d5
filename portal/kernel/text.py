"""Texts in two languages, and bytes that are always the same."""

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Language = Literal["it", "en"]


class Frozen(BaseModel):
    """Data that came from outside: every field known, none changed afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Text(Frozen):
    """One text, Italian and English."""

    it: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def in_(self, language: str) -> str:
        """The Italian text for `it`, the English one for everybody else."""
        return self.it if language == "it" else self.en


def _plain(value: object) -> object:
    match value:
        case datetime() | date():
            return value.isoformat()
        case Decimal() | UUID():
            return str(value)
        case Enum():
            return value.value
        case BaseModel():
            return value.model_dump(mode="json")
    msg = f"{type(value).__name__} has no canonical form"
    raise TypeError(msg)


def canonical_json(value: Any) -> bytes:  # noqa: ANN401 - any JSON
    """The one JSON text of a value: sorted keys, no spaces, UTF-8. The same value, the same bytes.

    Decimals and UUIDs become strings, instants ISO 8601. Raises TypeError for what has no such form.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain).encode()


def sha256_hex(content: bytes) -> str:
    """SHA-256 of `content`, 64 lower-case hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
