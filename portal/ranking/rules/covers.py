"""Whether the rule covers an entry: an order may depend on nothing that the rule does not say."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

from flask_babel import lazy_gettext as _l

from portal.kernel.errors import DomainError
from portal.ranking.rules.terms import Entry, RankingRule

ZERO = Decimal("0.00")
NEVER = Decimal(-1)


class Unrankable(DomainError):
    """An entry that the rule can't rank; facts: `registry_number` and `fault`, in English for operators."""

    text = _l(
        "La domanda %(registry_number)s non può entrare in graduatoria: i suoi dati non corrispondono alle regole del "
        "bando (%(fault)s)."
    )


class _Terms(NamedTuple):
    """The rule, laid out for a quick look at each entry."""

    maxima: list[tuple[str, Decimal]]
    criteria: set[str]
    bonuses: dict[str, Decimal]
    pathways: set[str | None]
    reserves: set[str]
    own_amounts: bool


def check(rule: RankingRule, entries: Sequence[Entry]) -> None:
    """Refuse what would make the order depend on anything but the rule: raises Unrankable."""
    terms = _terms(rule)
    for entry in entries:
        if fault := _fault(terms, entry):
            raise Unrankable(registry_number=entry.registry_number, fault=fault)
    for unique in ("registry_number", "arrival"):
        number_of = attrgetter(unique)
        if len(set(map(number_of, entries))) < len(entries):
            twice = next(key for key, times in Counter(map(number_of, entries)).items() if times > 1)
            raise Unrankable(registry_number=twice, fault=f"two entries have the same {unique}")


def _terms(rule: RankingRule) -> _Terms:
    return _Terms(
        maxima=[(criterion.key, criterion.max) for criterion in rule.criteria],
        criteria={criterion.key for criterion in rule.criteria},
        bonuses={bonus.key: bonus.max for bonus in rule.bonuses},
        pathways={pathway.key for pathway in rule.pathways} or {None},
        reserves={reserve.key for reserve in rule.reserves},
        own_amounts=rule.unit_value_eur is None,
    )


def _fault(terms: _Terms, entry: Entry) -> str | None:
    scores = entry.scores
    if scores.keys() != terms.criteria:
        return f"scores must cover exactly {', '.join(key for key, _ in terms.maxima)}"
    for key, maximum in terms.maxima:
        if not ZERO <= scores[key] <= maximum:
            return f"score {key} is not between 0 and {maximum}"
    for key, points in entry.bonus.items():
        if not ZERO <= points <= terms.bonuses.get(key, NEVER):
            return f"bonus {key} is not of the call, or above its maximum"
    return _misplaced(terms, entry)


def _misplaced(terms: _Terms, entry: Entry) -> str | None:
    if entry.pathway not in terms.pathways:
        return f"pathway {entry.pathway} is not of the call"
    if (entry.groups or entry.granted) and (strange := _reserves(entry) - terms.reserves):
        return f"reserve {min(strange)} is not of the call"
    if (entry.amount_eur is not None) != terms.own_amounts:
        return "amount_eur is given exactly where the call has no unit value"
    return None


def _reserves(entry: Entry) -> frozenset[str]:
    kept = entry.granted and entry.granted.reserve
    return entry.groups | {kept} if kept else entry.groups
