"""Each contradiction is found, alone, in a call that has no other."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from portal.calls.rules.content import CallContent
from portal.calls.rules.findings import Level
from portal.calls.rules.lint import STANDARD_PARTS, errors_of, lint
from portal.calls.rules.yaml_io import shipped
from tests.factories.calls import MISURA, UZBEKISTAN

Json = dict[str, Any]


def broken(change: Callable[[Json], object], code: str = MISURA) -> CallContent:
    raw = shipped(code).model_dump(mode="json")
    change(raw)
    return CallContent.model_validate(raw)


def field(raw: Json, key: str) -> Json:
    found: Json = next(each for part in raw["form"]["sections"] for each in part["fields"] if each["key"] == key)
    return found


def rule(raw: Json, rule_id: str) -> Json:
    found: Json = next(each["parameters"] for each in raw["rules"] if each["id"] == rule_id)
    return found


def document(raw: Json, key: str) -> Json:
    found: Json = next(each for each in raw["documents"] if each["key"] == key)
    return found


MILESTONE = {
    "key": "mission",
    "title": {"it": "Missione", "en": "Mission"},
    "on": "2025-12-01",
    "until": "2025-12-05",
    "source": {"tag": "ASSUMPTION", "cite": "una data"},
}

ERRORS: dict[str, tuple[Callable[[Json], object], str]] = {
    "weights that do not sum to 100": (
        lambda c: c["criteria"][0].update(max=39, anchors=[]),
        "the maxima sum to 99, not 100",
    ),
    "a ranking without criteria": (
        lambda c: (c.update(criteria=[], tie_break=c["tie_break"][1:]), c["thresholds"].update(total=0)),
        "a ranking needs criteria",
    ),
    "an unreachable threshold": (
        lambda c: c["thresholds"].update(total=101),
        "the threshold 101 is above what can be reached, 100",
    ),
    "an unreachable threshold of a criterion": (
        lambda c: c["criteria"][4].update(min=11),
        "the threshold 11 is above the maximum 10",
    ),
    "bands that promise more": (
        lambda c: c["criteria"][1]["parts"][2]["bands"][0].update(points=3),
        "its bands give at most 19 points, the criterion promises 20",
    ),
    "a band that nobody reaches": (
        lambda c: c["criteria"][1]["parts"][2]["bands"].reverse(),
        "size: after a band with no condition no other can be reached",
    ),
    "anchors out of order": (lambda c: c["criteria"][0]["anchors"].reverse(), "the anchors are not in ascending order"),
    "an anchor above the maximum": (
        lambda c: c["criteria"][0]["anchors"][4].update(points=41),
        "an anchor is above the maximum 40",
    ),
    "an anchor off the step": (
        lambda c: c["criteria"][0]["anchors"][1].update(points="10.5"),
        "an anchor or the maximum is no multiple of the step 1",
    ),
    "no step at all": (
        lambda c: c["criteria"][0].update(step=0),
        "an anchor or the maximum is no multiple of the step 0",
    ),
    "no tie-break": (lambda c: c.update(tie_break=[]), "it is not said how ties are broken"),
    "an undefined tie-break": (
        lambda c: c["tie_break"][0].update(by="beauty"),
        "`beauty` is no criterion, nor submitted_at, registry_number or lot",
    ),
    "a last tie-break that may tie": (
        lambda c: c["tie_break"].pop(),
        "the last tie-break must be registry_number or lot: any other may leave two applications equal",
    ),
    "a tie-break twice": (lambda c: c["tie_break"].insert(0, c["tie_break"][1]), "a tie-break is repeated"),
    "a milestone before the deadline": (
        lambda c: c.update(milestones=[MILESTONE | {"on": "2025-11-21"}]),
        "it comes before the call closes",
    ),
    "a milestone that ends before it begins": (
        lambda c: c.update(milestones=[MILESTONE | {"until": "2025-11-30"}]),
        "it ends before it begins",
    ),
    "reports out of order": (
        lambda c: c["programme"].update(interim_report_on="2026-01-01"),
        "the interim report comes after the final one",
    ),
    "an evaluation longer than the procedure": (
        lambda c: c["days"].update(evaluation=91),
        "evaluation takes longer than the whole procedure",
    ),
    "days for a supplement beyond the call's own bounds": (
        lambda c: c.update(proceeding={"supplement_min": 12}),
        "the days for a supplement must be between 12 and 30 (proceeding)",
    ),
    "a reminder twice": (lambda c: c.update(reminder_hours=[48, 48]), "a reminder is repeated"),
    "more places than money": (
        lambda c: c["budget"].update(places=91),
        "91 places at EUR 11500 cost 1046500: there are 1035000",
    ),
    "more money than the programme": (
        lambda c: c["budget"].update(amount_eur=1_500_001, places=130),
        "it is above the programme's total",
    ),
    "tranches that do not sum": (
        lambda c: c["programme"]["tranches"][0].update(eur=1),
        "the tranches do not sum to the programme's total",
    ),
    "percentages that do not sum": (
        lambda c: c["programme"]["tranches"][0].update(pct=71),
        "the tranches' percentages do not sum to 100",
    ),
    "a pathway that can never start": (
        lambda c: c["pathways"][0].update(min_firms=16),
        "the minimum of firms is above the places",
    ),
    "a pathway that the form does not offer": (
        lambda c: field(c, "pathway")["options"].pop(),
        "the options of the field `pathway` must be exactly the call's pathways",
    ),
    "a condition on an unknown field": (
        lambda c: field(c, "policy_number")["condition"].update(field="weather"),
        "it depends on `weather`, which the form does not have",
    ),
    "a condition on a later field": (
        lambda c: field(c, "phone").update(condition={"field": "has_delegate", "any_of": [True]}),
        "it depends on `has_delegate`, which is asked later",
    ),
    "a condition on free text": (
        lambda c: field(c, "policy_number").update(condition={"field": "policy_insurer", "any_of": ["x"]}),
        "it depends on `policy_insurer`, which is neither a choice nor a yes or no",
    ),
    "a condition that never holds": (
        lambda c: field(c, "policy_number")["condition"].update(any_of=["no"]),
        "`policy_exempt` can never be `no`",
    ),
    "a condition on an option that is not there": (
        lambda c: field(c, "delegate_name").update(condition={"field": "signature_power", "any_of": ["none"]}),
        "`signature_power` can never be `none`",
    ),
    "a document's condition on an unknown field": (
        lambda c: document(c, "power_of_attorney")["condition"].update(field="weather"),
        "it depends on `weather`, which the form does not have",
    ),
    "a signature in no format": (
        lambda c: (
            c.update(signature=[]),
            [each.update(signed=each["key"] == "application_signed") for each in c["documents"]],
        ),
        "it must be signed, but no format of signature is admitted",
    ),
    "a signature on a picture": (
        lambda c: document(c, "application_signed").update(formats=["jpg"]),
        "it must be signed, but none of its formats can be",
    ),
    "an unknown prefill": (
        lambda c: field(c, "phone").update(prefill="company.horoscope"),
        "the firm's profile has no `company.horoscope`",
    ),
    "a list to fill a single field": (
        lambda c: field(c, "phone").update(prefill="company.years"),
        "the firm's profile has no `company.years`",
    ),
    "a single value to fill a table": (
        lambda c: field(c, "years").update(prefill="company.phone"),
        "the firm's profile has no list `company.phone`",
    ),
    "a table that nothing would fill": (
        lambda c: field(c, "products").update(prefill="representatives"),
        "no column is named as one of `representatives`: full_name, role, tax_code",
    ),
    "a length of a date": (lambda c: field(c, "founded_on").update(max_length=10), "max_length is only for texts"),
    "a minimum of a text": (lambda c: field(c, "goals").update(min=1), "min and max are only for numbers and dates"),
    "limits crossed": (lambda c: field(c, "export_share_pct").update(min=101), "the minimum is above the maximum"),
    "limits of two kinds": (
        lambda c: field(c, "export_share_pct").update(min="2025-01-01"),
        "the minimum is above the maximum",
    ),
    "dates crossed": (
        lambda c: field(c, "founded_on").update(min="2025-01-02", max="2025-01-01"),
        "the minimum is above the maximum",
    ),
    "rows crossed": (lambda c: field(c, "products").update(min_rows=11), "min_rows is above max_rows"),
    "an option twice": (
        lambda c: field(c, "export_manager")["options"].append(field(c, "export_manager")["options"][0]),
        "the option `internal` stands 2 times",
    ),
    "a column twice": (
        lambda c: field(c, "products")["columns"].append(field(c, "products")["columns"][1]),
        "the column `hs_code` stands 2 times",
    ),
    "a column with a condition": (
        lambda c: field(c, "products")["columns"][1].update(condition={"field": "has_delegate", "any_of": [True]}),
        "a column is no table, has no condition and is filled with its row",
    ),
    "a rule that looks at nothing": (
        lambda c: rule(c, "durc").update(declaration="durc_ok"),
        "it looks at the answer `durc_ok`, which nobody asks for",
    ),
    "an exception that nobody can claim": (
        lambda c: rule(c, "excluded_sectors")["exceptions"][0].update(answer="albo"),
        "it looks at the answer `albo`, which nobody asks for",
    ),
    "a commitment that nobody can take": (
        lambda c: rule(c, "territory").update(commitment="promise"),
        "it looks at the answer `promise`, which nobody asks for",
    ),
    "a policy without its expiry": (
        lambda c: rule(c, "natcat_policy").update(expires_on="until_when"),
        "it looks at the answer `until_when`, which nobody asks for",
    ),
    "a certificate that nobody asks for": (
        lambda c: rule(c, "natcat_policy").update(certificate="policy"),
        "it looks at the document `policy`, which nobody asks for",
    ),
    "a limit on an answer that is not there": (
        lambda c: (
            rule(c, "double_funding").update(
                {"kind": "export_share", "answer": "share", "max_pct": 20, "declaration": None}
            )
            or [rule(c, "double_funding").pop(name) for name in ("declaration", "verified_by")]
        ),
        "it looks at the answer `share`, which nobody asks for",
    ),
    "points for an answer that is not there": (
        lambda c: c["criteria"][1]["parts"][1].update(fact="answers.languages"),
        "it gives points for the answer `languages`, which nobody asks for",
    ),
    "points for a table": (
        lambda c: c["criteria"][1]["parts"][1].update(fact="answers.products"),
        "`products` is a table: no points can be made of it",
    ),
    "de minimis unchecked": (
        lambda c: c.update(rules=[each for each in c["rules"] if each["id"] != "de_minimis"]),
        "the call is under de minimis, but no rule checks the ceiling",
    ),
    "an aid above the ceiling": (
        lambda c: rule(c, "de_minimis").update(ceiling_eur=11_499),
        "the aid alone is above the ceiling: nobody could receive it",
    ),
    "no declarations": (
        lambda c: (
            c.update(declarations=[]),
            c.update(rules=[each for each in c["rules"] if each["id"] in {"size", "de_minimis", "one_application"}]),
        ),
        "no declarations: no requirement can be self-certified",
    ),
    "a key twice": (
        lambda c: c["documents"].append(document(c, "latest_accounts")),
        "the key `latest_accounts` stands 2 times",
    ),
    "a field and a declaration of one name": (
        lambda c: c["declarations"][-1].update(key="goals"),
        "the key `goals` stands 2 times",
    ),
}


@pytest.mark.parametrize("case", ERRORS)
def test_an_error(case):
    change, said = ERRORS[case]
    assert [finding.text.en for finding in errors_of(broken(change))] == [said]


@pytest.mark.parametrize("part", STANDARD_PARTS)
def test_a_part_of_the_standard_call_is_missed(part):
    content = broken(lambda c: c.update(texts=[each for each in c["texts"] if each["key"] != part]))
    assert [finding.where for finding in errors_of(content)] == [f"texts.{part}"]


WARNINGS: dict[str, tuple[Callable[[Json], object], str]] = {
    "first come, first served without a notice": (
        lambda c: c.update(procedure="first_come_first_served", proceeding={"notice_before_exclusion": False}),
        "first come, first served, a notice of rejection is due (law 241/1990, art. 10-bis)",
    ),
    "no anchors": (lambda c: c["criteria"][0].update(anchors=[]), "no anchor tells what a mark means"),
    "firms in no band": (
        lambda c: c["criteria"][1]["parts"][2]["bands"].pop(),
        "size: whoever is in no band has no points; better say so in a last band",
    ),
    "after the final report": (
        lambda c: c.update(milestones=[MILESTONE | {"until": "2026-01-10"}]),
        "the call ends on 10/01/2026, after the programme's final report",
    ),
    "on a Sunday": (
        lambda c: c["window"].update(closes_at="2025-11-23T16:00:00+01:00"),
        "it closes on a Saturday or a Sunday",
    ),
    "a long procedure": (
        lambda c: c["days"].update(procedure=120),
        "beyond 90 days a special provision is needed (law 241/1990, art. 2)",
    ),
    "a reminder before the opening": (
        lambda c: c.update(reminder_hours=[600]),
        "the reminder at 600 hours falls before the opening and will not go out",
    ),
    "money left": (
        lambda c: c["budget"].update(places=89),
        "EUR 11500 are left: enough for more places, or to be explained",
    ),
    "quotas too small": (
        lambda c: [each.update(places=10) for each in c["pathways"]],
        "the pathways' quotas sum to less than the 90 places: some would stay empty",
    ),
    "minima too large": (
        lambda c: [each.update(min_firms=15) for each in c["pathways"]],
        "the minima sum to more than the 90 places: not every pathway can start",
    ),
    "two rules of a kind": (
        lambda c: c["rules"].append(c["rules"][0] | {"id": "size_again"}),
        "there are 2 rules of the kind `size`",
    ),
    "a ceiling without the regime": (
        lambda c: c["budget"].update(aid_regime="none"),
        "there is a de minimis rule, but the call is not under that regime",
    ),
    "no rule of size": (
        lambda c: c.update(rules=[each for each in c["rules"] if each["id"] != "size"]),
        "no rule looks at the size of the firm",
    ),
    "no certified address": (lambda c: c["contacts"].update(pec=None), "there is no certified address to write to"),
    "HTML": (
        lambda c: c["texts"][0]["body"].update(it="<b>Ciao</b>"),
        "contains HTML, which is taken out: use Markdown",
    ),
}


@pytest.mark.parametrize("case", WARNINGS)
def test_a_warning(case):
    change, said = WARNINGS[case]
    assert [(finding.level, finding.text.en) for finding in lint(broken(change))] == [(Level.WARNING, said)]


def test_errors_come_before_warnings():
    content = broken(lambda c: (c["contacts"].update(pec=None), c["thresholds"].update(total=101)))
    assert [finding.level for finding in lint(content)] == [Level.ERROR, Level.WARNING]


def test_a_finding_speaks_both_languages():
    (finding,) = errors_of(broken(lambda c: c["thresholds"].update(total=101)))
    assert finding.say("it") == "thresholds.total: la soglia 101 supera il massimo raggiungibile 100"
    assert finding.say() == "thresholds.total: the threshold 101 is above what can be reached, 100"


def test_a_call_without_pathways_needs_no_question_about_them():
    assert shipped(UZBEKISTAN).pathways == []
    assert lint(shipped(UZBEKISTAN)) == []


def test_the_milestone_of_these_tests_is_sound():
    content = broken(lambda c: c.update(milestones=[MILESTONE]))
    assert content.milestones[0].on - content.window.closes_at.date() == timedelta(days=10)
    assert (lint(content), content.milestones[0].until) == ([], date(2025, 12, 5))


SOURCE = {"tag": "ASSUMPTION", "cite": "una prova"}
LOT = {"commitment": "0" * 64, "source": SOURCE}


def reserve(of: str, quantity: int, key: str = "micro") -> Json:
    return {
        "key": key,
        "title": {"it": "Microimprese", "en": "Micro firms"},
        "group": {"sizes": ["micro"]},
        "of": of,
        "quantity": quantity,
        "source": SOURCE,
    }


@pytest.mark.parametrize(
    ("change", "complaints"),
    [
        ({"reserves": [reserve("places", 91)]}, ["the reserve is more than all there is", "together"]),
        ({"reserves": [reserve("share_of_places", 1)]}, ["the reserve is not enough for one firm"]),
        ({"reserves": [reserve("eur", 100)]}, ["the reserve is not enough for one firm"]),
        ({"reserves": [reserve("places", 1)] * 2}, ["the key `micro` stands 2 times"]),
        (
            {"reserves": [reserve("share_of_budget", 60), reserve("eur", 500_000, "other")]},
            ["the reserves together are more than all there is"],
        ),
        ({"tie_break": [{"by": "lot", "order": "asc", "source": SOURCE}]}, ["the fingerprint of the seed is missing"]),
        ({"lot": LOT}, ["there is a lot that no tie-break uses"]),
        ({"lot": LOT, "tie_break": [{"by": "lot", "order": "asc", "source": SOURCE}]}, []),
        ({"overbooking_pct": 125}, ["only first come, first served closes early by overbooking"]),
        ({"overbooking_pct": 125, "procedure": "first_come_first_served"}, []),
        ({"reserves": [reserve("share_of_places", 20)], "four_eyes": "three_persons"}, []),
    ],
)
def test_what_the_ranking_cannot_do_is_an_error(change: Json, complaints: list[str]) -> None:
    found = [finding.text.en for finding in errors_of(broken(lambda c: c.update(change)))]

    assert len(found) == len(complaints)
    assert all(words in text for words, text in zip(complaints, found, strict=True))


def test_an_amount_is_asked_in_a_money_field():
    content = broken(lambda c: c["budget"].update(asked="pathway"))

    assert [finding.text.en for finding in errors_of(content)] == ["`pathway` is no money field of the form"]


def test_quotas_and_reserves_together_are_warned_of():
    def both(call: Json) -> None:
        call.update(reserves=[reserve("places", 2)])
        call["pathways"][0].update(places=90)

    assert "with quotas and reserves together" in lint(broken(both))[-1].text.en


def test_a_bonus_is_checked_like_a_criterion():
    bonus = {
        "key": "cluster",
        "title": {"it": "Cluster", "en": "Cluster"},
        "source": {"tag": "ASSUMPTION", "cite": "premialità"},
        "part": {"fact": "answers.horoscope", "bands": [{"points": 2, "text": {"it": "Sì", "en": "Yes"}}]},
    }
    content = broken(lambda c: c.update(bonus=[bonus]))
    assert content.bonus[0].part.bands[0].points == Decimal(2)
    assert [finding.text.en for finding in lint(content)] == [
        "it gives points for the answer `horoscope`, which nobody asks for"
    ]
