"""Pages of the house itself: what the law asks a public site to say, and help."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.web.kept import kept

bp = Blueprint("web", __name__)


@bp.get("/accessibilita")
@kept()
def accessibility() -> ResponseReturnValue:
    """The statement of accessibility."""
    return render_template("web/accessibility.html")


@bp.get("/privacy")
@kept()
def privacy() -> ResponseReturnValue:
    """What is kept, why, for how long."""
    return render_template("web/privacy.html")


@bp.get("/aiuto")
@kept()
def help_() -> ResponseReturnValue:
    """How to do the main things, and whom to ask."""
    return render_template("web/help.html")
