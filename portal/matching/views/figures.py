"""How an event went: figures with plots, each beside its table."""

from typing import Final

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from portal import db
from portal.matching.queries import figures
from portal.matching.rules.outcomes import WORDS
from portal.matching.rules.states import Level, MeetingState, ParticipantState, Side
from portal.matching.views.agenda import requires_reader, the_event
from portal.matching.views.firms import title_of

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
