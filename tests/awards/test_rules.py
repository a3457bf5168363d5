"""The single undertaking and its ledger, as pure decisions."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from portal.awards.rules.deadlines import confirm_by, end_of_term, remind_at
from portal.awards.rules.ledger import (
    EntryState,
    Line,
    Recipient,
    Regime,
    counting,
    grantable,
    regime_of,
    standing,
    statements,
)
from portal.awards.rules.refusals import NoHeadroom
from portal.awards.rules.register import COLUMNS, to_xml, typed, written
from portal.awards.rules.undertaking import Link, is_control_by_a_person, is_majority, together
from portal.kernel.clock import ROME
from tests.factories.calls import content

CEILING = Regime(Decimal(300_000))
ON = date(2026, 11, 22)
CASES = json.loads((Path(__file__).parents[1] / "data" / "aid-cases.json").read_text())["cases"]
D, R, G, X, C = EntryState.DECLARED, EntryState.RESERVED, EntryState.GRANTED, EntryState.RELEASED, EntryState.CORRECTED


def line(eur, on=date(2025, 5, 1), *, code="A", state=D, recipient=Recipient.OWN, cor=""):
    return Line(code, state, on, Decimal(eur), recipient, cor)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_cases_of_the_dossier_hold(case):
    def lines(rows, code):
        return [line(row["eur"], date.fromisoformat(row["granted_on"]), code=code) for row in rows]

    codes = together(["A"], [Link("A", "sister")])
    every = lines(case["own_aid"], "A") + lines(case["linked_aid"], "sister") + lines(case["partner_aid"], "partner")
    stand = standing(
        [one for one in every if one.code in codes],
        CEILING,
        on=date.fromisoformat(case["grant_on"]),
        amount=Decimal(case["amount_eur"]),
    )

    assert {"admissible": stand.fits, "headroom_eur": stand.headroom} == case["expect"]


def test_what_was_released_or_corrected_counts_no_more():
    lines = [line(1, state=D), line(10, state=R), line(100, state=G), line(1000, state=X), line(10000, state=C)]

    assert standing(lines, CEILING, on=ON).received == 111


def test_an_aid_granted_here_and_declared_under_its_cor_counts_once():
    lines = [line(500, state=G, cor="123"), line(500, cor="123"), line(500, cor="124"), line(500)]

    assert standing(lines, CEILING, on=ON).received == 1500


def test_a_sisters_aid_in_both_ledgers_counts_once():
    sister = line(700, code="B")
    told = line(700, recipient=Recipient.LINKED)
    other = line(700, date(2025, 5, 2), recipient=Recipient.LINKED)

    assert counting([sister, told]) == [sister]
    assert counting([sister, told, other]) == [sister, other]
    assert counting([told, line(700)]) == [line(700), told]


def test_two_firms_that_declare_the_same_third_ones_aid_count_it_once():
    mine = line(700, recipient=Recipient.LINKED)
    hers = line(700, code="B", recipient=Recipient.LINKED)

    assert counting([mine, hers]) == [mine]
    assert counting([mine, hers, hers]) == [hers, hers]


@pytest.mark.parametrize(
    ("relation", "is_control"),
    [
        ({"kind": "enterprise", "votes_pct": "50.01"}, True),
        ({"kind": "enterprise", "votes_pct": "50"}, False),
        ({"kind": "enterprise", "capital_pct": "80"}, True),
        ({"kind": "enterprise", "capital_pct": "80", "votes_pct": "10"}, False),
        ({"kind": "enterprise", "capital_pct": "10", "controls": True}, True),
        ({"kind": "natural_person", "votes_pct": "100"}, False),
        ({"kind": "enterprise"}, False),
    ],
)
def test_only_control_makes_an_undertaking(relation, is_control):
    assert is_majority(relation) is is_control


def test_control_by_a_person_is_known_apart():
    assert is_control_by_a_person({"kind": "natural_person", "votes_pct": "60"})
    assert not is_control_by_a_person({"kind": "natural_person", "votes_pct": "50"})
    assert not is_control_by_a_person({"kind": "enterprise", "votes_pct": "60"})


def test_a_claim_by_another_firm_shows_it_nothing():
    links = [Link("hostile", "A"), Link("A", "mine"), Link("mine", "mine-too", is_alias=True)]

    assert together(["A"], links) == {"A", "hostile", "mine", "mine-too"}
    assert together(["A"], links, only_stated=True) == {"A", "mine", "mine-too"}
    assert together(["mine-too"], links, only_stated=True) == {"mine", "mine-too"}


codes = st.sampled_from("ABCDEFGH")
links = st.lists(st.tuples(codes, codes).map(lambda pair: Link(*pair)), max_size=10)


@given(codes, codes, links)
def test_an_undertaking_is_the_same_from_each_of_its_members(one, other, ties):
    assert (other in together([one], ties)) == (one in together([other], ties))
    assert together([one], ties, only_stated=True) <= together([one], ties)


money = st.integers(0, 40_000_00).map(lambda cents: Decimal(cents).scaleb(-2))
days = st.integers(-1500, 30).map(lambda back: ON + timedelta(days=back))
lines = st.lists(
    st.builds(
        Line, codes, st.sampled_from(EntryState), days, money, st.sampled_from(Recipient), st.sampled_from(["", "1"])
    ),
    max_size=12,
)


@given(lines, st.lists(money.filter(bool), max_size=12), st.booleans())
def test_grants_never_pass_the_ceiling(before, asked, reduces):
    """Whatever stood in the ledger: each new grant keeps within, or is refused and leaves it as it was."""
    regime, ledger, refused = Regime(Decimal(300_000), reduces=reduces), list(before), []
    for eur in asked:
        stand = standing(ledger, regime, on=ON, amount=eur)
        try:
            given_ = grantable(eur, stand, regime)
        except NoHeadroom:
            refused.append(stand.headroom < eur)
            continue
        assert 0 < given_ <= eur
        assert given_ == eur or reduces
        ledger.append(Line("A", G, ON, given_))
        assert standing(ledger, regime, on=ON).received == stand.received + given_ <= regime.ceiling_eur
    assert all(refused)


@given(lines, money.filter(bool))
def test_a_release_restores_the_headroom(before, eur):
    free = standing(before, CEILING, on=ON)
    reserved = standing([*before, Line("A", R, ON, eur)], CEILING, on=ON)
    released = standing([*before, Line("A", X, ON, eur)], CEILING, on=ON)

    assert released == free
    assert reserved.received == free.received + eur


@given(lines)
def test_an_order_of_the_ledger_changes_nothing(ledger):
    assert standing(ledger, CEILING, on=ON) == standing(list(reversed(ledger)), CEILING, on=ON)


def test_a_refusal_says_the_sums(app):
    stand = standing([line(295_000)], CEILING, on=ON, amount=Decimal(11_500))
    with app.test_request_context(), pytest.raises(NoHeadroom) as refused:
        grantable(Decimal(11_500), stand, CEILING)

    with app.test_request_context():
        assert "restano 5.000\u00a0€" in str(refused.value)
    assert grantable(Decimal(11_500), stand, Regime(Decimal(300_000), reduces=True)) == 5000


def test_the_regime_is_that_of_the_call():
    usual = content()
    free = usual.model_copy(update={"budget": usual.budget.model_copy(update={"aid_regime": "none"})})

    assert regime_of(usual) == Regime(Decimal(300_000), 3, reduces=False)
    assert regime_of(content("INTERNAZIONALIZZAZIONE-2021")).ceiling_eur == 200_000
    assert regime_of(free) is None


def test_the_same_list_declared_again_has_the_same_keys():
    rows = [
        (Recipient.OWN, ON, Decimal("10.50"), ""),
        (Recipient.OWN, ON, Decimal("10.5"), ""),
        (Recipient.OWN, ON, Decimal(1), "77"),
    ]

    assert statements(rows) == ["own:2026-11-22:10.5:1", "own:2026-11-22:10.5:2", "own:cor:77"]


@pytest.mark.parametrize(
    ("at", "days", "ends"),
    [
        (datetime(2026, 11, 22, 10, tzinfo=UTC), 7, date(2026, 11, 30)),  # the 29th is a Sunday
        (datetime(2026, 11, 23, 10, tzinfo=UTC), 7, date(2026, 11, 30)),
        (datetime(2026, 12, 18, 10, tzinfo=UTC), 7, date(2026, 12, 28)),  # Christmas, St Stephen's, a Sunday
        (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), 2, date(2026, 11, 25)),  # it is the 23rd in Rome
    ],
)
def test_a_term_ends_with_its_last_day_that_is_no_holiday(at, days, ends):
    until = end_of_term(at, days)

    assert (until.astimezone(ROME).date(), f"{until:%H:%M:%S}") == (ends, "23:59:59")


def test_the_reminder_comes_two_days_before_and_not_at_once():
    sent = datetime(2026, 11, 22, 10, tzinfo=UTC)

    assert remind_at(sent + timedelta(days=7), sent) == sent + timedelta(days=5)
    assert remind_at(sent + timedelta(days=2), sent) == sent + timedelta(days=1)
    assert confirm_by(date(2026, 11, 22)) == date(2026, 12, 12)


def test_a_batch_is_the_same_bytes_each_time_and_escapes_names():
    row = dict.fromkeys(COLUMNS, "") | {"denominazione": "A & B <srl>", "elemento_aiuto_eur": written(Decimal(5))}
    made = to_xml([row], number=7, call_code="X", made_at="2026-11-22T10:00:00+01:00")

    assert made == to_xml([row], number=7, call_code="X", made_at="2026-11-22T10:00:00+01:00")
    assert b"<denominazione>A &amp; B &lt;srl&gt;</denominazione>" in made
    assert b"<elemento_aiuto_eur>5.00</elemento_aiuto_eur>" in made
    assert (typed("elemento_aiuto_eur", "5.00"), typed("data_cor", "2026-11-22"), typed("cor", "007")) == (
        5,
        date(2026, 11, 22),
        "007",
    )
