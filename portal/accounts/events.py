"""What happened to accounts."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from portal.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ConfirmationRequested(Event):
    """Somebody registered, or asked for the link again."""

    name: ClassVar[str] = "accounts.confirmation_requested"
    user_id: UUID


@dataclass(frozen=True, kw_only=True)
class KnownAddressUsed(Event):
    """Somebody registered with the address of an account that exists: only its mailbox is told."""

    name: ClassVar[str] = "accounts.known_address_used"
    user_id: UUID


@dataclass(frozen=True, kw_only=True)
class ResetRequested(Event):
    """Somebody forgot a password."""

    name: ClassVar[str] = "accounts.reset_requested"
    user_id: UUID


@dataclass(frozen=True, kw_only=True)
class UnknownAddressUsed(Event):
    """Somebody asked to recover an account that is not there: nobody is told, and it costs the same."""

    name: ClassVar[str] = "accounts.unknown_address_used"


@dataclass(frozen=True, kw_only=True)
class Invited(Event):
    """A person who has no password yet was given a role or a firm to act for."""

    name: ClassVar[str] = "accounts.invited"
    user_id: UUID


@dataclass(frozen=True, kw_only=True)
class MandateGiven(Event):
    """A person with an account may now act for a firm."""

    name: ClassVar[str] = "accounts.mandate_given"
    membership_id: UUID


@dataclass(frozen=True, kw_only=True)
class MandateRevoked(Event):
    """A person no longer acts for a firm."""

    name: ClassVar[str] = "accounts.mandate_revoked"
    membership_id: UUID
