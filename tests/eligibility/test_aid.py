"""De minimis: the published cases, the window to the day, what happens over the ceiling."""

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, strategies as st

from portal.eligibility.cli import eligibility
from portal.eligibility.rules.aid import position, window_start
from portal.eligibility.rules.facts import AidEntry
from tests.eligibility.calls import SMALL, call, facts, judge, rule

DATA = json.loads((Path(__file__).parent.parent / "data" / "aid-cases.json").read_text())
BUDGET = call().budget


def aid(own, linked=(), **more):
    return {"own": list(own), "linked": None if linked is None else list(linked), **more}


def de_minimis(known_aid, *, at="2026-11-22T12:00:00+01:00", enterprise=SMALL, **parameters):
    changes = parameters.pop("changes", {})
    known = facts(at=at, aid=known_aid, enterprise=enterprise)
    return judge(rule("de_minimis", **parameters), known, **changes)


@pytest.mark.parametrize("case", DATA["cases"], ids=lambda case: case["id"])
def test_published_case(case):
    found = de_minimis(
        aid(case["own_aid"], case["linked_aid"], partners=case["partner_aid"]),
        at=f"{case['grant_on']}T12:00:00+01:00",
        amount_eur=case["amount_eur"],
        ceiling_eur=DATA["ceiling_eur"],
    )
    assert (found.verdict.value == "pass") is case["expect"]["admissible"]
    assert found.value["headroom_eur"] == case["expect"]["headroom_eur"]


@pytest.mark.parametrize("case", DATA["cases"], ids=lambda case: case["id"])
def test_command_answers_the_published_case(case):
    document = {
        "at": f"{case['grant_on']}T12:00:00+01:00",
        "company": {},
        "aid": {"own": case["own_aid"], "linked": case["linked_aid"]},
    }
    ran = CliRunner().invoke(eligibility, ["check", "--call", "EXPORT-SU-MISURA-2025"], input=json.dumps(document))
    outcome = next(one for one in json.loads(ran.stdout)["rules"] if one["id"] == "de_minimis")
    assert (ran.exit_code, outcome["verdict"] == "pass") == (0, case["expect"]["admissible"])
    assert outcome["value"]["headroom_eur"] == case["expect"]["headroom_eur"]


@pytest.mark.parametrize(
    ("grant_on", "start"),
    [
        (date(2026, 11, 22), date(2023, 11, 23)),
        (date(2028, 2, 29), date(2025, 3, 1)),
        (date(2027, 2, 28), date(2024, 2, 29)),
        (date(2027, 3, 1), date(2024, 3, 2)),
    ],
)
def test_window_to_the_day(grant_on, start):
    assert window_start(grant_on, 3) == start


entries = st.lists(
    st.builds(
        AidEntry, granted_on=st.dates(date(2020, 1, 1), date(2026, 11, 22)), eur=st.decimals(0, 200_000, places=2)
    ),
    max_size=8,
)


@given(entries, st.decimals(1, 100_000, places=2))
def test_fits_is_headroom_enough(some, amount):
    stand = position(some, grant_on=date(2026, 11, 22), amount=amount, ceiling=Decimal(300_000))
    assert stand.fits is (amount <= Decimal(300_000) - stand.received)
    assert stand.headroom == max(Decimal(0), Decimal(300_000) - stand.received)


@given(entries, st.integers(0, 2000))
def test_waiting_never_takes_room_away(some, days):
    first = position(some, grant_on=date(2026, 11, 22), amount=Decimal(1), ceiling=Decimal(300_000))
    later = position(
        some, grant_on=date(2026, 11, 22) + timedelta(days=days), amount=Decimal(1), ceiling=Decimal(300_000)
    )
    assert later.headroom >= first.headroom


FULL = [{"granted_on": "2025-05-01", "eur": 295_000}]


def test_the_amount_is_the_call_s_unit_value_unless_the_rule_says():
    assert de_minimis(aid([])).value == {"received_eur": 0, "headroom_eur": 300_000, "aid_eur": 11_500}
    assert de_minimis(aid([]), amount_eur="2000.50").value["aid_eur"] == 2000.5


def test_over_the_ceiling_the_whole_aid_is_out_or_is_reduced():
    assert de_minimis(aid(FULL)).verdict.value == "fail"
    reducing = {"changes": {"budget": BUDGET.model_copy(update={"on_overflow": "reduce"})}}
    reduced = de_minimis(aid(FULL), **reducing)
    assert (reduced.verdict.value, reduced.value["aid_eur"]) == ("pass", 5000)
    assert de_minimis(aid([{"granted_on": "2025-05-01", "eur": 300_000}]), **reducing).verdict.value == "fail"


def test_aid_dated_after_the_grant_is_doubtful_where_it_alone_breaks_the_ceiling():
    future = [{"granted_on": "2026-12-01", "eur": 295_000}]
    assert de_minimis(aid(future)).verdict.value == "to_verify"
    assert de_minimis(aid([*FULL, *future])).verdict.value == "fail"


def test_nothing_declared_is_missing():
    linked = {
        **SMALL,
        "relations": [
            {"id": "x", "kind": "enterprise", "side": "upstream", "votes_pct": 60, "figures": SMALL["years"][0] | {}}
        ],
    }
    linked["relations"][0]["figures"] = {key: SMALL["years"][0][key] for key in ("awu", "turnover_eur", "balance_eur")}
    assert de_minimis(None).origin == "missing"
    assert de_minimis(aid([], None), enterprise=linked).origin == "missing"
    assert de_minimis(aid([], None), enterprise=None).origin == "missing"
    assert de_minimis(aid([], None)).verdict.value == "pass"
    assert de_minimis(aid([], []), enterprise=linked).verdict.value == "pass"


def test_links_through_persons_are_said_and_not_decided():
    person = {"id": "p", "kind": "natural_person", "side": "upstream", "votes_pct": 10, "linked": [{"id": "s"}]}
    found = de_minimis(aid([]), enterprise={**SMALL, "relations": [person]})
    assert found.verdict.value == "pass"
    assert "persone fisiche" in found.text.it
    assert "natural persons" in found.text.en


def test_words():
    found = de_minimis(aid(FULL))
    assert found.text.it == (
        "Aiuti de minimis dell'impresa unica negli ultimi 3 anni: 295.000 € su 300.000 €; può ricevere ancora 5.000 €,"
        " questo aiuto vale 11.500 €. L'aiuto intero non si può concedere (art. 3, par. 7)."
    )
    assert found.text.en.startswith(
        "De minimis aid of the single undertaking in the last 3 years: €295,000 of €300,000;"
    )
