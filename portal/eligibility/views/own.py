"""The firm's own view of its report."""

from uuid import UUID

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal import db
from portal.applications.permissions import reach
from portal.calls import queries as calls
from portal.eligibility import queries
from portal.web.guards import found, requires_company


@requires_company
def own(application_id: UUID) -> ResponseReturnValue:
    """What the rules said of the firm's application, and what the office made of it."""
    application = found(queries.find_own_case(db.session(), application_id, **reach(current_user)))
    standing = queries.find_standing(db.session(), application_id)
    content = calls.content_by_id(db.session(), application.version_id)
    return render_template("eligibility/own.html", application=application, content=content, standing=standing)


def route(bp: Blueprint) -> None:
    """Where this page is."""
    bp.get("/area/domande/<uuid:application_id>/requisiti")(own)
