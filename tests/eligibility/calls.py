"""A small call for the rules' tests: the shipped one with other rules."""

from typing import Any

from portal.calls.rules.content import CallContent, Rule
from portal.calls.rules.yaml_io import shipped
from portal.eligibility.rules.assess import JUDGES
from portal.eligibility.rules.case import Case
from portal.eligibility.rules.facts import Facts
from portal.eligibility.rules.verdicts import Finding

AT = "2026-11-22T12:00:00+01:00"
LOMBARDY = ["BG", "BS", "CO", "CR", "LC", "LO", "MN", "MI", "MB", "PV", "SO", "VA"]
SMALL: dict[str, Any] = {
    "years": [{"year": 2025, "awu": 20, "turnover_eur": 4_000_000, "balance_eur": 3_000_000}],
    "relations": [],
}


def rule(kind: str, **parameters: Any) -> Rule:
    """One rule."""
    return Rule.model_validate(
        {
            "id": kind,
            "version": 1,
            "title": {"it": kind, "en": kind},
            "source": {"tag": "LAW", "cite": "Norma di prova"},
            "parameters": {"kind": kind, **parameters},
        }
    )


def call(*rules: Rule, **changes: Any) -> CallContent:
    """Export su misura with these rules."""
    return shipped("EXPORT-SU-MISURA-2025").model_copy(update={"rules": list(rules), **changes})


def facts(*, at: str = AT, **known: Any) -> Facts:
    """Facts of today."""
    return Facts.model_validate({"at": at, **known})


def judge(one: Rule, known: Facts, **changes: Any) -> Finding:
    """What that rule finds."""
    return JUDGES[one.parameters.kind](one.parameters, Case(call(one, **changes), known))


def said(one: Rule, known: Facts, **changes: Any) -> tuple[str, str]:
    """Verdict and origin, shortly."""
    found = judge(one, known, **changes)
    return found.verdict.value, found.origin
