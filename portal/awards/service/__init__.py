"""The verbs of the awards."""

from portal.awards.service.answer import accept, waive
from portal.awards.service.award import Act, Check, award, check_grantable
from portal.awards.service.codes import Codes, record_codes
from portal.awards.service.cors import record_cors
from portal.awards.service.declare import correct_aid, deny_link, note_declared, register_aid
from portal.awards.service.end import Terms, forfeit, lapse, revoke
from portal.awards.service.progress import complete, remind, start
from portal.awards.service.register import make_batch
from portal.awards.service.reserve import reserve

__all__ = [
    "Act",
    "Check",
    "Codes",
    "Terms",
    "accept",
    "award",
    "check_grantable",
    "complete",
    "correct_aid",
    "deny_link",
    "forfeit",
    "lapse",
    "make_batch",
    "note_declared",
    "record_codes",
    "record_cors",
    "register_aid",
    "remind",
    "reserve",
    "revoke",
    "start",
    "waive",
]
