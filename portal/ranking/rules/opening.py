"""Commitments: hashes in the published file of what may not be public, and their opening by the firm concerned."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, ValidationError

from portal.kernel.text import Frozen, canonical_json, sha256_hex
from portal.ranking.rules.points import average
from portal.ranking.rules.published import Number, Published, Unreadable
from portal.ranking.rules.terms import Key, Sha256

FORMAT = "portale-export/opening/1"
SHEET, MEETING = "sheet_", "meeting"
SALT_BYTES = 16

Salt = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class Part(Frozen):
    """A value as it was committed to, with its salt."""

    salt: Salt
    value: JsonValue


class Opening(Frozen):
    """What one entry of a published ranking commits to. `parts` by the names of its commitments."""

    format: Literal["portale-export/opening/1"]
    registry_number: Number
    ranking_sha256: Sha256
    parts: dict[Key, Part]


def commit(salt: str, value: Any) -> str:  # noqa: ANN401 - any JSON
    """SHA-256 of the 16 bytes of the salt, then the canonical JSON of the value."""
    return sha256_hex(bytes.fromhex(salt) + canonical_json(value))


def read_opening(content: bytes) -> Opening:
    """An opening understood; raises Unreadable, which names the field."""
    try:
        return Opening.model_validate_json(content)
    except ValidationError as faults:
        first = faults.errors()[0]
        msg = f"field {'.'.join(str(part) for part in first['loc']) or 'the file'}: {first['msg']}"
        raise Unreadable(msg) from faults


def opening_fault(published: Published, opening: Opening) -> str | None:
    """The first difference between an opening and the entry that it opens, None if it fits."""
    return next(_faults(published, opening), None)


def _faults(published: Published, opening: Opening) -> Iterator[str]:
    if opening.ranking_sha256 != published.sha256:
        yield f"opening: it is of the ranking {opening.ranking_sha256}, the file is {published.sha256}"
    line = next((one for one in published.entries if one.registry_number == opening.registry_number), None)
    if line is None:
        yield f"opening: {opening.registry_number} is not in the file"
        return
    told = line.commitments or {}
    if told.keys() != opening.parts.keys():
        odd = sorted(told.keys() ^ opening.parts.keys())
        yield f"opening: {', '.join(odd)} stands only in one of the two"
    for name, part in opening.parts.items():
        if told.get(name) != commit(part.salt, part.value):
            yield f"opening: {name} is not what the file commits to"
    yield from _unlike_scores(line.scores, opening)


def _unlike_scores(scores: Mapping[str, Decimal], opening: Opening) -> Iterator[str]:
    """Criteria whose published points are neither what a meeting agreed nor, without one, the mean of the sheets."""
    met = opening.parts.get(MEETING)
    sheets = [part.value for name, part in opening.parts.items() if name.startswith(SHEET)]
    for criterion, points in scores.items():
        agreed = _mark(met.value, criterion) if met else None
        marks = [mark for sheet in sheets if (mark := _mark(sheet, criterion)) is not None]
        due = average([agreed] if agreed is not None else marks) if marks or agreed is not None else points
        if due != points:
            yield f"opening: the sheets give {due} on {criterion}, the file says {points}"


def _mark(sheet: JsonValue, criterion: str) -> Decimal | None:
    marks = sheet.get("marks") if isinstance(sheet, dict) else None
    mark = marks.get(criterion) if isinstance(marks, dict) else None
    points = mark.get("points") if isinstance(mark, dict) else None
    try:
        return Decimal(points) if isinstance(points, str) else None
    except InvalidOperation:
        return None


def as_bytes(opening: Mapping[str, Any]) -> bytes:
    """The file's bytes, laid out to be read."""
    return json.dumps(opening, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"
