"""The verbs of the ranking."""

from portal.ranking.service.draw import draw_up
from portal.ranking.service.explain import explain
from portal.ranking.service.publish import publish

__all__ = ["draw_up", "explain", "publish"]
