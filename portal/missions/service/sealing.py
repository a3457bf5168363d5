"""What is known of travellers goes into the vault here, and comes out of it here; every reading by a person is told."""

import json
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import BinaryIO
from uuid import UUID

from sqlalchemy.orm import Session

from portal.adapters import antivirus, vault
from portal.adapters.files import CHUNK, configured as configured_files
from portal.documents import rules as files
from portal.documents.inspection import inspect
from portal.kernel.ports import Scanner
from portal.missions.models import TravelDocument, Traveller
from portal.missions.queries import cases, lists
from portal.missions.rules import mrz, travel
from portal.missions.rules.content import MissionContent
from portal.missions.rules.fields import FIELDS
from portal.missions.rules.refusals import (
    AlreadyEntered,
    ChangedMeanwhile,
    MrzDisagrees,
    MrzUnsound,
    NotOpen,
    NotParticipating,
    Purged,
    ScannerAbsent,
)
from portal.missions.rules.waiting import LIVE, MissionState
from portal.missions.service.trace import hold, trace

SCAN_KINDS = frozenset({files.Kind.PDF, files.Kind.PNG, files.Kind.JPEG})
SCAN_LIMIT = 5 * files.MEGABYTE


def open_document(session: Session, traveller: Traveller, content: MissionContent, told: Mapping[str, str]) -> None:
    """A key of the traveller's own, and what was told sealed under it; checked already. The mission is held."""
    key = vault.configured().new_key(about=str(traveller.id))
    document = TravelDocument(traveller_id=traveller.id, key=key, fields={}, findings=[])
    _fill_in(document, told, content)
    session.add(document)
    session.flush()


def _fill_in(document: TravelDocument, told: Mapping[str, str], content: MissionContent) -> None:
    document.fields = seal(told, key=key_of(document), about=str(document.traveller_id))
    document.findings = [finding.value for finding in assess(told, content)]


def save(
    session: Session,
    mission_id: UUID,
    traveller_id: UUID,
    told: Mapping[str, str],
    *,
    revision: int,
    by: str,
    now: datetime,
) -> TravelDocument:
    """Replace what is known of a traveller, as seen at `revision`, while the list is open.

    Raises NotOpen, NotParticipating, ChangedMeanwhile, the refusals of a passport.
    """
    mission = hold(session, mission_id)
    if mission.state is not MissionState.OPEN:
        raise NotOpen
    traveller, document = _held(session, mission_id, traveller_id)
    if document.revision != revision:
        raise ChangedMeanwhile
    write(session, traveller, document, cases.content_of(mission), told=told)
    trace(session, "document_saved", mission_id, by=by, now=now, traveller=str(traveller_id), fields=sorted(told))
    return document


def write(
    session: Session,
    traveller: Traveller,
    document: TravelDocument,
    content: MissionContent,
    *,
    told: Mapping[str, str],
) -> None:
    """Seal anew what a traveller told. The mission is held."""
    check(session, traveller, told)
    _fill_in(document, told, content)
    document.revision += 1
    session.flush()


def keep_scan(
    session: Session,
    mission_id: UUID,
    traveller_id: UUID,
    stream: BinaryIO,
    *,
    by: str,
    now: datetime,
    scanner: Scanner | None = None,
) -> None:
    """Look into a scan as into any file, and seal it; the plain bytes are never kept.

    Raises `documents.rules.FileRefused`, Infected, ScannerAbsent, NotParticipating.
    """
    content, media_type = _inspected(stream, scanner or antivirus.configured())
    hold(session, mission_id)
    traveller, document = _held(session, mission_id, traveller_id)
    about = str(traveller.id)
    document.scan = vault.configured().seal_bytes(content, key=key_of(document), about=about, field="scan")
    document.scan_type = media_type
    document.revision += 1
    trace(session, "scan_kept", mission_id, by=by, now=now, traveller=about)


def _inspected(stream: BinaryIO, scanner: Scanner) -> tuple[bytes, str]:
    draft = configured_files().draft()
    kept = draft.with_name(f"{draft.name}.kept")
    try:
        with draft.open("wb") as out:
            left = SCAN_LIMIT
            while chunk := stream.read(CHUNK):
                if (left := left - len(chunk)) < 0:
                    raise files.TooLarge(limit=SCAN_LIMIT // files.MEGABYTE)
                out.write(chunk)
        found = inspect(draft, SCAN_KINDS, limit=SCAN_LIMIT)
        try:
            if scanner.scan(found.path):
                raise files.Infected
        except ConnectionError:
            raise ScannerAbsent from None
        return found.path.read_bytes(), found.media_type
    finally:
        draft.unlink(missing_ok=True)
        kept.unlink(missing_ok=True)


def scan_of(
    session: Session, mission_id: UUID, traveller_id: UUID, *, why: str, by: str, now: datetime
) -> tuple[bytes, str] | None:
    """The scan as it was, for a person who says why; the reading is told. Raises Purged."""
    document = cases.document(session, traveller_id)
    if document.scan is None or document.scan_type is None:
        return None
    about = str(traveller_id)
    content = vault.configured().open_bytes(document.scan, key=key_of(document), about=about, field="scan")
    note_reading(session, mission_id, [traveller_id], ["scan"], why=why, by=by, now=now)
    return content, document.scan_type


def reveal(
    session: Session, mission_id: UUID, traveller_id: UUID, *, why: str, by: str, now: datetime
) -> dict[str, str]:
    """All that is known of a traveller, for a person who says why; the reading is told. Raises Purged."""
    told = opened(cases.document(session, traveller_id), traveller_id)
    note_reading(session, mission_id, [traveller_id], sorted(told), why=why, by=by, now=now)
    return told


def note_reading(
    session: Session,
    mission_id: UUID,
    traveller_ids: Collection[UUID],
    fields: Collection[str],
    *,
    why: str,
    by: str,
    now: datetime,
) -> None:
    """The line that says who read which fields of whom, and why."""
    ids = [str(one) for one in traveller_ids]
    trace(session, "read", mission_id, by=by, now=now, travellers=ids, fields=list(fields), why=why)


def opened(document: TravelDocument, traveller_id: UUID) -> dict[str, str]:
    """The fields, open. For the portal's own use, and for `reveal`. Raises Purged."""
    return open_all(document.fields, key=key_of(document), about=str(traveller_id))


def seal(told: Mapping[str, str], *, key: str, about: str, keep_empty: bool = False) -> dict[str, str]:
    """Each field that was told, sealed by itself; one left empty is not there, unless its emptiness is the news."""
    safe = vault.configured()
    return {
        name: safe.seal(value, key=key, about=about, field=name)
        for name, value in told.items()
        if (value or keep_empty) and name in FIELDS
    }


def open_all(fields: Mapping[str, str], *, key: str, about: str) -> dict[str, str]:
    """The reverse."""
    safe = vault.configured()
    return {name: safe.open(value, key=key, about=about, field=name) for name, value in fields.items()}


def seal_row(row: Mapping[str, str], *, key: str, about: str, field: str) -> str:
    """A row of a list, sealed whole."""
    text = json.dumps(dict(row), ensure_ascii=False, sort_keys=True)
    return vault.configured().seal(text, key=key, about=about, field=field)


def open_row(sealed: str, *, key: str, about: str, field: str) -> dict[str, str]:
    """The reverse."""
    row: dict[str, str] = json.loads(vault.configured().open(sealed, key=key, about=about, field=field))
    return row


def assess(told: Mapping[str, str], content: MissionContent) -> list[travel.Finding]:
    """What the destination says of this passport."""
    passport = travel.Passport(
        nationality=told.get("nationality") or None,
        issued_on=_day(told.get("issued_on")),
        expires_on=_day(told.get("expires_on")),
    )
    return travel.assess(passport, content.destination, starts_on=content.starts_on, returns_on=content.returns_on)


def rotate(session: Session, *, after: UUID | None = None, limit: int = 500) -> tuple[UUID | None, int]:
    """Wrap a stretch of keys anew under the vault's newest; answers where to go on (None: done) and how many."""
    safe, done = vault.configured(), 0
    documents = lists.all_keys(session, after=after, limit=limit)
    for document in documents:
        key = key_of(document)
        if not safe.is_newest(key):
            document.key = safe.rewrap(key, about=str(document.traveller_id))
            done += 1
    session.flush()
    return (documents[-1].id if len(documents) == limit else None), done


def _held(session: Session, mission_id: UUID, traveller_id: UUID) -> tuple[Traveller, TravelDocument]:
    traveller = cases.traveller(session, traveller_id)
    if traveller is None or traveller.mission_id != mission_id or traveller.state not in LIVE:
        raise NotParticipating
    return traveller, cases.document(session, traveller_id)


def key_of(document: TravelDocument) -> str:
    """The wrapped key. Raises Purged."""
    if document.key is None:
        raise Purged
    return document.key


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def forget(document: TravelDocument, *, now: datetime) -> None:
    """Destroy the key and all that was sealed; nobody reads it again, whatever copy they hold."""
    document.key, document.scan, document.scan_type = None, None, None
    document.fields, document.findings, document.purged_at = {}, [], now


def check(session: Session, traveller: Traveller, told: Mapping[str, str]) -> None:
    """Raises MrzUnsound, MrzDisagrees, AlreadyEntered. The mission is held."""
    _check_passport(told)
    _check_alone(session, traveller, told)


def _check_passport(told: Mapping[str, str]) -> None:
    """The typed lines must be sound, and say what the fields say."""
    if not (text := told.get("mrz", "")):
        return
    zone = mrz.read(text)
    if zone is None or not zone.is_sound:
        raise MrzUnsound(field="mrz")
    for field in mrz.disagreements(zone, dict(told)):
        raise MrzDisagrees(field=field)


def _check_alone(session: Session, traveller: Traveller, told: Mapping[str, str]) -> None:
    """The same passport goes once; the mission is held, and the number is compared inside the vault only."""
    number = told.get("passport_number", "").upper()
    if not number:
        return
    for other in cases.people(session, traveller.mission_id):
        if other.traveller.id == traveller.id or other.traveller.state not in LIVE or other.document.key is None:
            continue
        sealed = other.document.fields.get("passport_number")
        about = str(other.traveller.id)
        theirs = open_all({"passport_number": sealed}, key=other.document.key, about=about) if sealed else {}
        if theirs.get("passport_number", "").upper() == number:
            raise AlreadyEntered(field="passport_number")
