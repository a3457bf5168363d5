"""The shipped calls say what the resolution, the real call and the law say; what we assume is marked so."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel

from portal.calls.rules.content import CallContent, Source, Tag
from portal.calls.rules.lint import lint
from portal.calls.rules.yaml_io import shipped
from portal.kernel.clock import ROME
from portal.kernel.values import LOMBARDY
from tests.factories.calls import MISURA, PROGRAMME_2021, UZBEKISTAN

ALL = (MISURA, UZBEKISTAN, PROGRAMME_2021)
PLAN = (MISURA, UZBEKISTAN)


def rule(content: CallContent, rule_id: str) -> Any:
    (found,) = (each for each in content.rules if each.id == rule_id)
    return found


def at(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=ROME)


@pytest.mark.parametrize("code", ALL)
def test_a_shipped_call_has_no_contradiction_and_no_doubt(code):
    assert lint(shipped(code)) == []


@pytest.mark.parametrize("code", PLAN)
def test_the_resolution_is_quoted_right(code):
    programme = shipped(code).programme
    assert programme.total_eur == 1_500_000
    assert [(int(each.eur), int(each.pct)) for each in programme.tranches] == [(1_050_000, 70), (450_000, 30)]
    assert (programme.interim_report_on, programme.final_report_on) == (date(2025, 11, 30), date(2025, 12, 31))
    assert "XII/5217" in programme.act
    assert programme.source.tag is Tag.DGR


@pytest.mark.parametrize("code", PLAN)
def test_who_pays_who_runs_and_who_serves(code):
    content = shipped(code)
    assert (content.funding_body, content.implementing_body) == ("Regione Lombardia", "Unioncamere Lombardia")
    assert content.operator == "Promos Italia"


MISURA_FACTS = {
    "procedure": (lambda c: c.procedure, "ranking"),
    "value of a package": (lambda c: c.budget.unit_value_eur, 11_500),
    "places": (lambda c: c.budget.places, 90),
    "budget": (lambda c: c.budget.amount_eur, 1_035_000),
    "services, not money": (lambda c: c.budget.in_kind, True),
    "an indivisible package": (lambda c: c.budget.on_overflow, "reject"),
    "opens": (lambda c: c.window.opens_at, at("2025-11-03T11:00")),
    "closes": (lambda c: c.window.closes_at, at("2025-11-21T16:00")),
    "threshold": (lambda c: c.thresholds.total, 50),
    "threshold of prefeasibility": (lambda c: c.criterion("prefeasibility_on_target_market").min, 20),
    "maxima": (lambda c: [each.max for each in c.criteria], [40, 20, 15, 15, 10]),
    "tie-break": (
        lambda c: [(each.by, each.order) for each in c.tie_break],
        [("prefeasibility_on_target_market", "desc"), ("submitted_at", "asc"), ("registry_number", "asc")],
    ),
    "countries": (
        lambda c: [each.countries[0] for each in c.pathways],
        ["DK", "FR", "MA", "PL", "GB", "RO", "ES", "TR"],
    ),
    "services": (
        lambda c: [each.key for each in c.offer.services],
        ["training_webinars", "tailored_plan", "partner_search", "b2b_meetings", "collective_mission", "follow_up"],
    ),
    "what the firm bears": (
        lambda c: [each.key for each in c.offer.firm_bears],
        ["travel", "accommodation", "samples"],
    ),
    "excluded": (
        lambda c: sorted(code for part in rule(c, "excluded_sectors").parameters.lists for code in part.codes),
        ["01", "02", "03", "12", "46.21.21", "46.35", "46.39.20", "47.26", "64", "65", "66", "68"],
    ),
    "only the primary code excludes": (lambda c: rule(c, "excluded_sectors").parameters.looks_at, "primary"),
    "agromechanical firms": (lambda c: rule(c, "excluded_sectors").parameters.exceptions[0].codes, ["01.61"]),
    "the certificate is asked for": (
        lambda c: [each.required for each in c.documents if each.key == "natcat_policy_certificate"],
        [True],
    ),
    "one application": (lambda c: rule(c, "one_application").source.tag, Tag.REAL),
    "linked firms": (lambda c: rule(c, "linked_applicants").source.tag, Tag.REAL),
    "stamp duty": (lambda c: c.stamp_duty, "virtual"),
    "days": (
        lambda c: (
            c.days.supplement,
            c.days.rejection_notice,
            c.days.evaluation,
            c.days.acceptance,
            c.days.reserve_valid,
        ),
        (10, 10, 45, 7, 120),
    ),
    "sample": (lambda c: c.sample_check_pct, 5),
}


@pytest.mark.parametrize("fact", MISURA_FACTS)
def test_export_su_misura(fact):
    ask, answer = MISURA_FACTS[fact]
    assert ask(shipped(MISURA)) == answer


UZBEKISTAN_FACTS = {
    "budget": (lambda c: (c.budget.amount_eur, c.budget.places, c.budget.unit_value_eur), (350_000, 25, 10_000)),
    "costs that are no aid": (lambda c: c.budget.other_costs_eur, 100_000),
    "window": (lambda c: (c.window.opens_at, c.window.closes_at), (at("2025-11-05T11:00"), at("2025-11-19T16:00"))),
    "mission": (lambda c: (c.milestones[0].on, c.milestones[0].until), (date(2025, 12, 8), date(2025, 12, 12))),
    "sectors": (
        lambda c: {each.key: each.codes for each in rule(c, "priority_chains").parameters.groups},
        {
            "textile_chain": ["13", "14", "15", "20.6"],
            "agrifood_processing": ["10", "11"],
            "machinery_makers": ["28.93", "28.94", "28.3"],
        },
    ),
    "secondary codes": (lambda c: rule(c, "priority_chains").parameters.secondary, "to_verify"),
    "maxima": (lambda c: [each.max for each in c.criteria], [20, 25, 20, 15, 10, 10]),
    "thresholds": (
        lambda c: (
            c.thresholds.total,
            c.criterion("industrial_cooperation_potential").min,
            c.criterion("coherence_with_priority_chain").min,
        ),
        (60, 12, 10),
    ),
    "tie-break": (
        lambda c: [each.by for each in c.tie_break],
        ["industrial_cooperation_potential", "coherence_with_priority_chain", "submitted_at", "registry_number"],
    ),
    "the sectors are the resolution's": (lambda c: rule(c, "priority_chains").source.tag, Tag.DGR),
}


@pytest.mark.parametrize("fact", UZBEKISTAN_FACTS)
def test_uzbekistan(fact):
    ask, answer = UZBEKISTAN_FACTS[fact]
    assert ask(shipped(UZBEKISTAN)) == answer


def test_the_mission_ends_before_the_programme_does():
    content = shipped(UZBEKISTAN)
    assert content.programme.final_report_on
    assert max(each.until or each.on for each in content.milestones) <= content.programme.final_report_on


def test_the_two_budgets_and_the_rest_are_the_whole_programme():
    rest = 115_000  # webinars, communication, monitoring
    assert sum(shipped(code).budget.amount_eur for code in PLAN) + rest == 1_500_000


def test_the_programme_of_2021_has_its_two_markets_and_no_later_law():
    content = shipped(PROGRAMME_2021)
    assert [each.countries for each in content.pathways] == [["AE"], ["CA"]]
    assert "4769" in content.programme.act
    assert content.budget.aid_regime == "de_minimis_2013_1407"
    assert rule(content, "de_minimis").parameters.ceiling_eur == 200_000
    assert "natcat_policy" not in {each.parameters.kind for each in content.rules}
    assert "2023/2831" not in content.model_dump_json()
    assert "184/2025" not in content.model_dump_json()


@pytest.mark.parametrize("code", PLAN)
def test_the_law_of_the_day(code):
    content = shipped(code)
    aid = rule(content, "de_minimis")
    assert (aid.parameters.ceiling_eur, aid.parameters.years, aid.source.tag) == (300_000, 3, Tag.LAW)
    policy = rule(content, "natcat_policy")
    assert {each.size: each.since for each in policy.parameters.due} == {
        "large": date(2025, 6, 30),
        "medium": date(2025, 10, 2),
        "small": date(2026, 1, 1),
        "micro": date(2026, 1, 1),
    }
    assert policy.source.tag is Tag.LAW
    assert rule(content, "durc").parameters.valid_days == 120


@pytest.mark.parametrize("code", ALL)
def test_lombardy_has_its_twelve_provinces(code):
    content = shipped(code)
    for rule_id in ("territory", "registration"):
        assert sorted(rule(content, rule_id).parameters.provinces) == sorted(LOMBARDY)


@pytest.mark.parametrize("code", ALL)
def test_every_size_but_large_is_admitted(code):
    assert rule(shipped(code), "size").parameters.admitted == ["micro", "small", "medium"]


def sources(value: Any) -> list[Source]:
    match value:
        case Source():
            return [value]
        case BaseModel():
            return [each for name in type(value).model_fields for each in sources(getattr(value, name))]
        case list():
            return [each for item in value for each in sources(item)]
    return []


@pytest.mark.parametrize("code", ALL)
def test_every_part_says_where_it_comes_from(code):
    found = sources(shipped(code))
    assert {each.tag for each in found} >= {Tag.DGR, Tag.LAW, Tag.ASSUMPTION}
    assert all(len(each.cite) > 5 for each in found)


def test_weights_are_not_passed_off_as_real():
    weights = [each.source.tag for each in shipped(UZBEKISTAN).criteria]
    assert set(weights) == {Tag.ASSUMPTION}


@pytest.mark.parametrize("code", ALL)
def test_nothing_is_ticked_beforehand_and_consent_is_free(code):
    consent = {each.key: each.required for each in shipped(code).declarations}["image_consent"]
    assert consent is False


@pytest.mark.parametrize("code", ALL)
def test_every_reviewed_criterion_says_what_five_marks_mean(code):
    for criterion in shipped(code).criteria:
        if criterion.mode == "reviewed":
            assert [each.points / criterion.max for each in criterion.anchors] == [
                Decimal(0), Decimal("0.25"), Decimal("0.5"), Decimal("0.75"), Decimal(1),
            ]  # fmt: skip


@pytest.mark.parametrize("code", ALL)
def test_no_address_leads_to_a_stranger(code):
    contacts = shipped(code).contacts
    assert {address.rpartition(".")[2] for address in (contacts.email, contacts.pec or "")} == {"example"}
