"""The verbs of the eligibility check."""

from portal.eligibility.service.check import check, check_again
from portal.eligibility.service.decide import admit, not_admit, override
from portal.eligibility.service.recheck import ask_recheck, carry_on, forgotten, stalled

__all__ = [
    "admit",
    "ask_recheck",
    "carry_on",
    "check",
    "check_again",
    "forgotten",
    "not_admit",
    "override",
    "stalled",
]
