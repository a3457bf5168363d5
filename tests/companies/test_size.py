"""The SME test: every published case, the corners of the Recommendation, and what must hold whatever is given."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings, strategies as st

from portal.companies.cli_size import sme
from portal.companies.rules.enterprise import Enterprise, HolderKind
from portal.companies.rules.size import MissingFigures, Size, Status, Sums, class_of, settle, size_of

CASES = json.loads((Path(__file__).parent.parent / "data" / "sme-cases.json").read_text())["cases"]
OWN = {"year": 2025, "awu": 20, "turnover_eur": 4_000_000, "balance_eur": 3_000_000}
BIG = {"awu": 100, "turnover_eur": 40_000_000, "balance_eur": 40_000_000}


def enterprise(*relations, **more):
    return Enterprise.model_validate({"years": [OWN], "relations": list(relations), **more})


def holder(pct, id_="h", **more):
    base = {"id": id_, "kind": "enterprise", "side": "upstream", "capital_pct": pct, "votes_pct": pct, "figures": BIG}
    return {**base, **more}


def found(*relations, **more):
    result = size_of(enterprise(*relations, **more))
    return result.status.value, result.awu


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_published_case(case):
    result = size_of(Enterprise.model_validate_json(json.dumps(case["enterprise"]))).as_json()
    assert {key: result[key] for key in case["expect"]} == case["expect"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_command_answers_by_the_contract(case):
    ran = CliRunner().invoke(sme, ["size"], input=json.dumps(case["enterprise"]))
    answer = json.loads(ran.stdout)
    assert ran.exit_code == 0
    assert list(answer) == ["size", "status", "awu", "turnover_eur", "balance_eur", "steps"]
    assert {tuple(step) for step in answer["steps"]} == {("rule", "text", "source")}
    assert {key: answer[key] for key in case["expect"]} == case["expect"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "JSON"),
        ("{", "JSON"),
        ("[]", "object"),
        ("{}", "years"),
        ('{"years": []}', "years"),
        ('{"years": [{"year": 2025, "awu": -1, "turnover_eur": 1, "balance_eur": 1}]}', "years.0.awu"),
        ('{"years": [{"year": 2025, "awu": NaN, "turnover_eur": 1, "balance_eur": 1}]}', "years.0.awu"),
        ('{"years": [{"year": 2025, "awu": 1, "turnover_eur": 1.5, "balance_eur": 1}]}', "years.0.turnover_eur"),
        (json.dumps({"years": [OWN, OWN]}), "years"),
        (json.dumps({"years": [OWN], "colour": "red"}), "colour"),
        (json.dumps({"years": [OWN], "relations": [holder(30, kind="dragon")]}), "relations.0.kind"),
        (json.dumps({"years": [OWN], "relations": [holder(101)]}), "relations.0.capital_pct"),
        (json.dumps({"years": [OWN], "relations": [holder(30), holder(30)]}), "h is given twice"),
        (json.dumps({"years": [OWN], "relations": [holder(30, linked_to=["x"])]}), "linked_to names x"),
        (json.dumps({"years": [OWN], "relations": [holder(30, figures=None)]}), "figures of h"),
        (
            json.dumps({"years": [OWN], "relations": [{"id": "h", "kind": "enterprise", "side": "upstream"}]}),
            "capital_pct",
        ),
        (json.dumps({"years": [OWN], "relations": [holder(30, kind="natural_person", side="downstream")]}), "side"),
        (
            json.dumps(
                {
                    "years": [OWN],
                    "relations": [holder(30), holder(30, "x", linked=[{"id": "h", "figures": OWN | {"year": 0}}])],
                }
            ),
            "year",
        ),
        (
            json.dumps(
                {
                    "years": [OWN],
                    "relations": [holder(30), holder(30, "x", linked=[{"id": "h", "figures": {**BIG, "awu": 1}}])],
                }
            ),
            "two different figures",
        ),
        ("[" * 10_000, ""),
        (" " * 5_000_001, "longer"),
    ],
)
def test_command_names_what_it_does_not_understand(text, named):
    ran = CliRunner().invoke(sme, ["size"], input=text)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert named in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_votes_link_and_capital_does_not():
    assert found(holder(60, votes_pct=40)) == ("partner", 80)
    assert found(holder(40, votes_pct=51)) == ("linked", 120)


def test_one_percentage_stands_for_the_other():
    assert found(holder(60, votes_pct=None)) == ("linked", 120)
    assert found(holder(60, capital_pct=None)) == ("linked", 120)


def test_control_by_other_means_links():
    assert found(holder(10, controls=True)) == ("linked", 120)
    assert found(holder(None, controls=True)) == ("linked", 120)


def test_cross_holding_over_half_links():
    assert found(holder(30), holder(60, side="downstream")) == ("linked", 120)


def test_partner_of_a_linked_firm_enters_pro_rata():
    partner = {"id": "lp", "capital_pct": 40, "votes_pct": 40, "figures": BIG}
    assert found(holder(60, partners=[partner])) == ("linked", 20 + 100 + 40)
    assert found(holder(60, partners=[{**partner, "capital_pct": 20, "votes_pct": 20}])) == ("linked", 120)


def test_partner_of_a_partner_does_not():
    partner = {"id": "pp", "capital_pct": 40, "votes_pct": 40, "figures": BIG}
    assert found(holder(30, partners=[partner])) == ("partner", 50)


def test_links_reach_down_the_whole_chain():
    chain = {
        "id": "a",
        "figures": BIG,
        "linked": [{"id": "b", "figures": BIG, "linked": [{"id": "c", "figures": BIG}]}],
    }
    assert found(holder(60, linked=[chain])) == ("linked", 420)
    assert found(holder(30, linked=[chain])) == ("partner", 20 + Decimal(400) * 30 / 100)


def test_a_firm_met_twice_counts_once():
    sister = {"id": "s", "figures": BIG}
    assert found(holder(60, linked=[sister]), holder(100, "d", side="downstream", linked=[sister])) == ("linked", 320)


def test_what_we_and_our_linked_firm_hold_of_another_adds_up():
    child = {"id": "x", "side": "downstream", "capital_pct": 30, "votes_pct": 30, "figures": BIG}
    assert found(holder(30, "x", side="downstream"), holder(60, partners=[child])) == ("linked", 220)


def test_already_consolidated_adds_nothing():
    assert found(holder(100, side="downstream", figures=None, consolidated=True)) == ("linked", 20)
    assert found(holder(60, linked=[{"id": "s", "consolidated": True}])) == ("linked", 120)


def test_holders_linked_to_each_other_hold_together():
    joint = [holder(20, "b", linked_to=["d"]), holder(20, "d")]
    assert found(*joint) == ("partner", 20 + Decimal(200) * 40 / 100)
    assert found(holder(20, "b"), holder(20, "d")) == ("autonomous", 20)
    assert found(holder(26, "b", linked_to=["d"]), holder(26, "d")) == ("linked", 220)


def test_a_person_links_only_by_control_and_only_near_markets():
    sister = {"id": "s", "figures": BIG}
    person = {"kind": "natural_person", "figures": None}
    assert found(holder(60, **person, linked=[sister])) == ("linked", 120)
    assert found(holder(50, **person, linked=[sister])) == ("autonomous", 20)
    assert found(holder(60, **person)) == ("autonomous", 20)
    assert found(holder(60, **person, linked=[{**sister, "other_market": True}])) == ("autonomous", 20)


def test_persons_acting_jointly_link():
    sister = {"id": "s", "figures": BIG}
    people = [
        holder(30, "p", kind="natural_person", figures=None, linked=[sister], linked_to=["q"]),
        holder(30, "q", kind="natural_person", figures=None),
    ]
    assert found(*people) == ("linked", 120)


@pytest.mark.parametrize(
    "kind", ["university", "venture_capital", "business_angel", "institutional_investor", "public_investment_company"]
)
def test_exempt_up_to_half(kind):
    assert found(holder(50, kind=kind, figures=None)) == ("autonomous", 20)


@pytest.mark.parametrize("kind", ["university", "venture_capital", "institutional_investor"])
def test_exempt_no_more_once_linked(kind):
    assert found(holder(51, kind=kind)) == ("linked", 120)


def test_a_business_angel_in_control_is_a_person():
    assert found(holder(60, kind="business_angel", figures=None)) == ("autonomous", 20)
    angel = {"kind": "business_angel", "figures": None, "linked": [{"id": "s", "figures": BIG}]}
    assert found(holder(60, **angel)) == ("linked", 120)
    assert found(holder(40, **angel, invested_eur=2_000_000)) == ("autonomous", 20)


def test_an_exempt_investor_linked_to_a_firm_that_holds_too_is_a_partner():
    assert found(holder(15, "v", kind="venture_capital", linked_to=["c"]), holder(15, "c")) == (
        "partner",
        20 + Decimal(200) * 30 / 100,
    )


def test_a_small_town_spares_the_firm_only_while_it_does_not_control():
    town = {"kind": "local_authority", "figures": None, "budget_eur": 9_999_999, "inhabitants": 4_999}
    assert found(holder(50, **town)) == ("autonomous", 20)
    assert found(holder(51, **town)) == ("public", 20)
    assert found(holder(30, **{**town, "inhabitants": 5_000})) == ("public", 20)
    assert found(holder(30, **{**town, "budget_eur": 10_000_000})) == ("public", 20)
    assert found(holder(30, **{**town, "budget_eur": None})) == ("public", 20)


def test_a_public_investment_company_in_control_is_public():
    assert found(holder(51, kind="public_investment_company")) == ("public", 120)


def test_public_bodies_count_together_and_directly_or_not():
    body = {"kind": "public_body", "figures": None}
    assert found(holder(24.99, **body)) == ("autonomous", 20)
    assert found(holder(12.5, "m", **body), holder(12.5, "n", **body)) == ("public", 20)
    assert found(holder(10, votes_pct=25, **body)) == ("public", 20)
    assert found(holder(5, controls=True, **body)) == ("public", 20)
    assert found(holder(30, linked=[{"id": "comune", "kind": "public_body"}]))[0] == "public"
    assert found(holder(10, "m", **body), holder(30, "t", kind="university", figures=None)) == ("autonomous", 20)


def test_a_merger_counts_at_once():
    years = [{**OWN, "year": 2023, "awu": 5, "turnover_eur": 1, "balance_eur": 1}, {**OWN, "year": 2024}]
    firm = {"years": years, "relations": []}
    assert size_of(Enterprise.model_validate(firm)).size is Size.MICRO
    assert size_of(Enterprise.model_validate({**firm, "merged": True})).size is Size.SMALL


def test_missing_figures_name_the_firm():
    with pytest.raises(MissingFigures, match="figures of h are needed"):
        size_of(enterprise(holder(30, figures=None)))
    assert found(holder(20, figures=None)) == ("autonomous", 20)


def test_neighbours_without_a_name_are_told_apart():
    assert found(holder(30, id_=None, linked=[{"figures": BIG}]), holder(30, id_=None)) == (
        "partner",
        20 + Decimal(200) * 30 / 100 + 30,
    )


def test_steps_say_why_in_both_languages():
    steps = size_of(enterprise(holder(25))).steps
    assert [(step.rule, step.text.it) for step in steps] == [
        ("own_figures", "Dati propri 2025: 20 ULA, fatturato 4.000.000 €, totale di bilancio 3.000.000 €."),
        (
            "partner",
            (
                "h (impresa): impresa associata al 25 %; del suo totale (con le sue collegate) si aggiungono 25 ULA,"
                " fatturato 10.000.000 €, totale di bilancio 10.000.000 €."
            ),
        ),
        ("aggregate", "In tutto: 45 ULA, fatturato 14.000.000 €, totale di bilancio 13.000.000 €."),
        ("year_class", "2025: media impresa (45 ULA, fatturato 14.000.000 €, totale di bilancio 13.000.000 €)."),
        ("result", "Risultato: media impresa."),
    ]
    assert steps[0].text.en == "Own figures 2025: 20 AWU, turnover €4,000,000, balance sheet total €3,000,000."


# What must hold whatever is given

percents = st.decimals(0, 100, places=2)
figures = st.fixed_dictionaries(
    {
        "awu": st.decimals(0, 400, places=2),
        "turnover_eur": st.integers(0, 80_000_000),
        "balance_eur": st.integers(0, 80_000_000),
    }
)
relations = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(list(HolderKind)),
            "side": st.just("upstream"),
            "capital_pct": percents,
            "votes_pct": percents,
            "figures": figures,
            "controls": st.sampled_from([False, False, False, True]),
        }
    ),
    max_size=5,
).map(lambda some: [{**one, "id": f"r{place}"} for place, one in enumerate(some)])
years = st.lists(figures, min_size=1, max_size=4).map(
    lambda some: [{**one, "year": 2020 + place} for place, one in enumerate(some)]
)


@settings(max_examples=150)
@given(years, relations, st.randoms())
def test_order_of_neighbours_changes_nothing_but_their_order(years, relations, random):
    shuffled = random.sample(relations, len(relations))
    one = size_of(Enterprise.model_validate({"years": years, "relations": relations}))
    other = size_of(Enterprise.model_validate({"years": years, "relations": shuffled}))
    assert one == other


@settings(max_examples=150)
@given(years, relations)
def test_neighbours_never_make_it_smaller(years, relations):
    alone = size_of(Enterprise.model_validate({"years": years}))
    among = size_of(Enterprise.model_validate({"years": years, "relations": relations}))
    assert (among.awu, among.turnover_eur, among.balance_eur) >= (alone.awu, alone.turnover_eur, alone.balance_eur)
    assert among.size.rank >= alone.size.rank
    assert (among.status is Status.PUBLIC) == (among.size is Size.NOT_SME)


@settings(max_examples=150)
@given(years, relations)
def test_the_sides_of_a_holding_are_alike_for_enterprises(years, relations):
    firms = [{**one, "kind": "enterprise"} for one in relations]
    up = size_of(Enterprise.model_validate({"years": years, "relations": firms}))
    down = size_of(
        Enterprise.model_validate({"years": years, "relations": [{**f, "side": "downstream"} for f in firms]})
    )
    assert (up.size, up.status, up.awu) == (down.size, down.status, down.awu)


@given(st.lists(st.sampled_from([Size.MICRO, Size.SMALL, Size.MEDIUM, Size.LARGE]), min_size=1, max_size=8))
def test_one_year_out_never_moves_the_status(classes):
    assert settle(classes) in classes
    assert settle([*classes, settle(classes)]) in classes
    steady = [classes[0], *classes[:1], classes[0]]
    assert settle(steady) is classes[0]
    for outlier in (Size.MICRO, Size.LARGE):
        assert settle([classes[0], outlier, classes[0]]) is classes[0]


@given(figures, figures)
def test_class_grows_with_the_figures(one, more):
    small = Sums(one["awu"], Decimal(one["turnover_eur"]), Decimal(one["balance_eur"]))
    large = small + Sums(more["awu"], Decimal(more["turnover_eur"]), Decimal(more["balance_eur"]))
    assert class_of(large).rank >= class_of(small).rank
