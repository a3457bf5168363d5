"""The match score by property and by example."""

import pytest
from hypothesis import given, strategies as st
from pydantic import ValidationError

from portal.matching.rules.score import (
    Honoured,
    Part,
    Profile,
    Weights,
    fit,
    gini,
    harmonic,
    honoured,
    interest,
    jain,
    score,
)
from portal.matching.rules.states import Level, Side

SHARES = st.floats(0, 1)
CODES = st.sampled_from(["84", "8451", "845140", "845150", "8477", "62", "620342"])
SOME = lambda *values: st.frozensets(st.sampled_from(values), max_size=2)  # noqa: E731
LEVELS = st.sampled_from([None, Level.WANT, Level.WOULD])


def profiles(side):
    return st.builds(
        Profile,
        side=st.just(side),
        codes=st.lists(CODES, max_size=3).map(tuple),
        sectors=SOME("14", "28"),
        kinds=SOME("importer", "producer"),
        seeks=SOME("importer", "producer"),
        country=st.sampled_from(["", "IT", "UZ"]),
        markets=SOME("IT", "UZ"),
        languages=SOME("it", "en", "ru"),
    )


FIRMS, BUYERS = profiles(Side.COMPANY), profiles(Side.BUYER)
FIRM = Profile(Side.COMPANY, ("845140",), frozenset({"28"}), languages=frozenset({"it"}))
BUYER = Profile(Side.BUYER, ("845150",), frozenset({"28"}), languages=frozenset({"ru"}))


def test_each_part_as_the_contract_has_it():
    found = fit(FIRM, BUYER, Weights(), interpreted=True)

    assert found.parts == {
        Part.PRODUCT: 0.8,
        Part.SECTOR: 1.0,
        Part.PARTNER_TYPE: None,
        Part.MARKET: None,
        Part.LANGUAGE: 0.5,
    }
    assert found.value == pytest.approx((0.4 * 0.8 + 0.2 + 0.1 * 0.5) / 0.7)


@pytest.mark.parametrize(
    ("wanted", "shown", "value"),
    [("845140", "845140", 1), ("845140", "8451", 0.8), ("8451", "845140", 0.8), ("84", "845140", 0.5), ("62", "84", 0)],
)
def test_products_are_alike_by_their_digits(wanted, shown, value):
    found = fit(Profile(Side.BUYER, (wanted,)), Profile(Side.COMPANY, (shown,)), Weights())

    assert found.parts[Part.PRODUCT] == value
    assert found.value == pytest.approx(value)


def test_a_sentence_says_whose_interest_limits_the_score_and_what_was_not_stated():
    found = score(FIRM, BUYER, firm_wish=Level.WANT, interpreted=True)

    assert found.limited_by is Side.BUYER
    assert found.sentence.it == (
        f"{found.value} su 100: l'impresa vuole l'incontro (affinità 81 %); "
        "il buyer non ha detto nulla (affinità 81 %). "
        "A limitare il punteggio è il buyer. Non dichiarato: tipo di partner, mercato."
    )
    assert found.sentence.en == (
        f"{found.value} of 100: the firm wants the meeting (fit 81 %); the buyer has said nothing (fit 81 %). "
        "What limits it is the buyer. Not stated: type of partner, market."
    )


@given(FIRMS, BUYERS, st.booleans())
def test_a_fit_is_a_share_and_more_help_never_lowers_it(firm, buyer, interpreted):
    found = fit(firm, buyer, Weights(), interpreted=interpreted)

    assert found.value is None or 0 <= found.value <= 1
    assert (found.value is None) == all(value is None for value in found.parts.values())
    assert found.value is None or found.value <= fit(firm, buyer, Weights(), interpreted=True).value


@given(SHARES)
def test_silence_never_outranks_a_wish_and_a_stronger_wish_counts_more(fitting):
    silent, would, want = (interest(wish, fitting, Weights()) for wish in (None, Level.WOULD, Level.WANT))

    assert 0 <= silent <= would <= want <= 1


@given(FIRMS, BUYERS, LEVELS, LEVELS)
def test_a_score_lies_between_both_interests(firm, buyer, firm_wish, buyer_wish):
    found = score(firm, buyer, firm_wish=firm_wish, buyer_wish=buyer_wish)
    low, high = sorted(view.interest for view in found.views)

    assert round(100 * low) <= found.value <= round(100 * high)
    assert (found.limited_by is None) == (low == high)


@given(FIRMS, BUYERS, LEVELS)
def test_a_no_from_either_side_and_an_exclusion_take_the_pair_away(firm, buyer, wish):
    assert score(firm, buyer, firm_wish=Level.NO, buyer_wish=wish) is None
    assert score(firm, buyer, firm_wish=wish, buyer_wish=Level.NO) is None
    assert score(firm, buyer, firm_wish=wish, excluded=True) is None


def test_the_buyers_interest_weighs_more():
    assert harmonic(0.9, 0.3) < harmonic(0.3, 0.9)
    assert harmonic(0.0, 1.0) == 0


@pytest.mark.parametrize(
    "weights",
    [
        dict.fromkeys(("product", "sector", "partner_type", "market", "language"), 0),
        {"would": 1, "want": 0.5},
        {"silence": 1},
        {"buyer": 0},
    ],
)
def test_weights_that_make_no_sense_are_refused(weights):
    with pytest.raises(ValidationError):
        Weights(**weights)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=20))
def test_fairness_is_full_where_all_have_the_same(counts):
    assert 1 / len(counts) <= jain(counts) + 1e-9 <= 1 + 2e-9
    assert -1e-9 <= gini(counts) < 1
    if len(set(counts)) == 1:
        assert [jain(counts), gini(counts)] == pytest.approx([1, 0])


def test_one_who_has_everything_is_as_unfair_as_can_be():
    assert jain([4, 0, 0, 0]) == 0.25
    assert gini([4, 0, 0, 0]) == pytest.approx(0.75)


def test_wishes_honoured_are_counted_by_strength():
    told = [(Level.WANT, True), (Level.WANT, False), (Level.WOULD, True), (Level.NO, False), (Level.NO, True)]

    assert honoured(told) == {Level.WANT: Honoured(2, 1), Level.WOULD: Honoured(1, 1), Level.NO: Honoured(2, 1)}
