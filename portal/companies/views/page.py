"""What these pages share: the firm acted for, and a form whose faults are said with 422."""

from typing import Any
from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal import db
from portal.companies import permissions, queries
from portal.companies.models import Company
from portal.web.forms import PortalForm
from portal.web.guards import found


def own() -> Company:
    """The firm acted for, whole; 404 when there is none."""
    company: Company = found(queries.find(db.session(), current_user.company_id))
    return company


def own_id() -> UUID:
    """Its id, for those who may change the profile; 404 for the others."""
    mandate = current_user.mandate if permissions.may_edit(current_user.mandate) else None
    company_id: UUID = found(mandate).company_id
    return company_id


def page(template: str, form: PortalForm, **values: Any) -> ResponseReturnValue:  # noqa: ANN401 - a template's
    """Render; the status says whether anything is wrong."""
    return render_template(template, form=form, **values), 422 if form.summary else 200
