"""What the firm is: size, activity, seat, registration, export."""

from portal.calls.rules.parameters import (
    AtecoExcludedParameters,
    AtecoGroup,
    AtecoIncludedParameters,
    ExportShareParameters,
    RegistrationParameters,
    SizeParameters,
    TerritoryParameters,
)
from portal.companies.rules import ateco
from portal.companies.rules.ateco import Match
from portal.companies.rules.size import SIZE_WORDS, Size, Sums
from portal.companies.rules.words import percent
from portal.eligibility.rules.case import Case, as_json
from portal.eligibility.rules.facts import Seat
from portal.eligibility.rules.verdicts import Finding, doubtful, failed, missing, passed
from portal.kernel.text import Text
from portal.kernel.values import PROVINCES, rea_province

_SEATS = {
    "registered_office": Text(it="sede legale", en="registered office"),
    "operating_site": Text(it="sede operativa", en="operating site"),
    "any": Text(it="sede", en="seat"),
}


def size(rule: SizeParameters, case: Case) -> Finding:
    """SME test with partner and linked enterprises and the two-year rule."""
    result = case.size
    if case.size_lacks:
        return missing(
            f"Mancano addetti, fatturato e totale di bilancio di {case.size_lacks}: servono per la dimensione.",
            f"Headcount, turnover and balance sheet total of {case.size_lacks} are missing: the size depends on them.",
        )
    if result is None:
        return missing(
            "Mancano addetti, fatturato e totale di bilancio degli ultimi esercizi chiusi.",
            "Headcount, turnover and balance sheet total of the last closed years are missing.",
        )
    figures = Sums(result.awu, result.turnover_eur, result.balance_eur).words()
    words = SIZE_WORDS[result.size]
    wanted_it = ", ".join(SIZE_WORDS[Size(admitted)].it for admitted in rule.admitted)
    wanted_en = ", ".join(SIZE_WORDS[Size(admitted)].en for admitted in rule.admitted)
    answer = passed if result.size in rule.admitted else failed
    return answer(
        result.size.value,
        "declared",
        f"L'impresa risulta {words.it} ({figures.it}, collegate e associate comprese). Ammesse: {wanted_it}.",
        f"The firm is a {words.en} ({figures.en}, linked and partner firms included). Admitted: {wanted_en}.",
    )


def _title(code: str, edition: ateco.Edition) -> str:
    activity = ateco.find(code, edition)
    return f"{code} «{activity.title}» (ATECO {edition})" if activity else f"{code} (ATECO {edition})"


def ateco_excluded(rule: AtecoExcludedParameters, case: Case) -> Finding:
    """None of the firm's codes looked at is on a list of the call."""
    company = case.facts.company
    if company.ateco_primary is None:
        return _no_code()
    codes = [company.ateco_primary, *(company.ateco_secondary if rule.looks_at == "any" else [])]
    doubt: str | None = None
    for code in codes:
        answers = {
            ateco.matches(code, one.codes, edition=company.ateco_edition, listed=one.edition) for one in rule.lists
        }
        if Match.YES in answers:
            return _excluded(rule, case, code)
        if Match.UNCERTAIN in answers:
            doubt = doubt or code
    if doubt:
        title = _title(doubt, company.ateco_edition)
        return doubtful(
            doubt,
            "declared",
            f"Il codice {title} corrisponde solo in parte ad attività escluse: va visto che cosa fa l'impresa.",
            f"The code {title} corresponds only in part to excluded activities: what the firm does must be looked at.",
        )
    title = _title(codes[0], company.ateco_edition)
    return passed(
        codes[0],
        "declared",
        f"Il codice {title} non è tra le attività escluse.",
        f"The code {title} is not among the excluded activities.",
    )


def _no_code() -> Finding:
    return missing("Manca il codice ATECO primario.", "The primary ATECO code is missing.")


def _excluded(rule: AtecoExcludedParameters, case: Case, code: str) -> Finding:
    edition = case.facts.company.ateco_edition
    for exception in rule.exceptions:
        covered = ateco.matches(code, exception.codes, edition=edition, listed=exception.edition)
        if covered is not Match.NO and case.statement(exception.answer)[0]:
            return doubtful(
                code,
                case.statement(exception.answer)[1],
                f"Il codice {_title(code, edition)} è escluso, salvo eccezione dichiarata: {exception.text.it}",
                f"The code {_title(code, edition)} is excluded, but an exception is declared: {exception.text.en}",
            )
    return failed(
        code,
        "declared",
        f"Il codice {_title(code, edition)} è tra le attività escluse dal bando.",
        f"The code {_title(code, edition)} is among the activities that the call excludes.",
    )


def ateco_included(rule: AtecoIncludedParameters, case: Case) -> Finding:
    """The primary code is of one of the call's groups, or a secondary one where the call takes it."""
    company = case.facts.company
    if company.ateco_primary is None:
        return _no_code()
    primary = company.ateco_primary
    title = _title(primary, company.ateco_edition)
    group, match = _group_of(rule, primary, company.ateco_edition)
    if group and match is Match.YES:
        return passed(
            primary,
            "declared",
            f"Il codice {title} rientra in: {group.title.it}.",
            f"The code {title} falls under: {group.title.en}.",
        )
    for code in company.ateco_secondary if rule.secondary != "ignored" else []:
        other, how = _group_of(rule, code, company.ateco_edition)
        if other and how is Match.YES:
            answer = passed if rule.secondary == "counts" else doubtful
            return answer(
                code,
                "declared",
                f"Il codice secondario {_title(code, company.ateco_edition)} rientra in: {other.title.it}."
                + ("" if rule.secondary == "counts" else " Va vista la prova che l'attività è svolta davvero."),
                f"The secondary code {_title(code, company.ateco_edition)} falls under: {other.title.en}."
                + (
                    ""
                    if rule.secondary == "counts"
                    else " Evidence that the activity is really carried out must be seen."
                ),
            )
    if group:
        return doubtful(
            primary,
            "declared",
            f"Il codice {title} corrisponde solo in parte a: {group.title.it}. Va visto che cosa fa l'impresa.",
            f"The code {title} corresponds only in part to: {group.title.en}. What the firm does must be looked at.",
        )
    return failed(
        primary,
        "declared",
        f"Il codice {title} non rientra nelle attività ammesse: {'; '.join(one.title.it for one in rule.groups)}.",
        f"The code {title} is not among the admitted activities: {'; '.join(one.title.en for one in rule.groups)}.",
    )


def _group_of(rule: AtecoIncludedParameters, code: str, edition: ateco.Edition) -> tuple[AtecoGroup | None, Match]:
    """The first group that takes the code; else the first that may."""
    answers = [(one, ateco.matches(code, one.codes, edition=edition, listed=one.edition)) for one in rule.groups]
    for wanted in (Match.YES, Match.UNCERTAIN):
        for one, answer in answers:
            if answer is wanted:
                return one, answer
    return None, Match.NO


def territory(rule: TerritoryParameters, case: Case) -> Finding:
    """A seat of the kind asked for, in one of the call's provinces."""
    words = _SEATS[rule.seat]
    seats = [seat for seat in case.facts.company.seats if rule.seat in {"any", seat.kind}]
    within = [seat for seat in seats if seat.province in rule.provinces]
    if within:
        return passed(
            within[0].province,
            "declared",
            f"L'impresa ha una {words.it} in provincia di {_place(within[0])}.",
            f"The firm has an {words.en} in the province of {_place(within[0])}."
            if rule.seat == "operating_site"
            else f"The firm has a {words.en} in the province of {_place(within[0])}.",
        )
    if not seats:
        return missing(f"Manca la {words.it} dell'impresa.", f"The firm's {words.en} is missing.")
    return _elsewhere(rule, case, seats[0])


def _place(seat: Seat) -> str:
    return f"{PROVINCES[seat.province]} ({seat.province})"


def _elsewhere(rule: TerritoryParameters, case: Case, seat: Seat) -> Finding:
    words = _SEATS[rule.seat]
    committed, origin = case.statement(rule.commitment) if rule.commitment else (False, "declared")
    if committed:
        return doubtful(
            seat.province,
            origin,
            f"L'impresa ha la {words.it} a {_place(seat)} e si impegna ad aprirne una ammessa entro la concessione.",
            f"The firm's {words.en} is in {_place(seat)}; it commits itself to open an admitted one before the award.",
        )
    if committed is None:
        return missing(
            f"La {words.it} è a {_place(seat)}: manca l'impegno ad aprirne una ammessa entro la concessione.",
            f"The {words.en} is in {_place(seat)}: the commitment to open an admitted one before the award is missing.",
        )
    return failed(
        seat.province,
        "declared",
        f"La {words.it} è a {_place(seat)}, fuori dalle province ammesse: {', '.join(rule.provinces)}.",
        f"The {words.en} is in {_place(seat)}, outside the admitted provinces: {', '.join(rule.provinces)}.",
    )


def registration(rule: RegistrationParameters, case: Case) -> Finding:
    """Registered and active in the business register of an admitted province."""
    active, origin = case.statement(rule.declaration)
    rea = case.facts.company.rea
    if active is False:
        return failed(
            rea,
            origin,
            "L'impresa non risulta iscritta e attiva al Registro delle imprese.",
            "The firm is not registered and active in the business register.",
        )
    if active is None or rea is None:
        lacks_it = "il numero REA" if rea is None else "la dichiarazione di essere iscritta e attiva"
        lacks_en = "The REA number" if rea is None else "The declaration of being registered and active"
        return missing(f"Manca {lacks_it}.", f"{lacks_en} is missing.")
    if rea_province(rea) not in rule.provinces:
        return doubtful(
            rea,
            origin,
            f"Il numero REA {rea} è di un'altra provincia: va vista l'iscrizione dell'unità locale.",
            f"The REA number {rea} is of another province: the registration of the local unit must be looked at.",
        )
    if origin == "registry" or rule.verified_by == "declaration":
        return passed(rea, origin, f"Iscritta e attiva, REA {rea}.", f"Registered and active, REA {rea}.")
    return doubtful(
        rea,
        origin,
        f"L'impresa dichiara di essere iscritta e attiva, REA {rea}: l'ufficio lo verifica al Registro delle imprese.",
        f"The firm declares to be registered and active, REA {rea}: the office checks the business register.",
    )


def export_share(rule: ExportShareParameters, case: Case) -> Finding:
    """Export over turnover within the call's limits, both included."""
    share = case.number(rule.answer)
    share = case.facts.company.export_share_pct if share is None else share
    if share is None:
        return missing(
            "Manca la quota di fatturato realizzata all'estero.", "The share of turnover earned abroad is missing."
        )
    limits_it = " e ".join(
        part
        for part in (
            f"almeno il {percent(rule.min_pct)}" if rule.min_pct is not None else "",
            f"al massimo il {percent(rule.max_pct)}" if rule.max_pct is not None else "",
        )
        if part
    )
    limits_en = " and ".join(
        part
        for part in (
            f"at least {percent(rule.min_pct, 'en')}" if rule.min_pct is not None else "",
            f"at most {percent(rule.max_pct, 'en')}" if rule.max_pct is not None else "",
        )
        if part
    )
    low = rule.min_pct is not None and share < rule.min_pct
    high = rule.max_pct is not None and share > rule.max_pct
    return (failed if low or high else passed)(
        as_json(share),
        "declared",
        f"La quota di fatturato estero è {percent(share)}; il bando chiede {limits_it}.",
        f"The share of turnover earned abroad is {percent(share, 'en')}; the call asks for {limits_en}.",
    )
