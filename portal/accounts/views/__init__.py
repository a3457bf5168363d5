"""Pages of the accounts."""

from flask import Blueprint
from flask.blueprints import BlueprintSetupState

from portal.accounts.views import current, limits, profile, sign_in, staff

bp = Blueprint("accounts", __name__)
for room in (sign_in, profile, staff):
    room.route(bp)


@bp.record_once
def _install(state: BlueprintSetupState) -> None:
    current.init_app(state.app)
    limits.init_app(state.app, state.app.config["SETTINGS"])


blueprints = (bp,)
