"""The keys by which published rankings are signed."""

from flask import render_template
from flask.typing import ResponseReturnValue

from portal import db
from portal.documents import downloads
from portal.ranking.service import signing
from portal.ranking.views.shared import bp
from portal.web.guards import found


@bp.get("/trasparenza/chiavi")
def keys() -> ResponseReturnValue:
    """Every key that signs or signed, and how to verify with it."""
    return render_template("ranking/keys.html", keys=signing.keys(db.session()))


@bp.get("/trasparenza/chiavi/<key_id>.pem")
def key_file(key_id: str) -> ResponseReturnValue:
    """One key as a file."""
    known = {one.key_id: one.pem for one in signing.keys(db.session())}
    pem = found(known.get(key_id))
    return downloads.send(pem.encode(), name=f"portale-export-{key_id}.pem", media_type="application/x-pem-file")
