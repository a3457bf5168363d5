"""Suggestions: both sides' profiles, and never the other side's wish."""

from uuid import UUID

from portal.matching.rules.score import Profile, Weights
from portal.matching.rules.states import Side
from portal.matching.rules.suggesting import suggest

FIRM = Profile(
    side=Side.COMPANY,
    codes=("845129",),
    sectors=frozenset({"28"}),
    kinds=frozenset({"producer"}),
    seeks=frozenset({"importer"}),
    country="IT",
    markets=frozenset({"UZ"}),
    languages=frozenset({"it"}),
)
GOOD = Profile(
    side=Side.BUYER,
    codes=("8451",),
    sectors=frozenset({"28"}),
    kinds=frozenset({"importer"}),
    seeks=frozenset({"producer"}),
    country="UZ",
    languages=frozenset({"ru"}),
)
BAD = Profile(side=Side.BUYER, codes=("0901",), kinds=frozenset({"agent"}), country="FR", languages=frozenset({"fr"}))
BLANK = Profile(side=Side.BUYER)
A, B, C, D = (UUID(int=number) for number in range(1, 5))


def test_the_best_comes_first_and_says_why():
    found = suggest(FIRM, {B: BAD, C: BLANK, A: GOOD, D: GOOD}, weights=Weights(), offered=["ru"], excluded={D})
    assert [one.id for one in found] == [A, B, C]
    best = found[0]
    assert (best.value, best.language) == (86, "ru")
    assert best.sentence.it == (
        "86 su 100: affinità per l'impresa: 87 %; affinità per il buyer: 85 %. "
        "A limitare il punteggio è il buyer. Non dichiarato: mercato."
    )
    assert best.sentence.en == (
        "86 of 100: fit for the firm: 87 %; fit for the buyer: 85 %. What limits it is the buyer. Not stated: market."
    )
    assert found[2].sentence.it == (
        "0 su 100: affinità per l'impresa: non nota; affinità per il buyer: non nota. "
        "Non dichiarato: prodotti, settore, tipo di partner, mercato, lingua."
    )


def test_a_buyer_is_suggested_firms_by_the_same_score():
    (mine,) = suggest(GOOD, {A: FIRM}, weights=Weights(), offered=["ru"])
    (theirs,) = suggest(FIRM, {A: GOOD}, weights=Weights(), offered=["ru"])
    assert (mine.value, mine.firm, mine.buyer, mine.sentence) == (
        theirs.value,
        theirs.firm,
        theirs.buyer,
        theirs.sentence,
    )
