"""Who came first: one application a firm, and of linked firms the first."""

from portal.calls.rules.parameters import LinkedApplicantsParameters, OneApplicationParameters
from portal.eligibility.rules.case import Case
from portal.eligibility.rules.facts import EarlierApplication
from portal.eligibility.rules.verdicts import Finding, doubtful, failed, missing, passed
from portal.kernel.clock import ROME
from portal.kernel.text import Language


def one_application(_rule: OneApplicationParameters, case: Case) -> Finding:
    """No earlier application of the same firm."""
    earlier = case.facts.company.earlier_applications
    if earlier is None:
        return _not_yet()
    same = [one for one in earlier if one.relation == "same"]
    if same:
        return failed(
            same[0].protocol,
            "portal",
            f"La stessa impresa ha già presentato una domanda {_when(same[0], 'it')}: vale la prima.",
            f"The same firm has already applied {_when(same[0], 'en')}: the first counts.",
        )
    return passed(
        0,
        "portal",
        "È la prima domanda di questa impresa per il bando.",
        "It is this firm's first application to the call.",
    )


def linked_applicants(rule: LinkedApplicantsParameters, case: Case) -> Finding:
    """No earlier application of a firm linked, or with the same directors or shareholders."""
    earlier = case.facts.company.earlier_applications
    if earlier is None:
        return _not_yet()
    linked = [one for one in earlier if one.relation == "linked"]
    if not linked:
        return passed(
            0,
            "portal",
            "Nessuna domanda precedente di imprese collegate o con gli stessi soci o amministratori, per quanto noto.",
            "No earlier application of firms linked, or with the same owners or directors, as far as is known.",
        )
    it = f"Un'impresa legata a questa ha presentato domanda {_when(linked[0], 'it')}: vale la prima."
    en = f"A firm tied to this one applied {_when(linked[0], 'en')}: the first counts."
    if rule.on_link == "fail":
        return failed(linked[0].protocol, "portal", it, en)
    return doubtful(
        linked[0].protocol, "portal", f"{it} L'ufficio verifica il legame.", f"{en} The office checks the tie."
    )


def _not_yet() -> Finding:
    return missing(
        "Si verifica quando la domanda è presentata, tra quelle arrivate prima.",
        "Checked when the application is submitted, among those that arrived before.",
    )


def _when(one: EarlierApplication, language: Language) -> str:
    at = one.submitted_at.astimezone(ROME)
    return f"on {at:%Y-%m-%d %H:%M:%S}" if language == "en" else f"il {at:%d/%m/%Y alle %H:%M:%S}"
