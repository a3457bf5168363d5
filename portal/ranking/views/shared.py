"""The blueprint, words and lists that several pages use."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, request
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from portal.calls.rules.content import CallContent
from portal.ranking import queries
from portal.ranking.models import Place, Ranking
from portal.ranking.queries import Counts
from portal.ranking.rules import Outcome
from portal.ranking.views import moves
from portal.web import paging

bp = Blueprint("ranking", __name__)

ROWS: Final = 100
COMMAND: Final = "portale ranking verify FILE"
OUTCOMES: Final = {
    Outcome.FUNDED: (_l("Ammessa e finanziata"), "success"),
    Outcome.RESERVE: (_l("Ammessa, in riserva"), "warning"),
    Outcome.BELOW_THRESHOLD: (_l("Sotto soglia"), "danger"),
}
HELD: Final = {
    "places": _l("posti esauriti"),
    "pathway": _l("posti del percorso esauriti"),
    "budget": _l("risorse esaurite"),
    "overbooking": _l("arrivata dopo la chiusura anticipata dello sportello"),
}
LEFT: Final = {
    "waived": _l("rinuncia"),
    "forfeited": _l("decadenza"),
    "revoked": _l("revoca"),
    "excluded": _l("esclusione"),
    "withdrawn": _l("ritiro"),
}
RANKED: Final = (Outcome.FUNDED, Outcome.RESERVE)
LISTS: Final = {
    "graduatoria": RANKED,
    "sotto-soglia": (Outcome.BELOW_THRESHOLD,),
    "non-ammesse": (),
}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One page of one of the three lists of a version."""

    ranking: Ranking
    head: Mapping[str, Any]
    counts: Counts
    chosen: str
    pathway: str
    page: paging.Page[Place]
    cut_off: Place | None

    def moved(self, place: Place, reserves: Mapping[str, Any]) -> str:
        """How a firm moved since the version published before, and why; `reserves`: titles by key."""
        return moves.words(place.move, reserves)

    def address(self, here: str) -> str:
        """The list at the address `here`, filtered as it is."""
        return f"{here}?{urlencode({'elenco': self.chosen, 'percorso': self.pathway})}"


def shown(session: Session, ranking: Ranking) -> Shown:
    """The page that the address asks for: `elenco`, `percorso`, `dopo`, `prima`. A constant number of statements."""
    chosen = request.args.get("elenco", "")
    chosen = chosen if chosen in LISTS else "graduatoria"
    head = queries.head(session, ranking.id)
    pathways = {one["key"] for one in head["rule"]["pathways"]}
    pathway = request.args.get("percorso", "")
    pathway = pathway if pathway in pathways else ""
    page = paging.read(
        session,
        queries.places(ranking.id, outcomes=LISTS[chosen], pathway=pathway or None),
        [paging.By(Place.position, "position")],
        after=request.args.get("dopo"),
        before=request.args.get("prima"),
        size=ROWS,
    )
    return Shown(
        ranking=ranking,
        head=head,
        counts=queries.counts(session, ranking.id),
        chosen=chosen,
        pathway=pathway,
        page=page,
        cut_off=queries.last_funded(session, ranking.id),
    )


def titles(content: CallContent) -> dict[str, Any]:
    """Words of the keys that a list names: criteria, bonuses, tie-breaks, pathways."""
    return {
        "criteria": {c.key: c.title for c in content.criteria} | {b.key: b.title for b in content.bonus},
        "pathways": {p.key: p.title for p in content.pathways},
        "reserves": {r.key: r.title for r in content.reserves},
        "ties": {
            "lot": _l("il sorteggio"),
            "total": _l("il punteggio totale"),
            "submitted_at": _l("l'istante di invio"),
            "registry_number": _l("l'ordine di arrivo"),
        },
    }
