"""The blueprint, words and lists that several pages use."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, cast
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, request
from flask_babel import LazyString, lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import Session

from portal.calls.rules.content import CallContent
from portal.ranking import queries
from portal.ranking.models import Place, Ranking
from portal.ranking.queries import Counts
from portal.ranking.rules import Band, Outcome, bands
from portal.ranking.service import moves
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
RANKED: Final = (Outcome.FUNDED, Outcome.RESERVE)
LISTS: Final = {
    "graduatoria": RANKED,
    "sotto-soglia": (Outcome.BELOW_THRESHOLD,),
    "non-ammesse": (),
    "uscite": (),
}


PICKED: Final = {"finanziate": (Outcome.FUNDED,), "riserva": (Outcome.RESERVE,)}
LONGEST: Final = 80


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the address asks of a version: which list, narrowed how. Unknown words are as if they were not said."""

    chosen: str
    pathway: str
    outcome: str
    words: str

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes of the list."""
        return PICKED.get(self.outcome, LISTS[self.chosen])

    @property
    def is_narrowed(self) -> bool:
        """Whether something is left out of the list."""
        return bool(self.pathway or self.outcome or self.words)

    def query(self) -> str:
        """The same, as an address says it; empty for the whole first list."""
        said = {"elenco": self.chosen, "percorso": self.pathway, "esito": self.outcome, "cerca": self.words}
        return urlencode({name: value for name, value in said.items() if value and value != "graduatoria"})

    def places(self, ranking_id: UUID, *, by_firm: bool) -> Select[Place]:
        """The lines of the list; `by_firm`: found also by names that the list does not show."""
        return queries.places(
            ranking_id, outcomes=self.outcomes, pathway=self.pathway or None, words=self.words, by_firm=by_firm
        )

    def numbers(self, head: Mapping[str, Any]) -> list[str]:
        """Registry numbers of those not admitted."""
        return [number for number in head["not_admitted"] if self.words.lower() in number.lower()]

    def gone(self, head: Mapping[str, Any]) -> list[tuple[str, LazyString]]:
        """(registry number, by what) of those that stood in an earlier version and have left."""
        return [
            (one["registry_number"], moves.LEFT[one["code"]])
            for one in left_of(head)
            if self.words.lower() in one["registry_number"].lower()
        ]


def left_of(head: Mapping[str, Any]) -> Sequence[Mapping[str, str]]:
    """Who stood in an earlier version and has left; files of the first format do not say."""
    return cast("Sequence[Mapping[str, str]]", head.get("left") or ())


def asked(head: Mapping[str, Any]) -> Asked:
    """Read the address: `elenco`, `percorso`, `esito`, `cerca`."""

    def among(name: str, known: Container[str]) -> str:
        said = request.args.get(name, "")
        return said if said in known else ""

    chosen = among("elenco", LISTS) or "graduatoria"
    is_ranked = chosen == "graduatoria"
    return Asked(
        chosen=chosen,
        pathway=among("percorso", {one["key"] for one in head["rule"]["pathways"]}) if is_ranked else "",
        outcome=among("esito", PICKED) if is_ranked else "",
        words=request.args.get("cerca", "").replace("\x00", "").strip()[:LONGEST],
    )


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One page of one of the lists of a version, and the plots of the whole."""

    ranking: Ranking
    head: Mapping[str, Any]
    counts: Counts
    asked: Asked
    page: paging.Page[Place]
    cut_off: Place | None
    plotted: tuple[Outcome, ...]
    bands: Sequence[Band]
    means: Mapping[tuple[str, Outcome], Decimal]

    def moved(self, place: Place, reserves: Mapping[str, Any]) -> str:
        """How a firm moved since the version published before, and why; `reserves`: titles by key."""
        return moves.words(place.move, reserves)

    def arrow(self, place: Place) -> tuple[str, str]:
        """The same as an icon and its tone."""
        return moves.arrow(place.move)

    @property
    def left(self) -> int:
        """How many have left since an earlier version."""
        return len(left_of(self.head))

    def address(self, here: str) -> str:
        """The list at the address `here`, narrowed as it is."""
        return f"{here}?{said}" if (said := self.asked.query()) else here


def shown(session: Session, ranking: Ranking, *, by_firm: bool = False) -> Shown:
    """The page that the address asks for (see `asked`; `dopo`, `prima`). A constant number of statements.

    `by_firm`: for the office, which knows and plots those below a threshold too.
    """
    head = queries.head(session, ranking.id)
    wanted = asked(head)
    page = paging.read(
        session,
        wanted.places(ranking.id, by_firm=by_firm),
        [paging.By(Place.position, "position")],
        after=request.args.get("dopo"),
        before=request.args.get("prima"),
        size=ROWS,
    )
    plotted = tuple(Outcome) if by_firm else RANKED
    cut_off = queries.last_funded(session, ranking.id)
    totals = queries.totals(session, ranking.id)
    return Shown(
        ranking=ranking,
        head=head,
        counts=queries.counts(session, ranking.id),
        asked=wanted,
        page=page,
        cut_off=cut_off,
        plotted=plotted,
        bands=bands(totals, plotted, cut_off=cut_off.total if cut_off else None),
        means=queries.means(session, ranking.id),
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
