"""Events: what happened, in the past tense, by identifiers only."""

from dataclasses import dataclass, fields
from typing import Any, ClassVar
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of a slice's events; fields are identifiers and short strings, never content."""

    name: ClassVar[str]

    @property
    def payload(self) -> dict[str, Any]:
        """The fields as JSON."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {key: str(value) if isinstance(value, UUID) else value for key, value in values.items()}
