"""How sound the ranking is: sensitivity, severity, the adjusted places beside the official ones."""

from flask import render_template
from flask.typing import ResponseReturnValue

from portal import db
from portal.calls import queries as calls
from portal.evaluation.rules import reviewed
from portal.kernel.errors import DomainError
from portal.ranking import queries
from portal.ranking.service.draw import seed_of
from portal.ranking.service.soundness import Soundness, soundness
from portal.ranking.views.office import own_call, requires_reader
from portal.ranking.views.shared import bp, titles
from portal.web.guards import found


@requires_reader
def sound(slug: str) -> ResponseReturnValue:
    """What would turn, and whom the panel's severity moved; of no legal effect."""
    call, session = own_call(slug, to_change=False), db.session()
    content = calls.content_of(found(call.version))
    refusal: DomainError | None = None
    view: Soundness | None = None
    is_sealed = bool(queries.owed(session, call.id).scores and reviewed(content))
    if not is_sealed:
        try:
            view = soundness(session, call, seed=seed_of(session, queries.find_latest(session, call.id)))
        except DomainError as said:
            refusal = said
    return render_template(
        "ranking/soundness.html",
        call=call,
        content=content,
        view=view,
        refusal=refusal,
        is_sealed=is_sealed,
        titles=titles(content),
    )


for _base, _mark in (("/ufficio", ""), ("/controllo", "control_")):
    bp.get(f"{_base}/bandi/<slug>/graduatorie/solidita", endpoint=f"{_mark}soundness")(sound)
