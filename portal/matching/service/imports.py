"""Buyers from a sheet: read and shown first, nothing kept; confirmed, all of them in one transaction or none.

Between the two the rows travel in the page, signed and dated: the portal keeps no half import, and nothing about
somebody who was never invited.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from flask_babel import lazy_gettext as _l
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy.orm import Session

from portal.config import get_settings
from portal.documents import sheets
from portal.documents.reading import read as read_sheet
from portal.matching.queries import buyers as queries
from portal.matching.rules.importing import (
    HEADINGS,
    MOST_COLUMNS,
    MOST_ROWS,
    Fault,
    Sheet,
    StaleImport,
    TooMuchText,
    read as read_rows,
)
from portal.matching.rules.profiles import BuyerProfile, PartnerType, SupplierType
from portal.matching.service import buyers
from portal.matching.service.buyers import Newcomer

LIVES: Final = timedelta(hours=2)
LONGEST: Final = 1_400_000
"""Of the signed rows: a form's fields have two megabytes in all."""


def read(session: Session, event_id: UUID, content: bytes) -> Sheet:
    """The buyers of a sheet, held against those that the portal knows; nothing is kept.

    Raises FileRefused and the refusals of `rules.importing`.
    """
    sheet = read_rows(read_sheet(content, most=MOST_ROWS, columns=MOST_COLUMNS))
    known = queries.by_email(session, [row.facts["email"] for row in sheet.rows])
    there, names = queries.of_event(session, event_id), queries.names(session, [row.name for row in sheet.rows])
    for row in sheet.rows:
        one = known.get(row.facts["email"].lower())
        if one is None:
            if row.name.casefold() in names:
                row.notes.append(
                    _l(
                        "il portale conosce un'impresa con questo nome e un altro indirizzo: "
                        "controlla che non sia la stessa."
                    )
                )
        elif one.legal_name.casefold() != row.name.casefold():
            row.faults.append(Fault("", _l("questo indirizzo e-mail è già di un buyer con un altro nome.")))
        elif one.id in there:
            row.notes.append(_l("partecipa già: non riceve nulla."))
        else:
            row.notes.append(_l("il portale lo conosce già: resta quello che ha scritto di sé."))
    return sheet


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(get_settings().secret_key.get_secret_value(), salt="matching.import")


def pack(event_id: UUID, sheet: Sheet, *, by: str) -> str:
    """The rows for the page, signed for this event and person. Raises TooMuchText."""
    rows = [row.facts | {"profile": row.profile.model_dump(mode="json")} for row in sheet.rows]
    packed = _signer().dumps({"event": event_id.hex, "by": by, "rows": rows})
    text = packed if isinstance(packed, str) else packed.decode()
    if len(text) > LONGEST:
        raise TooMuchText
    return text


def unpack(event_id: UUID, text: str, *, by: str) -> list[Newcomer]:
    """The rows of a page that was shown to this person for this event. Raises StaleImport."""
    try:
        said: dict[str, Any] = _signer().loads(text, max_age=int(LIVES.total_seconds()))
    except BadData as stale:
        raise StaleImport from stale
    if said["event"] != event_id.hex or said["by"] != by:
        raise StaleImport
    return [Newcomer(**row | {"profile": BuyerProfile.model_validate(row["profile"])}) for row in said["rows"]]


def apply(session: Session, event_id: UUID, newcomers: Sequence[Newcomer], *, by: str, now: datetime) -> int:
    """Invite all of them; answers how many were not there yet. Raises what `buyers.invite` raises."""
    return sum(buyers.invite(session, event_id, one, by=by, now=now) is not None for one in newcomers)


def template() -> bytes:
    """An empty sheet with the right columns, and beside it what each may hold."""
    example = Newcomer(
        legal_name="Samarqand Ipak LLC", country="Uzbekistan", contact_name="Dilnoza Karimova",
        email="dilnoza@ipak.example", language="ru", city="Samarkand", website="www.ipak.example",
    )  # fmt: skip
    more = {
        "phone": "00998 66 123 45 67", "kinds": "importer; distributor", "sectors": "13; 28", "hs": "8451; 5007",
        "volumes": "20 machines a year; 5 t", "languages": "ru; en", "partner_types": "machinery maker",
        "description": "Weaves silk in Samarkand since 1998.", "seeks": "Dryers for silk.",
    }  # fmt: skip
    values = {
        "language": "en, ru",
        "kinds": ", ".join(one.value.replace("_", " ") for one in PartnerType),
        "partner_types": ", ".join(one.value.replace("_", " ") for one in SupplierType),
        "sectors": "ATECO / NACE, 01–99",
        "hs": "HS, 2 / 4 / 6",
    }
    shown = {name: value for name, value in asdict(example).items() if isinstance(value, str)} | more
    columns = [names[0].capitalize() for names in HEADINGS.values()]
    notes = [(names[0].capitalize(), shown.get(key, ""), values.get(key, "")) for key, names in HEADINGS.items()]
    return sheets.to_xlsx({"Buyers": (columns, []), "Example": (("Column", "Example", "Values"), notes)})
