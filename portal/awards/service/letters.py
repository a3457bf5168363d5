"""The letter of an award, on paper."""

from uuid import UUID

from flask_babel import force_locale, gettext as _
from sqlalchemy.orm import Session

from portal.awards.models import Award
from portal.awards.queries import cases
from portal.awards.queries.cases import Case
from portal.awards.rules.ledger import regime_of
from portal.calls import queries as calls
from portal.calls.rules.content import CallContent, Item
from portal.config import get_settings
from portal.documents import rendering
from portal.documents.rules.papers import Letter, LetterFact, LetterPart
from portal.kernel.text import Language
from portal.web.filters import day, eur


def pdf(session: Session, application_id: UUID, *, lang: Language) -> bytes:
    """The letter as it was sent: the same bytes each time. Raises ValueError where nothing was granted."""
    case = cases.find(session, application_id)
    if case is None or case.award is None:
        msg = "a letter about nothing"
        raise ValueError(msg)
    content = calls.content_by_id(session, case.application.version_id)
    paper = letter(case, case.award, content, public_url=get_settings().public_url, lang=lang)
    return rendering.render(paper, lang=lang, at=case.award.awarded_at)


def letter(case: Case, award: Award, content: CallContent, *, public_url: str, lang: Language) -> Letter:
    """What the letter says: what is granted, by which act, what the firm must do and by when."""
    with force_locale(lang):
        return Letter(
            issuer=content.implementing_body,
            programme=content.programme.title.in_(lang),
            call_title=content.title.in_(lang),
            call_code=content.code,
            sha256=case.application.sha256,
            title=_("Concessione del beneficio"),
            dated=day(award.awarded_at),
            reference=str(case.application.protocol),
            addressee=[case.company.legal_name, f"{_('Partita IVA')} {case.company.vat}", case.company.pec or ""],
            parts=[_granted(award, content, lang), *_gives(content, lang), _duties(case, award, public_url, lang)],
            signatory=content.responsible_officer,
        )


def _granted(award: Award, content: CallContent, lang: Language) -> LetterPart:
    act = _("%(number)s del %(on)s", number=award.act_number, on=day(award.act_on))
    check = _("%(number)s del %(on)s", number=award.vercor, on=day(award.checked_on)) if award.vercor else ""
    facts = {
        _("Bando"): f"{content.title.in_(lang)} ({content.code})",
        _("Atto di concessione"): act,
        _("Valore del beneficio"): eur(award.eur),
        _("Forma"): _("servizi in natura") if content.budget.in_kind else _("contributo"),
        "CUP": award.cup or "",
        _("Codice della misura (CAR)"): award.car or "",
        _("Verifica nel registro nazionale aiuti (VERCOR)"): check,
    }
    return LetterPart(
        paragraphs=[
            _("Visti la graduatoria e l'esito delle verifiche, è concesso il beneficio che segue."),
            *_aid(award, content),
        ],
        facts=[LetterFact(label=label, value=value) for label, value in facts.items() if value],
    )


def _aid(award: Award, content: CallContent) -> list[str]:
    regime = regime_of(content)
    if regime is None:
        return []
    words = _(
        "L'aiuto è concesso in regime «de minimis» (massimale %(ceiling)s in tre anni per impresa unica); il suo "
        "equivalente sovvenzione lordo è %(eur)s.",
        ceiling=eur(regime.ceiling_eur),
        eur=eur(award.eur),
    )
    cut = _("Il valore è ridotto rispetto a %(asked)s per restare sotto il massimale.", asked=eur(award.asked_eur))
    return [words, cut] if award.eur < award.asked_eur else [words]


def _gives(content: CallContent, lang: Language) -> list[LetterPart]:
    if content.offer is None:
        return []

    def titles(items: list[Item]) -> list[str]:
        return [item.title.in_(lang) for item in items]

    parts = [LetterPart(title=_("Che cosa comprende"), items=titles(content.offer.services))]
    if content.offer.firm_bears:
        parts.append(
            LetterPart(title=_("Che cosa resta a carico dell'impresa"), items=titles(content.offer.firm_bears))
        )
    return parts


def _duties(case: Case, award: Award, public_url: str, lang: Language) -> LetterPart:
    until = rendering.instant(award.accept_by, lang=lang)
    return LetterPart(
        title=_("Che cosa deve fare l'impresa"),
        paragraphs=[
            _("Accettare o rinunciare entro il %(until)s, ora di Roma, nella pagina indicata qui sotto.", until=until),
            f"{public_url}/area/domande/{case.application.id}/concessione",
            _("Senza risposta entro il termine il beneficio decade e la graduatoria scorre."),
            _(
                "Contro questo atto si può ricorrere al tribunale amministrativo regionale entro 60 giorni, o con "
                "ricorso straordinario al Presidente della Repubblica entro 120 giorni."
            ),
        ],
    )
