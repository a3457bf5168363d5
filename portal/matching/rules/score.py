"""The match score: how much two would gain from meeting, from both sides, with every part shown.

`fit` is what the profiles say, `interest` adds what was wished, the score of a pair is the weighted harmonic mean of
both: one side's indifference limits it, and the sentence says whose. Weights are data of the event.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from portal.kernel.text import Frozen, Text
from portal.matching.rules.states import Level, Side

Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0, le=100)]
COMMON, SPOKEN, NONE = 1.0, 0.5, 0.0  # a language: in common, through an interpreter, not at all
BY_DIGITS = ((6, 1.0), (4, 0.8), (2, 0.5))  # how alike two codes of the Harmonized System are


class Part(StrEnum):
    """What a fit is made of."""

    PRODUCT = "product"
    SECTOR = "sector"
    PARTNER_TYPE = "partner_type"
    MARKET = "market"
    LANGUAGE = "language"


NAMES: Mapping[Part, Text] = {
    Part.PRODUCT: Text(it="prodotti", en="products"),
    Part.SECTOR: Text(it="settore", en="sector"),
    Part.PARTNER_TYPE: Text(it="tipo di partner", en="type of partner"),
    Part.MARKET: Text(it="mercato", en="market"),
    Part.LANGUAGE: Text(it="lingua", en="language"),
}
SIDES: Mapping[Side, Text] = {
    Side.COMPANY: Text(it="l'impresa", en="the firm"),
    Side.BUYER: Text(it="il buyer", en="the buyer"),
}
WISHES: Mapping[Level | None, Text] = {
    Level.WANT: Text(it="vuole l'incontro", en="wants the meeting"),
    Level.WOULD: Text(it="lo farebbe volentieri", en="would gladly meet"),
    None: Text(it="non ha detto nulla", en="has said nothing"),
}


class Weights(Frozen):
    """How much each thing counts, for one event."""

    product: Weight = 0.40
    sector: Weight = 0.20
    partner_type: Weight = 0.15
    market: Weight = 0.15
    language: Weight = 0.10
    wish: Share = 0.7  # of the interest; the rest is fit
    want: Share = 1.0
    would: Share = 0.6
    silence: Share = 0.5  # of the fit, where nothing was said
    buyer: Annotated[float, Field(gt=0, le=100)] = 1.25  # to a firm's 1

    @model_validator(mode="after")
    def can_be_used(self) -> Self:
        """Something counts, a stronger wish counts more, and silence never outranks a wish of the same fit."""
        if not sum(self.of(part) for part in Part):
            msg = "no part of the fit counts"
            raise ValueError(msg)
        if self.would > self.want:
            msg = "would: counts more than want"
            raise ValueError(msg)
        if self.silence > self.wish * self.would + 1 - self.wish:
            msg = "silence: counts more than a wish"
            raise ValueError(msg)
        return self

    def of(self, part: Part) -> float:
        """The weight of one part."""
        weight: float = getattr(self, part.value)
        return weight


@dataclass(frozen=True)
class Profile:
    """What one shows and looks for. What is empty was not stated."""

    side: Side
    codes: tuple[str, ...] = ()  # Harmonized System, two, four or six digits
    sectors: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()  # what one is
    seeks: frozenset[str] = frozenset()  # what the other should be
    country: str = ""
    markets: frozenset[str] = frozenset()  # where the other should be
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Fit:
    """From one side: each part between 0 and 1, None where it was not stated; `value` None where nothing was."""

    parts: Mapping[Part, float | None]
    value: float | None


@dataclass(frozen=True)
class View:
    """How one side sees the other."""

    side: Side
    wish: Level | None
    fit: Fit
    interest: float


@dataclass(frozen=True)
class Score:
    """Of a pair, 0 to 100, from both sides. `limited_by`: whose interest keeps it low, where they differ."""

    value: int
    views: tuple[View, View]
    limited_by: Side | None
    sentence: Text


def fit(one: Profile, other: Profile, weights: Weights, *, interpreted: bool = False) -> Fit:
    """How well `other` is what `one` looks for. What is unknown drops out, the rest counts for the whole."""
    parts: dict[Part, float | None] = {
        Part.PRODUCT: _products(one.codes, other.codes),
        Part.SECTOR: _overlap(one.sectors, other.sectors),
        Part.PARTNER_TYPE: _overlap(one.seeks, other.kinds),
        Part.MARKET: _overlap(one.markets, frozenset({other.country} - {""})),
        Part.LANGUAGE: _language(one.languages, other.languages, interpreted=interpreted),
    }
    known = {part: value for part, value in parts.items() if value is not None}
    total = sum(weights.of(part) for part in known)
    value = sum(weights.of(part) * each for part, each in known.items()) / total if total else None
    return Fit(parts, None if value is None else min(1.0, value))


def _products(wanted: Sequence[str], shown: Sequence[str]) -> float | None:
    if not wanted or not shown:
        return None
    return sum(max(_alike(one, other) for other in shown) for one in wanted) / len(wanted)


def _alike(one: str, other: str) -> float:
    """As many digits as both have; a chapter alone never counts for more than a chapter."""
    return next((value for digits, value in BY_DIGITS if len(one) >= digits and one[:digits] == other[:digits]), 0.0)


def _overlap(wanted: frozenset[str], shown: frozenset[str]) -> float | None:
    return float(bool(wanted & shown)) if wanted and shown else None


def _language(one: frozenset[str], other: frozenset[str], *, interpreted: bool) -> float | None:
    if not one or not other:
        return None
    if one & other:
        return COMMON
    return SPOKEN if interpreted else NONE


def interest(wish: Level | None, fitting: float | None, weights: Weights) -> float | None:
    """Between 0 and 1; None: it is excluded. Where nothing of the profiles is known, the wish counts alone."""
    match wish:
        case Level.NO:
            return None
        case None:
            return weights.silence * (fitting or 0.0)
    asked = weights.want if wish is Level.WANT else weights.would
    return asked if fitting is None else weights.wish * asked + (1 - weights.wish) * fitting


def score(
    firm: Profile,
    buyer: Profile,
    *,
    firm_wish: Level | None = None,
    buyer_wish: Level | None = None,
    weights: Weights | None = None,
    interpreted: bool = False,
    excluded: bool = False,
) -> Score | None:
    """The score of a pair; None: it goes (a no, met before, excluded)."""
    by = weights or Weights()
    views = []
    for one, other, wish in ((firm, buyer, firm_wish), (buyer, firm, buyer_wish)):
        fitting = fit(one, other, by, interpreted=interpreted)
        directed = interest(wish, fitting.value, by)
        if excluded or directed is None:
            return None
        views.append(View(one.side, wish, fitting, directed))
    ours, theirs = views
    value = round(100 * harmonic(ours.interest, theirs.interest, buyer_weight=by.buyer))
    lower = min(views, key=lambda view: view.interest).side if ours.interest != theirs.interest else None
    return Score(value, (ours, theirs), lower, _sentence(value, views, lower))


def harmonic(firm: float, buyer: float, *, buyer_weight: float = 1.25) -> float:
    """The weighted harmonic mean: near the lower of both, nothing where one is nothing."""
    if not firm or not buyer:
        return 0.0
    return (1 + buyer_weight) / (1 / firm + buyer_weight / buyer)


def _sentence(value: int, views: Sequence[View], lower: Side | None) -> Text:
    return Text(it=_words(value, views, lower, "it"), en=_words(value, views, lower, "en"))


def _words(value: int, views: Sequence[View], lower: Side | None, language: str) -> str:
    """The score, both sides, what limits it, what was not stated."""
    italian = language == "it"
    sides = "; ".join(
        f"{SIDES[view.side].in_(language)} {WISHES[view.wish].in_(language)} ({_percent(view.fit, italian=italian)})"
        for view in views
    )
    words = [f"{value} {'su' if italian else 'of'} 100: {sides}."]
    if lower:
        name = SIDES[lower].in_(language)
        words.append(f"A limitare il punteggio è {name}." if italian else f"What limits it is {name}.")
    missing = [part for part in Part if any(view.fit.parts[part] is None for view in views)]
    if missing:
        names = ", ".join(NAMES[part].in_(language) for part in missing)
        words.append(f"Non dichiarato: {names}." if italian else f"Not stated: {names}.")
    return " ".join(words)


def _percent(fitting: Fit, *, italian: bool) -> str:
    if fitting.value is None:
        return "affinità non nota" if italian else "fit not known"
    return f"affinità {round(100 * fitting.value)} %" if italian else f"fit {round(100 * fitting.value)} %"


def jain(shares: Sequence[float]) -> float:
    """Jain's index: 1 where all have the same, 1/n where one has everything. Nothing at all is fair."""
    squares = sum(share * share for share in shares)
    return sum(shares) ** 2 / (len(shares) * squares) if squares else 1.0


def gini(shares: Sequence[float]) -> float:
    """Gini's index: 0 where all have the same, near 1 where one has everything."""
    total = sum(shares)
    if not total:
        return 0.0
    ranked = sum(place * share for place, share in enumerate(sorted(shares), 1))
    return 2 * ranked / (len(shares) * total) - (len(shares) + 1) / len(shares)


@dataclass(frozen=True)
class Honoured:
    """Of the wishes of one strength, how many meetings take place."""

    asked: int
    kept: int


def honoured(wishes: Iterable[tuple[Level, bool]]) -> dict[Level, Honoured]:
    """By strength; `bool`: the meeting takes place. A no is honoured where it doesn't."""
    all_ = list(wishes)
    return {
        level: Honoured(
            asked=sum(one is level for one, _ in all_),
            kept=sum(one is level and takes != (level is Level.NO) for one, takes in all_),
        )
        for level in Level
    }
