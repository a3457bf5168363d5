"""The verbs of the applications."""

from portal.applications.service.attach import attach, detach
from portal.applications.service.freeze import freeze, unfreeze
from portal.applications.service.intake import close_full
from portal.applications.service.move import move, register
from portal.applications.service.requests import (
    answer,
    call_off,
    close_with,
    enclose,
    extend,
    give_notice,
    lapse,
    remind_due,
    save_draft,
    supplement,
    take_out,
)
from portal.applications.service.save import Change, save
from portal.applications.service.start import start
from portal.applications.service.submit import Submission, note_refusal, submit
from portal.applications.service.withdraw import withdraw

__all__ = [
    "Change",
    "Submission",
    "answer",
    "attach",
    "call_off",
    "close_full",
    "close_with",
    "detach",
    "enclose",
    "extend",
    "freeze",
    "give_notice",
    "lapse",
    "move",
    "note_refusal",
    "register",
    "remind_due",
    "save",
    "save_draft",
    "start",
    "submit",
    "supplement",
    "take_out",
    "unfreeze",
    "withdraw",
]
