"""A change of a closed list: its difference, masked until somebody says why; approved or refused."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal import db
from portal.db import transaction
from portal.kernel.clock import utcnow
from portal.kernel.errors import Conflict, DomainError
from portal.missions import service
from portal.missions.forms import AnswerForm, ReadForm
from portal.missions.models import Change
from portal.missions.queries import cases
from portal.missions.queries.cases import Seen
from portal.missions.rules.fields import FIELDS, masked
from portal.missions.service import sealing
from portal.missions.views.office import requires_events
from portal.missions.views.shared import name_of, run, shown_value, words
from portal.web.forms import PortalForm
from portal.web.guards import found


@requires_events
def change(mission_id: UUID, change_id: UUID) -> ResponseReturnValue:
    """The difference; POST opens it for who says why."""
    one, asked = _asked(mission_id, change_id)
    form = ReadForm()
    is_open = False
    if form.validate_on_submit():
        with transaction() as session:
            differ = service.difference(session, asked)
            ids = [id_ for id_ in (asked.traveller_id, asked.by_traveller_id) if id_]
            names = [name for name, _before, _after in differ]
            sealing.note_reading(
                session, mission_id, ids, names, why=form.why.data, by=current_user.email, now=utcnow()
            )
        is_open = True
    return _page(one, asked, form, is_open=is_open), 422 if form.summary else 200


def _asked(mission_id: UUID, change_id: UUID) -> tuple[Seen, Change]:
    one = run(mission_id)
    return one, found(cases.find_change(db.session(), change_id, mission_id))


def _page(one: Seen, asked: Change, form: PortalForm, *, is_open: bool = False) -> str:
    session = db.session()
    person = found(cases.find_person(session, one.mission.id, asked.traveller_id))

    def shown(name: str, value: str) -> str:
        return shown_value(name, value) if is_open else masked(name, shown_value(name, value))

    rows: list[tuple[Any, str, str]] = [
        (FIELDS[name], shown(name, before), shown(name, after))
        for name, before, after in service.difference(session, asked)
    ]
    return render_template(
        "missions/change.html",
        mission=one.mission,
        content=one.content,
        change=asked,
        person=person,
        name=name_of(person),
        rows=rows,
        is_open=is_open,
        form=form,
        reading=form if isinstance(form, ReadForm) else ReadForm(formdata=None),
        answer=form if isinstance(form, AnswerForm) else AnswerForm(formdata=None),
        **words(),
    )


@requires_events
def decide(mission_id: UUID, change_id: UUID, verb: str) -> ResponseReturnValue:
    """Approve or refuse; the firm is told."""
    one, asked = _asked(mission_id, change_id)
    form = AnswerForm()
    if not form.validate_on_submit():
        return _page(one, asked, form), 422
    decided = service.approve if verb == "approva" else service.reject
    try:
        with transaction() as session:
            decided(session, mission_id, change_id, answer=form.answer.data, by=current_user.email, now=utcnow())
    except DomainError as refusal:
        form.refuse(refusal)
        again = _asked(mission_id, change_id)
        return _page(*again, form), 409 if isinstance(refusal, Conflict) else 422
    done = _("La modifica è fatta: le versioni nuove degli elenchi la segnano.")
    flash(done if request.path.endswith("approva") else _("La modifica è rifiutata."), "success")
    return redirect(url_for(".board", mission_id=mission_id), 303)


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    address = "/ufficio/missioni/<uuid:mission_id>/richieste/<uuid:change_id>"
    bp.route(address, methods=["GET", "POST"])(change)
    bp.post(f"{address}/<any(approva, rifiuta):verb>")(decide)
