"""A list of a version as a sheet: the lines and columns that its page shows, narrowed as it is."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from flask import stream_with_context
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal import db
from portal.calls import queries as calls
from portal.documents import downloads, sheets
from portal.documents.sheets import Cell
from portal.ranking import queries
from portal.ranking.models import Place, Ranking
from portal.ranking.rules import Outcome
from portal.ranking.service import moves
from portal.ranking.views.shared import HELD, OUTCOMES, Asked, asked, titles
from portal.web.filters import tr

MEDIA: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Words = Mapping[str, Any]


def send_list(ranking: Ranking, kind: str, *, name: str, by_firm: bool = False) -> ResponseReturnValue:
    """The whole of the list that the address asks for, read as it is sent; `by_firm`: as the office sees it."""
    head = queries.head(db.session(), ranking.id)
    wanted, words = asked(head), titles(calls.content_by_id(db.session(), ranking.version_id))
    header = _header(head, wanted, words, by_firm=by_firm)
    rows = _rows(ranking, head, wanted, words, by_firm=by_firm)
    file = f"{name}-{wanted.chosen}.{kind}"
    if kind == "csv":
        body = stream_with_context(sheets.csv_stream(header, rows))
        return downloads.send(body, name=file, media_type=MEDIA[kind])
    return downloads.send(sheets.to_xlsx({_("Graduatoria"): (header, rows)}), name=file, media_type=MEDIA[kind])


def _header(head: Words, wanted: Asked, words: Words, *, by_firm: bool) -> list[str]:
    criteria = [tr(words["criteria"].get(one["key"], one["key"])) for one in head["rule"]["criteria"]]
    if wanted.chosen == "graduatoria":
        firm = [_("Posto"), _("Protocollo"), _("Impresa"), _("Partita IVA"), _("Percorso")]
        result = [_("Premialità"), _("Totale"), _("Esito"), _("Importo in euro"), _("Note"), _("Spostamento")]
        return [*firm, *criteria, *result]
    if wanted.chosen == "sotto-soglia" and by_firm:
        return [_("Protocollo"), *criteria, _("Totale"), _("Manca")]
    return [_("Protocollo"), _("Uscita per")] if wanted.chosen == "uscite" else [_("Protocollo")]


def _rows(ranking: Ranking, head: Words, wanted: Asked, words: Words, *, by_firm: bool) -> Iterator[list[Cell]]:
    if wanted.chosen == "non-ammesse":
        for number in wanted.numbers(head):
            yield [number]
        return
    if wanted.chosen == "uscite":
        for number, why in wanted.gone(head):
            yield [number, str(why)]
        return
    keys = [one["key"] for one in head["rule"]["criteria"]]
    for place in queries.every(db.session(), wanted.places(ranking.id, by_firm=by_firm)):
        if wanted.chosen == "graduatoria":
            yield _ranked(place, keys, words)
        elif by_firm:
            line = place.line
            short = ", ".join(_short(key, words) for key in line["short_of"])
            yield [line["registry_number"], *_points(line, keys), place.total, short]
        else:
            yield [place.line["registry_number"]]


def _ranked(place: Place, keys: list[str], words: Words) -> list[Cell]:
    line = place.line
    firm, pathway = line["firm"], line["pathway"]
    return [
        line["place"],
        line["registry_number"],
        firm["legal_name"],
        firm["vat"],
        tr(words["pathways"].get(pathway, pathway)) if pathway else "",
        *_points(line, keys),
        sum(map(Decimal, line["bonus"].values()), Decimal(0)),
        place.total,
        str(OUTCOMES[place.outcome][0]),
        place.amount_eur if place.outcome is Outcome.FUNDED else None,
        _notes(line, words),
        moves.words(place.move, words["reserves"]),
    ]


def _points(line: Words, keys: list[str]) -> list[Decimal]:
    return [Decimal(line["scores"][key]) for key in keys]


def _notes(line: Words, words: Words) -> str:
    """What the page says under the outcome."""
    said = [str(HELD[line["held_by"]])] if line["held_by"] else []
    if reserve := line["reserve"]:
        said.append(_("riserva «%(title)s»", title=tr(words["reserves"].get(reserve, reserve))))
    return "; ".join([*said, _("già concessa: la conserva")] if line["granted"] else said)


def _short(key: str, words: Words) -> str:
    return _("punteggio totale") if key == "total" else str(tr(words["criteria"].get(key, key)))
