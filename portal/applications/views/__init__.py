"""Pages of the applications: the firm's own, and the verification of receipts, which is everybody's."""

from portal.applications.views import area, documents, receipts, requests, section, submission
from portal.applications.views.shared import bp

blueprints = (bp,)

__all__ = ["area", "blueprints", "documents", "receipts", "requests", "section", "submission"]
