"""Lists and badges as papers."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import force_locale, gettext as _
from sqlalchemy.orm import Session

from portal.calls import queries as calls
from portal.calls.rules.content import CallContent
from portal.config import get_settings
from portal.documents import rendering
from portal.documents.rules.papers import Badge, Badges, DelegateList, DelegateRow
from portal.kernel.text import Language
from portal.missions.models import Mission, MissionList
from portal.missions.queries import cases
from portal.missions.queries.cases import Seen
from portal.missions.rules.fields import DATES, LABELS, NAMES, SHEETS
from portal.missions.rules.refusals import NothingOnTheList
from portal.missions.rules.waiting import TravellerState
from portal.missions.service import sealing
from portal.missions.service.lists import Line

ISO_DAY = 10


def call_of(session: Session, mission: Mission) -> CallContent:
    """The words of the mission's call."""
    version = calls.get(session, mission.call_id).version
    if version is None:
        msg = "a mission of a call without words"
        raise ValueError(msg)
    return calls.content_of(version)


def news(line: Line) -> str:
    """What changed of a row, in words."""
    if "+" in line.marks:
        return str(_("nuovo"))
    if "-" in line.marks:
        return str(_("non parte più"))
    return ", ".join(str(LABELS[name]) for name in sorted(line.marks))


def list_paper(
    one: Seen, call: CallContent, drawn: MissionList, lines: Sequence[Line], *, lang: Language
) -> DelegateList:
    """A version of a list, to print."""
    content, fields = one.content, SHEETS[drawn.purpose].fields
    with force_locale(lang):
        return DelegateList(
            issuer=call.implementing_body,
            programme=call.programme.title.in_(lang),
            call_title=call.title.in_(lang),
            call_code=call.code,
            sha256=None,
            title=str(SHEETS[drawn.purpose].title),
            mission=content.title.in_(lang),
            dates=f"{content.starts_on:%d/%m/%Y} – {content.returns_on:%d/%m/%Y}",
            number=str(drawn.number),
            since=str(drawn.since or ""),
            made_at=rendering.instant(drawn.made_at, lang=lang),
            columns=[str(LABELS[name]) for name in fields],
            rows=[
                DelegateRow(
                    cells=[_day(name, line.values[name]) for name in fields],
                    news=news(line),
                    changed=[name in line.marks for name in fields],
                    is_gone="-" in line.marks,
                )
                for line in lines
            ],
        )


def _day(name: str, value: str) -> str:
    is_day = name in DATES and len(value) == ISO_DAY
    return f"{value[8:10]}/{value[5:7]}/{value[:4]}" if is_day else value


def badges(session: Session, one: Seen, *, why: str, by: str, now: datetime) -> Badges:
    """A badge for everybody who goes; their names are read for it, and the reading is told. Raises NothingOnTheList."""
    mission, content, call = one.mission, one.content, call_of(session, one.mission)
    going = [
        person
        for person in cases.people(session, mission.id)
        if person.traveller.state is TravellerState.CONFIRMED and person.document.key is not None
    ]
    if not going:
        raise NothingOnTheList
    address = f"{get_settings().public_url}/ufficio/missioni/{mission.id}/presenze?codice="
    made = []
    for person in going:
        told = sealing.opened(person.document, person.traveller.id)
        made.append(
            Badge(
                name=f"{told.get('given_names', '')} {told.get('family_name', '')}".strip(),
                company=person.company,
                role=told.get("role", ""),
                code=person.traveller.badge,
                address=f"{address}{person.traveller.badge}",
            )
        )
    ids = [person.traveller.id for person in going]
    sealing.note_reading(session, mission.id, ids, [*NAMES, "role"], why=why, by=by, now=now)
    return Badges(
        issuer=call.implementing_body,
        programme=call.programme.title.it,
        call_title=call.title.it,
        call_code=call.code,
        sha256=None,
        mission=content.title.en,
        dates=f"{content.starts_on:%d/%m/%Y} – {content.returns_on:%d/%m/%Y}",
        badges=made,
    )
