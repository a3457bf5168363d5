"""Pages of the requests of access: for the firms, for the office, for the auditor."""

from portal.access.views import office, own
from portal.access.views.shared import bp

__all__ = ["blueprints", "office", "own"]

blueprints = (bp,)
