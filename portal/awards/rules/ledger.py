"""The ledger of de minimis aid: which entries count for a single undertaking, and whether a new aid fits."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from portal.awards.rules.refusals import NoHeadroom
from portal.calls.rules.content import CallContent
from portal.calls.rules.parameters import DeMinimisParameters
from portal.eligibility.rules import aid
from portal.eligibility.rules.aid import Position
from portal.eligibility.rules.facts import AidEntry as Fact


class EntryState(StrEnum):
    """Of an entry. `declared`: by the firm; `reserved`, `granted`: here; `released`, `corrected`: counts no more."""

    DECLARED = "declared"
    RESERVED = "reserved"
    GRANTED = "granted"
    RELEASED = "released"
    CORRECTED = "corrected"


HERE: Final = frozenset({EntryState.RESERVED, EntryState.GRANTED})
LIVE: Final = frozenset({EntryState.DECLARED, *HERE})


class Recipient(StrEnum):
    """Who had the aid, as the firm declares: itself, or another of its single undertaking."""

    OWN = "own"
    LINKED = "linked"


@dataclass(frozen=True)
class Line:
    """An entry as the rules see it; `code` is that of the firm in whose ledger it stands."""

    code: str
    state: EntryState
    granted_on: date
    eur: Decimal
    recipient: Recipient = Recipient.OWN
    cor: str = ""


@dataclass(frozen=True)
class Regime:
    """Of a call: at most `ceiling_eur` in `years` rolling years; `reduces`: what is over is cut, not refused."""

    ceiling_eur: Decimal
    years: int = 3
    reduces: bool = False


def regime_of(content: CallContent) -> Regime | None:
    """The de minimis regime of a call; None where its aid is none."""
    if content.budget.aid_regime == "none":
        return None
    stated = next((rule.parameters for rule in content.rules if isinstance(rule.parameters, DeMinimisParameters)), None)
    rule = stated or DeMinimisParameters(kind="de_minimis")
    return Regime(rule.ceiling_eur, rule.years, reduces=content.budget.on_overflow == "reduce")


def counting(lines: Iterable[Line]) -> list[Line]:
    """The lines of an undertaking that count, each aid once.

    An aid granted here may be declared afterwards, and is known by its COR; an aid that a sister declared for herself
    may be declared by us for her. Nothing else is guessed: what might be two aids counts twice.
    """
    live = [line for line in lines if line.state in LIVE]
    cors = {line.cor for line in live if line.state in HERE and line.cor}
    own = [
        line
        for line in live
        if line.recipient is Recipient.OWN and (line.state in HERE or not line.cor or line.cor not in cors)
    ]
    linked = [line for line in live if line.recipient is Recipient.LINKED and line.cor not in cors - {""}]
    return [*own, *_unmatched(linked, [line for line in own if line.state not in HERE])]


def _unmatched(linked: Sequence[Line], own: Sequence[Line]) -> list[Line]:
    """Of what firms declare for others: not what stands in the others' own ledgers; of two declarers, the longer."""
    most: dict[tuple[date, Decimal, str], list[Line]] = {}
    for declarer in dict.fromkeys(line.code for line in linked):
        theirs = [line for line in own if line.code != declarer]
        left: list[Line] = []
        for line in (one for one in linked if one.code == declarer):
            match = next((one for one in theirs if _is_same(line, one)), None)
            if match is None:
                left.append(line)
            else:
                theirs.remove(match)
        for key, number in Counter(_key(line) for line in left).items():
            rows = [line for line in left if _key(line) == key]
            if number > len(most.get(key, [])):
                most[key] = rows
    return [line for rows in most.values() for line in rows]


def _key(line: Line) -> tuple[date, Decimal, str]:
    return line.granted_on, line.eur, line.cor


def _is_same(one: Line, other: Line) -> bool:
    if one.cor and other.cor:
        return one.cor == other.cor
    return (one.granted_on, one.eur) == (other.granted_on, other.eur)


def standing(lines: Iterable[Line], regime: Regime, *, on: date, amount: Decimal = Decimal(0)) -> Position:
    """Where the undertaking stands on a day, before a new aid of `amount`."""
    facts = [Fact(granted_on=line.granted_on, eur=line.eur) for line in counting(lines)]
    return aid.position(facts, grant_on=on, amount=amount, ceiling=regime.ceiling_eur, years=regime.years)


def grantable(asked: Decimal, stand: Position, regime: Regime) -> Decimal:
    """How much of `asked` may be granted: all of it, or what is left where the call reduces. Raises NoHeadroom."""
    if stand.fits:
        return asked
    if regime.reduces and stand.headroom > 0:
        return stand.headroom
    raise NoHeadroom(received=stand.received, headroom=stand.headroom, ceiling=regime.ceiling_eur, asked=asked)


def statements(rows: Collection[tuple[Recipient, date, Decimal, str]]) -> list[str]:
    """A key for each aid that a firm declares: its COR, else recipient, day, amount and how many there are before it.

    The same list declared again, in another application, has the same keys.
    """
    seen: Counter[str] = Counter()
    keys = []
    for recipient, on, eur, cor in rows:
        plain = f"{recipient.value}:cor:{cor}" if cor else f"{recipient.value}:{on.isoformat()}:{eur.normalize():f}"
        seen[plain] += 1
        keys.append(plain if cor else f"{plain}:{seen[plain]}")
    return keys
