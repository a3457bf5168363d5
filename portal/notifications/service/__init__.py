"""The verbs of the notifications."""

from portal.notifications.service import (
    agenda_letters,
    letters_access,
    letters_eligibility,
    matching_letters,
    mission_letters,
)
from portal.notifications.service.deliver import Outgoing, claim, delayed, refused, send_again, send_failed_again, sent
from portal.notifications.service.tell import remind_staff, tell

__all__ = [
    "Outgoing",
    "agenda_letters",
    "claim",
    "delayed",
    "letters_access",
    "letters_eligibility",
    "matching_letters",
    "mission_letters",
    "refused",
    "remind_staff",
    "send_again",
    "send_failed_again",
    "sent",
    "tell",
]
