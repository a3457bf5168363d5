"""Pages of the missions: for the firm, for event staff, for the auditor."""

from flask import Blueprint

from portal.missions.views import area, door, lists, office, requests, travellers

bp = Blueprint("missions", __name__)
for room in (area, office, travellers, requests, lists, door):
    room.route(bp)

blueprints = (bp,)
