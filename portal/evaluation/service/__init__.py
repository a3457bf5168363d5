"""The verbs of the evaluation."""

from portal.evaluation.service.assign import assign, reviewers, share_out, withdraw
from portal.evaluation.service.declare import declare, ties_between
from portal.evaluation.service.score import close, reopen, save_draft, submit

__all__ = [
    "assign",
    "close",
    "declare",
    "reopen",
    "reviewers",
    "save_draft",
    "share_out",
    "submit",
    "ties_between",
    "withdraw",
]
