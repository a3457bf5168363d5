"""Automatic points by sector, size, export share and answers."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from portal.calls.rules.content import Bonus, Criterion
from portal.eligibility.rules import points
from portal.eligibility.rules.case import Case
from tests.eligibility.calls import SMALL, call, facts

TEXT = {"it": "fascia", "en": "band"}
SOURCE = {"tag": "ASSUMPTION", "cite": "prova"}


def criterion(*parts, most=20):
    return Criterion.model_validate(
        {
            "key": "auto",
            "title": TEXT,
            "help": TEXT,
            "mode": "automatic",
            "max": most,
            "parts": list(parts),
            "source": SOURCE,
        }
    )


def part(fact, *bands):
    return {"fact": fact, "bands": [{"text": TEXT, **band} for band in bands]}


def scores(content, known):
    return points.score(Case(content, known))


def scored(one, **known):
    found = scores(call(criteria=[one], bonus=[]), facts(**known))
    return found[0].points


SECTOR = part(
    "sector", {"points": 8, "ateco": ["28"]}, {"points": 5, "ateco": ["46.39.20"], "edition": "2007"}, {"points": 1}
)
SIZE = part("size", {"points": 4, "sizes": ["micro"]}, {"points": 3, "sizes": ["small"]})
EXPORT = part(
    "export_share", {"points": 8, "at_least": 25}, {"points": 4, "at_least": 1, "below": 25}, {"points": 2, "below": 1}
)


@pytest.mark.parametrize(
    ("one", "known", "expected"),
    [
        (SECTOR, {"company": {"ateco_primary": "28.93.00"}}, 8),
        (SECTOR, {"company": {"ateco_primary": "46.39.20", "ateco_edition": "2022"}}, 5),
        (SECTOR, {"company": {"ateco_primary": "46.39.00"}}, 1),
        (SECTOR, {}, 0),
        (SIZE, {"enterprise": SMALL}, 3),
        (SIZE, {"enterprise": {"years": [{"year": 2025, "awu": 100, "turnover_eur": 1, "balance_eur": 1}]}}, 0),
        (SIZE, {}, 0),
        (EXPORT, {"answers": {"export_share_pct": 25}}, 8),
        (EXPORT, {"answers": {"export_share_pct": "24.99"}}, 4),
        (EXPORT, {"company": {"export_share_pct": 0}}, 2),
        (EXPORT, {}, 0),
        (part("answers.manager", {"points": 3, "values": ["internal", "owner"]}), {"answers": {"manager": "owner"}}, 3),
        (part("answers.langs", {"points": 3, "values": ["french"]}), {"answers": {"langs": ["german", "french"]}}, 3),
        (part("answers.certified", {"points": 3, "values": ["true"]}), {"answers": {"certified": True}}, 3),
        (part("answers.people", {"points": 3, "at_least": 2}), {"answers": {"people": "many"}}, 0),
        (part("answers.code", {"points": 3, "ateco": ["28"]}), {"answers": {"code": "28.93.00"}}, 3),
    ],
)
def test_parts(one, known, expected):
    assert scored(criterion(one), **known) == expected


def test_never_above_the_maximum_and_parts_add_up():
    known = {"company": {"ateco_primary": "28.93.00"}, "enterprise": SMALL, "answers": {"export_share_pct": 30}}
    assert scored(criterion(SECTOR, SIZE, EXPORT), **known) == 19
    assert scored(criterion(SECTOR, SIZE, EXPORT, most=10), **known) == 10


def test_reviewed_criteria_give_none_and_a_bonus_stands_apart():
    bonus = Bonus.model_validate({"key": "small_firm", "title": TEXT, "part": SIZE, "source": SOURCE})
    content = call(
        criteria=[criterion(EXPORT), *[one for one in call().criteria if one.mode == "reviewed"]], bonus=[bonus]
    )
    found = scores(content, facts(enterprise=SMALL, answers={"export_share_pct": 30}))
    assert [(one.criterion, one.points, one.max, one.is_bonus) for one in found] == [
        ("auto", 8, 20, False),
        ("small_firm", 3, 4, True),
    ]
    assert points.total(found) == 8


def test_words_say_the_fact_and_the_band():
    found = scores(call(criteria=[criterion(SIZE, EXPORT)], bonus=[]), facts(enterprise=SMALL))[0]
    assert [one.text.it for one in found.parts] == [
        "Dimensione piccola impresa: fascia, 3 punti.",
        "Quota estero: manca, quindi nessun punto.",
    ]
    none = scores(
        call(criteria=[criterion(part("size", {"points": 1, "sizes": ["micro"]}))], bonus=[]), facts(enterprise=SMALL)
    )
    assert none[0].parts[0].text.en == "Size small enterprise: in no band, no points."


def test_answers_are_called_by_the_form_s_label():
    one = criterion(part("answers.export_manager", {"points": 3, "values": ["owner"]}))
    found = scores(call(criteria=[one], bonus=[]), facts(answers={"export_manager": "owner"}))[0]
    assert not found.parts[0].text.it.startswith("export_manager")


@given(st.decimals(0, 100, places=2), st.decimals(0, 100, places=2))
def test_more_export_never_gives_fewer_points(one, other):
    low, high = sorted((one, other))
    given_ = [scored(criterion(EXPORT), answers={"export_share_pct": str(share)}) for share in (low, high)]
    assert given_ == sorted(given_)
    assert Decimal(0) <= given_[0] <= 20
