"""The parts of the profile, and what they make of the enterprise."""

from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given, strategies as st

from portal.companies.rules import profile
from portal.companies.rules.enterprise import Enterprise
from portal.companies.rules.profile import Figures, HoldingFacts, YearFigures, check_years, enterprise, fingerprint
from portal.companies.service.size import size_from


def year(number, awu="20", turnover=4_000_000, balance=3_000_000):
    return YearFigures(
        year=number, awu=Decimal(awu), turnover_eur=turnover, balance_eur=balance, export_share=Decimal(10)
    )


def figures(*years, merged=False):
    return Figures(years=tuple(year(one) if isinstance(one, int) else one for one in years), merged=merged)


def holding(name="B", side="upstream", pct="25", **more):
    own = {"awu": "100", "turnover_eur": 40_000_000, "balance_eur": 40_000_000}
    relation = {"kind": "enterprise", "side": side, "capital_pct": pct, "figures": own, **more}
    return (uuid4(), HoldingFacts(holder=name, tax_code=None, relation=relation))


@given(st.lists(st.integers(2000, 2030), max_size=5, unique=True).map(sorted))
def test_years_are_at_most_three_and_follow_one_another(years):
    apart = bool(years) and years[-1] - years[0] != len(years) - 1
    if len(years) > 3 or apart:
        with pytest.raises((profile.TooMany, profile.YearsApart)):
            check_years(figures(*years))
    else:
        check_years(figures(*years))


def test_without_figures_there_is_no_enterprise_and_no_size():
    assert enterprise(figures(), [holding()]) is None
    assert size_from(None) == size_from(enterprise(figures(), []))


def test_the_case_of_the_law_comes_out_as_the_rules_say():
    sized = size_from(enterprise(figures(2025), [holding()]))

    assert sized.result is not None
    assert (sized.result.size.value, sized.result.status.value, sized.result.awu) == ("medium", "partner", Decimal(45))
    assert any("B (impresa)" in step.text.it for step in sized.result.steps)


def test_a_partner_without_figures_is_named():
    id_, facts = holding("Beta S.p.A.")
    relation = {key: value for key, value in facts.relation.items() if key != "figures"}
    facts = HoldingFacts(holder=facts.holder, tax_code=None, relation=relation)

    assert size_from(enterprise(figures(2025), [(id_, facts)])).lacks == "Beta S.p.A."


def test_the_same_name_on_both_sides_is_one_firm_and_on_one_side_two():
    content = enterprise(figures(2025), [holding("B"), holding("B", "downstream"), holding("B"), holding("B")])

    assert [(one["id"], one["side"]) for one in content["relations"]] == [
        ("B", "upstream"),
        ("B", "downstream"),
        ("B (2)", "upstream"),
        ("B (3)", "upstream"),
    ]
    Enterprise.model_validate(content)


def test_a_name_too_long_for_the_contract_is_shortened_and_still_tells_apart():
    content = enterprise(figures(2025), [holding("x" * 200), holding("x" * 200)])

    ids = [one["id"] for one in content["relations"]]
    assert ([len(one) for one in ids], len(set(ids))) == ([80, 79], 2)


def test_links_between_holders_follow_their_names_and_forget_who_is_gone():
    one, two = holding("B"), holding("D", pct="30")
    linked = HoldingFacts(
        holder="B", tax_code=None, relation={**one[1].relation, "linked_to": [str(two[0]), str(uuid4())]}
    )

    content = enterprise(figures(2025), [(one[0], linked), two])

    assert [relation["linked_to"] for relation in content["relations"]] == [["D"], []]


def test_a_merger_counts_at_once():
    big = year(2025, awu="60", turnover=20_000_000, balance=20_000_000)
    assert size_from(enterprise(figures(2023, 2024, big), [])).result.size.value == "small"
    assert size_from(enterprise(figures(2023, 2024, big, merged=True), [])).result.size.value == "medium"


def test_figures_that_contradict_each_other_are_told_so():
    one, other = holding("B"), holding("B", "downstream")
    changed = {**other[1].relation, "figures": {"awu": "1", "turnover_eur": 1, "balance_eur": 1}}
    content = enterprise(figures(2025), [one, (other[0], HoldingFacts(holder="B", tax_code=None, relation=changed))])

    assert "two different figures" in size_from(content).wrong


def test_a_fingerprint_changes_with_the_part_alone():
    assert fingerprint(figures(2024, 2025)) == fingerprint(figures(2024, 2025))
    assert fingerprint(figures(2024, 2025)) != fingerprint(figures(2025))
    assert fingerprint(None) != fingerprint(figures())
