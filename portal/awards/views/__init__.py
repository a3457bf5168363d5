"""Pages of the awards: for the firm, for the office, for the auditor."""

from flask import Blueprint

from portal.awards.views import area, case, cors, listing, register

bp = Blueprint("awards", __name__)
for room in (area, listing, case, register, cors):
    room.route(bp)

blueprints = (bp,)
