"""How an event went: figures with plots, each beside its table."""

from collections.abc import Mapping, Sequence
from typing import Final

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l

from portal import db
from portal.documents import downloads, sheets
from portal.documents.rules import MEDIA_TYPES, Kind
from portal.kernel.clock import utcnow
from portal.matching.queries import figures
from portal.matching.queries.figures import Figures
from portal.matching.rules.outcomes import RATINGS, WORDS
from portal.matching.rules.states import Level, MeetingState, ParticipantState, Side
from portal.matching.views.agenda import requires_reader, the_event
from portal.matching.views.firms import title_of

Table = tuple[Sequence[str], list[list[str | int | float]]]
bp = Blueprint("matching_figures", __name__)
SIDE_WORDS: Final = {Side.COMPANY: _l("Imprese"), Side.BUYER: _l("Buyer")}
STATE_WORDS: Final = {
    MeetingState.PROPOSED: _l("Senza posto"),
    MeetingState.SCHEDULED: _l("In agenda"),
    MeetingState.HELD: _l("Svolti"),
    MeetingState.NO_SHOW: _l("Mancati"),
    MeetingState.CANCELLED: _l("Annullati"),
}
PERSON_WORDS: Final = {
    ParticipantState.INVITED: _l("Da confermare"),
    ParticipantState.CONFIRMED: _l("Confermati"),
    ParticipantState.LEFT: _l("Ritirati"),
}
LEVEL_WORDS: Final = {Level.WANT: _l("Voglio"), Level.WOULD: _l("Vorrei"), Level.NO: _l("No")}


@bp.get("/ufficio/incontri/<slug>/cifre")
@requires_reader
def shown(slug: str) -> ResponseReturnValue:
    """The figures of one event."""
    event = the_event(slug)
    return render_template(
        "matching/figures.html",
        event=event,
        title=title_of(event),
        figures=figures.read(db.session(), event),
        sides=SIDE_WORDS,
        states=STATE_WORDS,
        people=PERSON_WORDS,
        levels=LEVEL_WORDS,
        outcomes=WORDS,
    )


@bp.get("/ufficio/incontri/<slug>/cifre.<any(csv, xlsx):kind>")
@requires_reader
def export(slug: str, kind: str) -> ResponseReturnValue:
    """What the page shows: a sheet each table, or one list of table, line, measure and value."""
    event = the_event(slug)
    made = tables(figures.read(db.session(), event))
    name = f"cifre-{event.slug}.{kind}"
    if kind == "xlsx":
        body = sheets.to_xlsx(made, created=utcnow())
        return downloads.send(body, name=name, media_type=MEDIA_TYPES[Kind.XLSX])
    rows = [
        [title, str(line[0]), measure, value]
        for title, (columns, lines) in made.items()
        for line in lines
        for measure, value in zip(columns[1:], line[1:], strict=True)
    ]
    header = [_("Tabella"), _("Voce"), _("Misura"), _("Valore")]
    return downloads.send(sheets.to_csv(header, rows), name=name, media_type="text/csv; charset=utf-8")


def tables(shown: Figures) -> Mapping[str, Table]:
    """Every table of the page by its title: columns, of which the first names the line, and lines."""
    return {
        _("Sintesi"): ([_("Misura"), _("Valore")], _summary(shown)),
        _("Incontri per impresa"): _shares(shown, Side.COMPANY, _("Impresa")),
        _("Incontri per buyer"): _shares(shown, Side.BUYER, _("Buyer")),
        _("Equità"): (
            [_("Lato"), _("In media"), _("Gini"), _("Jain")],
            [
                [str(name), round(one.average, 4), round(one.gini, 4), round(one.jain, 4)]
                for side, name in SIDE_WORDS.items()
                for one in (shown.evenness[side],)
            ],
        ),
        _("Preferenze accettate"): (
            [_("Espresse da"), _("Chieste"), _("Accettate"), _("Rifiutate"), _("Senza risposta")],
            [
                [str(name), one.asked, one.accepted, one.refused, one.silent]
                for side, name in SIDE_WORDS.items()
                for one in (shown.accepted[side],)
            ],
        ),
        _("Preferenze rispettate"): (
            [_("Preferenza"), _("Espresse"), _("Rispettate")],
            [
                [f"{name}: {word}", shown.kept[side][level].asked, shown.kept[side][level].kept]
                for side, name in SIDE_WORDS.items()
                for level, word in LEVEL_WORDS.items()
            ],
        ),
        _("Incontri per stato"): (
            [_("Stato"), _("Incontri")],
            [[str(word), shown.states.get(state, 0)] for state, word in STATE_WORDS.items()],
        ),
        _("Partecipanti"): (
            [_("Lato"), *map(str, PERSON_WORDS.values())],
            [
                [str(name), *(shown.people.get((side, state), 0) for state in PERSON_WORDS)]
                for side, name in SIDE_WORDS.items()
            ],
        ),
        _("Valutazioni subito dopo"): (
            [_("Voto"), *map(str, SIDE_WORDS.values())],
            [[str(rating), *(shown.ratings.get((side, rating), 0) for side in SIDE_WORDS)] for rating in RATINGS],
        ),
        _("Esiti dichiarati"): (
            [_("Chi e quando"), _("Risposte"), *map(str, WORDS.values()), _("Valore")],
            [
                [_asked(side, months), one.said, *(one.by_kind.get(kind, 0) for kind in WORDS), one.value_eur]
                for (side, months), one in shown.followed.items()
            ],
        ),
    }


def _summary(shown: Figures) -> list[list[str | int | float]]:
    firms = shown.evenness[Side.COMPANY]
    return [
        [_("Incontri in agenda"), shown.placed],
        [_("Incontri proposti"), shown.proposed],
        [_("Per impresa, in media"), round(firms.average, 4)],
        [_("Indice di Gini fra le imprese"), round(firms.gini, 4)],
        [_("Svolti"), shown.held],
    ]


def _shares(shown: Figures, side: Side, who: str) -> Table:
    columns = [who, _("In agenda"), _("Svolti"), _("Mancati")]
    ordered = sorted(shown.shares[side], key=lambda one: -one.placed)
    return columns, [[one.name, one.placed, one.held, one.missed] for one in ordered]


def _asked(side: Side, months: int) -> str:
    when = _("dopo %(count)s mesi", count=months) if months else _("subito dopo")
    return f"{SIDE_WORDS[side]}, {when}"
