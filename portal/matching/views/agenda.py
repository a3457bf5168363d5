"""The agenda's pages: the grid, the solver's run, publishing; and each participant's own."""

from datetime import date, datetime
from itertools import groupby
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l
from flask_login import current_user

from portal import db
from portal.db import transaction
from portal.kernel.clock import utcnow
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.matching import permissions
from portal.matching.models import MatchingEvent, Meeting, Run
from portal.matching.queries import agenda, events, participants
from portal.matching.rules import agenda as refusals
from portal.matching.rules.states import RunState
from portal.matching.rules.versions import Kind
from portal.matching.service import clashes, leaving, moving, solving, telling
from portal.web.guards import found, requires
from portal.web.language import current as language

bp = Blueprint("agenda", __name__)

requires_reader = requires("events", "manager", "admin", "auditor")
requires_writer = requires("events", "manager", "admin")

DEFAULT_S: Final = 60
MOST_DIGITS: Final = 8
TERMS: Final = {
    "shortfall": _l("incontri mancanti ai minimi"),
    "lost_weight": _l("peso degli incontri esclusi"),
    "breaks": _l("pause"),
    "idle_slots": _l("turni vuoti fra due incontri"),
    "max_breaks": _l("pause di chi ne ha di più"),
    "table_changes": _l("cambi di tavolo"),
    "changed": _l("agende cambiate"),
}
WHY_NOT: Final = {
    "no_common_slot": _l("non hanno turni in comune"),
    "participant_full": _l("uno dei due ha l'agenda piena"),
    "capacity": _l("mancano tavoli"),
    "interpreter": _l("mancano interpreti"),
    "precedence": _l("l'ordine richiesto non lo permette"),
    "objective": _l("ci starebbe, ma l'agenda nel complesso sarebbe peggiore"),
    "not_open": _l("uno dei due non partecipa, o il momento richiesto è passato"),
    "unknown": _l("il calcolo è finito prima di poterlo dire"),
}
KINDS: Final = {Kind.NEW: _l("nuovo"), Kind.MOVED: _l("spostato"), Kind.OFF: _l("annullato")}
FAULTS: Final = {
    one.__name__: one.text for one in (refusals.ProgrammeChanged, refusals.WorkerLost, refusals.SolverFailed)
}


def the_event(slug: str, *, to_change: bool = False) -> MatchingEvent:
    """The event at that address, where it is within reach of whoever looks; else 404."""
    event = found(events.find(db.session(), slug))
    may = permissions.may_organise if to_change else permissions.may_see
    if not may(current_user, event.call_id):
        abort(404)
    return event


@bp.get("/ufficio/incontri/<slug>/agenda")
@requires_reader
def grid(slug: str) -> ResponseReturnValue:
    """Tables by slots; with `?incontro=` every place says whether that meeting may go there, and at what price."""
    return _page(the_event(slug))


@bp.get("/ufficio/incontri/<slug>/agenda/prezzi/<uuid:meeting_id>")
@requires_reader
def prices(slug: str, meeting_id: UUID) -> ResponseReturnValue:
    """The same for a script."""
    programme = agenda.programme(db.session(), the_event(slug), since=utcnow())
    if str(meeting_id) not in {pair.id for pair in programme.open_pairs}:
        abort(404)
    priced = moving.cells(programme, str(meeting_id))
    shown = [{"slot": one.slot, "table": one.table, "breaks": one.breaks, "why": ", ".join(one.why)} for one in priced]
    return jsonify(cells=shown)


@bp.post("/ufficio/incontri/<slug>/agenda/sposta")
@requires_writer
def move(slug: str) -> ResponseReturnValue:
    """Move a meeting to a place."""
    the_event(slug, to_change=True)
    slot, _sep, table = request.form.get("cell", "").partition(":")
    to: dict[str, Any] = {"slot_id": _uuid(slot), "table_id": _uuid(table), "revision": _number("revision")}
    return _act(
        slug,
        lambda session, event, **who: moving.move(session, event.id, _id("meeting"), **to, **who),
        _("Incontro spostato."),
    )


@bp.post("/ufficio/incontri/<slug>/agenda/blocca")
@requires_writer
def lock(slug: str) -> ResponseReturnValue:
    """Hold a meeting where it is, or let it go."""
    is_locked = "si" in request.form.getlist("locked")
    return _act(
        slug,
        lambda session, event, **who: moving.set_lock(
            session, event.id, _id("meeting"), is_locked=is_locked, revision=_number("revision"), **who
        ),
        _("Incontro bloccato: il calcolo non lo sposterà.") if is_locked else _("Incontro sbloccato."),
    )


@bp.post("/ufficio/incontri/<slug>/agenda/annulla")
@requires_writer
def call_off(slug: str) -> ResponseReturnValue:
    """Call a meeting off."""
    return _act(
        slug,
        lambda session, event, **who: moving.call_off(
            session, event.id, _id("meeting"), reason=request.form.get("reason", "")[:500], **who
        ),
        _("Incontro annullato. Puoi ricalcolare toccando meno agende possibile, e poi pubblicare."),
    )


@bp.post("/ufficio/incontri/<slug>/agenda/esito")
@requires_writer
def mark(slug: str) -> ResponseReturnValue:
    """A meeting took place, or somebody didn't turn up."""
    meeting, _sep, answer = request.form.get("mark", "").partition(":")
    held = answer == "si"
    return _act(
        slug,
        lambda session, event, **who: moving.mark(session, event.id, _uuid(meeting), held=held, **who),
        _("Segnato come svolto.") if held else _("Segnato come mancato."),
    )


@bp.post("/ufficio/incontri/<slug>/agenda/assente")
@requires_writer
def absent(slug: str) -> ResponseReturnValue:
    """A participant doesn't come."""

    def verb(session: Any, event: MatchingEvent, **who: Any) -> None:  # noqa: ANN401
        one = participants.find(session, _id("participant"))
        if one is None or one.event_id != event.id:
            abort(404)
        leaving.withdraw(session, one.id, reason=request.form.get("reason", "")[:500], is_staff=True, **who)

    return _act(slug, verb, _("Incontri annullati. Puoi ricalcolare toccando meno agende possibile, e poi pubblicare."))


@bp.post("/ufficio/incontri/<slug>/agenda/calcola")
@requires_writer
def solve(slug: str) -> ResponseReturnValue:
    """Ask for the best agenda, or for one that touches the fewest agendas."""
    purpose = solving.REPAIR if request.form.get("purpose") == solving.REPAIR else solving.BEST
    wanted = _number("seconds") or DEFAULT_S
    return _act(
        slug,
        lambda session, event, **who: solving.ask(session, event.id, purpose=purpose, seconds=wanted, **who),
        _("Calcolo avviato."),
    )


@bp.post("/ufficio/incontri/<slug>/agenda/ferma")
@requires_writer
def stop(slug: str) -> ResponseReturnValue:
    """Stop the run and keep the best it has."""

    def verb(session: Any, event: MatchingEvent, **who: Any) -> None:  # noqa: ANN401
        run = agenda.run_at_work(session, event.id)
        if run is None:
            raise refusals.NotAtWork
        solving.ask_stop(session, run.id, **who)

    return _act(slug, verb, _("Il calcolo si ferma e tiene la migliore agenda trovata."))


@bp.post("/ufficio/incontri/<slug>/agenda/pubblica")
@requires_writer
def publish(slug: str) -> ResponseReturnValue:
    """Fix the agenda and tell whoever it changes."""
    return _act(
        slug,
        lambda session, event, **who: telling.publish(
            session, event.id, reason=request.form.get("reason", "")[:500], **who
        ),
        _("Agenda pubblicata."),
    )


def _act(slug: str, verb: Any, done: str) -> ResponseReturnValue:  # noqa: ANN401
    """One verb in one transaction; a refusal comes back on the page, with what was typed."""
    event = the_event(slug, to_change=True)
    day = request.form.get("day", "")[:10]
    try:
        with transaction() as session:
            verb(session, event, by=current_user.email, now=utcnow())
    except DomainError as refusal:
        if isinstance(refusal, NotFound):
            abort(404)
        status = 409 if isinstance(refusal, Conflict) else 422
        db.session.expire_all()
        return _page(the_event(slug), wrong=str(refusal)), status
    flash(done, "success")
    return redirect(url_for(".grid", slug=slug, giorno=day or None), 303)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        abort(400)


def _id(name: str) -> UUID:
    return _uuid(request.form.get(name, ""))


def _number(name: str) -> int:
    """What was typed, or nought."""
    text = request.form.get(name, "")[:MOST_DIGITS]
    return int(text) if text.isascii() and text.isdigit() else 0


def _page(event: MatchingEvent, *, wrong: str = "") -> str:
    session, now = db.session(), utcnow()
    everybody = {one.id: one for one in participants.of_event(session, event.id)}
    rows = agenda.meetings(session, event.id)
    programme = agenda.programme(session, event, since=now, rows=rows)
    zone, day = ZoneInfo(event.timezone), _day(event)
    picked = _picked(rows, programme.open_pairs)
    told = telling.untold(session, event)
    run = agenda.latest_run(session, event.id)
    at_work = run is not None and run.state in agenda.AT_WORK
    return render_template(
        "matching/agenda.html",
        event=event,
        title=event.title_it if language() == "it" else event.title_en,
        wrong=wrong,
        typed=request.form.get("reason", ""),
        refused=(request.endpoint or "").rpartition(".")[2] if wrong else "",
        seconds_typed=_number("seconds"),
        tried=request.form.get("cell", ""),
        clashes=clashes.words(session, event),
        absentee=request.form.get("participant", ""),
        days=[each for each, _slots in groupby(one.day for one in event.slots)],
        day=day,
        slots=[(one, f"{one.starts_at.astimezone(zone):%H:%M}") for one in event.slots if one.day == day],
        begun={one.id for one in event.slots if one.starts_at <= now},
        placed={(one.slot_id, one.table_id): one for one in rows if one.slot_id},
        waiting=[one for one in rows if one.slot_id is None],
        names={id_: agenda.name_of(one) for id_, one in everybody.items()},
        voices={one.id: one.full_name for one in events.interpreters(session, event.id)},
        movable={pair.id for pair in programme.open_pairs},
        picked=picked,
        prices={(c.slot, c.table): c for c in moving.cells(programme, str(picked.id))} if picked else {},
        why_not=WHY_NOT,
        told=[(everybody[UUID(who)], lines) for who, lines in told.items() if UUID(who) in everybody],
        kinds=KINDS,
        people=list(everybody.values()),
        name_of=agenda.name_of,
        versions=agenda.versions(session, event.id),
        run=run,
        at_work=at_work,
        # Whoever waited has the result on the page, and the grid of before.
        ended=bool(request.headers.get("HX-Request")) and not at_work,
        **_told_of(run, {str(id_): agenda.name_of(one) for id_, one in everybody.items()}),
        may_change=permissions.may_organise(current_user, event.call_id),
        clock=lambda text: f"{datetime.fromisoformat(text).astimezone(zone):%d/%m %H:%M}",
    )


def _told_of(run: Run | None, names: dict[str, str]) -> dict[str, Any]:
    """The run in words: what is proven, or how far it may be from the best."""
    solution = (run.solution or {}) if run else {}
    objective = solution.get("objective") or {}
    bounds = objective.get("bounds", {})
    return {
        "fault": FAULTS.get(run.fault, "") if run else "",
        "failed": run is not None and run.state is RunState.FAILED,
        "solution": solution,
        "aims": [
            (said, objective["terms"][name], bounds[name])
            for name, said in TERMS.items()  # in the order of the contract: the database keeps none
            if name in bounds
            and name in objective.get("terms", {})
            # A mended agenda keeps its tables, whatever the solver would have saved there.
            and not (name == "table_changes" and run is not None and run.purpose == solving.REPAIR)
        ],
        "term_names": TERMS,
        "blocked": [names.get(one, "") for one in (solution.get("conflict") or {}).get("participants", [])],
    }


def _day(event: MatchingEvent) -> date | None:
    days = sorted({one.day for one in event.slots})
    asked = request.values.get("giorno") or request.values.get("day") or ""
    return next((one for one in days if one.isoformat() == asked), days[0] if days else None)


def _picked(rows: Any, open_pairs: Any) -> Meeting | None:  # noqa: ANN401
    asked = request.values.get("incontro") or request.values.get("meeting") or ""
    known = {pair.id for pair in open_pairs}
    return next((one for one in rows if str(one.id) == asked and asked in known), None)
