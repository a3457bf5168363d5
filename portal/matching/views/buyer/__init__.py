"""The buyers' own pages, in English or Russian: nobody signs in, a personal link opens them."""

from flask import Blueprint

from portal.matching.views.buyer import catalogue, events, link, outcomes, profile

bp = Blueprint("buyer", __name__)
for room in (link, profile, events, catalogue, outcomes):
    room.route(bp)
