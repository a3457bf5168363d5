"""The verbs of the evaluation."""

from portal.evaluation.service.assign import assign, reviewers, share_out, step_down, withdraw
from portal.evaluation.service.declare import declare, name_interest
from portal.evaluation.service.detect import detect_again, ties_between
from portal.evaluation.service.meet import agree, gaps_of, is_foreseen, is_meeting_owed
from portal.evaluation.service.redact import redact
from portal.evaluation.service.remind import remind
from portal.evaluation.service.score import close, reopen, save_draft, submit, take_up
from portal.evaluation.service.seat import Place, seat

__all__ = [
    "Place",
    "agree",
    "assign",
    "close",
    "declare",
    "detect_again",
    "gaps_of",
    "is_foreseen",
    "is_meeting_owed",
    "name_interest",
    "redact",
    "remind",
    "reopen",
    "reviewers",
    "save_draft",
    "seat",
    "share_out",
    "step_down",
    "submit",
    "take_up",
    "ties_between",
    "withdraw",
]
