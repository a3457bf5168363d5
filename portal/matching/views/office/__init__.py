"""The office's pages of business meetings; the auditor reads the same."""

from flask import Blueprint

from portal.matching.views.office import buyers, editing, events, pairs, people

bp = Blueprint("matching_office", __name__)
for room in (events, editing, people, pairs, buyers):
    room.route(bp)
