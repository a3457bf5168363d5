"""The ranking as pure decisions: who stands where, why, and how a stranger checks it."""

from portal.ranking.rules.draw import Held, Outcome, Row, Standing, Unrankable, draw_up, parting, standing
from portal.ranking.rules.points import average, half_up
from portal.ranking.rules.published import (
    CallNamed,
    Published,
    PublishedEntry,
    Unreadable,
    Version,
    Winner,
    publish,
    read,
    render,
    verify,
)
from portal.ranking.rules.terms import (
    Bonus,
    Criterion,
    Entry,
    Pathway,
    RankedList,
    RankingRule,
    Shortfall,
    TieBreak,
    rule_of,
)
from portal.ranking.rules.transparency import TRANSPARENCY, Act

__all__ = [
    "TRANSPARENCY",
    "Act",
    "Bonus",
    "CallNamed",
    "Criterion",
    "Entry",
    "Held",
    "Outcome",
    "Pathway",
    "Published",
    "PublishedEntry",
    "RankedList",
    "RankingRule",
    "Row",
    "Shortfall",
    "Standing",
    "TieBreak",
    "Unrankable",
    "Unreadable",
    "Version",
    "Winner",
    "average",
    "draw_up",
    "half_up",
    "parting",
    "publish",
    "read",
    "render",
    "rule_of",
    "standing",
    "verify",
]
