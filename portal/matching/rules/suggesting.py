"""Who is suggested to whom: by what the profiles say from both sides, never by what the other side wishes.

A wish stays between whoever says it and the office: shown, it would be traded for one in return, and a no would wound.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from portal.kernel.text import Text
from portal.matching.rules.pairs import bridge
from portal.matching.rules.score import NAMES, SIDES, Fit, Part, Profile, Weights, fit, harmonic
from portal.matching.rules.states import Side


@dataclass(frozen=True)
class Suggestion:
    """Somebody of the other side. `value`: 0 to 100; `language`: the interpreter's, None where none is needed."""

    id: UUID
    value: int
    sentence: Text
    firm: Fit
    buyer: Fit
    language: str | None


def suggest(
    me: Profile,
    others: Mapping[UUID, Profile],
    *,
    weights: Weights,
    offered: Sequence[str] = (),
    excluded: Collection[UUID] = (),
) -> list[Suggestion]:
    """Everybody of the other side who may be met, the best first."""
    found = [
        _one(me, other, id_=id_, weights=weights, offered=offered)
        for id_, other in others.items()
        if id_ not in excluded
    ]
    return sorted(found, key=lambda one: (-one.value, str(one.id)))


def _one(me: Profile, other: Profile, *, id_: UUID, weights: Weights, offered: Sequence[str]) -> Suggestion:
    firm, buyer = (me, other) if me.side is Side.COMPANY else (other, me)
    language = bridge(firm, buyer, offered)
    ours = fit(firm, buyer, weights, interpreted=language is not None)
    theirs = fit(buyer, firm, weights, interpreted=language is not None)
    value = round(100 * harmonic(ours.value or 0.0, theirs.value or 0.0, buyer_weight=weights.buyer))
    sentence = Text(it=_words(value, ours, theirs, "it"), en=_words(value, ours, theirs, "en"))
    return Suggestion(id_, value, sentence, ours, theirs, language)


def _words(value: int, firm: Fit, buyer: Fit, language: str) -> str:
    """The score, both sides, what limits it, what was not stated."""
    italian = language == "it"
    sides = {Side.COMPANY: firm, Side.BUYER: buyer}
    seen = "; ".join(
        f"{'affinità per' if italian else 'fit for'} {SIDES[side].in_(language)}: {_percent(one, italian=italian)}"
        for side, one in sides.items()
    )
    words = [f"{value} {'su' if italian else 'of'} 100: {seen}."]
    if firm.value is not None and buyer.value is not None and firm.value != buyer.value:
        name = SIDES[Side.COMPANY if firm.value < buyer.value else Side.BUYER].in_(language)
        words.append(f"A limitare il punteggio è {name}." if italian else f"What limits it is {name}.")
    missing = [NAMES[part].in_(language) for part in Part if None in {firm.parts[part], buyer.parts[part]}]
    if missing:
        words.append(f"{'Non dichiarato' if italian else 'Not stated'}: {', '.join(missing)}.")
    return " ".join(words)


def _percent(one: Fit, *, italian: bool) -> str:
    if one.value is None:
        return "non nota" if italian else "not known"
    return f"{round(100 * one.value)} %"
