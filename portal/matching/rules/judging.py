"""How a profile stands with the office."""

from datetime import datetime
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from portal.kernel.errors import Conflict, DomainError


class Standing(StrEnum):
    """Nothing written, to be read, good, or sent back with a reason."""

    MISSING = "missing"
    TO_READ = "to_read"
    GOOD = "good"
    SENT_BACK = "sent_back"


def standing(*, saved_at: datetime | None, validated_at: datetime | None, sent_back_at: datetime | None) -> Standing:
    """How a profile stands, by when each thing was done."""
    if validated_at is not None:
        return Standing.GOOD
    if sent_back_at is not None:
        return Standing.SENT_BACK
    return Standing.TO_READ if saved_at is not None else Standing.MISSING


class NothingToJudge(DomainError):
    text = _l("Il profilo non è ancora stato inviato: non c'è nulla da convalidare.")


class WhyMissing(DomainError):
    text = _l("Scrivi il motivo: chi ha scritto il profilo lo leggerà.")


class ProfileMoved(Conflict):
    text = _l("Il profilo è cambiato mentre lo leggevi: ricontrollalo e decidi di nuovo.")
