"""Pages of the office; `/controllo` shows the same ones to the auditor."""

from flask import Blueprint

from portal.office.views import case, desk, fence, listing, register

bp = Blueprint("office", __name__)
for room in (desk, listing, case, register, fence):
    room.route(bp)

blueprints = (bp,)
