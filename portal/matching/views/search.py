"""HS codes searched by typing: as JSON for the page's script, as a page without it. Firms and buyers use it."""

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from portal.matching.rules import hs

bp = Blueprint("hs", __name__)
_LONGEST = 80


@bp.get("/cerca/hs")
def search() -> ResponseReturnValue:
    """Headings whose code begins with what was typed, or whose title holds the words."""
    words = request.args.get("q", "")[:_LONGEST]
    results = [{"value": one.code, "label": one.label} for one in hs.search(words, limit=30)]
    wants_page = request.accept_mimetypes.best_match(("application/json", "text/html")) == "text/html"
    answer = (
        render_template("matching/hs.html", results=results, words=words) if wants_page else jsonify(results=results)
    )
    return answer, {"Vary": "Accept"}
