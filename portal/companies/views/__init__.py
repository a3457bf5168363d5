"""Pages of the companies."""

from flask import Blueprint

from portal.companies.views import area, holdings, people, profile, search

bp = Blueprint("companies", __name__)
for room in (area, profile, holdings, people, search):
    room.route(bp)

blueprints = (bp,)
