"""Pages of the evaluation: the reviewer's desk, and the office's board."""

from portal.evaluation.views import board, desk, meeting, scores, seats
from portal.evaluation.views.shared import bp

__all__ = ["blueprints", "board", "desk", "meeting", "scores", "seats"]

blueprints = (bp,)
