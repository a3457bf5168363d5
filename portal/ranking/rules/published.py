"""The published file: a ranking that carries all that its order depends on, and nothing about persons.

Format and algorithm in words: docs/contracts/ranking.md.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, ValidationError

from portal.kernel.text import Frozen, canonical_json, sha256_hex
from portal.kernel.values import is_partita_iva
from portal.ranking.rules.draw import Held, Outcome, Row, Unrankable, draw_up
from portal.ranking.rules.terms import Entry, Hundredths, Key, RankedList, RankingRule

FORMAT = "portale-export/ranking/1"

Number = Annotated[str, Field(min_length=1, max_length=60)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Unreadable(Exception):
    """Not a published ranking: the message says which field is wrong."""


class Winner(Frozen):
    """Who receives: legal name and VAT number. Never a tax code: a sole trader's is a personal datum."""

    legal_name: Annotated[str, Field(min_length=1, max_length=300)]
    vat: Annotated[str, Field(pattern=r"^\d{11}$")]


class CallNamed(Frozen):
    """The call and its version; `act` is the resolution it rests on."""

    code: str
    version: int = Field(ge=1)
    title: str
    act: str


class Version(Frozen):
    """Number and instant of a ranking, the hash of all its inputs (sheet by sheet), and why it replaces another."""

    version: int = Field(ge=1)
    drawn_up_at: AwareDatetime
    inputs_sha256: Sha256
    reason: str | None = None


class PublishedEntry(Frozen):
    """One line of the list; fields in docs/contracts/ranking.md."""

    registry_number: Number
    arrival: int = Field(ge=1)
    submitted_at: AwareDatetime
    pathway: Key | None
    scores: dict[Key, Hundredths]
    bonus: dict[Key, Hundredths]
    asked_eur: Hundredths | None
    base: Hundredths
    total: Hundredths
    place: int | None = Field(ge=1)
    outcome: Outcome
    short_of: tuple[str, ...]
    held_by: Held | None
    amount_eur: Hundredths
    firm: Winner | None


class Published(Frozen):
    """The whole file. `sha256` is of the canonical JSON of all the rest."""

    format: Literal["portale-export/ranking/1"]
    call: CallNamed
    ranking: Version
    rule: RankingRule
    entries: tuple[PublishedEntry, ...]
    not_admitted: tuple[Number, ...]
    short_pathways: tuple[Key, ...]
    sha256: Sha256


def publish(
    ranked: RankedList, *, call: CallNamed, version: Version, firms: Mapping[str, Winner], not_admitted: Sequence[str]
) -> Published:
    """The file of a ranked list. `firms` by registry number: read only for the funded and the reserve."""
    unsigned = {
        "format": FORMAT,
        "call": call,
        "ranking": version,
        "rule": ranked.rule,
        "entries": [_line(row, firms) for row in ranked.rows],
        "not_admitted": sorted(not_admitted),
        "short_pathways": ranked.short_pathways,
    }
    draft = Published.model_validate_json(canonical_json({**unsigned, "sha256": "0" * 64}))
    return draft.model_copy(update={"sha256": _digest(draft.model_dump(mode="json"))})


def _line(row: Row, firms: Mapping[str, Winner]) -> dict[str, Any]:
    entry = row.entry
    return {
        "registry_number": entry.registry_number,
        "arrival": entry.arrival,
        "submitted_at": entry.submitted_at.astimezone(UTC),
        "pathway": entry.pathway,
        "scores": entry.scores,
        "bonus": entry.bonus,
        "asked_eur": entry.amount_eur,
        "base": row.base,
        "total": row.total,
        "place": row.place,
        "outcome": row.outcome,
        "short_of": row.short_of,
        "held_by": row.held_by,
        "amount_eur": row.amount_eur,
        "firm": None if row.outcome is Outcome.BELOW_THRESHOLD else firms[entry.registry_number],
    }


def _digest(document: Mapping[str, Any]) -> str:
    return sha256_hex(canonical_json({key: value for key, value in document.items() if key != "sha256"}))


def render(published: Published) -> bytes:
    """The file's bytes: canonical JSON and a line feed."""
    return canonical_json(published) + b"\n"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        twice = next(key for index, (key, _) in enumerate(pairs) if key in {before for before, _ in pairs[:index]})
        msg = f"field {twice}: given twice in one object"
        raise Unreadable(msg)
    return document


def _no_constant(name: str) -> None:
    msg = f"{name} is not JSON"
    raise Unreadable(msg)


def read(content: bytes) -> tuple[Published, str]:
    """The file understood, and the hash that its content really has; raises Unreadable, which names the field."""
    try:
        document = json.loads(content, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as fault:
        msg = f"not JSON: {fault}"
        raise Unreadable(msg) from fault
    if not isinstance(document, dict):
        msg = "not a published ranking: the whole must be one JSON object"
        raise Unreadable(msg)
    try:
        published = Published.model_validate_json(content)
    except ValidationError as faults:
        first = faults.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        msg = f"field {where}: {first['msg']}"
        raise Unreadable(msg) from faults
    return published, _digest(document)


def verify(content: bytes) -> str | None:
    """None if the file holds; otherwise its first difference, in words.

    Recomputes totals, thresholds, order, places, budget, outcomes, then the hash. Raises Unreadable for what is not
    a published ranking.
    """
    published, digest = read(content)
    try:
        ranked = draw_up(published.rule, [_entry(line) for line in published.entries])
    except Unrankable as fault:
        msg = f"field entries, {fault.facts['registry_number']}: {fault.facts['fault']}"
        raise Unreadable(msg) from fault
    return next(_differences(published, ranked, digest), None)


def _entry(line: PublishedEntry) -> Entry:
    return Entry(
        registry_number=line.registry_number,
        arrival=line.arrival,
        submitted_at=line.submitted_at,
        pathway=line.pathway,
        scores=line.scores,
        bonus=line.bonus,
        amount_eur=line.asked_eur,
    )


def _differences(published: Published, ranked: RankedList, digest: str) -> Iterator[str]:
    for position, (line, row) in enumerate(zip(published.entries, ranked.rows, strict=True), start=1):
        told, due = line.registry_number, row.entry.registry_number
        if told != due:
            yield f"line {position}: the file has {told}, the rule puts {due} there"
        yield from (f"{line.registry_number}: {wrong}" for wrong in _wrong(line, row))
    twice = {line.registry_number for line in published.entries} & set(published.not_admitted)
    if twice:
        yield f"{min(twice)}: both ranked and not admitted"
    if published.short_pathways != ranked.short_pathways:
        told, due = _said(published.short_pathways), _said(ranked.short_pathways)
        yield f"short_pathways: the file says {told}, the rule gives {due}"
    if published.sha256 != digest:
        yield f"sha256: the file says {published.sha256}, its content has {digest}"


def _wrong(line: PublishedEntry, row: Row) -> Iterator[str]:
    for field in ("base", "total", "place", "outcome", "short_of", "held_by", "amount_eur"):
        told, computed = getattr(line, field), getattr(row, field)
        if told != computed:
            yield f"the file says {field} {_said(told)}, the rule gives {_said(computed)}"
    if (line.firm is None) != (line.outcome is Outcome.BELOW_THRESHOLD):
        yield "a firm is named exactly when it is funded or in reserve"
    if line.firm and not is_partita_iva(line.firm.vat):
        yield f"{line.firm.vat} is not a VAT number"


def _said(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return "none" if value is None else str(value)
