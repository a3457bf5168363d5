"""The published file: a ranking that carries all that its order depends on, and nothing about persons.

Format and algorithm in words: docs/contracts/ranking.md.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from operator import attrgetter
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, Field, ValidationError, model_validator

from portal.kernel.text import Frozen, canonical_json, sha256_hex
from portal.kernel.values import is_partita_iva
from portal.ranking.rules.allot import Held
from portal.ranking.rules.causes import Cause, Departure
from portal.ranking.rules.covers import Unrankable
from portal.ranking.rules.draw import Outcome, RankedList, Row, draw_up
from portal.ranking.rules.terms import Entry, Granted, Hundredths, Key, RankingRule, Request, Sha256

FORMAT = "portale-export/ranking/2"
FIRST_FORMAT = "portale-export/ranking/1"
SINCE_2 = {
    "file": frozenset({"left", "requests", "short_reserves"}),
    "ranking": frozenset({"cause", "replaces"}),
    "rule": frozenset({"reserves", "lot", "overbooking_pct"}),
    "entries": frozenset({"groups", "granted", "reserve"}),
}
"""What files of the first format have nothing of, and those of the second all of."""
FREE = frozenset({"commitments", "signature"})
"""What a file of the second format may have."""
UNHASHED = frozenset({"sha256", "signature"})

Number = Annotated[str, Field(min_length=1, max_length=60)]


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


class Replaced(Frozen):
    """The version published before, by number and hash."""

    version: int = Field(ge=1)
    sha256: Sha256


class Version(Frozen):
    """Number and instant of a ranking, the hash of all its inputs (sheet by sheet), and why it replaces another."""

    version: int = Field(ge=1)
    drawn_up_at: AwareDatetime
    inputs_sha256: Sha256
    reason: str | None = None
    cause: Cause = Cause.FIRST
    replaces: Replaced | None = None


class Kept(Frozen):
    """What an entry was awarded before, and keeps."""

    eur: Hundredths
    reserve: Key | None


class Left(Frozen):
    """Who is no longer in the list, and by what."""

    registry_number: Number
    code: Departure


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
    groups: tuple[Key, ...] = ()
    granted: Kept | None = None
    reserve: Key | None = None
    commitments: dict[Key, Sha256] | None = None


class Published(Frozen):
    """The whole file. `sha256` is of the canonical JSON of all the rest but `signature`, which signs that hash.

    `commitments` and `signature` may be absent.
    """

    format: Literal["portale-export/ranking/1", "portale-export/ranking/2"]
    call: CallNamed
    ranking: Version
    rule: RankingRule
    entries: tuple[PublishedEntry, ...]
    not_admitted: tuple[Number, ...]
    short_pathways: tuple[Key, ...]
    left: tuple[Left, ...] = ()
    requests: tuple[Request, ...] = ()
    short_reserves: tuple[Key, ...] = ()
    sha256: Sha256
    signature: dict[Key, str] | None = None

    @model_validator(mode="after")
    def _of_its_format(self) -> Self:
        parts: dict[str, Sequence[Frozen]] = {
            "file": [self],
            "ranking": [self.ranking],
            "rule": [self.rule],
            "entries": self.entries,
        }
        for where, models in parts.items():
            for model in models:
                there = model.model_fields_set
                if self.format == FORMAT and (lacks := SINCE_2[where] - there):
                    raise ValueError(_fault(where, min(lacks), "is missing"))
                if self.format == FIRST_FORMAT and (more := (SINCE_2[where] | FREE) & there):
                    raise ValueError(_fault(where, min(more), "is not of this format"))
        return self


def _fault(where: str, field: str, what: str) -> str:
    return f"{where}: field {field} {what}"


def publish(
    ranked: RankedList,
    *,
    call: CallNamed,
    version: Version,
    firms: Mapping[str, Winner],
    not_admitted: Sequence[str],
    left: Sequence[Left] = (),
    commitments: Mapping[str, Mapping[str, str]] | None = None,
) -> Published:
    """The file of a ranked list. By registry number: `firms`, read only for those with a place, and `commitments`."""
    unsigned = {
        "format": FORMAT,
        "call": call,
        "ranking": version,
        "rule": ranked.rule,
        "entries": [_line(row, firms, commitments or {}) for row in ranked.rows],
        "not_admitted": sorted(not_admitted),
        "short_pathways": ranked.short_pathways,
        "left": sorted(left, key=attrgetter("registry_number")),
        "requests": ranked.requests,
        "short_reserves": ranked.short_reserves,
    }
    draft = Published.model_validate_json(canonical_json({**unsigned, "sha256": "0" * 64}))
    return draft.model_copy(update={"sha256": _digest(document(draft))})


def document(published: Published) -> dict[str, Any]:
    """The file as JSON, with what may be absent left out where it is."""
    return {
        **published.model_dump(mode="json", exclude={"signature": published.signature is None, "entries": True}),
        "entries": [
            line.model_dump(mode="json", exclude={"commitments"} if line.commitments is None else None)
            for line in published.entries
        ],
    }


def _line(row: Row, firms: Mapping[str, Winner], commitments: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    entry, granted = row.entry, row.entry.granted
    line = {
        "registry_number": entry.registry_number,
        "arrival": entry.arrival,
        "submitted_at": entry.submitted_at.astimezone(UTC),
        "pathway": entry.pathway,
        "scores": entry.scores,
        "bonus": entry.bonus,
        "asked_eur": entry.amount_eur,
        "groups": sorted(entry.groups),
        "granted": None if granted is None else {"eur": granted.eur, "reserve": granted.reserve},
        "base": row.base,
        "total": row.total,
        "place": row.place,
        "outcome": row.outcome,
        "short_of": row.short_of,
        "held_by": row.held_by,
        "amount_eur": row.amount_eur,
        "reserve": row.reserve,
        "firm": None if row.outcome is Outcome.BELOW_THRESHOLD else firms[entry.registry_number],
    }
    if own := commitments.get(entry.registry_number):
        line["commitments"] = dict(own)
    return line


def _digest(document: Mapping[str, Any]) -> str:
    return sha256_hex(canonical_json({key: value for key, value in document.items() if key not in UNHASHED}))


def render(published: Published) -> bytes:
    """The file's bytes: canonical JSON and a line feed."""
    return canonical_json(document(published)) + b"\n"


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
        whole = json.loads(content, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as fault:
        msg = f"not JSON: {fault}"
        raise Unreadable(msg) from fault
    if not isinstance(whole, dict):
        msg = "not a published ranking: the whole must be one JSON object"
        raise Unreadable(msg)
    try:
        published = Published.model_validate_json(content)
    except ValidationError as faults:
        first = faults.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        msg = f"field {where}: {first['msg']}"
        raise Unreadable(msg) from faults
    return published, _digest(whole)


def verify(content: bytes) -> str | None:
    """None if the file holds; otherwise its first difference, in words.

    Recomputes totals, thresholds, order, places, budget, outcomes, then the hash. Raises Unreadable for what is not
    a published ranking.
    """
    published, digest = read(content)
    return next(_differences(published, _recomputed(published), digest), None)


def recompute(content: bytes) -> tuple[Published, RankedList]:
    """A file understood, and the list that its rule makes of its inputs; raises Unreadable."""
    published, _ = read(content)
    return published, _recomputed(published)


def _recomputed(published: Published) -> RankedList:
    try:
        return draw_up(published.rule, [entry_of(line) for line in published.entries], published.requests)
    except Unrankable as fault:
        msg = f"field entries, {fault.facts['registry_number']}: {fault.facts['fault']}"
        raise Unreadable(msg) from fault


def entry_of(line: PublishedEntry) -> Entry:
    """A line's inputs, as the rules know them."""
    granted = line.granted
    return Entry(
        registry_number=line.registry_number,
        arrival=line.arrival,
        submitted_at=line.submitted_at,
        pathway=line.pathway,
        scores=line.scores,
        bonus=line.bonus,
        amount_eur=line.asked_eur,
        groups=frozenset(line.groups),
        granted=None if granted is None else Granted(granted.eur, granted.reserve),
    )


def _differences(published: Published, ranked: RankedList, digest: str) -> Iterator[str]:
    for position, (line, row) in enumerate(zip(published.entries, ranked.rows, strict=True), start=1):
        told, due = line.registry_number, row.entry.registry_number
        if told != due:
            yield f"line {position}: the file has {told}, the rule puts {due} there"
        yield from (f"{line.registry_number}: {wrong}" for wrong in _wrong(line, row))
    yield from _twice(published)
    for field in ("short_pathways", "short_reserves"):
        told, due = getattr(published, field), getattr(ranked, field)
        if told != due:
            yield f"{field}: the file says {_said(told)}, the rule gives {_said(due)}"
    if published.sha256 != digest:
        yield f"sha256: the file says {published.sha256}, its content has {digest}"


def _twice(published: Published) -> Iterator[str]:
    numbers = {line.registry_number for line in published.entries}
    if twice := numbers & set(published.not_admitted):
        yield f"{min(twice)}: both ranked and not admitted"
    if twice := (numbers | set(published.not_admitted)) & {gone.registry_number for gone in published.left}:
        yield f"{min(twice)}: both in a list and gone"
    if same := {line.arrival for line in published.entries} & {one.arrival for one in published.requests}:
        yield f"requests: {min(same)} is the arrival of an entry"


def _wrong(line: PublishedEntry, row: Row) -> Iterator[str]:
    for field in ("base", "total", "place", "outcome", "short_of", "held_by", "amount_eur", "reserve"):
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
