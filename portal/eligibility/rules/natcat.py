"""The policy against natural catastrophes: due by size and date (L. 213/2023 art. 1 c. 101 and following)."""

from datetime import date

from portal.calls.rules.parameters import NatcatPolicyParameters
from portal.companies.rules.size import SIZE_WORDS
from portal.eligibility.rules.case import Case
from portal.eligibility.rules.verdicts import Finding, Origin, doubtful, failed, missing, passed


def natcat_policy(rule: NatcatPolicyParameters, case: Case) -> Finding:
    """Not due yet, exempt, insured today with all particulars given, or not."""
    due_on, is_sure = _due_on(rule, case)
    if case.on < due_on:
        return passed(
            None,
            "portal",
            f"Per un'impresa di questa dimensione l'obbligo di polizza vale dal {due_on:%d/%m/%Y}.",
            f"For a firm of this size the policy is due from {due_on.isoformat()}.",
        )
    if case.statement(rule.exempt)[0]:
        return doubtful(
            "exempt",
            "declared",
            "L'impresa dichiara di non avere terreni, fabbricati, impianti o macchinari da assicurare: va verificato.",
            "The firm declares to own no land, buildings, plant or machinery to insure: the office checks it.",
        )
    lacks = _lacks(rule, case)
    if lacks:
        return missing(
            f"Polizza catastrofale: mancano {', '.join(it for it, _ in lacks)}.",
            f"Natural catastrophe policy: missing {', '.join(en for _, en in lacks)}.",
        )
    return _dated(rule, case, is_sure=is_sure)


def _due_on(rule: NatcatPolicyParameters, case: Case) -> tuple[date, bool]:
    """When the duty begins for this firm; for a size unknown or not listed the earliest date, and not sure."""
    dates = {row.size: row.since for row in rule.due}
    known = case.size.size.value if case.size else ""
    for size, since in dates.items():
        if size == known:
            return since, True
    return min(dates.values()), False


def _lacks(rule: NatcatPolicyParameters, case: Case) -> list[tuple[str, str]]:
    wanted = [
        (case.answer(rule.insurer), "la compagnia", "the insurer"),
        (case.answer(rule.number), "il numero di polizza", "the policy number"),
        (case.day(rule.expires_on), "la scadenza", "the expiry date"),
    ]
    if rule.certificate:
        wanted.append(
            (
                case.facts.answers.get(rule.certificate) is True or None,
                "il certificato allegato",
                "the certificate attached",
            )
        )
    return [(it, en) for value, it, en in wanted if value is None]


def _dated(rule: NatcatPolicyParameters, case: Case, *, is_sure: bool) -> Finding:
    expires_on = case.day(rule.expires_on)
    assert expires_on is not None  # noqa: S101 - _lacks has looked
    insurer, number = case.answer(rule.insurer), case.answer(rule.number)
    it = f"Polizza catastrofale con scadenza {expires_on:%d/%m/%Y}"
    en = f"Natural catastrophe policy expiring {expires_on.isoformat()}"
    origin: Origin = "document" if rule.certificate else "declared"
    value = f"{insurer} {number} {expires_on.isoformat()}"
    if expires_on >= case.on:
        return passed(value, origin, f"{it}.", f"{en}.")
    if not is_sure:
        return doubtful(
            value,
            origin,
            f"{it}: scaduta, e senza la dimensione dell'impresa non si sa se era dovuta.",
            f"{en}: expired, and without the firm's size nobody knows whether it was due.",
        )
    size = SIZE_WORDS[case.size.size] if case.size else None
    of_it, of_en = (f" per una {size.it}", f" for a {size.en}") if size else ("", "")
    return failed(
        value,
        origin,
        f"{it}: scaduta il giorno del controllo, e dovuta{of_it}.",
        f"{en}: expired on the day of the check, and due{of_en}.",
    )
