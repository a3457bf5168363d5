"""Rules of the office: what needs somebody today, and the words of a case's story."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from flask_babel import LazyString, lazy_gettext as _l

from portal.applications.rules import Status
from portal.applications.rules.procedure import Hold
from portal.applications.rules.words import STATES, STORY, told
from portal.matching.rules import outcomes

ARRIVED: Final = frozenset({Status.SUBMITTED, Status.REGISTERED})
IN_CHECK: Final = frozenset({Status.ELIGIBILITY_CHECK, Status.SUPPLEMENT_REQUESTED, Status.REJECTION_NOTICE})
OUTCOMES: Final = frozenset({Status.FUNDED, Status.RESERVE, Status.BELOW_THRESHOLD})
GRANTED: Final = frozenset({Status.AWARDED, Status.ACCEPTED, Status.IN_PROGRESS, Status.COMPLETED})
AFTER: Final = frozenset({*OUTCOMES, *GRANTED, Status.WAIVED, Status.FORFEITED, Status.REVOKED})
"""Where an application stands that a ranking has held; what is waived or revoked was funded once."""
EXPIRING: Final = timedelta(days=3)
"""Before the end of a term to accept, the office sees it coming."""


@dataclass(frozen=True)
class Job:
    """Something that waits for a person: how many, what, and where."""

    count: int
    what: LazyString
    address: str


@dataclass(frozen=True)
class Funnel:
    """How many applications of a call have come how far; `drafts` only as a number.

    `funded`: those that hold a place and its money now, `granted` among them.
    """

    drafts: int
    submitted: int
    in_check: int
    admitted: int
    not_admitted: int
    evaluated: int
    funded: int
    granted: int


def funnel(counts: Mapping[Status, int]) -> Funnel:
    """The funnel of a call from the number of its applications in each state."""

    def of(*states: Status) -> int:
        return sum(counts.get(state, 0) for state in states)

    gone = {Status.DRAFT, Status.WITHDRAWN}
    passed = {Status.ADMITTED, Status.EVALUATED, *AFTER}
    return Funnel(
        drafts=of(Status.DRAFT),
        submitted=sum(number for state, number in counts.items() if state not in gone),
        in_check=of(*ARRIVED, *IN_CHECK),
        admitted=of(*passed),
        not_admitted=of(Status.NOT_ADMITTED),
        evaluated=of(Status.EVALUATED, *AFTER),
        funded=of(Status.FUNDED, *GRANTED),
        granted=of(*GRANTED),
    )


def jobs(
    counts: Mapping[Status, int],
    *,
    slug: str,
    closes_at: datetime,
    drawn_not_published: bool,
    now: datetime,
    at_risk: int = 0,
    expiring: int = 0,
) -> list[Job]:
    """What the office owes on one call, the most urgent first; `expiring`: terms to accept, near their end or over."""
    awards = f"/ufficio/concessioni?bando={slug}&stato="
    call = f"/ufficio/bandi/{slug}"
    is_over = now >= closes_at
    all_evaluated = not any(counts.get(state, 0) for state in {*ARRIVED, *IN_CHECK, Status.ADMITTED})
    owed = [
        Job(
            at_risk,
            _l("domande a rischio di superare il termine del procedimento"),
            f"/ufficio/domande?bando={slug}&rischio=1&ordina=termine",
        ),
        Job(
            sum(counts.get(state, 0) for state in IN_CHECK),
            _l("domande in istruttoria, da decidere"),
            f"{call}/verifica-requisiti",
        ),
        Job(counts.get(Status.ADMITTED, 0), _l("domande ammesse, in valutazione"), f"{call}/valutazione"),
        Job(
            counts.get(Status.EVALUATED, 0) if is_over and all_evaluated and not drawn_not_published else 0,
            _l("domande valutate, graduatoria da redigere"),
            f"{call}/graduatorie",
        ),
        Job(int(drawn_not_published), _l("graduatoria redatta, da pubblicare"), f"{call}/graduatorie"),
        Job(expiring, _l("concessioni da accettare entro tre giorni, o scadute"), f"{awards}{Status.AWARDED}"),
        Job(counts.get(Status.FUNDED, 0), _l("domande finanziate, da concedere"), f"{awards}{Status.FUNDED}"),
        Job(
            counts.get(Status.AWARDED, 0),
            _l("concessioni che attendono la risposta dell'impresa"),
            f"{awards}{Status.AWARDED}",
        ),
    ]
    return [job for job in owed if job.count]


HOLD_WORDS: Final[Mapping[Hold, LazyString]] = {
    Hold.AHEAD: _l("Non ancora iniziato"),
    Hold.RUNNING: _l("In corso"),
    Hold.SUSPENDED: _l("Sospeso"),
    Hold.OVER: _l("Scaduto"),
}

DEEDS: Final[Mapping[str, LazyString]] = {
    "awards.awarded": _l("Concessione registrata"),
    "awards.accepted": _l("Concessione accettata"),
    "awards.waived": _l("Rinuncia registrata"),
    "awards.forfeited": _l("Decadenza registrata"),
    "awards.revoked": _l("Revoca registrata"),
    "awards.reminded": _l("Promemoria di accettazione inviato"),
    "awards.codes_recorded": _l("Codici del registro nazionale aiuti annotati"),
    "matching.outcome_said": _l("Esito di un incontro con un buyer"),
    "missions.confirmed": _l("Partecipazione a una missione confermata"),
    "missions.checked_in": _l("Presenza in missione registrata"),
    "eligibility.checked": _l("Requisiti verificati dal portale"),
    "eligibility.overridden": _l("Esito di un requisito corretto"),
    "eligibility.reopened": _l("Istruttoria riaperta"),
    "evaluation.assigned": _l("Assegnata a un valutatore"),
    "evaluation.declared": _l("Il valutatore ha risposto sul conflitto d'interessi"),
    "evaluation.sheet_submitted": _l("Scheda di valutazione consegnata"),
    "evaluation.sheet_reopened": _l("Scheda di valutazione riaperta"),
    "evaluation.withdrawn": _l("Assegnazione tolta"),
    "evaluation.stepped_down": _l("Il valutatore ha rinunciato"),
    "evaluation.moved": _l("Spostata a un altro valutatore"),
    "evaluation.conflict_detected": _l("Conflitto di interessi trovato dal portale"),
    "evaluation.agreed": _l("Punteggi concordati in riunione"),
    "evaluation.redacted": _l("Copia oscurata di un documento"),
    "evaluation.withheld": _l("Documento non mostrato a chi valuta"),
}
CAME: Final[Mapping[str, LazyString]] = {kind.value: words for kind, words in outcomes.WORDS.items()}
ANSWERS: Final[Mapping[str, LazyString]] = {
    "none": _l("Nessun conflitto"),
    "declared": _l("Conflitto dichiarato"),
    "detected": _l("Conflitto trovato dal portale"),
}


def deed(action: str, detail: Mapping[str, Any]) -> tuple[str, str]:
    """Title and text of one line of a case's story, for the office."""
    if action in STORY:
        return told(action, detail)
    answer = ANSWERS.get(detail.get("conflict", ""), "")
    reason = detail.get("reason") or detail.get("why") or detail.get("reviewer") or answer
    if action == "matching.outcome_said":
        reason = CAME.get(detail.get("kind", ""), "")
    rule = f"{detail['rule']}: " if "rule" in detail else ""
    return str(DEEDS.get(action, action)), f"{rule}{reason}"


def state_word(status: Status) -> tuple[str, str]:
    """Name and tone of a state."""
    said = STATES[status]
    return str(said.label), said.tone
