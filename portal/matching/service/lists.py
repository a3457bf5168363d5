"""What staff carry to an event: the door, each table's day, each interpreter's, all in one pack; the catalogue."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from babel import Locale
from flask_babel import force_locale, gettext as _

from portal.calls.rules.content import CallContent
from portal.documents import rendering, service as documents
from portal.documents.rules.papers import (
    Catalogue,
    CatalogueEntry,
    EventPack,
    LetterFact,
    PackAgenda,
    PackGroup,
    PackSheet,
)
from portal.kernel.text import Language
from portal.matching.models import Interpreter
from portal.matching.queries.board import Board, Shown
from portal.matching.queries.personal import Told
from portal.matching.rules import hs
from portal.matching.rules.kinds import PARTNERS, SUPPLIERS
from portal.matching.rules.profiles import BuyerProfile, FirmProfile
from portal.matching.rules.states import ParticipantState, Side
from portal.matching.rules.versions import Entry
from portal.matching.service import logos
from portal.matching.service.agendas import paper_days, title_of

KINDS: Final = ("porta", "tavoli", "interpreti")


@dataclass(frozen=True)
class Sheet:
    """A list: its rows in order. `group`: how many of the first columns head a group on paper."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | int]]
    group: int = 0


def sheet(kind: str, told: Told, voices: Sequence[Interpreter]) -> Sheet:
    """One of the lists, in the language of the moment."""
    made: Mapping[str, Callable[[], Sheet]] = {
        "porta": lambda: door(told),
        "tavoli": lambda: tables(told),
        "interpreti": lambda: interpreters(told, voices),
    }
    return made[kind]()


def door(told: Told) -> Sheet:
    """Everybody who comes, by name, with when and where they begin."""
    rows = []
    known = [one for one in told.known.values() if one.participant.state is ParticipantState.CONFIRMED]
    for one in sorted(known, key=lambda one: one.name.casefold()):
        mine = told.of(one.participant.id).days
        met = [(day, row) for day, rows_ in mine for row in rows_ if row.entry]
        first = met[0] if met else None
        rows.append(
            [
                one.name,
                _("Impresa") if one.participant.side is Side.COMPANY else _("Buyer"),
                one.place,
                ", ".join(one.people),
                len(met),
                f"{first[0]:%d/%m} {first[1].starts_at:%H:%M}" if first else "–",
                first[1].entry.table if first and first[1].entry else "–",
            ]
        )
    columns = [_("Chi"), _("Lato"), _("Da dove"), _("Persone"), _("Incontri"), _("Primo incontro"), _("Tavolo")]
    return Sheet(_("Elenco alla porta"), columns, rows)


def tables(told: Told) -> Sheet:
    """Each table's day."""
    rows = [
        [one.table, *_when(told, one), _name(told, one.firm), _name(told, one.buyer), one.interpreter]
        for one in sorted(_standing(told), key=lambda one: (_natural(one.table), one.starts_at))
    ]
    columns = [_("Tavolo"), _("Giorno"), _("Ora"), _("Impresa"), _("Buyer"), _("Interprete")]
    return Sheet(_("Elenco dei tavoli"), columns, rows, group=2)


def interpreters(told: Told, voices: Sequence[Interpreter]) -> Sheet:
    """Each interpreter's day."""
    spoken = {one.full_name: f"{one.full_name} ({one.language})" for one in voices}
    interpreted = [one for one in _standing(told) if one.interpreter]
    rows = [
        [
            spoken.get(one.interpreter, one.interpreter),
            *_when(told, one),
            one.table,
            _name(told, one.firm),
            _name(told, one.buyer),
        ]
        for one in sorted(interpreted, key=lambda one: (one.interpreter.casefold(), one.starts_at, one.table))
    ]
    columns = [_("Interprete"), _("Giorno"), _("Ora"), _("Tavolo"), _("Impresa"), _("Buyer")]
    return Sheet(_("Elenco degli interpreti"), columns, rows, group=2)


def _standing(told: Told) -> list[Entry]:
    return [one for one in told.entries if not one.is_off]


def _name(told: Told, who: str) -> str:
    return told.known[who].name


def _when(told: Told, one: Entry) -> tuple[str, str]:
    starts, ends = (datetime.fromisoformat(at).astimezone(told.zone) for at in (one.starts_at, one.ends_at))
    return f"{starts:%d/%m/%Y}", f"{starts:%H:%M}–{ends:%H:%M}"


def _natural(name: str) -> tuple[int, str]:
    """Table 2 before table 10."""
    return (int(name) if name.isascii() and name.isdigit() else 10**6, name)


def list_paper(call: CallContent, told: Told, made: Sheet, *, lang: Language) -> EventPack:
    """One list to print."""
    return _pack(call, told, made.title, [made], lang=lang)


def pack_paper(call: CallContent, told: Told, voices: Sequence[Interpreter], *, lang: Language) -> EventPack:
    """Every list and everybody's agenda: one file, which needs no network."""
    with force_locale(lang):
        sheets = [sheet(kind, told, voices) for kind in KINDS]
        paper = _pack(call, told, _("Pacchetto dell'evento"), sheets, lang=lang)
    agendas = [PackAgenda(name=one.name, days=paper_days(one, lang=lang)) for one in told.everybody()]
    return paper.model_copy(update={"agendas": agendas})


def _pack(call: CallContent, told: Told, title: str, sheets: Sequence[Sheet], *, lang: Language) -> EventPack:
    return EventPack(
        **_frame(call, lang=lang),
        title=title,
        event=title_of(told.event, lang),
        place=told.event.place,
        version=str(told.version.number),
        published_at=rendering.instant(told.version.published_at, lang=lang),
        timezone=told.event.timezone,
        sheets=[
            PackSheet(title=one.title, columns=list(one.columns[one.group :]), groups=_groups(one)) for one in sheets
        ],
        agendas=[],
    )


def _groups(made: Sheet) -> list[PackGroup]:
    def head(row: Sequence[str | int]) -> str:
        return " – ".join(map(str, row[: made.group]))

    label = f"{made.columns[0]} " if made.group else ""
    return [
        PackGroup(title=f"{label}{title}", rows=[[str(cell) for cell in row[made.group :]] for row in rows])
        for title, rows in groupby(made.rows, key=head)
    ]


def _frame(call: CallContent, *, lang: Language) -> dict[str, Any]:
    return {
        "issuer": call.implementing_body,
        "programme": call.programme.title.in_(lang),
        "call_title": call.title.in_(lang),
        "call_code": call.code,
        "sha256": None,
    }


def catalogue(call: CallContent, board: Board, *, lang: Language) -> Catalogue:
    """Firms and buyers whose profile is validated and who come, as they present themselves."""
    with force_locale(lang):
        firms, buyers = (
            [_entry(one, lang) for one in sorted(shown.values(), key=lambda one: one.name.casefold()) if _is_shown(one)]
            for shown in (board.firms, board.buyers)
        )
    return Catalogue(
        **_frame(call, lang=lang),
        event=title_of(board.event, lang),
        place=board.event.place,
        firms=firms,
        buyers=buyers,
    )


def _is_shown(one: Shown) -> bool:
    return one.is_validated and one.participant.state is ParticipantState.CONFIRMED


def _entry(one: Shown, lang: Language) -> CatalogueEntry:
    country = Locale(lang).territories.get(one.country, one.country)
    return CatalogueEntry(
        name=one.name,
        place=", ".join(part for part in (one.city, country) if part),
        website=_website(one),
        description=one.content.description,
        facts=[LetterFact(label=label, value=value) for label, value in _facts(one, lang) if value],
        logo=rendering.picture_svg(documents.path(one.logo)) if one.logo and logos.is_shown(one.logo) else "",
    )


def _website(one: Shown) -> str:
    who = one.participant.company or one.participant.counterpart
    return (who.website or "") if who else ""


def _facts(one: Shown, lang: Language) -> list[tuple[str, str]]:
    content = one.content
    spoken = Locale(lang).languages
    common = [
        (_("Prodotti"), "; ".join(_goods(product.hs, product.name) for product in content.products)),
        (_("Lingue"), ", ".join(spoken.get(code, code) for code in content.languages)),
    ]
    match content:
        case FirmProfile():
            kinds = ", ".join(str(SUPPLIERS[kind]) for kind in content.kinds)
            sought = ", ".join(str(PARTNERS[kind]) for kind in content.partner_types)
            more = [(_("Certificazioni"), ", ".join(content.certifications)), (_("Marchi"), ", ".join(content.brands))]
        case BuyerProfile():
            kinds = ", ".join(str(PARTNERS[kind]) for kind in content.kinds)
            sought = ", ".join(str(SUPPLIERS[kind]) for kind in content.partner_types)
            more = [(_("Canali"), content.channels)]
    return [
        (_("Che cosa fa"), kinds),
        *common,
        *more,
        (_("Chi cerca"), "; ".join(part for part in (sought, content.seeks) if part)),
    ]


def _goods(code: str, name: str) -> str:
    heading = hs.find(code)
    return f"{code} {name or (heading.title if heading else '')}".strip()
