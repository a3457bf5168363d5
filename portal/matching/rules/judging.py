"""How a profile stands with the office."""

from enum import StrEnum

from flask_babel import lazy_gettext as _l

from portal.kernel.errors import Conflict, DomainError


class Standing(StrEnum):
    """Nothing written, to be read, good, or sent back with a reason."""

    MISSING = "missing"
    TO_READ = "to_read"
    GOOD = "good"
    SENT_BACK = "sent_back"


def standing(*, saved_at: object, validated_at: object, sent_back_at: object) -> Standing:
    """How a profile stands, by when each thing was done, or whether it was."""
    if validated_at:
        return Standing.GOOD
    if sent_back_at:
        return Standing.SENT_BACK
    return Standing.TO_READ if saved_at else Standing.MISSING


class NothingToJudge(DomainError):
    text = _l("Il profilo non è ancora stato inviato: non c'è nulla da convalidare.")


class WhyMissing(DomainError):
    text = _l("Scrivi il motivo: chi ha scritto il profilo lo leggerà.")


class ProfileMoved(Conflict):
    text = _l("Il profilo è cambiato mentre lo leggevi: ricontrollalo e decidi di nuovo.")
