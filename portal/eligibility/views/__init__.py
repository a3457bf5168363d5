"""Pages of the eligibility check: for anybody, for the office, for the firm."""

from flask import Blueprint

from portal.eligibility.views import office, own, precheck, requests

bp = Blueprint("eligibility", __name__)
for room in (precheck, office, requests, own):
    room.route(bp)
blueprints = (bp,)
