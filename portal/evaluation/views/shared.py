"""The blueprint, and words that several pages use."""

from typing import Final

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from portal.evaluation.rules import Kind, Stage, Why
from portal.kernel.errors import Conflict, DomainError

bp = Blueprint("evaluation", __name__)

STAGES: Final = {
    Stage.TO_DECLARE: (_l("Da dichiarare"), "warning"),
    Stage.TO_SCORE: (_l("Da valutare"), "warning"),
    Stage.DRAFT: (_l("In bozza"), "info"),
    Stage.SUBMITTED: (_l("Consegnata"), "success"),
    Stage.IN_CONFLICT: (_l("In conflitto"), "danger"),
    Stage.WITHDRAWN: (_l("Incarico tolto"), "neutral"),
}
WHYS: Final = {
    Why.AWAY: _l("assenti"),
    Why.CONFLICT: _l("in conflitto"),
    Why.FULL: _l("al completo"),
    Why.LEFT: _l("hanno lasciato la domanda"),
}
TIES: Final = {
    Kind.DECLARED: _l("hai dichiarato un conflitto con questa impresa"),
    Kind.COMPANY: _l("operi o hai operato per questa impresa"),
    Kind.GROUP: _l("operi o hai operato per un'impresa del suo gruppo"),
    Kind.PEOPLE: _l("fra i suoi rappresentanti c'è una persona legata a te o alle imprese per cui operi"),
    Kind.DESK: _l("una persona della tua stessa impresa opera o ha operato per lei"),
    Kind.DOMAIN: _l("il tuo indirizzo è dello stesso dominio dell'impresa"),
}


def status_of(refusal: DomainError) -> int:
    """409 where somebody else changed things, else 422."""
    return 409 if isinstance(refusal, Conflict) else 422
