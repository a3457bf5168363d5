"""The register of everything that was done, chained."""

from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from portal import db
from portal.audit import queries
from portal.audit.models import Entry
from portal.web import paging
from portal.web.guards import requires

LATEST_FIRST = [paging.By(Entry.seq, "seq", descending=True)]


@requires("admin", "auditor")
def register() -> ResponseReturnValue:
    """Lines of the audit, newest first, by who, what and about what."""
    asked = {key: request.args.get(key, "").strip()[:80] for key in ("chi", "che", "su")}
    statement = queries.entries(subject_id=asked["su"], by=asked["chi"], action=asked["che"])
    page = paging.read(
        db.session(), statement, LATEST_FIRST, after=request.args.get("dopo"), before=request.args.get("prima")
    )
    address = f"{request.path}?{urlencode({key: value for key, value in asked.items() if value})}"
    head = queries.head(db.session())
    return render_template("office/register.html", page=page, asked=asked, address=address, head=head)


def route(bp: Blueprint) -> None:
    """Where this page is."""
    bp.get("/ufficio/registro", endpoint="register")(register)
    bp.get("/controllo/registro", endpoint="control_register")(register)
