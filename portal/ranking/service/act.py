"""The draft act that approves a ranking: its text by version, and the ranking put into it."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import force_locale
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit.service import record
from portal.calls.models import Call
from portal.calls.rules.content import CallContent
from portal.documents import docx, rendering
from portal.documents.rules.papers import ActBlock, Determination
from portal.kernel.errors import Conflict
from portal.ranking import queries
from portal.ranking.models import ActTemplate, Ranking
from portal.ranking.rules import act
from portal.ranking.rules.act import Kind
from portal.ranking.rules.refusals import SameText, WhyChanged
from portal.web.filters import eur, num

DEFAULT = rendering.TEMPLATES / "determination" / "default.txt"
LEAST_REASON = 10
RANKED = ["Posto", "Impresa", "Partita IVA", "Protocollo", "Punti", "Valore"]
NUMBERED = ["Protocollo", "Esito"]
"""The act is in Italian in every language of the pages."""


def text_in_force(session: Session) -> str:
    """The text of the newest version, or the one that comes with the portal."""
    kept = queries.find_act_template(session)
    return kept.text if kept else DEFAULT.read_text()


def write_act(session: Session, text: str, *, reason: str, base: int, by: str, now: datetime) -> ActTemplate:
    """The next version of the text; `base` is the number of the one that was edited.

    Raises what `rules.act.parse` does, WhyChanged, SameText, Conflict where somebody wrote another since.
    """
    act.parse(text)
    if len(reason.strip()) < LEAST_REASON:
        raise WhyChanged(field="reason", least=LEAST_REASON)
    if _lines(text) == _lines(text_in_force(session)):
        raise SameText(field="text")
    latest = queries.find_act_template(session)
    number = latest.number if latest else 0
    if number != base:
        raise Conflict
    kept = ActTemplate(number=number + 1, text=_lines(text), reason=reason.strip(), made_at=now, made_by=by)
    try:
        with session.begin_nested():
            session.add(kept)
    except IntegrityError as twin:
        raise Conflict from twin
    detail = {"number": kept.number, "why": kept.reason}
    record(session, "ranking.act_written", subject_type="act_template", subject_id="act", by=by, at=now, detail=detail)
    return kept


def _lines(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def values(
    ranking: Ranking, file: Mapping[str, Any], call: Call, content: CallContent, *, public_url: str
) -> dict[str, str]:
    """What each of `rules.act.NAMES` stands for, in Italian."""
    rule, entries = file["rule"], file["entries"]
    funded = [line for line in entries if line["outcome"] == "funded"]
    granted = sum((Decimal(line["amount_eur"]) for line in funded), Decimal(0))
    count = {kind: sum(line["outcome"] == kind for line in entries) for kind in ("reserve", "below_threshold")}
    with force_locale("it"):
        return {
            "ente": content.implementing_body,
            "programma": content.programme.title.it,
            "atto_programma": content.programme.act,
            "bando": content.title.it,
            "codice_bando": content.code,
            "versione_bando": str(file["call"]["version"]),
            "apertura": rendering.instant(call.opens_at, lang="it"),
            "chiusura": rendering.instant(call.closes_at, lang="it"),
            "ufficio": content.contacts.office,
            "responsabile": content.responsible_officer,
            "versione": str(ranking.number),
            "redatta_il": rendering.instant(ranking.drawn_up_at, lang="it"),
            "motivo": ranking.reason or "prima graduatoria",
            "dotazione": eur(rule["budget_eur"]),
            "valore_unitario": eur(rule["unit_value_eur"]) or "quanto chiesto da ciascuna",
            "posti": num(rule["places"]) or "quanti le risorse consentono",
            "soglia": num(rule["threshold"]),
            "domande": num(len(entries) + len(file["not_admitted"])),
            "finanziate": num(len(funded)),
            "riserva": num(count["reserve"]),
            "sotto_soglia": num(count["below_threshold"]),
            "non_ammesse": num(len(file["not_admitted"])),
            "importo_concesso": eur(granted),
            "residuo": eur(Decimal(rule["budget_eur"]) - granted),
            "ultimo_punteggio": num(funded[-1]["total"], places=2) if funded else "–",
            "impronta": ranking.sha256,
            "indirizzo": f"{public_url}/bandi/{call.slug}/graduatoria",
        }


def blocks(text: str, known: Mapping[str, str], file: Mapping[str, Any]) -> list[ActBlock]:
    """The act: each paragraph with its values, each list as a table."""
    return [
        _table(block.text, file)
        if block.kind is Kind.LIST
        else ActBlock(kind=block.kind.value, text=act.fill(block, known))
        for block in act.parse(text)
    ]


def _table(name: str, file: Mapping[str, Any]) -> ActBlock:
    entries = file["entries"]
    if name == "elenco_non_ammesse":
        below = [line["registry_number"] for line in entries if line["outcome"] == "below_threshold"]
        said = dict.fromkeys(below, "sotto soglia") | dict.fromkeys(file["not_admitted"], "requisiti mancanti")
        return ActBlock(
            kind=Kind.LIST.value, columns=NUMBERED, rows=[[number, said[number]] for number in sorted(said)]
        )
    outcome = {"elenco_finanziate": "funded", "elenco_riserva": "reserve"}[name]
    with force_locale("it"):
        rows = [_row(line) for line in entries if line["outcome"] == outcome]
    return ActBlock(kind=Kind.LIST.value, columns=RANKED, rows=rows)


def _row(line: Mapping[str, Any]) -> list[str]:
    amount = eur(line["amount_eur"]) if line["outcome"] == "funded" else "–"
    firm = line["firm"]
    points = num(line["total"], places=2)
    return [str(line["place"]), firm["legal_name"], firm["vat"], line["registry_number"], points, amount]


def as_pdf(ranking: Ranking, parts: list[ActBlock], content: CallContent) -> bytes:
    """The draft as a tagged PDF."""
    paper = Determination(
        issuer=content.implementing_body,
        programme=content.programme.title.it,
        call_title=content.title.it,
        call_code=content.code,
        sha256=ranking.sha256,
        blocks=parts,
    )
    return rendering.render(paper, lang="it", at=ranking.drawn_up_at)


def as_docx(ranking: Ranking, parts: list[ActBlock], content: CallContent) -> bytes:
    """The draft for a word processor."""
    written = [
        docx.Part(style=one.kind, text=one.text, columns=one.columns, rows=one.rows)
        if one.rows or not one.columns
        else docx.Part(style="paragraph", text="Nessuna domanda in questo elenco.")
        for one in parts
    ]
    title = f"Determinazione – {content.title.it}"
    return docx.write(written, title=title, author=content.implementing_body, at=ranking.drawn_up_at)
