"""Pages of the ranking: for anybody, for the office, for the firm."""

from portal.ranking.views import act, keys, office, own, public, soundness, transparency
from portal.ranking.views.shared import bp

__all__ = ["act", "blueprints", "keys", "office", "own", "public", "soundness", "transparency"]

blueprints = (bp,)
