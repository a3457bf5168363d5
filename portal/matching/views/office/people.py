"""One participant: profile to read, times, quotas, wishes, and what is suggested to them."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, gettext as _, lazy_gettext as _l
from flask_login import current_user

from portal import db
from portal.kernel.clock import utcnow
from portal.kernel.errors import NotFound
from portal.matching import permissions
from portal.matching.forms.event import stripped
from portal.matching.models import MatchingEvent, Participant
from portal.matching.queries import agenda, board, participants, standing
from portal.matching.rules.judging import Standing
from portal.matching.rules.states import EventState, Level, ParticipantState
from portal.matching.service import buyers, judging, leaving, participants as verbs, wishes
from portal.matching.views.labels import country, profile_rows
from portal.matching.views.office.shared import (
    refused,
    requires_reader,
    requires_writer,
    the_participant,
    title_of,
    words,
)

SUGGESTED: Final = 15
MOST_MEETINGS: Final = 200
MOST_DIGITS: Final = 6
NOTHING: Final = "nothing"
"""A wish taken back."""
DONE: Final[Mapping[str, LazyString]] = {
    "conferma": _l("Partecipazione confermata."),
    "ritira": _l("Segnato: non viene."),
    "riammetti": _l("Segnato: viene di nuovo."),
    "limiti": _l("Numero di incontri salvato."),
    "orari": _l("Disponibilità salvata."),
    "invia": _l("Nuovo collegamento in partenza: quello di prima non vale più."),
    "revoca": _l("Collegamento ritirato: non apre più nulla, in nessun browser."),
    "preferenza": _l("Preferenza salvata, con il tuo nome."),
    "convalida": _l("Profilo convalidato: chi lo ha scritto è avvisato."),
    "rimanda": _l("Profilo rimandato: chi lo ha scritto legge il motivo."),
}


@requires_reader
def participant(slug: str, participant_id: UUID) -> ResponseReturnValue:
    """One participant."""
    return _page(*the_participant(slug, participant_id))


def _page(event: MatchingEvent, one: Participant, *, wrong: str = "", typed: Mapping[str, str] | None = None) -> str:
    session = db.session()
    whole = board.read(session, event)
    shown, profile = whole.find(one.id), participants.find_profile(session, one)
    pairs = whole.pairs(of=one.id) if shown else []
    everybody, around = {**whole.firms, **whole.buyers}, board.wishes_around(session, one.id)
    return render_template(
        "matching/office/participant.html",
        event=event,
        title=title_of(event),
        one=one,
        name=agenda.name_of(one),
        profile=profile,
        stands=standing.profiles(session, event.id).get(one.id, Standing.MISSING),
        rows=profile_rows(shown.content) if shown else [],
        logo=shown.logo if shown else None,
        delegates=board.delegates(session, one.counterpart_id) if one.counterpart_id else [],
        suggested=[(pair, everybody[pair.other(one.id)].name) for pair in pairs[:SUGGESTED]],
        wishes=[(everybody[it.to_id].name, it) for it in around if it.from_id == one.id and it.to_id in everybody],
        wanted=[(everybody[it.from_id].name, it) for it in around if it.to_id == one.id and it.from_id in everybody],
        others=sorted(
            ((str(id_), it.name) for id_, it in everybody.items() if it.participant.side is not one.side),
            key=lambda it: it[1].casefold(),
        ),
        may_say=one.state is ParticipantState.CONFIRMED and event.state is not EventState.CLOSED,
        zone=ZoneInfo(event.timezone),
        sessions=[(key, list(slots)) for key, slots in groupby(event.slots, key=lambda slot: (slot.day, slot.session))],
        country_of=country,
        link=buyers.standing(one.counterpart, one.counterpart.link_epoch, now=utcnow()) if one.counterpart else None,
        may_change=permissions.may_organise(current_user, event.call_id),
        wrong=wrong,
        refused=(request.view_args or {}).get("verb", "") if wrong else "",
        typed=typed or {},
        **words(),
    )


@requires_writer
def decide(slug: str, participant_id: UUID, verb: str) -> ResponseReturnValue:
    """Whatever staff say of a participant."""
    event, one = the_participant(slug, participant_id, to_change=True)
    typed = {
        name: request.form.get(name, "")[:1000] for name in ("reason", "least", "most", "revision", "other", "level")
    }
    wrong = _unreadable(verb, typed)
    if wrong:
        return _page(event, one, wrong=wrong, typed=typed), 422
    if no := refused(_verb(verb, one.id, typed)):
        event, one = the_participant(slug, participant_id)
        return _page(event, one, wrong=str(no[0]), typed=typed), no[1]
    flash(str(DONE[verb]), "success")
    return redirect(url_for(".participant", slug=slug, participant_id=participant_id), 303)


def _unreadable(verb: str, typed: Mapping[str, str]) -> str:
    if verb == "limiti" and not (_is_count(typed["least"]) and (not typed["most"] or _is_count(typed["most"]))):
        return _("Scrivi quanti incontri in cifre, per esempio 3; il massimo può restare vuoto.")
    if verb == "limiti" and any(int(typed[name] or 0) > MOST_MEETINGS for name in ("least", "most")):
        return _("Al massimo %(most)s incontri.", most=MOST_MEETINGS)
    if verb == "preferenza" and (not typed["other"] or typed["level"] not in {*Level, NOTHING}):
        return _("Scegli di chi si tratta e che cosa dice.")
    if verb == "ritira" and not stripped(typed["reason"]):
        return _("Scrivi il motivo.")
    return ""


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS


def _verb(verb: str, who: UUID, typed: Mapping[str, str]) -> Any:  # noqa: ANN401 - a verb of the service
    revision = int(typed["revision"]) if _is_count(typed["revision"]) else 0
    known: dict[str, Any] = {
        "conferma": lambda session, **by: verbs.confirm(session, who, **by),
        "ritira": lambda session, **by: leaving.withdraw(
            session, who, reason=stripped(typed["reason"]), is_staff=True, **by
        ),
        "riammetti": lambda session, **by: verbs.come_back(session, who, **by),
        "limiti": lambda session, **by: verbs.limit(
            session, who, least=int(typed["least"]), most=int(typed["most"]) if typed["most"] else None, **by
        ),
        "orari": lambda session, **by: verbs.set_times(session, who, _slots(), **by),
        "invia": lambda session, **by: buyers.resend(session, who, **by),
        "revoca": lambda session, **by: buyers.revoke(session, who, **by),
        "preferenza": lambda session, **by: wishes.wish(
            session, who, _other(typed), _level(typed), is_staff=True, **by
        ),
        "convalida": lambda session, **by: judging.validate(session, who, revision=revision, **by),
        "rimanda": lambda session, **by: judging.send_back(
            session, who, reason=typed["reason"], revision=revision, **by
        ),
    }
    return known[verb]


def _other(typed: Mapping[str, str]) -> UUID:
    """Whom the wish is about; what is no participant's id is 404."""
    try:
        return UUID(typed["other"])
    except ValueError:
        raise NotFound from None


def _level(typed: Mapping[str, str]) -> Level | None:
    return None if typed["level"] == NOTHING else Level(typed["level"])


def _slots() -> list[UUID]:
    """The slots ticked as missed; what is no slot of anything counts as one of another event."""
    found = []
    for text in request.form.getlist("slot")[:500]:
        try:
            found.append(UUID(text))
        except ValueError:
            found.append(UUID(int=0))
    return found


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    one = "/ufficio/incontri/<slug>/partecipanti/<uuid:participant_id>"
    bp.get(one)(participant)
    bp.post(f"{one}/<any({', '.join(DONE)}):verb>")(decide)
