"""The chain: what each line must be, given the one before."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

START: Final = "0" * 64
_JOINT: Final = "\x1f"


@dataclass(frozen=True)
class Line:
    """One entry, as stored; `at` is an aware instant."""

    seq: int
    at: datetime
    action: str
    subject_type: str
    subject_id: str
    by: str
    detail: str
    previous: str
    hash: str


@dataclass(frozen=True)
class Tip:
    """The end of a chain: number and hash of its last line; 0 and START for an empty one."""

    seq: int
    hash: str


@dataclass(frozen=True)
class Verification:
    """`broken` is None where the chain holds; else the number of the first line at fault, and why."""

    entries: int
    tip: Tip
    broken: int | None = None
    why: str = ""

    @property
    def holds(self) -> bool:
        """Nothing was edited, removed, inserted, moved or cut."""
        return self.broken is None


def digest(line: Line) -> str:
    """The hash that this line must have: the same text that the database's trigger hashes."""
    at = line.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    parts = (line.previous, str(line.seq), at, line.action, line.subject_type, line.subject_id, line.by, line.detail)
    return hashlib.sha256(_JOINT.join(parts).encode()).hexdigest()


def verify(lines: Iterable[Line], *, head: Tip, known: Tip | None = None) -> Verification:
    """Follow the chain from its start, in order of `seq`, to `head`, the end that the database declares.

    `known` is an end seen before and kept elsewhere: the chain must still pass through it. Without it, somebody who
    rewrites both the lines and the head is not found out.
    """
    tip, met = Tip(0, START), known in {None, Tip(0, START)}
    for line in lines:
        wrong = _fault(line, tip)
        if not wrong and known and known.seq == line.seq and known.hash != line.hash:
            wrong = "is not the one seen before: history was rewritten"
        if wrong:
            return Verification(tip.seq, tip, tip.seq + 1, f"line {tip.seq + 1} {wrong}")
        tip = Tip(line.seq, line.hash)
        met = met or known == tip
    if tip != head or not met:
        end = f"at line {head.seq}" if tip != head else "where it was seen to end before"
        return Verification(tip.seq, tip, tip.seq + 1, f"the chain ends at line {tip.seq}, not {end}: its end was cut")
    return Verification(tip.seq, tip)


def _fault(line: Line, before: Tip) -> str:
    if line.seq != before.seq + 1:
        return "is missing"
    if line.previous != before.hash:
        return f"does not continue line {before.seq}"
    return "was changed" if line.hash != digest(line) else ""
