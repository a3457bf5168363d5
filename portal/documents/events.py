"""What happened to documents."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from portal.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class FileStored(Event):
    """A file was kept, and waits for the antivirus."""

    name: ClassVar[str] = "documents.stored"
    file_id: UUID
