"""Facts: strict where they are typed by hand, patient where they are collected."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from portal.eligibility.cli import eligibility
from portal.eligibility.rules.assess import assess
from portal.eligibility.rules.collecting import facts_of
from portal.eligibility.rules.facts import EarlierApplication, Facts
from portal.kernel.text import canonical_json
from tests.eligibility.calls import AT, SMALL, call, facts

ISO = datetime(2026, 11, 22, 11, tzinfo=UTC)
YEARS = [
    {"year": 2024, "awu": "19", "turnover_eur": "3900000.40", "balance_eur": "2900000.50"},
    {"year": 2025, "awu": "20.5", "turnover_eur": "4000000.60", "balance_eur": "3000000.00"},
]


def check(document, code="EXPORT-SU-MISURA-2025"):
    text = document if isinstance(document, str) else json.dumps(document)
    return CliRunner().invoke(eligibility, ["check", "--call", code], input=text)


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ("", "JSON"),
        ('{"at": ', "JSON"),
        ("[]", "object"),
        ("{}", "at"),
        ({"at": "2026-11-22T12:00:00"}, "at"),
        ({"at": AT, "colour": 1}, "colour"),
        ({"at": AT, "company": {"vat": "00743110158"}}, "company.vat: 00743110158 is not a VAT number"),
        ({"at": AT, "company": {"tax_code": "x"}}, "company.tax_code"),
        ({"at": AT, "company": {"rea": "XX-1"}}, "company.rea"),
        ({"at": AT, "company": {"ateco_primary": "99.99"}}, "company.ateco_primary: 99.99 is not a code of ATECO 2025"),
        (
            {"at": AT, "company": {"ateco_edition": "2007", "ateco_secondary": ["28.93.00", "0"]}},
            "company.ateco_secondary",
        ),
        ({"at": AT, "company": {"ateco_edition": "1991"}}, "company.ateco_edition"),
        ({"at": AT, "company": {"seats": [{"kind": "operating_site", "province": "ZZ"}]}}, "company.seats.0.province"),
        ({"at": AT, "enterprise": {"years": []}}, "enterprise.years"),
        ({"at": AT, "aid": {"own": [{"granted_on": "2026-02-30", "eur": 1}]}}, "aid.own.0.granted_on"),
        ({"at": AT, "aid": {"own": [{"granted_on": "2026-02-01", "eur": -1}]}}, "aid.own.0.eur"),
        ({"at": AT, "aid": {}}, "aid.own"),
        ({"at": AT, "answers": {"Not A Key": 1}}, "answers"),
    ],
)
def test_command_names_what_it_does_not_understand(document, named):
    ran = check(document)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert named in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_command_names_a_call_that_is_not_there(tmp_path):
    assert check({"at": AT}, "NOWHERE").stderr == "--call: no call has the code NOWHERE\n"
    assert check({"at": AT}, str(tmp_path / "no.yaml")).exit_code == 2
    broken = tmp_path / "broken.yaml"
    broken.write_text("code: X\n")
    assert check({"at": AT}, str(broken)).exit_code == 2


def test_command_gives_the_same_bytes_always():
    document = {"at": AT, "enterprise": SMALL, "company": {"ateco_primary": "28.93.00"}}
    ran = check(document)
    assert ran.exit_code == 0
    assert ran.stdout_bytes == check(dict(reversed(document.items()))).stdout_bytes
    assert list(json.loads(ran.stdout)) == sorted(["call", "version", "verdict", "points", "rules"])


def test_schema_describes_what_check_reads():
    ran = CliRunner().invoke(eligibility, ["schema"])
    validator = Draft202012Validator(json.loads(ran.stdout))
    document = {"at": AT, "company": {}, "enterprise": SMALL, "aid": {"own": [], "linked": []}, "answers": {"a": [1]}}
    assert list(validator.iter_errors(document)) == []
    assert list(validator.iter_errors({"company": {}})) != []


def test_editions_are_told_before_their_codes():
    company = {"ateco_primary": "46.39.20", "ateco_edition": "2007"}
    assert facts(company=company).company.ateco_primary == "46.39.20"
    with pytest.raises(ValidationError):
        facts(company={"ateco_primary": "46.39.20"})


# collected

PROFILE: dict[str, Any] = {
    "company": {
        "legal_name": "Alfa S.r.l.",
        "vat": "00743110157",
        "tax_code": "00743110157",
        "rea": "MI-1",
        "ateco_edition": "2025",
        "ateco_primary": "28.93.00",
        "ateco_secondary": ["13.10.00", "99.99"],
        "province": "MI",
        "municipality": "Milano",
        "site_province": "BG",
        "site_municipality": "Bergamo",
        "years": YEARS,
        "last_year": {**YEARS[-1], "export_share": "12.5"},
        "holdings": [
            {
                "name": "Beta S.p.A.",
                "tax_code": "00743110157",
                "kind": "enterprise",
                "side": "upstream",
                "capital_pct": "30",
                "votes_pct": "30",
                "figures": {"awu": "10", "turnover_eur": 1, "balance_eur": 1},
            }
        ],
    }
}


def collected(profile=PROFILE, answers=None, declarations=None, attachments=(), earlier=None):
    frozen = {
        "company": profile,
        "answers": answers or {},
        "declarations": declarations or {},
        "attachments": [{"document": one} for one in attachments],
    }
    return facts_of(frozen, at=ISO, earlier=earlier)


def test_the_profile_is_enough():
    found = collected()
    assert found.at == ISO
    assert found.company.model_dump(exclude_defaults=True, mode="json") == {
        "legal_name": "Alfa S.r.l.",
        "vat": "00743110157",
        "tax_code": "00743110157",
        "rea": "MI-1",
        "ateco_primary": "28.93.00",
        "ateco_secondary": ["13.10.00"],
        "seats": [
            {"kind": "registered_office", "province": "MI", "municipality": "Milano"},
            {"kind": "operating_site", "province": "BG", "municipality": "Bergamo"},
        ],
        "export_share_pct": "12.5",
    }
    assert [(year.year, year.turnover_eur) for year in found.enterprise.years] == [(2024, 3_900_000), (2025, 4_000_001)]
    assert [(one.id, one.capital) for one in found.enterprise.relations] == [("Beta S.p.A.", 30)]
    assert found.aid is None


def test_answers_come_before_the_profile():
    found = collected(
        answers={
            "ateco_edition": "ateco_2007",
            "ateco_primary": "46.39.20",
            "ateco_secondary": [{"code": "28.93.00"}],
            "export_share_pct": "40",
            "years": [YEARS[1]],
            "office_province": "TO",
            "office_municipality": {"code": "001272", "name": "Torino"},
            "site_differs": False,
        },
        declarations={"not_insolvent": True},
        attachments=["certificate"],
    )
    assert (found.company.ateco_edition, found.company.ateco_primary) == ("2007", "46.39.20")
    assert found.company.ateco_secondary == ["28.93.00"]
    assert found.company.export_share_pct == 40
    assert [(seat.kind, seat.province, seat.municipality) for seat in found.company.seats] == [
        ("registered_office", "TO", "Torino"),
        ("operating_site", "TO", "Torino"),
    ]
    assert len(found.enterprise.years) == 1
    assert (found.answers["not_insolvent"], found.answers["certificate"]) == (True, True)


def test_a_site_elsewhere_and_a_site_nobody_named():
    elsewhere = collected(answers={"site_differs": True, "site_province": "CO", "site_municipality": 5})
    assert [(seat.kind, seat.province, seat.municipality) for seat in elsewhere.company.seats][1] == (
        "operating_site",
        "CO",
        None,
    )
    unnamed = collected(answers={"site_differs": True})
    assert [seat.kind for seat in unnamed.company.seats] == ["registered_office"]


def test_neighbours_of_the_application_with_what_the_profile_knows_of_them():
    rows = [
        {"name": "Beta S.p.A.", "side": "upstream", "capital_pct": "51", "votes_pct": "51"},
        {"name": "Gamma", "side": "downstream", "capital_pct": "30"},
        {"name": "Anna Rossi", "tax_code": "RSSMRA85M01H501Q", "side": "upstream", "capital_pct": "19"},
    ]
    found = collected(answers={"holdings": rows}).enterprise.relations
    assert [(one.id, one.kind.value, one.votes, one.figures is not None) for one in found] == [
        ("Beta S.p.A.", "enterprise", 51, True),
        ("Gamma", "enterprise", 30, False),
        ("Anna Rossi", "natural_person", 19, False),
    ]
    assert collected(answers={"holdings": None}).enterprise.relations == []


def test_ties_among_neighbours_follow_their_names():
    b, d = "6f1f0f0e-0000-4000-8000-000000000001", "6f1f0f0e-0000-4000-8000-000000000002"
    base = {"kind": "enterprise", "side": "upstream", "capital_pct": "20"}
    holdings = [
        {**base, "id": b, "name": "Beta", "linked_to": [d, "gone"]},
        {**base, "id": d, "name": "Delta", "linked_to": []},
        {**base, "id": "x", "name": "Delta"},
    ]
    profile = {"company": {**PROFILE["company"], "holdings": holdings, "merged": True}}
    found = collected(profile).enterprise
    assert found.merged
    assert [(one.id, one.linked_to) for one in found.relations] == [
        ("Beta", ["Delta"]),
        ("Delta", []),
        ("Delta (2)", []),
    ]
    rows = [{"name": "Beta", "side": "upstream", "capital_pct": "60"}]
    assert [(one.id, one.linked_to) for one in collected(profile, answers={"holdings": rows}).enterprise.relations] == [
        ("Beta", [])
    ]


def test_a_public_share_is_a_public_holder_unless_one_is_named():
    found = collected(answers={"public_share_pct": "25"}).enterprise.relations
    assert [(one.kind.value, one.capital) for one in found] == [("enterprise", 30), ("public_body", 25)]
    town = {**PROFILE["company"]["holdings"][0], "kind": "local_authority", "figures": None}
    named = {"company": {**PROFILE["company"], "holdings": [town]}}
    assert len(collected(named, answers={"public_share_pct": "25"}).enterprise.relations) == 1


def test_consolidated_accounts_hold_what_is_controlled():
    rows = [
        {"name": "Figlia", "side": "downstream", "capital_pct": "100"},
        {"name": "Nipote", "side": "downstream", "capital_pct": "30"},
        {"name": "Beta S.p.A.", "side": "upstream", "capital_pct": "60", "votes_pct": "60"},
    ]
    found = collected(answers={"holdings": rows, "consolidated": True}).enterprise.relations
    assert [(one.id, one.consolidated) for one in found] == [
        ("Figlia", True),
        ("Nipote", False),
        ("Beta S.p.A.", False),
    ]


def test_aid_is_what_was_listed_or_declared_complete():
    rows = [
        {"recipient": "own", "granted_on": "2025-05-01", "amount_eur": "100.50", "body": "ICE"},
        {"recipient": "linked", "granted_on": "2025-05-02", "amount_eur": "7.00"},
        {"granted_on": "2025-05-03", "amount_eur": "1"},
    ]
    found = collected(answers={"aids": rows}).aid
    assert ([str(one.eur) for one in found.own], [str(one.eur) for one in found.linked]) == (["100.50", "1"], ["7.00"])
    none = collected(declarations={"aid_is_complete": True}).aid
    assert (none.own, none.linked) == ([], [])
    assert collected(answers={"aids": [{"granted_on": "never"}]}).aid is None


def test_earlier_applications_are_told():
    one = EarlierApplication(relation="linked", submitted_at=ISO)
    assert collected(earlier=[one]).company.earlier_applications == [one]
    assert collected(earlier=None).company.earlier_applications is None


def test_what_is_not_well_formed_is_missing_and_nothing_raises():
    odd = {
        "company": {
            "vat": "1",
            "tax_code": 5,
            "rea": "x",
            "ateco_primary": "00",
            "ateco_edition": "1991",
            "province": "ZZ",
            "years": [{"year": "x"}],
            "last_year": {"export_share": "400"},
        }
    }
    found = collected(odd, answers={"UPPER": 1, "fine": 2})
    assert found.company.model_dump(exclude_defaults=True) == {}
    assert (found.enterprise, found.answers) == (None, {"fine": 2})
    assert facts_of({}, at=ISO, earlier=None) == Facts(at=ISO)


words = st.text(max_size=8).map(str.strip)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=8)


@given(
    st.dictionaries(
        st.sampled_from(["vat", "rea", "ateco_primary", "province", "legal_name", "site_province"]), scalars
    )
)
def test_whatever_the_profile_holds_can_be_judged(company):
    found = collected({"company": {**company, "legal_name": "Alfa"}})
    again = Facts.model_validate_json(canonical_json(found.model_dump(mode="json")))
    assert assess(call(), again) == assess(call(), found)


@given(st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True), json_values, max_size=4))
def test_answers_of_any_kind_are_kept(answers):
    known = {"years", "holdings", "aids", "ateco_secondary", "legal_name", "site_municipality", "office_municipality"}
    plain = {key: value for key, value in answers.items() if key not in known}
    assert collected(answers=plain).answers == plain
