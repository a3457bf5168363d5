"""Firms and buyers side by side: the score of every pair, who is suggested to whom, which meetings to propose."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from portal.matching.rules.profiles import BuyerProfile, FirmProfile
from portal.matching.rules.score import Profile, Score, Weights, score
from portal.matching.rules.states import Level, Side

Wishes = Mapping[tuple[UUID, UUID], Level]
"""(who says it, of whom) -> what."""
ITALY = "IT"
WISHED = (Level.WANT, Level.WOULD)


@dataclass(frozen=True)
class Pair:
    """A firm and a buyer who may meet. `language`: the interpreter's, None where they have one in common."""

    firm: UUID
    buyer: UUID
    score: Score
    language: str | None
    firm_wish: Level | None
    buyer_wish: Level | None

    @property
    def is_wished(self) -> bool:
        """Whether a side asked for it."""
        return self.firm_wish in WISHED or self.buyer_wish in WISHED

    def other(self, one: UUID) -> UUID:
        """The other of the two."""
        return self.buyer if one == self.firm else self.firm


def of_firm(content: FirmProfile, *, divisions: Iterable[str]) -> Profile:
    """What a firm shows and looks for; `divisions` of ATECO as the portal knows them."""
    return Profile(
        side=Side.COMPANY,
        codes=tuple(product.hs for product in content.products),
        sectors=frozenset(divisions),
        kinds=frozenset(content.kinds),
        seeks=frozenset(content.partner_types),
        country=ITALY,
        markets=frozenset(content.markets),
        languages=frozenset(content.languages),
    )


def of_buyer(content: BuyerProfile, *, country: str) -> Profile:
    """What a buyer shows and looks for."""
    return Profile(
        side=Side.BUYER,
        codes=tuple(product.hs for product in content.products),
        sectors=frozenset(content.sectors),
        kinds=frozenset(content.kinds),
        seeks=frozenset(content.partner_types),
        country=country,
        markets=frozenset(content.reference_markets),
        languages=frozenset(content.languages),
    )


def bridge(firm: Profile, buyer: Profile, offered: Sequence[str]) -> str | None:
    """The language to interpret from, of those `offered`; None where it isn't needed or can't be had.

    A firm always has Italian, from which everybody interprets.
    """
    if not buyer.languages or (firm.languages | {"it"}) & buyer.languages:
        return None
    return next((language for language in offered if language in buyer.languages), None)


def score_all(
    firms: Mapping[UUID, Profile],
    buyers: Mapping[UUID, Profile],
    wishes: Wishes,
    *,
    excluded: Collection[tuple[UUID, UUID]] = (),
    weights: Weights | None = None,
    offered: Sequence[str] = (),
) -> list[Pair]:
    """Every pair that may meet, the best first; `excluded` holds (firm, buyer)."""
    found = []
    for firm_id, firm in firms.items():
        for buyer_id, buyer in buyers.items():
            ours, theirs = wishes.get((firm_id, buyer_id)), wishes.get((buyer_id, firm_id))
            language = bridge(firm, buyer, offered)
            scored = score(
                firm,
                buyer,
                firm_wish=ours,
                buyer_wish=theirs,
                weights=weights,
                interpreted=language is not None,
                excluded=(firm_id, buyer_id) in excluded,
            )
            if scored is not None:
                found.append(Pair(firm_id, buyer_id, scored, language, ours, theirs))
    return sorted(found, key=lambda pair: (-pair.score.value, str(pair.firm), str(pair.buyer)))


def to_propose(pairs: Sequence[Pair], *, each: int, least_score: int) -> list[Pair]:
    """What a side wished, and of each participant's best `each` what scores `least_score`; in the order given."""
    taken: dict[UUID, int] = {}
    chosen = []
    for pair in pairs:
        is_among_best = min(taken.get(pair.firm, 0), taken.get(pair.buyer, 0)) < each
        if pair.is_wished or (is_among_best and pair.score.value >= max(1, least_score)):
            chosen.append(pair)
            for one in (pair.firm, pair.buyer):
                taken[one] = taken.get(one, 0) + 1
    return chosen


_FORMS = frozenset(
    {"srl", "srls", "spa", "sapa", "snc", "sas", "ooo", "oao", "zao", "ao", "llc", "ltd", "limited", "inc", "corp"}
    | {"gmbh", "ag", "kg", "sa", "sarl", "bv", "nv", "oy", "ab", "as", "plc", "co"}
)


def plain_name(name: str) -> str:
    """A firm's name without what only says its legal form: `ACME S.r.l.` and `Acme LLC` read alike."""
    words = "".join(sign if sign.isalnum() else " " if sign not in ".'’" else "" for sign in name.casefold()).split()
    return " ".join(word for word in words if word not in _FORMS)


def same_group(firm_name: str, holdings: Iterable[str], buyer_name: str) -> bool:
    """Whether a buyer bears the name of the firm itself or of one that it is tied to."""
    wanted = plain_name(buyer_name)
    return bool(wanted) and wanted in {plain_name(name) for name in (firm_name, *holdings)}
