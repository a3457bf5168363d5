"""Pages of the accounts."""

from typing import cast

from flask import Blueprint, Flask
from flask.blueprints import BlueprintSetupState

from portal.accounts.views import current, limits, profile, sign_in, staff

bp = Blueprint("accounts", __name__)
for room in (sign_in, profile, staff):
    room.route(bp)


@bp.record_once
def _install(state: BlueprintSetupState) -> None:
    app = cast("Flask", state.app)
    current.init_app(app)
    limits.init_app(app, app.config["SETTINGS"])


blueprints = (bp,)
