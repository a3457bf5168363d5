"""Lint of the eligibility rules: what they look at must be asked."""

from collections import Counter
from collections.abc import Iterator

from portal.calls.rules.content import CallContent, FieldType, Rule
from portal.calls.rules.findings import Finding, error, warning
from portal.calls.rules.parameters import (
    AtecoExcludedParameters,
    DeMinimisParameters,
    ExportShareParameters,
    NatcatPolicyParameters,
    SizeParameters,
    TerritoryParameters,
)


def check(content: CallContent) -> Iterator[Finding]:
    """Every finding about rules and automatic points."""
    answers = {field.key for field in content.form.fields()} | {each.key for each in content.declarations}
    documents = {document.key for document in content.documents}
    for rule in content.rules:
        for name in _answers_used(rule):
            if name not in answers:
                yield error(
                    f"rules.{rule.id}",
                    f"guarda la risposta «{name}», che nessuno chiede",
                    f"it looks at the answer `{name}`, which nobody asks for",
                )
        certificate = rule.parameters.certificate if isinstance(rule.parameters, NatcatPolicyParameters) else None
        if certificate and certificate not in documents:
            yield error(
                f"rules.{rule.id}",
                f"guarda il documento «{certificate}», che nessuno chiede",
                f"it looks at the document `{certificate}`, which nobody asks for",
            )
    for kind, times in Counter(rule.parameters.kind for rule in content.rules).items():
        if times > 1 and kind != "declaration":
            yield warning(
                "rules", f"ci sono {times} regole di tipo «{kind}»", f"there are {times} rules of the kind `{kind}`"
            )
    yield from _facts(content, answers)
    yield from _aid(content)


def _answers_used(rule: Rule) -> list[str]:
    match rule.parameters:
        case NatcatPolicyParameters() as policy:
            return [policy.insurer, policy.number, policy.expires_on, policy.exempt]
        case AtecoExcludedParameters(exceptions=exceptions):
            return [each.answer for each in exceptions]
        case TerritoryParameters(commitment=commitment):
            return [commitment] if commitment else []
        case ExportShareParameters(answer=answer):
            return [answer]
        case parameters:
            declared = getattr(parameters, "declaration", None)
            return [declared] if declared else []


def _facts(content: CallContent, answers: set[str]) -> Iterator[Finding]:
    parts = [
        *((f"criteria.{criterion.key}", part) for criterion in content.criteria for part in criterion.parts),
        *((f"bonus.{bonus.key}", bonus.part) for bonus in content.bonus),
    ]
    fields = {field.key: field for field in content.form.fields()}
    for where, part in parts:
        key = part.fact.removeprefix("answers.")
        if part.fact.startswith("answers.") and key not in answers:
            yield error(
                where,
                f"dà punti alla risposta «{key}», che nessuno chiede",
                f"it gives points for the answer `{key}`, which nobody asks for",
            )
        elif part.fact.startswith("answers.") and key in fields and fields[key].type is FieldType.TABLE:
            yield error(
                where,
                f"«{key}» è una tabella: non si può farne punti",
                f"`{key}` is a table: no points can be made of it",
            )


def _aid(content: CallContent) -> Iterator[Finding]:
    rules = [rule.parameters for rule in content.rules if isinstance(rule.parameters, DeMinimisParameters)]
    if content.budget.aid_regime == "none" and rules:
        yield warning(
            "budget.aid_regime",
            "c'è una regola «de minimis», ma il bando non è in quel regime",
            "there is a de minimis rule, but the call is not under that regime",
        )
    if content.budget.aid_regime != "none" and not rules:
        yield error(
            "rules",
            "il bando è in «de minimis», ma nessuna regola controlla il massimale",
            "the call is under de minimis, but no rule checks the ceiling",
        )
    for rule in rules:
        if (rule.amount_eur or content.budget.unit_value_eur) > rule.ceiling_eur:
            yield error(
                "rules",
                "l'aiuto supera da solo il massimale: nessuno potrebbe riceverlo",
                "the aid alone is above the ceiling: nobody could receive it",
            )
    if not any(isinstance(rule.parameters, SizeParameters) for rule in content.rules):
        yield warning(
            "rules", "nessuna regola guarda la dimensione dell'impresa", "no rule looks at the size of the firm"
        )
