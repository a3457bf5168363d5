"""The verbs of the ranking."""

from portal.ranking.service.act import write_act
from portal.ranking.service.draw import draw_reserve, draw_up
from portal.ranking.service.explain import explain, what_would_have
from portal.ranking.service.publish import approve, publish

__all__ = [
    "approve",
    "draw_reserve",
    "draw_up",
    "explain",
    "publish",
    "what_would_have",
    "write_act",
]
