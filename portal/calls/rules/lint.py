"""Lint: what contradicts itself in a call, or is missing, before anybody can rely on it.

An error forbids publishing; a warning is for a person to judge. Each check is a function of the whole content.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Final

from portal.calls.rules import lint_form, lint_ranking, lint_rules
from portal.calls.rules.clock import last_day
from portal.calls.rules.content import Band, CallContent, Criterion, Part
from portal.calls.rules.findings import Finding, Level, error, warning

__all__ = ["STANDARD_PARTS", "Finding", "Level", "errors_of", "lint"]

Check = Callable[[CallContent], Iterable[Finding]]

STANDARD_PARTS: Final = {
    "purpose": "finalità",
    "legal_basis": "norme di riferimento",
    "beneficiaries": "beneficiari",
    "benefit": "agevolazione",
    "costs_borne": "spese a carico dell'impresa",
    "aid_and_cumulation": "regime di aiuto e cumulo",
    "how_to_apply": "presentazione della domanda",
    "selection": "valutazione",
    "award": "concessione",
    "obligations": "obblighi",
    "checks_and_revocation": "controlli e revoca",
    "monitoring": "monitoraggio e trasparenza",
    "access_and_remedies": "accesso agli atti e ricorsi",
}
"""The parts that a standard call has, as we read art. 6 D.Lgs. 184/2025; keys of `texts`."""

_HUNDRED = Decimal(100)
_CEILING_DAYS = 90


def lint(content: CallContent) -> list[Finding]:
    """All that is wrong, errors first, otherwise in the order of the checks."""
    found = [finding for check in CHECKS for finding in check(content)]
    return sorted(found, key=lambda finding: finding.level is Level.WARNING)


def errors_of(content: CallContent) -> list[Finding]:
    """Only what forbids publishing."""
    return [finding for finding in lint(content) if finding.level is Level.ERROR]


def _keys(content: CallContent) -> Iterator[Finding]:
    groups: dict[str, Iterable[str]] = {
        "texts": (block.key for block in content.texts),
        "pathways": (pathway.key for pathway in content.pathways),
        "rules": (rule.id for rule in content.rules),
        "criteria": (criterion.key for criterion in content.criteria),
        "bonus": (bonus.key for bonus in content.bonus),
        "form.sections": (section.key for section in content.form.sections),
        "reserves": (reserve.key for reserve in content.reserves),
        "documents": (document.key for document in content.documents),
        "milestones": (milestone.key for milestone in content.milestones),
        # answers, declarations and criteria meet in facts: one name, one thing
        "form, declarations": [
            *(field.key for field in content.form.fields()),
            *(declaration.key for declaration in content.declarations),
        ],
    }
    for where, keys in groups.items():
        for key, times in Counter(keys).items():
            if times > 1:
                yield error(where, f"la chiave «{key}» c'è {times} volte", f"the key `{key}` stands {times} times")


def _weights(content: CallContent) -> Iterator[Finding]:
    total = sum((criterion.max for criterion in content.criteria), Decimal(0))
    if content.criteria and total != _HUNDRED:
        yield error(
            "criteria", f"i punteggi massimi sommano a {total}, non a 100", f"the maxima sum to {total}, not 100"
        )
    if not content.criteria and content.procedure == "ranking":
        yield error("criteria", "una graduatoria ha bisogno di criteri", "a ranking needs criteria")
    if content.thresholds.total > total:
        yield error(
            "thresholds.total",
            f"la soglia {content.thresholds.total} supera il massimo raggiungibile {total}",
            f"the threshold {content.thresholds.total} is above what can be reached, {total}",
        )


def _criteria(content: CallContent) -> Iterator[Finding]:
    for criterion in content.criteria:
        where = f"criteria.{criterion.key}"
        if criterion.min is not None and criterion.min > criterion.max:
            yield error(
                f"{where}.min",
                f"la soglia {criterion.min} supera il massimo {criterion.max}",
                f"the threshold {criterion.min} is above the maximum {criterion.max}",
            )
        yield from _automatic(criterion, where) if criterion.mode == "automatic" else _reviewed(criterion, where)
    for bonus in content.bonus:
        yield from _bands(bonus.part, f"bonus.{bonus.key}")


def _automatic(criterion: Criterion, where: str) -> Iterator[Finding]:
    best = sum((max(band.points for band in part.bands) for part in criterion.parts), Decimal(0))
    if best != criterion.max:
        yield error(
            where,
            f"le fasce danno al massimo {best} punti, il criterio ne promette {criterion.max}",
            f"its bands give at most {best} points, the criterion promises {criterion.max}",
        )
    for part in criterion.parts:
        yield from _bands(part, where)


def _bands(part: Part, where: str) -> Iterator[Finding]:
    *before, last = part.bands
    if any(_takes_all(band) for band in before):
        yield error(
            where,
            f"{part.fact}: dopo una fascia senza condizioni nessun'altra è raggiungibile",
            f"{part.fact}: after a band with no condition no other can be reached",
        )
    if not _takes_all(last):
        yield warning(
            where,
            f"{part.fact}: chi è fuori da ogni fascia non ha punti; meglio dirlo con un'ultima fascia",
            f"{part.fact}: whoever is in no band has no points; better say so in a last band",
        )


def _takes_all(band: Band) -> bool:
    return all(value is None for value in (band.ateco, band.sizes, band.values, band.at_least, band.below))


def _reviewed(criterion: Criterion, where: str) -> Iterator[Finding]:
    marks = [anchor.points for anchor in criterion.anchors]
    if not marks:
        yield warning(where, "nessun livello spiega che cosa vale un voto", "no anchor tells what a mark means")
    if marks != sorted(set(marks)):
        yield error(where, "i livelli non sono in ordine crescente", "the anchors are not in ascending order")
    if any(mark > criterion.max for mark in marks):
        yield error(
            where, f"un livello supera il massimo {criterion.max}", f"an anchor is above the maximum {criterion.max}"
        )
    if not criterion.step or any(mark % criterion.step for mark in [*marks, criterion.max]):
        yield error(
            where,
            f"un livello o il massimo non è multiplo del passo {criterion.step}",
            f"an anchor or the maximum is no multiple of the step {criterion.step}",
        )


def _tie_break(content: CallContent) -> Iterator[Finding]:
    known = {criterion.key for criterion in content.criteria} | {"submitted_at", "registry_number", "lot"}
    order = [each.by for each in content.tie_break]
    for by in order:
        if by not in known:
            yield error(
                "tie_break",
                f"«{by}» non è un criterio, né submitted_at, registry_number o lot",
                f"`{by}` is no criterion, nor submitted_at, registry_number or lot",
            )
    if not order:
        yield error(
            "tie_break", "non è detto come si decide a parità di punteggio", "it is not said how ties are broken"
        )
    elif order[-1] not in {"registry_number", "lot"}:
        yield error(
            "tie_break",
            "l'ultimo criterio di parità dev'essere registry_number o lot: gli altri possono lasciare pari due domande",
            "the last tie-break must be registry_number or lot: any other may leave two applications equal",
        )
    if len(set(order)) != len(order):
        yield error("tie_break", "un criterio di parità è ripetuto", "a tie-break is repeated")


def _dates(content: CallContent) -> Iterator[Finding]:
    closes = last_day(content)
    for milestone in content.milestones:
        where = f"milestones.{milestone.key}"
        if milestone.until and milestone.until < milestone.on:
            yield error(where, "finisce prima di cominciare", "it ends before it begins")
        if milestone.on <= closes:
            yield error(where, "viene prima della chiusura del bando", "it comes before the call closes")
    facts = content.programme
    if facts.interim_report_on and facts.final_report_on and facts.interim_report_on > facts.final_report_on:
        yield error(
            "programme",
            "la relazione intermedia viene dopo quella finale",
            "the interim report comes after the final one",
        )
    last = max([closes, *(each.until or each.on for each in content.milestones)])
    if facts.final_report_on and last > facts.final_report_on:
        yield warning(
            "programme.final_report_on",
            f"il bando finisce il {last:%d/%m/%Y}, dopo la relazione finale del programma",
            f"the call ends on {last:%d/%m/%Y}, after the programme's final report",
        )
    if closes.weekday() >= _SATURDAY:
        yield warning("window.closes_at", "si chiude di sabato o di domenica", "it closes on a Saturday or a Sunday")
    yield from _phases(content)
    yield from _evaluation(content)


_SATURDAY = 5


def _phases(content: CallContent) -> Iterator[Finding]:
    days, window = content.days, content.window
    if days.evaluation > days.procedure:
        yield error(
            "days",
            "la valutazione dura più dell'intero procedimento",
            "evaluation takes longer than the whole procedure",
        )
    if days.procedure > _CEILING_DAYS:
        yield warning(
            "days.procedure",
            "oltre 90 giorni serve una norma speciale (L. 241/1990, art. 2)",
            "beyond 90 days a special provision is needed (law 241/1990, art. 2)",
        )
    yield from _proceeding(content)
    if len(set(content.reminder_hours)) != len(content.reminder_hours):
        yield error("reminder_hours", "un promemoria è ripetuto", "a reminder is repeated")
    longest = max(content.reminder_hours, default=0)
    if timedelta(hours=longest) >= window.closes_at - window.opens_at:
        yield warning(
            "reminder_hours",
            f"il promemoria di {longest} ore cade prima dell'apertura e non partirà",
            f"the reminder at {longest} hours falls before the opening and will not go out",
        )


def _evaluation(content: CallContent) -> Iterator[Finding]:
    asked, closes = content.evaluation, content.window.closes_at
    if asked.due_at and asked.due_at <= closes:
        yield error(
            "evaluation.due_at",
            "le schede scadono prima della chiusura del bando",
            "the sheets are due before the call closes",
        )
    if len(set(asked.reminder_hours)) != len(asked.reminder_hours) or min(asked.reminder_hours, default=1) < 1:
        yield error(
            "evaluation.reminder_hours",
            "i promemoria sono ore intere, da 1 in su, ciascuna una volta",
            "reminders are whole hours, 1 or more, each once",
        )
    judged = [criterion for criterion in content.criteria if criterion.mode == "reviewed"]
    if not judged and (asked.blind or asked.consensus != "never" or asked.due_at):
        yield warning(
            "evaluation",
            "nessun criterio è affidato a persone: non serve",
            "no criterion is for people: it is not needed",
        )
    if asked.consensus != "never" and asked.reviewers_each == 1:
        yield warning(
            "evaluation.consensus",
            "con un solo valutatore per domanda non c'è da accordarsi",
            "with one reviewer for each application there is nothing to agree on",
        )


def _proceeding(content: CallContent) -> Iterator[Finding]:
    least, most = content.proceeding.supplement_min, content.proceeding.supplement_max
    if not least <= content.days.supplement <= most:
        yield error(
            "days.supplement",
            f"i giorni per integrare devono stare fra {least} e {most} (proceeding)",
            f"the days for a supplement must be between {least} and {most} (proceeding)",
        )
    if not content.proceeding.notice_before_exclusion and content.procedure != "ranking":
        yield warning(
            "proceeding.notice_before_exclusion",
            "a sportello il preavviso di rigetto è dovuto (L. 241/1990, art. 10-bis)",
            "first come, first served, a notice of rejection is due (law 241/1990, art. 10-bis)",
        )


def _money(content: CallContent) -> Iterator[Finding]:
    budget, facts = content.budget, content.programme
    spent = budget.unit_value_eur * budget.places + budget.other_costs_eur
    if spent > budget.amount_eur:
        yield error(
            "budget",
            f"{budget.places} posti da {budget.unit_value_eur} euro costano {spent}: ce ne sono {budget.amount_eur}",
            f"{budget.places} places at EUR {budget.unit_value_eur} cost {spent}: there are {budget.amount_eur}",
        )
    elif budget.amount_eur - spent >= budget.unit_value_eur > 0:
        yield warning(
            "budget",
            f"restano {budget.amount_eur - spent} euro: basterebbero per altri posti, o vanno spiegati",
            f"EUR {budget.amount_eur - spent} are left: enough for more places, or to be explained",
        )
    if budget.amount_eur > facts.total_eur:
        yield error("budget.amount_eur", "supera la dotazione del programma", "it is above the programme's total")
    if facts.tranches and sum(each.eur for each in facts.tranches) != facts.total_eur:
        yield error(
            "programme.tranches",
            "le quote non sommano al totale del programma",
            "the tranches do not sum to the programme's total",
        )
    if facts.tranches and sum(each.pct for each in facts.tranches) != _HUNDRED:
        yield error(
            "programme.tranches",
            "le percentuali delle quote non sommano a 100",
            "the tranches' percentages do not sum to 100",
        )


def _pathways(content: CallContent) -> Iterator[Finding]:
    if not content.pathways:
        return
    places = content.budget.places
    quotas = [pathway.places for pathway in content.pathways]
    if all(quota is not None for quota in quotas) and sum(filter(None, quotas)) < places:
        yield warning(
            "pathways",
            f"le quote dei percorsi sommano a meno dei {places} posti: alcuni resterebbero vuoti",
            f"the pathways' quotas sum to less than the {places} places: some would stay empty",
        )
    for pathway in content.pathways:
        if pathway.min_firms and pathway.min_firms > (pathway.places or places):
            yield error(
                f"pathways.{pathway.key}",
                "il minimo di imprese supera i posti",
                "the minimum of firms is above the places",
            )
    if sum(pathway.min_firms or 0 for pathway in content.pathways) > places:
        yield warning(
            "pathways",
            f"i minimi sommano a più dei {places} posti: non tutti i percorsi potranno partire",
            f"the minima sum to more than the {places} places: not every pathway can start",
        )


def _parts_of_a_call(content: CallContent) -> Iterator[Finding]:
    there = {block.key for block in content.texts}
    for key, name in STANDARD_PARTS.items():
        if key not in there:
            yield error(
                f"texts.{key}",
                f"manca la parte «{name}» del bando-tipo (D.Lgs. 184/2025, art. 6)",
                f"the part `{key}` of the standard call is missing (D.Lgs. 184/2025, art. 6)",
            )
    if content.contacts.pec is None:
        yield warning("contacts.pec", "manca una PEC a cui scrivere", "there is no certified address to write to")
    if not content.declarations:
        yield error(
            "declarations",
            "nessuna dichiarazione: nessun requisito può essere autocertificato",
            "no declarations: no requirement can be self-certified",
        )
    for block in content.texts:
        if "<" in block.body.it + block.body.en:
            yield warning(
                f"texts.{block.key}",
                "contiene HTML, che viene tolto: usa il Markdown",
                "contains HTML, which is taken out: use Markdown",
            )


CHECKS: Final[tuple[Check, ...]] = (
    _keys,
    _weights,
    _criteria,
    _tie_break,
    _dates,
    _money,
    _pathways,
    lint_ranking.ranking,
    lint_form.check,
    lint_rules.check,
    _parts_of_a_call,
)
