"""What an entry depends on and is not public: committed to in the published file, opened to the firm alone."""

import secrets
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.applications.models import Application
from portal.evaluation.queries import Agreed, Sheet
from portal.evaluation.rules import Mark
from portal.ranking.models import Opening, Ranking
from portal.ranking.rules import Entry
from portal.ranking.rules.opening import FORMAT, MEETING, SALT_BYTES, SHEET, commit

Private = Mapping[str, Any]
"""By name, the values of one entry: `answers`, `facts`, `sheet_1`, …"""
Opened = dict[str, dict[str, Any]]
"""By name, `{salt, value}`."""


def private(
    application: Application, entry: Entry, sheets: list[Sheet], report_id: UUID | None, *, meeting: Agreed | None
) -> Private:
    """What is committed to about one application: nothing names a reviewer."""
    return {
        "answers": {"application": str(application.id), "content_sha256": application.sha256},
        "facts": {
            "report": report_id and str(report_id),
            "groups": sorted(entry.groups),
            "points": {key: str(points) for key, points in {**entry.scores, **entry.bonus}.items()},
        },
        **({MEETING: _meeting(meeting)} if meeting else {}),
        **{f"{SHEET}{number}": _sheet(sheet) for number, sheet in enumerate(sheets, start=1)},
    }


def _meeting(meeting: Agreed) -> dict[str, Any]:
    return {"held_on": meeting.held_on.isoformat(), "marks": _marks(meeting.marks), "comment": meeting.reason}


def _sheet(sheet: Sheet) -> dict[str, Any]:
    at = sheet.submitted_at and sheet.submitted_at.isoformat()
    return {"submitted_at": at, "marks": _marks(sheet.marks), "comment": sheet.comment}


def _marks(marks: Mapping[str, Mark]) -> dict[str, Any]:
    return {key: {"points": _points(mark.points), "reason": mark.reason} for key, mark in sorted(marks.items())}


def _points(points: Decimal | None) -> str | None:
    return None if points is None else str(points)


def salted(values: Mapping[str, Private]) -> dict[str, Opened]:
    """Each value with a salt of its own, of 128 bits nobody can guess; by registry number."""
    return {
        number: {name: {"salt": secrets.token_hex(SALT_BYTES), "value": value} for name, value in own.items()}
        for number, own in values.items()
    }


def commitments(opened: Mapping[str, Opened]) -> dict[str, dict[str, str]]:
    """The hashes that the file carries."""
    return {
        number: {name: commit(part["salt"], part["value"]) for name, part in own.items()}
        for number, own in opened.items()
    }


def keep(session: Session, ranking: Ranking, opened: Mapping[str, Opened], ids: Mapping[str, UUID]) -> None:
    """Keep the openings of a version, each for its firm."""
    rows = [
        {
            "ranking_id": ranking.id,
            "application_id": ids[number],
            "opening": {
                "format": FORMAT,
                "registry_number": number,
                "ranking_sha256": ranking.sha256,
                "parts": parts,
            },
        }
        for number, parts in opened.items()
    ]
    session.execute(insert(Opening), rows)
