"""Amministrazione trasparente: who receives what, as a page and as open data."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import cast

from flask import abort, current_app, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from portal import db
from portal.documents import downloads, sheets
from portal.ranking import queries
from portal.ranking.models import Place, Ranking
from portal.ranking.queries import Funded
from portal.ranking.rules import TRANSPARENCY
from portal.ranking.service import transparency
from portal.ranking.service.transparency import Acts
from portal.ranking.views.shared import ROWS, bp
from portal.web import paging

ACTS = "portale.acts"
"""The application's list of functions by which slices above tell the act and the codes of a grant."""
NEWEST_FIRST = [
    paging.By(Ranking.published_at, "published_at", descending=True),
    paging.By(Place.ranking_id, "ranking_id"),
    paging.By(Place.position, "position"),
]
YEARS = range(2000, 2100)


def _acts() -> Sequence[Acts]:
    return cast("Sequence[Acts]", current_app.extensions.get(ACTS, ()))


def _year() -> int | None:
    asked = request.args.get("anno", "")
    year = int(asked) if asked.isascii() and asked.isdecimal() else 0
    return year if year in YEARS else None


@bp.get("/trasparenza")
def transparent() -> ResponseReturnValue:
    """The grants of a year, or of all, a page at a time."""
    session, year = db.session(), _year()
    page = paging.read(
        session,
        queries.funded(year=year),
        NEWEST_FIRST,
        after=request.args.get("dopo"),
        before=request.args.get("prima"),
        size=ROWS,
    )
    rows = [Funded(*row) for row in page.rows]
    years = queries.years_funded(session)
    return render_template(
        "ranking/transparency.html",
        year=year,
        years=years,
        page=page,
        grants=transparency.published(session, rows, public_url=current_app.config["PUBLIC_URL"], acts=_acts()),
        address=f"/trasparenza?anno={year or ''}",
    )


@bp.get("/trasparenza/beneficiari.<any(csv, json):kind>")
def beneficiaries(kind: str) -> ResponseReturnValue:
    """The same as open data, whole: read as it is sent."""
    asked, year = request.args.get("anno", ""), _year()
    if asked and year is None:
        abort(404)
    name = f"beneficiari{f'-{year}' if year else ''}.{kind}"
    found = transparency.grants(db.session(), year=year, public_url=current_app.config["PUBLIC_URL"], acts=_acts())
    if kind == "csv":
        rows = (tuple(one.fields.values()) for one in found)
        body, media_type = sheets.csv_stream(TRANSPARENCY, rows), "text/csv; charset=utf-8"
    else:
        body, media_type = _json(found, year), "application/json"
    return downloads.send(stream_with_context(body), name=name, media_type=media_type)


def _json(found: Iterator[transparency.Published], year: int | None) -> Iterator[bytes]:
    head = {
        "norma": "artt. 26 e 27 del D.Lgs. 33/2013",
        "anno": year,
        "estratto_il": date.today().isoformat(),  # noqa: DTZ011 - the day of whoever reads
    }
    yield json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "beneficiari": ['
    for number, one in enumerate(found):
        line = json.dumps(transparency.as_json(one), ensure_ascii=False).encode()
        yield (b",\n" if number else b"\n") + line
    yield b"\n]}\n"
