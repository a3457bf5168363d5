"""Pages of the matching."""

from portal.matching.views import agenda

blueprints = (agenda.bp,)
