"""Moves of a firm between two versions, in words: "salita di 3: rinuncia di 2 imprese; riserva «Microimprese»"."""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import LazyString, gettext as _, lazy_gettext as _l, ngettext

from portal.ranking.rules import Because, By, Move, Outcome, Part
from portal.web.filters import tr

LEFT: Final[Mapping[str, LazyString]] = {
    "waived": _l("rinuncia"),
    "forfeited": _l("decadenza"),
    "revoked": _l("revoca"),
    "excluded": _l("esclusione"),
    "withdrawn": _l("ritiro"),
}
"""By what a firm left the list."""


def words(kept: Mapping[str, Any] | None, reserves: Mapping[str, Any]) -> str:
    """One sentence on a kept move; empty where nothing moved. `reserves`: titles by key."""
    if kept is None:
        return ""
    move = Move.model_validate(kept)
    parts = [_part(part) for part in move.parts]
    if why := _because(move, reserves):
        parts.append(why)
    return ": ".join(filter(None, (_moved(move), "; ".join(parts))))


def arrow(kept: Mapping[str, Any] | None) -> tuple[str, str]:
    """(icon, tone) beside the words of a kept move; both empty where the place is the same."""
    if kept is None:
        return "", ""
    move = Move.model_validate(kept)
    if move.was is None:
        return "plus-circle", "new"
    gained = move.steps or (_WORTH[move.is_] - _WORTH[move.was])
    return ("arrow-up", "up") if gained < 0 else ("arrow-down", "down") if gained > 0 else ("", "")


_WORTH = {Outcome.FUNDED: 0, Outcome.RESERVE: 1, Outcome.BELOW_THRESHOLD: 2}
"""Where no place tells: an outcome of a lower number is the better."""


def _moved(move: Move) -> str:
    if move.was is None:
        return str(_("riammessa in graduatoria") if move.is_back else _("nuova in graduatoria"))
    if move.steps < 0:
        return str(_("salita di %(steps)s", steps=-move.steps))
    if move.steps > 0:
        return str(_("scesa di %(steps)s", steps=move.steps))
    if move.was is not move.is_:
        gained = {Outcome.FUNDED: _("ora finanziata"), Outcome.RESERVE: _("ora in riserva")}
        return str(gained.get(move.is_, _("ora sotto soglia")))
    return str(_("stesso posto"))


def _part(part: Part) -> str:  # noqa: C901, PLR0911 - a table of words
    """One cause: how many firms, each worth a place, or the places that corrected points are worth."""
    num = part.firms
    match part.by:
        case By.WAIVED:
            return str(ngettext("rinuncia di un'impresa", "rinuncia di %(num)s imprese", num))
        case By.FORFEITED:
            return str(ngettext("decadenza di un'impresa", "decadenza di %(num)s imprese", num))
        case By.REVOKED:
            return str(ngettext("revoca a un'impresa", "revoca a %(num)s imprese", num))
        case By.EXCLUDED:
            return str(ngettext("esclusione di un'impresa", "esclusione di %(num)s imprese", num))
        case By.WITHDRAWN:
            return str(ngettext("ritiro di un'impresa", "ritiro di %(num)s imprese", num))
        case By.BELOW:
            return str(ngettext("un'impresa ora sotto soglia", "%(num)s imprese ora sotto soglia", num))
        case By.ENTERED:
            return str(ngettext("un'impresa entrata davanti", "%(num)s imprese entrate davanti", num))
        case By.RETURNED:
            return str(ngettext("un'impresa riammessa davanti", "%(num)s imprese riammesse davanti", num))
        case By.OWN_POINTS:
            return str(_("propri punti corretti (%(steps)s)", steps=_signed(part.steps)))
        case By.OTHER_POINTS:
            return str(_("punti di altre corretti (%(steps)s)", steps=_signed(part.steps)))
    return str(_("regole del bando cambiate (%(steps)s)", steps=_signed(part.steps)))


def _signed(steps: int) -> str:
    """Places gained with a plus, lost with a minus."""
    return f"{-steps:+d}".replace("-", "\u2212")


def _because(move: Move, reserves: Mapping[str, Any]) -> str:  # noqa: C901, PLR0911 - a table of words
    match move.because:
        case Because.RESERVE:
            return str(_("riserva «%(title)s»", title=tr(reserves.get(move.reserve or "", move.reserve))))
        case Because.FREED:
            return str(ngettext("liberato il posto di un'impresa", "liberati i posti di %(num)s imprese", move.freed))
        case Because.PLACES:
            return str(_("posti esauriti"))
        case Because.PATHWAY:
            return str(_("posti del percorso esauriti"))
        case Because.BUDGET:
            return str(_("risorse esaurite"))
        case Because.OVERBOOKING:
            return str(_("arrivata dopo la chiusura anticipata dello sportello"))
        case Because.THRESHOLD:
            return str(_("non raggiunge più un minimo"))
        case Because.RULE:
            return str(_("regole del bando cambiate"))
    return ""
