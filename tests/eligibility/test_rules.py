"""Every kind of rule: what passes, what fails, what goes to a person, what is missing; and the words."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st
from pydantic import TypeAdapter, ValidationError

from portal.calls.rules.content import Declaration, Source
from portal.calls.rules.parameters import Parameters
from portal.calls.rules.yaml_io import shipped
from portal.eligibility.rules.assess import JUDGES, assess, version_of
from portal.eligibility.rules.case import as_json, as_number
from portal.eligibility.rules.facts import Facts
from portal.eligibility.rules.verdicts import Verdict, worst
from portal.kernel.text import Text, canonical_json
from tests.eligibility.calls import LOMBARDY, SMALL, call, facts, judge, rule, said

PASS, FAIL, DOUBT, MISSING = (
    ("pass", "declared"),
    ("fail", "declared"),
    ("to_verify", "declared"),
    ("to_verify", "missing"),
)
BY_AN_OFFICER = ("annual_fee", "insolvency", "deggendorf")
BY_DECLARATION = ("antimafia", "procurement_bar", "double_funding")


def test_every_kind_has_a_judge():
    kinds = {
        one["properties"]["kind"]["const"]
        for one in TypeAdapter(Parameters).json_schema()["$defs"].values()
        if "kind" in one["properties"]
    }
    assert kinds == set(JUDGES)


# size


def test_size():
    sme = rule("size", admitted=["micro", "small"])
    found = judge(sme, facts(enterprise=SMALL))
    assert (found.verdict, found.value, found.origin) == (Verdict.PASS, "small", "declared")
    assert found.text.it == (
        "L'impresa risulta piccola impresa (20 ULA, fatturato 4.000.000 €, totale di bilancio 3.000.000 €, collegate e"
        " associate comprese). Ammesse: microimpresa, piccola impresa."
    )
    assert said(rule("size", admitted=["medium"]), facts(enterprise=SMALL)) == FAIL
    assert said(sme, facts()) == MISSING


def test_size_names_the_neighbour_whose_figures_are_missing():
    partner = {"id": "Alfa S.p.A.", "kind": "enterprise", "side": "upstream", "capital_pct": 30}
    found = judge(rule("size", admitted=["small"]), facts(enterprise={**SMALL, "relations": [partner]}))
    assert (found.verdict, found.origin) == (Verdict.TO_VERIFY, "missing")
    assert "Alfa S.p.A." in found.text.it
    assert "Alfa S.p.A." in found.text.en


# activity

TOBACCO = rule(
    "ateco_excluded",
    lists=[{"edition": "2025", "codes": ["01", "64", "12"]}, {"edition": "2007", "codes": ["46.39.20"]}],
    exceptions=[
        {
            "edition": "2025",
            "codes": ["01.61"],
            "answer": "agromechanical",
            "text": {"it": "Agromeccanica", "en": "Agromechanical"},
        }
    ],
)


def firm(code=None, **more):
    return {"ateco_primary": code, **more}


@pytest.mark.parametrize(
    ("company", "answers", "expected"),
    [
        (firm("28.93.00"), {}, PASS),
        (firm("12.00.00"), {}, FAIL),
        (firm("64.11.00"), {}, FAIL),
        (firm("46.39.00"), {}, DOUBT),  # of 2025: tobacco trade and others in one
        (firm("46.39.20", ateco_edition="2007"), {}, FAIL),
        (firm("46.39.10", ateco_edition="2022"), {}, PASS),
        (firm("01.61.91"), {}, FAIL),
        (firm("01.61.91"), {"agromechanical": False}, FAIL),
        (firm("01.61.91"), {"agromechanical": True}, DOUBT),
        (firm("01.11.00"), {"agromechanical": True}, FAIL),
        (firm("28.93.00", ateco_secondary=["12.00.00"]), {}, PASS),
        (firm(None), {}, MISSING),
    ],
)
def test_excluded_activities(company, answers, expected):
    assert said(TOBACCO, facts(company=company, answers=answers)) == expected


def test_excluded_activities_may_look_at_every_code():
    strict = rule("ateco_excluded", lists=[{"edition": "2025", "codes": ["12"]}], looks_at="any")
    assert said(strict, facts(company=firm("28.93.00", ateco_secondary=["12.00.00"]))) == FAIL
    assert said(strict, facts(company=firm("28.93.00", ateco_secondary=["13.10.00"]))) == PASS


def chains(secondary="ignored"):
    return rule(
        "ateco_included",
        secondary=secondary,
        groups=[
            {"key": "textile", "title": {"it": "Tessile", "en": "Textile"}, "edition": "2025", "codes": ["13", "14"]},
            {"key": "machines", "title": {"it": "Macchine", "en": "Machines"}, "edition": "2025", "codes": ["28.94"]},
        ],
    )


@pytest.mark.parametrize(
    ("company", "secondary", "expected"),
    [
        (firm("13.10.00"), "ignored", PASS),
        (firm("28.94.10"), "ignored", PASS),
        (firm("28.93.00"), "ignored", FAIL),
        (firm("28"), "ignored", DOUBT),
        (firm("62.10.00", ateco_secondary=["13.10.00"]), "ignored", FAIL),
        (firm("62.10.00", ateco_secondary=["10.11.00", "13.10.00"]), "counts", PASS),
        (firm("62.10.00", ateco_secondary=["13.10.00"]), "to_verify", DOUBT),
        (firm("62.10.00", ateco_secondary=["10.11.00"]), "counts", FAIL),
        (firm("28", ateco_secondary=["10.11.00"]), "counts", DOUBT),
        (firm(None), "counts", MISSING),
    ],
)
def test_included_activities(company, secondary, expected):
    assert said(chains(secondary), facts(company=company)) == expected


def test_a_code_that_may_be_two_things_of_one_list_is_doubtful_only_once():
    company = firm("46.39.00", ateco_secondary=["46.35.01"])
    strict = rule("ateco_excluded", lists=[{"edition": "2007", "codes": ["46.39.20", "46.35"]}], looks_at="any")
    assert judge(strict, facts(company=company)).value == "46.39.00"


def test_included_activity_names_its_group():
    assert judge(chains(), facts(company=firm("13.10.00"))).text.it.endswith("rientra in: Tessile.")


# place and register


def seat(province, kind="operating_site"):
    return {"kind": kind, "province": province}


@pytest.mark.parametrize(
    ("seats", "kind", "expected"),
    [
        ([seat("MI")], "operating_site", PASS),
        ([seat("TO"), seat("BG")], "operating_site", PASS),
        ([seat("TO")], "operating_site", FAIL),
        ([seat("MI", "registered_office")], "operating_site", MISSING),
        ([seat("MI", "registered_office")], "registered_office", PASS),
        ([seat("MI", "registered_office")], "any", PASS),
        ([], "any", MISSING),
    ],
)
def test_territory(seats, kind, expected):
    assert said(rule("territory", provinces=LOMBARDY, seat=kind), facts(company={"seats": seats})) == expected


@pytest.mark.parametrize(
    ("answers", "expected"), [({"promise": True}, DOUBT), ({"promise": False}, FAIL), ({}, MISSING)]
)
def test_a_seat_may_be_promised_where_it_is_due_at_the_award(answers, expected):
    later = rule("territory", provinces=LOMBARDY, seat="operating_site", at="award", commitment="promise")
    assert said(later, facts(company={"seats": [seat("TO")]}, answers=answers)) == expected


@pytest.mark.parametrize(
    ("company", "answers", "expected"),
    [
        ({"rea": "MI-1"}, {"registered_active": True}, DOUBT),
        ({"rea": "TO-1"}, {"registered_active": True}, DOUBT),
        ({"rea": "MI-1"}, {"registered_active": False}, FAIL),
        ({"rea": "MI-1"}, {}, MISSING),
        ({}, {"registered_active": True}, MISSING),
        ({"rea": "MI-1", "registry": {"registered_active": True}}, {}, ("pass", "registry")),
        ({"rea": "MI-1", "registry": {"registered_active": False}}, {"registered_active": True}, ("fail", "registry")),
    ],
)
def test_registration(company, answers, expected):
    assert said(rule("registration", provinces=LOMBARDY), facts(company=company, answers=answers)) == expected


def test_registration_may_be_taken_on_the_firm_s_word():
    trusting = rule("registration", provinces=LOMBARDY, verified_by="declaration")
    assert said(trusting, facts(company={"rea": "MI-1"}, answers={"registered_active": True})) == PASS


# statements


@pytest.mark.parametrize("kind", [*BY_AN_OFFICER, *BY_DECLARATION])
def test_statements(kind):
    one = rule(kind)
    key = getattr(one.parameters, "declaration")  # noqa: B009 - each of these kinds has one
    assert said(one, facts(answers={key: True})) == (DOUBT if kind in BY_AN_OFFICER else PASS)
    assert said(one, facts(answers={key: False})) == FAIL
    assert said(one, facts(answers={key: "yes"})) == MISSING
    assert said(one, facts()) == MISSING
    assert said(one, facts(company={"registry": {key: True}})) == ("pass", "registry")
    assert said(one, facts(company={"registry": {key: False}}, answers={key: True})) == ("fail", "registry")


def test_any_other_statement_speaks_the_call_s_words():
    one = rule("declaration", declaration="safe")
    words = [
        Declaration(key=key, text=Text(it=it, en="Safe work"), source=Source(tag="LAW", cite="L. 81"))
        for key, it in (("other", "Altro"), ("safe", "Lavoro sicuro"))
    ]
    assert "«Lavoro sicuro»" in judge(one, facts(answers={"safe": True}), declarations=words).text.it
    assert "«safe»" in judge(one, facts(answers={"safe": True}), declarations=[]).text.it


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"regular": True, "issued_on": "2026-11-22"}, ("pass", "registry")),
        ({"regular": True, "issued_on": "2026-07-25"}, ("pass", "registry")),  # the 120th day
        ({"regular": True, "issued_on": "2026-07-24"}, ("to_verify", "registry")),
        ({"regular": True, "issued_on": "2026-11-23"}, ("to_verify", "registry")),
        ({"regular": False, "issued_on": "2026-11-01"}, ("fail", "registry")),
    ],
)
def test_durc_by_certificate(record, expected):
    assert said(rule("durc"), facts(company={"durc": record}, answers={"durc": True})) == expected


@pytest.mark.parametrize(("answers", "expected"), [({"durc": True}, DOUBT), ({"durc": False}, FAIL), ({}, MISSING)])
def test_durc_by_word(answers, expected):
    assert said(rule("durc"), facts(answers=answers)) == expected


# policy

DUE = [
    {"size": "large", "since": "2025-06-30"},
    {"size": "medium", "since": "2025-10-02"},
    {"size": "small", "since": "2026-01-01"},
]
INSURED = {"policy_insurer": "Alfa", "policy_number": "1", "policy_expires_on": "2026-11-22"}
DOCUMENT = ("pass", "document")


def policy(known, *, at="2026-11-22T12:00:00+01:00", enterprise=SMALL, certificate="paper"):
    return said(
        rule("natcat_policy", due=DUE, certificate=certificate), facts(at=at, enterprise=enterprise, answers=known)
    )


def test_policy_by_size_and_date():
    assert policy({}, at="2025-12-31T23:59:59+01:00") == ("pass", "portal")
    assert policy({}, at="2025-12-31T23:30:00+00:00") == MISSING  # it is 2026 in Rome
    assert policy({}, at="2025-06-29T12:00:00+02:00", enterprise=None) == ("pass", "portal")
    assert policy({}, at="2025-06-30T12:00:00+02:00", enterprise=None) == MISSING


def test_policy_in_force_with_its_certificate():
    assert policy({**INSURED, "paper": True}) == DOCUMENT
    assert policy(INSURED) == MISSING
    assert policy(INSURED, certificate=None) == PASS
    assert policy({**INSURED, "paper": True, "policy_number": ""}) == MISSING
    assert policy({**INSURED, "paper": True, "policy_expires_on": "soon"}) == MISSING


def test_policy_expired():
    expired = {**INSURED, "paper": True, "policy_expires_on": "2026-11-21"}
    assert policy(expired) == ("fail", "document")
    assert policy(expired, enterprise=None) == ("to_verify", "document")


def test_policy_exempt_is_for_a_person_to_see():
    assert policy({"policy_exempt": True}) == DOUBT


def test_policy_words_say_what_is_missing():
    found = judge(rule("natcat_policy", due=DUE), facts(enterprise=SMALL))
    assert found.text.it == "Polizza catastrofale: mancano la compagnia, il numero di polizza, la scadenza."


# first come


def earlier(*relations):
    return {
        "earlier_applications": [
            {"relation": one, "submitted_at": "2026-11-03T11:00:00+01:00", "protocol": "P1"} for one in relations
        ]
    }


@pytest.mark.parametrize(
    ("company", "one", "linked"),
    [
        ({}, MISSING, MISSING),
        ({"earlier_applications": []}, ("pass", "portal"), ("pass", "portal")),
        (earlier("same"), ("fail", "portal"), ("pass", "portal")),
        (earlier("linked"), ("pass", "portal"), ("to_verify", "portal")),
    ],
)
def test_the_first_application_counts(company, one, linked):
    assert said(rule("one_application"), facts(company=company)) == one
    assert said(rule("linked_applicants"), facts(company=company)) == linked


def test_a_call_may_refuse_linked_applicants_outright():
    found = judge(rule("linked_applicants", on_link="fail"), facts(company=earlier("linked")))
    assert (found.verdict, found.value) == (Verdict.FAIL, "P1")
    assert "P1" not in found.text.it  # the firm reads this, and the other is another's


# export


@pytest.mark.parametrize(
    ("limits", "share", "expected"),
    [
        ({"max_pct": 20}, 20, PASS),
        ({"max_pct": 20}, 20.01, FAIL),
        ({"min_pct": 10}, "10.00", PASS),
        ({"min_pct": 10}, 9.99, FAIL),
        ({"min_pct": 5, "max_pct": 20}, 4, FAIL),
        ({"max_pct": 20}, None, MISSING),
        ({"max_pct": 20}, "much", MISSING),
    ],
)
def test_export_share(limits, share, expected):
    answers = {} if share is None else {"export_share_pct": share}
    assert said(rule("export_share", **limits), facts(answers=answers)) == expected


def test_export_share_of_the_profile_and_its_words():
    found = judge(rule("export_share", min_pct=5, max_pct=20), facts(company={"export_share_pct": 12.5}))
    assert (found.value, found.text.it) == (
        12.5,
        "La quota di fatturato estero è 12,5 %; il bando chiede almeno il 5 % e al massimo il 20 %.",
    )


# parameters


@pytest.mark.parametrize(
    ("parameters", "complaint"),
    [
        ({"kind": "charm"}, "kind"),
        ({"kind": "size", "admitted": []}, "admitted"),
        ({"kind": "size", "admitted": ["tiny"]}, "admitted"),
        (
            {"kind": "ateco_excluded", "lists": [{"edition": "2025", "codes": ["46.39.20"]}]},
            "46.39.20 is not a code of ATECO 2025",
        ),
        ({"kind": "ateco_excluded", "lists": [{"edition": "2025", "codes": ["K"]}]}, "codes"),
        ({"kind": "territory", "provinces": ["ZZ"]}, "ZZ is not a province"),
        ({"kind": "territory", "provinces": ["MI"], "at": "award"}, "commitment"),
        ({"kind": "natcat_policy", "due": [*DUE, DUE[0]]}, "twice"),
        ({"kind": "export_share"}, "min_pct or max_pct"),
        ({"kind": "export_share", "min_pct": 30, "max_pct": 20}, "above"),
        ({"kind": "durc", "colour": "red"}, "colour"),
    ],
)
def test_parameters_are_strict(parameters, complaint):
    with pytest.raises(ValidationError, match=complaint):
        TypeAdapter(Parameters).validate_python(parameters)


def test_exceptions_and_groups_hold_real_codes_too():
    wrong = {"edition": "2025", "codes": ["99.99"]}
    text = {"it": "x", "en": "x"}
    with pytest.raises(ValidationError, match=r"99\.99"):
        rule(
            "ateco_excluded",
            lists=[{"edition": "2025", "codes": ["12"]}],
            exceptions=[{**wrong, "answer": "a", "text": text}],
        )
    with pytest.raises(ValidationError, match=r"99\.99"):
        rule("ateco_included", groups=[{**wrong, "key": "g", "title": text}])


# the whole


def test_the_whole_has_the_contract_s_shape():
    content = call(rule("size", admitted=["small"]), rule("antimafia"))
    known = facts(enterprise=SMALL, answers={"antimafia_art67": True})
    report = assess(content, known).as_json()
    assert list(report) == ["call", "version", "verdict", "points", "rules"]
    assert [list(one) for one in report["rules"]] == [
        ["id", "version", "verdict", "value", "from", "source", "it", "en"]
    ] * 2
    assert (report["call"], report["version"], report["verdict"]) == (content.code, version_of(content), "pass")
    assert report["rules"][1] == {
        "id": "antimafia",
        "version": 1,
        "verdict": "pass",
        "value": True,
        "from": "declared",
        "source": "Norma di prova",
        "it": "L'impresa dichiara di non avere cause di divieto, decadenza o sospensione dell'art. 67 D.Lgs. 159/2011"
        " (DPR 445/2000; controlli a campione).",
        "en": "The firm declares to have none of the impediments of art. 67 D.Lgs. 159/2011"
        " (DPR 445/2000; sample checks).",
    }


@pytest.mark.parametrize(
    ("verdicts", "all_"),
    [([], "pass"), (["pass"], "pass"), (["pass", "to_verify"], "to_verify"), (["to_verify", "fail", "pass"], "fail")],
)
def test_the_worst_verdict_is_that_of_the_whole(verdicts, all_):
    assert worst(Verdict(one) for one in verdicts).value == all_


values = st.none() | st.booleans() | st.integers(-5, 400_000) | st.text(max_size=12) | st.floats(0, 100)
answers = st.dictionaries(
    st.sampled_from(
        ["not_insolvent", "durc", "policy_insurer", "policy_number", "policy_expires_on",
            "policy_exempt", "export_share_pct",
         "antimafia_art67", "registered_active", "lombard_seat_by_award", "natcat_policy_certificate"]
    ),
    values,
)  # fmt: skip


@given(answers, st.booleans())
def test_no_facts_break_the_shipped_call_and_the_same_give_the_same_bytes(answers, has_firm):
    content = shipped("EXPORT-SU-MISURA-2025")
    known = facts(answers=answers, enterprise=SMALL if has_firm else None)
    first = canonical_json(assess(content, known).as_json())
    again = canonical_json(assess(content, Facts.model_validate_json(known.model_dump_json())).as_json())
    assert first == again


@given(answers)
def test_nothing_known_is_never_a_pass(answers):
    for one in (rule("insolvency"), rule("size", admitted=["small"]), rule("one_application")):
        assert judge(one, facts(answers=answers)).verdict is not Verdict.PASS


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (1, 1),
        ("1.50", Decimal("1.5")),
        (1.5, Decimal("1.5")),
        (True, None),
        ("x", None),
        ("NaN", None),
        ([], None),
        (None, None),
    ],
)
def test_numbers_of_json(value, number):
    assert as_number(value) == number


def test_json_of_numbers():
    assert (as_json(Decimal("3.00")), as_json(Decimal("3.5"))) == (3, 3.5)
    assert isinstance(as_json(Decimal("3.00")), int)
