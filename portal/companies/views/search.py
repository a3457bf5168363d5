"""Searching by typing, for whoever fills a form: as JSON for the page's script, as a page without it."""

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from portal.companies.rules import ateco, places

_LONGEST = 80


def _answer(template: str, results: list, **values: object) -> ResponseReturnValue:
    wants_page = request.accept_mimetypes.best_match(("application/json", "text/html")) == "text/html"
    answer = render_template(template, results=results, **values) if wants_page else jsonify(results=results)
    return answer, {"Vary": "Accept"}


def activities() -> ResponseReturnValue:
    """ATECO codes in which the words typed occur."""
    words, asked = request.args.get("q", "")[:_LONGEST], request.args.get("edizione")
    edition = next((one for one in ateco.EDITIONS if one == asked), ateco.CURRENT)
    hits = ateco.search(words, edition, limit=30)
    results = [{"value": one.code, "label": f"{one.code} {one.title}"} for one in hits]
    return _answer("companies/activities.html", results, words=words, edition=edition, editions=ateco.EDITIONS[::-1])


def municipalities() -> ResponseReturnValue:
    """Municipalities whose name holds what was typed."""
    words = request.args.get("q", "")[:_LONGEST]
    results = [{"value": one.code, "label": one.label} for one in places.search(words, limit=30)]
    return _answer("companies/municipalities.html", results, words=words)


def route(bp: Blueprint) -> None:
    """The addresses of this room."""
    bp.add_url_rule("/cerca/ateco", view_func=activities)
    bp.add_url_rule("/cerca/comuni", view_func=municipalities)
