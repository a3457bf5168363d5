"""The published ranking, for anybody."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from portal import db
from portal.calls import queries as calls
from portal.documents import downloads, sheets
from portal.kernel.text import canonical_json
from portal.ranking import queries
from portal.ranking.models import Ranking
from portal.ranking.service import papers
from portal.ranking.views.listed import send_list
from portal.ranking.views.shared import COMMAND, HELD, OUTCOMES, bp, shown, titles
from portal.web.guards import found
from portal.web.language import current as language


@bp.get("/bandi/<slug>/graduatoria")
def published(slug: str) -> ResponseReturnValue:
    """The three lists with the cut-off drawn through; before the publication, when to come back."""
    call = found(calls.find_public(db.session(), slug)).call
    content = calls.content_of(found(call.version))
    row = queries.find_published(db.session(), slug)
    if row is None:
        return render_template("ranking/not_yet.html", call=call, content=content)
    view = shown(db.session(), row[0])
    return render_template(
        "ranking/published.html",
        call=call,
        content=content,
        view=view,
        titles=titles(content),
        outcomes=OUTCOMES,
        held=HELD,
        command=COMMAND,
    )


@bp.get("/bandi/<slug>/graduatoria.<any(json, csv, pdf):kind>")
def published_file(slug: str, kind: str) -> ResponseReturnValue:
    """The file from which anybody recomputes the order; the open data; the paper."""
    ranking, _call = found(queries.find_published(db.session(), slug))
    return send(ranking, kind, name=f"graduatoria-{slug}-{ranking.number}")


@bp.get("/bandi/<slug>/graduatoria/elenco.<any(csv, xlsx):kind>")
def published_list(slug: str, kind: str) -> ResponseReturnValue:
    """The list as the page shows it, narrowed as it is, whole."""
    ranking, _call = found(queries.find_published(db.session(), slug))
    return send_list(ranking, kind, name=f"{slug}-{ranking.number}")


def send(ranking: Ranking, kind: str, *, name: str) -> ResponseReturnValue:
    """A version as a file of that kind."""
    file = queries.content(db.session(), ranking.id)
    content = calls.content_by_id(db.session(), ranking.version_id)
    moved = queries.moved(db.session(), ranking.id)
    match kind:
        case "json":
            signed = file if ranking.signature is None else {**file, "signature": ranking.signature}
            body, media_type = canonical_json(signed) + b"\n", "application/json"
        case "csv":
            body, media_type = sheets.to_csv(papers.HEADER, papers.rows(file, content, moved)), "text/csv"
        case "xlsx":
            body = sheets.to_xlsx({"Graduatoria": (papers.HEADER, papers.rows(file, content, moved))})
            media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        case "pdf":
            body = papers.pdf(ranking, file, content, moved, lang="en" if language() == "en" else "it")
            media_type = "application/pdf"
        case _:
            abort(404)
    return downloads.send(body, name=f"{name}.{kind}", media_type=media_type)
