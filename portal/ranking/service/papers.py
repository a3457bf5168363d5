"""A ranking on paper and in sheets: the same lines, the same allow-list."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import force_locale, gettext as _

from portal.calls.rules.content import CallContent
from portal.documents import rendering
from portal.documents.rules.papers import Listing, Numbered, RankingList, Row
from portal.documents.sheets import Cell
from portal.kernel.text import Language
from portal.ranking.models import Ranking
from portal.ranking.rules.transparency import TRANSPARENCY, fields
from portal.ranking.service import moves
from portal.web.filters import eur, num

OUTCOMES = {
    "funded": "ammesso e finanziato",
    "reserve": "ammesso non finanziato",
    "below_threshold": "sotto soglia",
    "not_admitted": "non ammesso",
    "left": "uscito dalla graduatoria",
}
"""Words of the open data, which are Italian in every language of the pages."""
HEADER = ("posizione", "protocollo", "percorso", "esito", "punteggio", *TRANSPARENCY, "spostamento")
Moves = Mapping[str, Mapping[str, Any]]
"""How firms moved against the version before, by registry number; only of those that have a place."""


def rows(file: Mapping[str, Any], content: CallContent, moved: Moves) -> Iterator[list[Cell]]:
    """The open data of a published file, line by line as in HEADER; who is not named has no name here either.

    Last come those that stood in an earlier version and have left.
    """
    with force_locale("it"):
        said, left = _in_words(moved, content), {key: str(word) for key, word in moves.LEFT.items()}
    pathways = {pathway.key: pathway.title.it for pathway in content.pathways}
    for line in file["entries"]:
        firm = line["firm"] or {"legal_name": "", "vat": ""}
        is_shown = line["place"] is not None
        yield [
            line["place"],
            line["registry_number"],
            pathways.get(line["pathway"], ""),
            OUTCOMES[line["outcome"]],
            Decimal(line["total"]) if is_shown else None,
            *fields(firm, Decimal(line["amount_eur"]) if is_shown else None, content).values(),
            said.get(line["registry_number"], ""),
        ]
    nobody = fields({"legal_name": "", "vat": ""}, None, content).values()
    for number in file["not_admitted"]:
        yield [None, number, "", OUTCOMES["not_admitted"], None, *nobody, ""]
    for gone in file.get("left") or ():
        yield [None, gone["registry_number"], "", OUTCOMES["left"], None, *nobody, left[gone["code"]]]


def _in_words(moved: Moves, content: CallContent) -> dict[str, str]:
    reserves = {reserve.key: reserve.title for reserve in content.reserves}
    return {number: moves.words(move, reserves) for number, move in moved.items()}


def paper(
    ranking: Ranking, file: Mapping[str, Any], content: CallContent, moved: Moves, *, lang: Language
) -> RankingList:
    """The list as it is printed: the funded, the reserve, and numbers alone for the rest, and for who left."""
    with force_locale(lang):
        entries, said = file["entries"], _in_words(moved, content)
        return RankingList(
            issuer=content.implementing_body,
            programme=content.programme.title.in_(lang),
            call_title=content.title.in_(lang),
            call_code=content.code,
            sha256=ranking.sha256,
            number=str(ranking.number),
            reason=ranking.reason,
            drawn_up_at=rendering.instant(ranking.drawn_up_at, lang=lang),
            published_at=rendering.instant(ranking.published_at, lang=lang) if ranking.published_at else None,
            threshold=_threshold(file, content, lang),
            budget=_budget(file),
            lists=[
                _listing(_("Domande ammesse e finanziate"), entries, "funded", said),
                _listing(_("Domande ammissibili e non finanziate"), entries, "reserve", said),
                Listing(title=_("Domande non ammesse"), note=_("Solo protocollo ed esito."), numbers=_numbers(file)),
                *_gone(file),
            ],
        )


def _threshold(file: Mapping[str, Any], content: CallContent, lang: Language) -> str:
    least = _("%(points)s punti", points=num(file["rule"]["threshold"]))
    names = {criterion.key: criterion.title.in_(lang) for criterion in content.criteria}
    minima = [
        _("almeno %(points)s in «%(criterion)s»", points=num(one["min"]), criterion=names.get(one["key"], one["key"]))
        for one in file["rule"]["criteria"]
        if one["min"] is not None
    ]
    return "; ".join([least, *minima])


def _budget(file: Mapping[str, Any]) -> str:
    rule = file["rule"]
    return str(_("%(budget)s, %(places)s posti", budget=eur(rule["budget_eur"]), places=num(rule["places"])))


def _listing(title: str, entries: list[dict[str, Any]], outcome: str, said: Mapping[str, str]) -> Listing:
    return Listing(title=title, rows=[_row(line, said) for line in entries if line["outcome"] == outcome])


def _gone(file: Mapping[str, Any]) -> list[Listing]:
    """Who stood in an earlier version and has left; no list where nobody has."""
    left = [
        Numbered(number=one["registry_number"], outcome=str(moves.LEFT[one["code"]])) for one in file.get("left") or ()
    ]
    title, note = _("Domande uscite dalla graduatoria"), _("Erano in una versione pubblicata prima.")
    return [Listing(title=title, note=note, numbers=left)] if left else []


def _numbers(file: Mapping[str, Any]) -> list[Numbered]:
    """Below a threshold or not admitted, by registry number."""
    below = [line["registry_number"] for line in file["entries"] if line["outcome"] == "below_threshold"]
    said = dict.fromkeys(below, _("Sotto soglia")) | dict.fromkeys(file["not_admitted"], _("Requisiti mancanti"))
    return [Numbered(number=number, outcome=said[number]) for number in sorted(said)]


def _row(line: Mapping[str, Any], said: Mapping[str, str]) -> Row:
    number = line["registry_number"]
    return Row(
        position=str(line["place"]),
        arrival=str(line["arrival"]),
        company=line["firm"]["legal_name"],
        points=num(line["total"], places=2),
        amount=eur(line["amount_eur"]) if line["outcome"] == "funded" else "–",
        note="; ".join(filter(None, (number, said.get(number)))),
    )


_printed: OrderedDict[tuple[UUID, Language], bytes] = OrderedDict()
_KEPT = 32


def pdf(ranking: Ranking, file: Mapping[str, Any], content: CallContent, moved: Moves, *, lang: Language) -> bytes:
    """The PDF of a version; a published one never changes, so a process sets it once in each language."""
    key = (ranking.id, lang)
    if key not in _printed:
        at = ranking.published_at or ranking.drawn_up_at
        printed = rendering.render(paper(ranking, file, content, moved, lang=lang), lang=lang, at=at)
        if ranking.published_at is None:
            return printed
        _printed[key] = printed
        while len(_printed) > _KEPT:
            _printed.popitem(last=False)
    return _printed[key]
