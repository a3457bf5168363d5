"""One traveller as event staff see them: masked; open only for who says why."""

from uuid import UUID

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal import db
from portal.db import transaction
from portal.documents import downloads
from portal.documents.rules import KNOWN_AS
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.missions import service
from portal.missions.forms import ReadForm
from portal.missions.queries import cases
from portal.missions.queries.cases import Person, Seen
from portal.missions.rules.fields import FIELDS
from portal.missions.views.area import masked_rows
from portal.missions.views.office import requires_events
from portal.missions.views.shared import findings, name_of, run, shown_value, words
from portal.web.guards import found


def _asked(mission_id: UUID, traveller_id: UUID) -> tuple[Seen, Person]:
    one = run(mission_id)
    return one, found(cases.find_person(db.session(), mission_id, traveller_id))


@requires_events
def person(mission_id: UUID, traveller_id: UUID) -> ResponseReturnValue:
    """What is known, masked; opened by a POST that says why, and told in the register."""
    one, traveller = _asked(mission_id, traveller_id)
    form = ReadForm()
    told = None
    if form.validate_on_submit():
        try:
            with transaction() as session:
                told = service.reveal(
                    session, mission_id, traveller_id, why=form.why.data, by=current_user.email, now=utcnow()
                )
        except DomainError as refusal:
            form.refuse(refusal)
    return _page(one, traveller, form, told), 422 if form.summary else 200


def _page(one: Seen, traveller: Person, form: ReadForm, told: dict[str, str] | None) -> str:
    rows = (
        [(FIELDS[name], shown_value(name, told[name])) for name in FIELDS if told.get(name)]
        if told is not None
        else masked_rows(traveller)
    )
    return render_template(
        "missions/person.html",
        mission=one.mission,
        content=one.content,
        person=traveller,
        name=name_of(traveller),
        findings=findings(traveller),
        rows=rows,
        is_open=told is not None,
        form=form,
        **words(),
    )


@requires_events
def scan_of(mission_id: UUID, traveller_id: UUID) -> ResponseReturnValue:
    """The scan, for who says why."""
    one, traveller = _asked(mission_id, traveller_id)
    form = ReadForm()
    if not form.validate_on_submit():
        return _page(one, traveller, form, None), 422
    try:
        with transaction() as session:
            by, now = current_user.email, utcnow()
            scan = found(service.scan_of(session, mission_id, traveller_id, why=form.why.data, by=by, now=now))
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(one, traveller, form, None), 422
    name = f"passaporto-{traveller.traveller.queue}{KNOWN_AS[scan[1]].suffix}"
    return downloads.send(scan[0], name=name, media_type=scan[1])


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    address = "/ufficio/missioni/<uuid:mission_id>/partecipanti/<uuid:traveller_id>"
    bp.route(address, methods=["GET", "POST"])(person)
    bp.post(f"{address}/scansione")(scan_of)
