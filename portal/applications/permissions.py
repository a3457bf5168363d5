"""Who of a firm may do what with its applications. Whose they are, the queries know."""

from typing import Protocol
from uuid import UUID

from portal.accounts.rules import Mandate


class Person(Protocol):
    """What is asked of the person signed in."""

    mandate: Mandate | None


def reach(person: Person) -> dict[str, UUID | None]:
    """Which applications a person may see, as keywords of the queries.

    Those of the firm acted for, and of one call only where the mandate says so.
    """
    if person.mandate is None:
        return {"company_id": None, "call_id": None}
    return {"company_id": person.mandate.company_id, "call_id": person.mandate.call_id}


def may_prepare(person: Person, call_id: UUID) -> bool:
    """Whether the mandate reaches this call."""
    return person.mandate is not None and person.mandate.call_id in {None, call_id}


def may_submit(person: Person, call_id: UUID) -> bool:
    """Whether the person may hand in and withdraw in the firm's name."""
    return may_prepare(person, call_id) and holds_power(person)


def holds_power(person: Person) -> bool:
    """Whether the mandate, as far as it reaches, is one to hand in and withdraw."""
    return person.mandate is not None and person.mandate.may_submit
