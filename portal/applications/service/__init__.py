"""The verbs of the applications."""

from portal.applications.service.attach import attach, detach
from portal.applications.service.freeze import freeze, unfreeze
from portal.applications.service.move import move, register
from portal.applications.service.save import Change, save
from portal.applications.service.start import start
from portal.applications.service.submit import Submission, note_refusal, submit
from portal.applications.service.withdraw import withdraw

__all__ = [
    "Change",
    "Submission",
    "attach",
    "detach",
    "freeze",
    "move",
    "note_refusal",
    "register",
    "save",
    "start",
    "submit",
    "unfreeze",
    "withdraw",
]
