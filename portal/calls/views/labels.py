"""Names of a call's parts, for people who read what changed."""

from typing import Final

from flask_babel import LazyString, lazy_gettext as _l

PARTS: Final[dict[str, LazyString]] = {
    "title": _l("titolo"),
    "summary": _l("sintesi"),
    "programme": _l("programma"),
    "texts": _l("testi"),
    "heading": _l("intestazione"),
    "body": _l("testo"),
    "it": _l("in italiano"),
    "en": _l("in inglese"),
    "window": _l("finestra"),
    "opens_at": _l("apertura"),
    "closes_at": _l("chiusura"),
    "milestones": _l("date"),
    "budget": _l("risorse"),
    "amount_eur": _l("dotazione in euro"),
    "unit_value_eur": _l("valore per impresa in euro"),
    "places": _l("posti"),
    "offer": _l("servizi"),
    "pathways": _l("percorsi"),
    "rules": _l("requisiti"),
    "parameters": _l("parametri"),
    "criteria": _l("criteri"),
    "anchors": _l("livelli"),
    "thresholds": _l("soglie"),
    "total": _l("totale"),
    "max": _l("massimo"),
    "min": _l("minimo"),
    "bonus": _l("premialità"),
    "tie_break": _l("parità"),
    "reserves": _l("riserve"),
    "lot": _l("sorteggio"),
    "commitment": _l("impronta del seme"),
    "overbooking_pct": _l("soglia di overbooking"),
    "four_eyes": _l("persone che servono"),
    "shortfall": _l("se le risorse non bastano"),
    "asked": _l("importo chiesto"),
    "quantity": _l("quantità"),
    "group": _l("gruppo"),
    "order": _l("ordine"),
    "form": _l("modulo"),
    "sections": _l("sezioni"),
    "fields": _l("domande"),
    "label": _l("etichetta"),
    "hint": _l("aiuto"),
    "required": _l("obbligatorio"),
    "options": _l("risposte"),
    "columns": _l("colonne"),
    "documents": _l("documenti"),
    "declarations": _l("dichiarazioni"),
    "days": _l("giorni"),
    "procedure": _l("procedimento"),
    "supplement": _l("integrazione"),
    "evaluation": _l("valutazione"),
    "acceptance": _l("accettazione"),
    "reserve_valid": _l("validità della riserva"),
    "contacts": _l("contatti"),
    "responsible_officer": _l("responsabile del procedimento"),
    "source": _l("fonte"),
    "privacy": _l("informativa privacy"),
    "reminder_hours": _l("promemoria"),
    "stamp_duty": _l("bollo"),
}

DEEDS: Final[dict[str, LazyString]] = {
    "calls.create": _l("Bozza creata"),
    "calls.draft": _l("Bozza aggiornata"),
    "calls.publish": _l("Pubblicato"),
    "calls.amend": _l("Rettifica"),
    "calls.opened": _l("Aperto"),
    "calls.closed": _l("Chiuso"),
    "ranking.drawn_up": _l("Graduatoria redatta"),
    "ranking.approved": _l("Graduatoria approvata"),
    "ranking.published": _l("Graduatoria pubblicata"),
}
"""What the audit's actions mean."""


def where(path: tuple[str, ...]) -> str:
    """`finestra › chiusura`; keys that the call itself chose stay as they are."""
    return " › ".join(str(PARTS.get(part, part)) for part in path)
