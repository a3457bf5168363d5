"""The verbs of the evaluation."""

from portal.evaluation.service.assign import assign, share_out, withdraw
from portal.evaluation.service.declare import declare
from portal.evaluation.service.score import close, reopen, save_draft, submit

__all__ = ["assign", "close", "declare", "reopen", "save_draft", "share_out", "submit", "withdraw"]
