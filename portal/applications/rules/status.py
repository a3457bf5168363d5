"""Where an application may go from where it is."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from portal.applications.rules import refusals


class Status(StrEnum):
    """Where an application is in its story."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REGISTERED = "registered"
    ELIGIBILITY_CHECK = "eligibility_check"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    REJECTION_NOTICE = "rejection_notice"
    NOT_ADMITTED = "not_admitted"
    ADMITTED = "admitted"
    EVALUATED = "evaluated"
    FUNDED = "funded"
    RESERVE = "reserve"
    BELOW_THRESHOLD = "below_threshold"
    AWARDED = "awarded"
    ACCEPTED = "accepted"
    WAIVED = "waived"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FORFEITED = "forfeited"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"


S = Status
RANKED: Final = frozenset({S.FUNDED, S.RESERVE, S.BELOW_THRESHOLD})
REOPENED: Final = frozenset({S.ELIGIBILITY_CHECK, S.SUPPLEMENT_REQUESTED, S.REJECTION_NOTICE})
"""Where a check that was reopened may stand until it is decided again."""

# Back ways: a report run again, an override, a score sheet reopened, a ranking drawn up anew, a reserve drawn; a check
# reopened after the ranking, and confirmed.
TRANSITIONS: Final[Mapping[Status, frozenset[Status]]] = {
    S.DRAFT: frozenset({S.SUBMITTED, S.WITHDRAWN}),
    S.SUBMITTED: frozenset({S.REGISTERED, S.ELIGIBILITY_CHECK, S.WITHDRAWN}),
    S.REGISTERED: frozenset({S.ELIGIBILITY_CHECK, S.SUPPLEMENT_REQUESTED, S.WITHDRAWN}),
    S.ELIGIBILITY_CHECK: frozenset(
        {S.SUPPLEMENT_REQUESTED, S.REJECTION_NOTICE, S.NOT_ADMITTED, S.ADMITTED, S.EVALUATED, *RANKED, S.WITHDRAWN}
    ),
    S.SUPPLEMENT_REQUESTED: frozenset({S.ELIGIBILITY_CHECK, S.NOT_ADMITTED, S.WITHDRAWN}),
    S.REJECTION_NOTICE: frozenset({S.ELIGIBILITY_CHECK, S.NOT_ADMITTED, S.ADMITTED, S.EVALUATED, *RANKED, S.WITHDRAWN}),
    S.NOT_ADMITTED: frozenset({S.ELIGIBILITY_CHECK, S.ADMITTED}),
    S.ADMITTED: frozenset({S.ELIGIBILITY_CHECK, S.NOT_ADMITTED, S.EVALUATED, S.WITHDRAWN}),
    S.EVALUATED: frozenset({S.ADMITTED, S.ELIGIBILITY_CHECK, *RANKED, S.WITHDRAWN}),
    S.FUNDED: frozenset({*RANKED - {S.FUNDED}, S.ELIGIBILITY_CHECK, S.AWARDED, S.WAIVED, S.FORFEITED, S.NOT_ADMITTED}),
    S.RESERVE: frozenset({*RANKED - {S.RESERVE}, S.ELIGIBILITY_CHECK, S.WAIVED, S.NOT_ADMITTED}),
    S.BELOW_THRESHOLD: frozenset({*RANKED - {S.BELOW_THRESHOLD}, S.ELIGIBILITY_CHECK, S.NOT_ADMITTED}),
    S.AWARDED: frozenset({S.ACCEPTED, S.WAIVED, S.FORFEITED, S.REVOKED}),
    S.ACCEPTED: frozenset({S.IN_PROGRESS, S.WAIVED, S.FORFEITED, S.REVOKED}),
    S.IN_PROGRESS: frozenset({S.COMPLETED, S.FORFEITED, S.REVOKED}),
    S.COMPLETED: frozenset({S.REVOKED}),
    S.WAIVED: frozenset(),
    S.FORFEITED: frozenset(),
    S.REVOKED: frozenset(),
    S.WITHDRAWN: frozenset(),
}


def may_move(source: Status, target: Status) -> bool:
    """Whether the table has this step."""
    return target in TRANSITIONS[source]


def check_move(source: Status, target: Status) -> None:
    """Raises IllegalMove where the table has no such step."""
    if not may_move(source, target):
        raise refusals.IllegalMove(source=source.value, target=target.value)


def may_withdraw(status: Status) -> bool:
    """From anywhere before the ranking, but not once it was not admitted."""
    return may_move(status, Status.WITHDRAWN)


def is_handed_in(status: Status) -> bool:
    """Whether it left the firm's hands and is still alive."""
    return status not in {Status.DRAFT, Status.WITHDRAWN}
