"""What happened in the eligibility check."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from portal.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class EligibilityChecked(Event):
    """The first report of an application was made; later ones change nothing that anybody must hear of."""

    name: ClassVar[str] = "eligibility.checked"
    application_id: UUID
    report_id: UUID


@dataclass(frozen=True, kw_only=True)
class ApplicationAdmitted(Event):
    """Staff admitted an application to the evaluation."""

    name: ClassVar[str] = "eligibility.admitted"
    application_id: UUID


@dataclass(frozen=True, kw_only=True)
class ApplicationNotAdmitted(Event):
    """Staff did not admit an application."""

    name: ClassVar[str] = "eligibility.not_admitted"
    application_id: UUID


@dataclass(frozen=True, kw_only=True)
class CheckReopened(Event):
    """Staff opened a decided check again."""

    name: ClassVar[str] = "eligibility.reopened"
    reopening_id: UUID


@dataclass(frozen=True, kw_only=True)
class OutcomeConfirmed(Event):
    """A reopened check found the firm in order: it is where it was."""

    name: ClassVar[str] = "eligibility.confirmed"
    reopening_id: UUID


@dataclass(frozen=True, kw_only=True)
class RecheckAsked(Event):
    """A whole call is to be checked again, or the rest of it."""

    name: ClassVar[str] = "eligibility.recheck_asked"
    recheck_id: UUID
