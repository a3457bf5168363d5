"""The whole check: every rule of a call over the facts of a case. The same input, the same bytes."""

from collections.abc import Callable
from typing import Any, Final

from pydantic import Field

from portal.calls.rules.content import CallContent, Rule
from portal.eligibility.rules import aid, arrivals, firm, natcat, points, standing
from portal.eligibility.rules.case import Case, as_json
from portal.eligibility.rules.facts import Facts
from portal.eligibility.rules.points import CriterionScore
from portal.eligibility.rules.verdicts import Finding, Outcome, Verdict, worst
from portal.kernel.text import Frozen, canonical_json, sha256_hex

JUDGES: Final[dict[str, Callable[[Any, Case], Finding]]] = {
    "size": firm.size,
    "ateco_excluded": firm.ateco_excluded,
    "ateco_included": firm.ateco_included,
    "territory": firm.territory,
    "registration": firm.registration,
    "export_share": firm.export_share,
    "annual_fee": standing.declared,
    "insolvency": standing.declared,
    "antimafia": standing.declared,
    "procurement_bar": standing.declared,
    "deggendorf": standing.declared,
    "double_funding": standing.declared,
    "declaration": standing.declared,
    "durc": standing.durc,
    "natcat_policy": natcat.natcat_policy,
    "de_minimis": aid.de_minimis,
    "one_application": arrivals.one_application,
    "linked_applicants": arrivals.linked_applicants,
}


class Assessment(Frozen):
    """What the rules of one version of a call say of one firm. `version`: SHA-256 of the call's content."""

    call: str
    version: str
    verdict: Verdict
    rules: list[Outcome]
    criteria: list[CriterionScore] = Field(exclude=True)

    def as_json(self) -> dict[str, Any]:
        """The contract's shape."""
        return {
            "call": self.call,
            "version": self.version,
            "verdict": self.verdict.value,
            "points": as_json(points.total(self.criteria)),
            "rules": [outcome.model_dump(mode="json", by_alias=True) for outcome in self.rules],
        }


def version_of(content: CallContent) -> str:
    """The name of a version wherever it is kept: the SHA-256 of its canonical JSON."""
    return sha256_hex(canonical_json(content))


def assess(content: CallContent, facts: Facts, *, version: str | None = None) -> Assessment:
    """Judge `facts` by every rule of `content`, in its order; `version` spares hashing it again."""
    case = Case(content, facts)
    outcomes = [_outcome(rule, JUDGES[rule.parameters.kind](rule.parameters, case)) for rule in content.rules]
    return Assessment(
        call=content.code,
        version=version or version_of(content),
        verdict=worst(outcome.verdict for outcome in outcomes),
        rules=outcomes,
        criteria=points.score(case),
    )


def _outcome(rule: Rule, finding: Finding) -> Outcome:
    return Outcome.model_validate(
        {
            "id": rule.id,
            "version": rule.version,
            "verdict": finding.verdict,
            "value": finding.value,
            "from": finding.origin,
            "source": rule.source.cite,
            "it": finding.text.it,
            "en": finding.text.en,
        }
    )
