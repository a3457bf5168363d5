"""Whoever reads the contract alone comes to the same bytes.

RANKING_EXAMPLES=10000 for the long run; the short one is for every day.
"""

import json
import os
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings, strategies as st

from portal.kernel.text import canonical_json
from portal.ranking.rules import CallNamed, Cause, Departure, Left, Version, Winner, draw_up, publish, render
from portal.ranking.rules.terms import Request
from tests.ranking.stranger import recompute
from tests.ranking.test_published import example
from tests.ranking.worlds import later_worlds

EXAMPLES = int(os.environ.get("RANKING_EXAMPLES", "300"))
DECIDED = ("base", "total", "place", "outcome", "short_of", "held_by", "amount_eur", "reserve")


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(later_worlds(), st.lists(st.integers(50, 70), unique=True, max_size=3), st.randoms(use_true_random=False))
def test_the_two_agree_to_the_last_byte(world, others, shuffler):
    rule, entries = world
    content = published(rule, entries, others)
    inputs = json.loads(content)
    shuffler.shuffle(inputs["entries"])
    for line in inputs["entries"]:
        for decided in DECIDED:
            del line[decided]
    inputs |= {"short_pathways": None, "short_reserves": None, "sha256": None}

    assert canonical_json(recompute(inputs)) + b"\n" == content


def published(rule, entries, others):
    own = rule.unit_value_eur is None
    requests = [Request(arrival=arrival, asked_eur="1.50" if own else None) for arrival in others]
    return render(
        publish(
            draw_up(rule, entries, requests if rule.overbooking_pct else ()),
            call=CallNamed(code="ESEMPIO-2025", version=1, title="Bando di esempio", act="DGR XII/5217"),
            version=Version(
                version=2,
                drawn_up_at=datetime(2025, 12, 20, 9, tzinfo=UTC),
                inputs_sha256="0" * 64,
                reason="Rinuncia",
                cause=Cause.WAIVER,
            ),
            firms={e.registry_number: Winner(legal_name=f"Ditta {e.arrival}", vat="00743110157") for e in entries},
            not_admitted=["2025/900"],
            left=[Left(registry_number="2025/901", code=Departure.WAIVED)],
        )
    )


def test_the_worked_example_of_the_contract_comes_out_by_the_other_hand():
    assert recompute(json.loads(example())) == json.loads(example())
