"""Who is looking: the buyer whose link was confirmed in this browser; and words that several pages use."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec
from uuid import UUID

from flask import abort, g, render_template, session
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from portal import db
from portal.db import transaction
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError, NotFound
from portal.matching.models import Counterpart, MatchingEvent, Participant
from portal.matching.queries import buyers
from portal.matching.rules.linking import Link
from portal.matching.rules.states import EventState, Level, ParticipantState
from portal.matching.service import buyers as verbs
from portal.web.guards import found

Args = ParamSpec("Args")
KEY: Final = "buyer"
"""In the browser's session: whose link was confirmed here, and of which epoch."""

LEVEL_WORDS: Final = {
    Level.WANT: _l("Voglio incontrarla"),
    Level.WOULD: _l("La incontrerei"),
    Level.NO: _l("No, grazie"),
}
EVENT_WORDS: Final = {
    EventState.DRAFT: (_l("In preparazione"), "neutral"),
    EventState.WISHES: (_l("Scelta delle imprese"), "info"),
    EventState.SCHEDULING: (_l("Agenda in preparazione"), "warning"),
    EventState.PUBLISHED: (_l("Agenda pubblicata"), "success"),
    EventState.CLOSED: (_l("Concluso"), "neutral"),
}
ANSWER_WORDS: Final = {
    ParticipantState.INVITED: (_l("Aspettiamo la tua risposta"), "warning"),
    ParticipantState.CONFIRMED: (_l("Partecipi"), "success"),
    ParticipantState.LEFT: (_l("Non partecipi"), "neutral"),
}


def known() -> tuple[UUID, int] | None:
    """Whose link was confirmed in this browser, and of which epoch."""
    try:
        buyer_id, epoch = session[KEY]
        return UUID(hex=buyer_id), int(epoch)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def looking() -> Counterpart | None:
    """The buyer, while the link that let them in is good."""
    if "buyer" not in g:
        who = known()
        buyer = buyers.find(db.session(), who[0]) if who else None
        good = buyer is not None and who is not None and verbs.standing(buyer, who[1], now=utcnow()) is Link.GOOD
        g.buyer = buyer if good else None
    found_: Counterpart | None = g.buyer
    return found_


def requires_buyer(
    view: Callable[Concatenate[Counterpart, Args], ResponseReturnValue],
) -> Callable[Args, ResponseReturnValue]:
    """A buyer, handed to the view; others are told how to come in."""

    @wraps(view)
    def guarded(*args: Args.args, **kwargs: Args.kwargs) -> ResponseReturnValue:
        buyer = looking()
        if buyer is None:
            return render_template("matching/buyer/closed.html", buyer=None), 401
        return view(buyer, *args, **kwargs)

    guarded.guard = frozenset({"buyer"})  # type: ignore[attr-defined]
    return guarded


def own(buyer: Counterpart, slug: str) -> tuple[Participant, MatchingEvent]:
    """The buyer's part in that event, or 404."""
    participant, event = found(buyers.own(db.session(), buyer.id, slug))
    return participant, event


def refused(verb: Callable[..., object], **facts: Any) -> DomainError | None:  # noqa: ANN401
    """Do one thing in one transaction; a refusal, or None where it was done. What isn't there is 404."""
    try:
        with transaction() as tx:
            verb(tx, now=utcnow(), **facts)
    except NotFound:
        abort(404)
    except DomainError as refusal:
        db.session.expire_all()
        return refusal
    finally:
        g.pop("buyer", None)
    return None
