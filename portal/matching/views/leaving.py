"""A firm doesn't come, or no longer: a page that says what follows, and its button."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal import db
from portal.db import transaction
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.matching.forms.leaving import WithdrawalForm
from portal.matching.models import MatchingEvent, Participant
from portal.matching.queries import agenda
from portal.matching.rules.states import MeetingState
from portal.matching.service import leaving
from portal.matching.service.moving import has_begun
from portal.matching.views.firms import own, title_of
from portal.web.guards import found, requires_company

bp = Blueprint("leaving", __name__)


def to_fall(one: Participant, event: MatchingEvent) -> tuple[int, bool]:
    """How many meetings would fall, and whether agendas were told."""
    session, now = db.session(), utcnow()
    placed = [row for row in agenda.meetings_of(session, one.id) if row.state is MeetingState.SCHEDULED]
    is_told = agenda.latest_version(session, event.id) is not None
    return sum(not has_begun(session, row, now) for row in placed), is_told


@bp.route("/area/incontri/<slug>/ritiro", methods=["GET", "POST"])
@requires_company
def withdraw(slug: str) -> ResponseReturnValue:
    """The firm doesn't come."""
    mine = own(slug)
    me = found(mine.participant)
    if mine.has_left:
        return redirect(url_for("firms.event", slug=slug), 303)
    form, status = WithdrawalForm(), 200
    if form.validate_on_submit():
        who, by = me.id, current_user.email
        try:
            with transaction() as session:
                leaving.withdraw(session, who, reason=form.reason.data, by=by, now=utcnow())
            flash(_("Ritiro registrato: l'ufficio è avvisato."), "success")
            return redirect(url_for("firms.event", slug=slug), 303)
        except DomainError as refusal:
            db.session.expire_all()
            mine = own(slug)
            me = found(mine.participant)
            form.refuse(refusal)
    if form.is_submitted():
        status = 422
    falling, is_told = to_fall(me, mine.event)
    page = render_template(
        "matching/firm_withdraw.html",
        event=mine.event,
        title=title_of(mine.event),
        form=form,
        falling=falling,
        is_told=is_told,
    )
    return page, status
