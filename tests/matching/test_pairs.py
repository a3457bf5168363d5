"""Pairs by property: suggestions, proposals, names."""

from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from portal.matching.rules.pairs import Pair, bridge, plain_name, same_group, score_all, to_propose
from portal.matching.rules.score import Profile
from portal.matching.rules.states import Level, Side

CODES = st.lists(st.sampled_from(["84", "8451", "845129", "220421", "61"]), max_size=3).map(tuple)
SPOKEN = st.frozensets(st.sampled_from(["it", "en", "ru", "uz"]), max_size=3)


def profiles(side, start):
    one = st.builds(Profile, side=st.just(side), codes=CODES, languages=SPOKEN)
    return st.lists(one, max_size=4).map(lambda found: {UUID(int=start + at): each for at, each in enumerate(found)})


@st.composite
def boards(draw):
    firms, buyers = draw(profiles(Side.COMPANY, 1)), draw(profiles(Side.BUYER, 101))
    keys = [(one, other) for one in firms for other in buyers] + [(one, other) for one in buyers for other in firms]
    wishes = {key: level for key in keys if (level := draw(st.sampled_from([None, *Level])))}
    excluded = {(one, other) for one in firms for other in buyers if draw(st.integers(0, 9)) == 0}
    return firms, buyers, wishes, excluded


@given(boards())
def test_no_pair_is_scored_that_somebody_refused_or_that_is_excluded(board):
    firms, buyers, wishes, excluded = board
    found = score_all(firms, buyers, wishes, excluded=excluded, offered=["ru"])
    gone = excluded | {
        (one, other)
        for one in firms
        for other in buyers
        if Level.NO in {wishes.get((one, other)), wishes.get((other, one))}
    }

    assert {(pair.firm, pair.buyer) for pair in found} == {(a, b) for a in firms for b in buyers} - gone
    assert [pair.score.value for pair in found] == sorted((pair.score.value for pair in found), reverse=True)


@given(boards(), st.integers(0, 3), st.integers(0, 60))
def test_every_wish_is_proposed_and_nothing_below_the_least_score_that_nobody_wished(board, each, least):
    firms, buyers, wishes, excluded = board
    pairs = score_all(firms, buyers, wishes, excluded=excluded, offered=["ru"])
    chosen = to_propose(pairs, each=each, least_score=least)

    assert {id(pair) for pair in pairs if pair.is_wished} <= {id(pair) for pair in chosen}
    assert all(pair.is_wished or pair.score.value >= max(1, least) for pair in chosen)
    if not each:
        assert all(pair.is_wished for pair in chosen)


@pytest.mark.parametrize(
    ("firm", "buyer", "offered", "language"),
    [
        ({"en"}, {"en", "ru"}, ["ru"], None),
        ({"en"}, {"it"}, ["ru"], None),
        ({"en"}, {"ru"}, ["en", "ru"], "ru"),
        (set(), {"uz"}, ["ru"], None),
        ({"en"}, set(), ["ru"], None),
    ],
)
def test_an_interpreter_is_wanted_where_nothing_is_common(firm, buyer, offered, language):
    ours, theirs = (
        Profile(side=side, languages=frozenset(spoken)) for side, spoken in ((Side.COMPANY, firm), (Side.BUYER, buyer))
    )
    assert bridge(ours, theirs, offered) == language


def test_a_pair_knows_its_other_side():
    (pair,) = score_all({UUID(int=1): Profile(Side.COMPANY)}, {UUID(int=2): Profile(Side.BUYER)}, {})
    assert isinstance(pair, Pair)
    assert (pair.other(UUID(int=1)), pair.other(UUID(int=2))) == (UUID(int=2), UUID(int=1))


def test_legal_forms_don_t_tell_groups_apart():
    assert plain_name("Toshkent Savdo S.p.A.") == plain_name("TOSHKENT-SAVDO, LLC") == "toshkent savdo"
    assert same_group("Bianchi S.r.l.", ["Bianchi Ooo"], "BIANCHI Ltd.")
    assert not same_group("Bianchi S.r.l.", [], "S.r.l.")
    assert not same_group("Bianchi S.r.l.", [], "Bianchi Vini LLC")
