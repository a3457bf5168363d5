"""Refusals: what a rule answers when it must say no."""

from typing import Any, ClassVar

from flask_babel import LazyString, lazy_gettext as _l


class DomainError(Exception):
    """A refusal, in words for the person who asked.

    Subclasses are states (`CallClosed`), with `text` a lazy Italian message whose `%(name)s` places are filled
    from the facts given: `CallClosed(closed_at=...)`. `field` names the input at fault, where there is one.
    """

    text: ClassVar[LazyString | str] = _l("L'operazione non è possibile.")

    def __init__(self, *, field: str | None = None, **facts: Any) -> None:  # noqa: ANN401
        self.field = field
        self.facts = facts
        super().__init__(self.code)

    @property
    def code(self) -> str:
        """The refusal's own name: stable, for machines and the audit."""
        return type(self).__name__

    def __str__(self) -> str:
        return str(self.text) % self.facts if self.facts else str(self.text)


class NotFound(DomainError):
    """Nothing there, or nothing that you may see: we don't say which."""

    text = _l("Non esiste, o non è visibile con questo accesso.")


class Conflict(DomainError):
    """Somebody changed the same thing in the meantime."""

    text = _l("Qualcun altro ha modificato questi dati nel frattempo: ricarica la pagina e riprova.")
