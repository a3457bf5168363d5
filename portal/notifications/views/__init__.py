"""Pages of the notifications: one's own messages, the office's, and the demonstration's mailbox."""

from flask import Blueprint

from portal.notifications.views import mailbox, office, own

bp = Blueprint("notifications", __name__)
for room in (own, office, mailbox):
    room.route(bp)

blueprints = (bp,)
