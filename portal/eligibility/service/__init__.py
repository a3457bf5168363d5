"""The verbs of the eligibility check."""

from portal.eligibility.service.check import check, check_again, check_supplement
from portal.eligibility.service.decide import admit, give_notice, not_admit, override
from portal.eligibility.service.recheck import ask_recheck, carry_on, forgotten, stalled, unseen_supplements
from portal.eligibility.service.reopen import reopen
from portal.eligibility.service.silence import close_due, due

__all__ = [
    "admit",
    "ask_recheck",
    "carry_on",
    "check",
    "check_again",
    "check_supplement",
    "close_due",
    "due",
    "forgotten",
    "give_notice",
    "not_admit",
    "override",
    "reopen",
    "stalled",
    "unseen_supplements",
]
