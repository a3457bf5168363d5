"""Attendance at a door: a page for a phone that goes on without a network, and what it sends later."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal import db
from portal.db import transaction
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.missions import service
from portal.missions.forms import ButtonForm
from portal.missions.queries import cases
from portal.missions.queries.cases import Seen
from portal.missions.rules.refusals import UnknownBadge
from portal.missions.rules.waiting import TravellerState
from portal.missions.service import Scan
from portal.missions.views.office import requires_events
from portal.missions.views.shared import name_of, run
from portal.web.forms import PortalForm

MOST_SCANS = 500


@requires_events
def door(mission_id: UUID) -> ResponseReturnValue:
    """Who goes, by short name and firm, with a button each; POST without script marks one."""
    one, form = run(mission_id), ButtonForm()
    if form.validate_on_submit():
        scan = Scan(
            key=uuid4(),
            badge=_badge(request.form.get("codice", "")),
            moment=request.form.get("occasione", ""),
            at=utcnow(),
        )
        with transaction() as session:
            answers = service.check_in(session, mission_id, [scan], by=current_user.email, now=utcnow())
        if answers[scan.key] == "unknown":
            form.refuse(UnknownBadge())
        else:
            flash(_("Presenza registrata."), "success")
            return redirect(url_for(".door", mission_id=mission_id, occasione=scan.moment), 303)
    return _page(one, form), 422 if form.summary else 200


def _page(one: Seen, form: PortalForm) -> str:
    session, mission_id = db.session(), one.mission.id
    going = [
        (person, name_of(person))
        for person in cases.people(session, mission_id)
        if person.traveller.state is TravellerState.CONFIRMED
    ]
    badge_of = {person.traveller.id: person.traveller.badge for person, _name in going}
    done: dict[str, list[str]] = {moment.key: [] for moment in one.content.moments}
    for row in cases.attendance(session, mission_id):
        if row.traveller_id in badge_of and row.moment in done:
            done[row.moment].append(badge_of[row.traveller_id])
    moments = one.content.moments
    chosen = request.values.get("occasione", "")
    return render_template(
        "missions/door.html",
        mission=one.mission,
        content=one.content,
        going=sorted(going, key=lambda pair: (pair[0].company, pair[1])),
        done=done,
        chosen=chosen if chosen in done else (moments[0].key if moments else ""),
        typed=_badge(request.values.get("codice", "")),
        form=form,
    )


def _badge(text: str) -> str:
    """The badge in what a reader typed: the code alone, or the address that its QR code holds."""
    return text.strip().rpartition("=")[2].upper()[:40]


@requires_events
def sync(mission_id: UUID) -> ResponseReturnValue:
    """What a phone kept while it had no network: each scan has a key of its own, so twice is once."""
    run(mission_id)
    try:
        scans = _scans(request.get_json(force=True, silent=True))
    except (ValueError, TypeError, KeyError, AttributeError):
        return jsonify(error=_("Le presenze inviate non sono leggibili.")), 422
    try:
        with transaction() as session:
            answers = service.check_in(session, mission_id, scans, by=current_user.email, now=utcnow())
    except DomainError as refusal:
        return jsonify(error=str(refusal)), 422
    return jsonify(answers={str(key): answer for key, answer in answers.items()})


def _scans(said: Any) -> list[Scan]:  # noqa: ANN401 - JSON from outside
    rows = said["scans"][:MOST_SCANS]
    scans = [
        Scan(
            key=UUID(row["key"]),
            badge=_badge(str(row["badge"])),
            moment=str(row["moment"]),
            at=datetime.fromisoformat(row["at"]),
        )
        for row in rows
    ]
    if any(scan.at.tzinfo is None for scan in scans):
        msg = "an instant without a zone"
        raise ValueError(msg)
    return scans


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    mission = "/ufficio/missioni/<uuid:mission_id>"
    bp.route(f"{mission}/presenze", methods=["GET", "POST"])(door)
    bp.post(f"{mission}/presenze.json")(sync)
