"""Scores and spread of a call, once unsealed: as plots with their tables, and as sheets."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal import db
from portal.calls import queries as calls
from portal.calls.models import Call
from portal.calls.rules.content import CallContent
from portal.documents import downloads, sheets as books
from portal.evaluation import queries, rules, service
from portal.evaluation.queries import Sheet
from portal.evaluation.rules import Gap, Stage
from portal.evaluation.views.board import XLSX, own_call, requires_reader
from portal.evaluation.views.shared import bp
from portal.web.filters import tr
from portal.web.guards import found

MOST_PLOTTED = 60


@dataclass(frozen=True)
class Line:
    """One application whose sheets are all in."""

    id: UUID
    protocol: str
    company: str
    gaps: list[Gap]
    names: dict[str, str]
    is_agreed: bool

    @property
    def total(self) -> Decimal:
        """The mean of the whole sheets."""
        return sum((gap.mean for gap in self.gaps), Decimal(0))

    @property
    def spread(self) -> Decimal:
        """The widest spread of a criterion."""
        return max((gap.spread for gap in self.gaps), default=Decimal(0))

    @property
    def disagrees(self) -> bool:
        """Whether a criterion is flagged."""
        return any(gap.disagrees for gap in self.gaps)


@requires_reader
def scores(slug: str) -> ResponseReturnValue:
    """Scores and spread, application by application."""
    call = own_call(slug, to_change=False)
    content = calls.content_of(found(call.version))
    lines, is_narrow = _shown(call, content)
    return render_template(
        "evaluation/scores.html",
        call=call,
        content=content,
        criteria=rules.reviewed(content),
        lines=lines,
        plotted=lines[:MOST_PLOTTED],
        is_narrow=is_narrow,
        histogram=_histogram(lines),
        base=request.path,
    )


@requires_reader
def scores_file(slug: str, kind: str) -> ResponseReturnValue:
    """The same lines, as a sheet."""
    call = own_call(slug, to_change=False)
    content = calls.content_of(found(call.version))
    lines, _narrow = _shown(call, content)
    header = [_("Domanda"), _("Impresa"), _("Criterio"), _("Media"), _("Scarto"), _("In disaccordo"), _("Fuori scala")]
    titles = {one.key: tr(one.title) for one in content.criteria}
    table = [
        [
            line.protocol,
            line.company,
            titles[gap.criterion],
            gap.mean.quantize(Decimal("0.01")),
            gap.spread,
            _("sì") if gap.disagrees else _("no"),
            ", ".join(line.names[who] for who in gap.outliers),
        ]
        for line in lines
        for gap in line.gaps
    ]
    return sent(header, table, name=f"punteggi-{call.slug}", title=_("Punteggi"), kind=kind)


def sent(header: Sequence[str], table: Sequence[Sequence[Any]], *, name: str, title: str, kind: str) -> Any:  # noqa: ANN401
    """A table as CSV or XLSX."""
    if kind == "csv":
        return downloads.send(books.to_csv(header, table), name=f"{name}.csv", media_type="text/csv; charset=utf-8")
    return downloads.send(books.to_xlsx({title: (header, table)}), name=f"{name}.xlsx", media_type=XLSX)


def _shown(call: Call, content: CallContent) -> tuple[list[Line], bool]:
    """What is unsealed, the widest spread first; or only what disagrees."""
    session, is_narrow = db.session(), request.args.get("mostra") == "discordi"
    evaluated = queries.in_evaluation(session, call.id)
    sheets = queries.sheets(session, [row[0] for row in evaluated])
    open_ = {id_: found_ for id_, found_ in sheets.items() if rules.is_unsealed([sheet.desk for sheet in found_])}
    agreed = queries.agreed(session, open_)
    lines = [
        _line(id_, protocol, company, open_[id_], content=content, is_agreed=id_ in agreed)
        for id_, protocol, company, _status in evaluated
        if id_ in open_
    ]
    lines.sort(key=lambda line: (-line.spread, line.protocol))
    return [line for line in lines if line.disagrees or not is_narrow], is_narrow


def _line(
    id_: UUID, protocol: str, company: str, sheets: list[Sheet], *, content: CallContent, is_agreed: bool
) -> Line:
    names = {str(one.reviewer_id): one.reviewer for one in sheets if one.desk.stage is Stage.SUBMITTED}
    return Line(id_, protocol, company, service.gaps_of(content, sheets), names, is_agreed)


def _histogram(lines: Sequence[Line]) -> list[tuple[str, list[int]]]:
    """How many applications have a mean total in each band of ten points."""
    if not lines:
        return []
    bands = [int(line.total // 10) for line in lines]
    return [(f"{band * 10}-{band * 10 + 10}", [bands.count(band)]) for band in range(min(bands), max(bands) + 1)]


for _base, _mark in (("/ufficio", ""), ("/controllo", "control_")):
    _at = f"{_base}/bandi/<slug>/valutazione/punteggi"
    bp.get(_at, endpoint=f"{_mark}scores")(scores)
    bp.get(f"{_at}.<any(csv, xlsx):kind>", endpoint=f"{_mark}scores_file")(scores_file)
