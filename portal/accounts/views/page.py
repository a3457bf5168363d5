"""A page with a form: what was wrong is said with 422."""

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from portal.accounts.views.limits import REFUSED
from portal.web.forms import PortalForm


def page(template: str, form: PortalForm, **values: Any) -> ResponseReturnValue:  # noqa: ANN401 - a template's
    """Render; the status says whether anything is wrong."""
    return render_template(template, form=form, **values), REFUSED if form.summary else 200
