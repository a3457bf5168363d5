"""What lint says: one finding, in words."""

from dataclasses import dataclass
from enum import StrEnum

from portal.kernel.text import Text


class Level(StrEnum):
    """An error forbids publishing; a warning is for a person to judge."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One contradiction: where in the call, and what."""

    level: Level
    where: str
    text: Text

    def say(self, language: str = "en") -> str:
        """One sentence for people."""
        return f"{self.where}: {self.text.in_(language)}"


def error(where: str, it: str, en: str) -> Finding:
    """A contradiction."""
    return Finding(Level.ERROR, where, Text(it=it, en=en))


def warning(where: str, it: str, en: str) -> Finding:
    """A doubt."""
    return Finding(Level.WARNING, where, Text(it=it, en=en))
