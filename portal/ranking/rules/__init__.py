"""The ranking as pure decisions: who stands where, why, and how a stranger checks it."""

from portal.ranking.rules.allot import Held
from portal.ranking.rules.bands import BAND, Band, bands
from portal.ranking.rules.causes import KEEPS, LEAVES, Cause, Departure
from portal.ranking.rules.covers import Unrankable
from portal.ranking.rules.draw import Outcome, RankedList, Row, draw_up
from portal.ranking.rules.moves import Because, By, Move, Part, moves, summary
from portal.ranking.rules.of_call import rule_of
from portal.ranking.rules.order import opens
from portal.ranking.rules.points import average, half_up
from portal.ranking.rules.published import (
    CallNamed,
    Left,
    Published,
    PublishedEntry,
    Replaced,
    Unreadable,
    Version,
    Winner,
    document,
    entry_of,
    publish,
    read,
    recompute,
    render,
    verify,
)
from portal.ranking.rules.standing import Standing, parting, standing
from portal.ranking.rules.terms import (
    Bonus,
    Criterion,
    Entry,
    Granted,
    Lot,
    Pathway,
    RankingRule,
    Request,
    Reserve,
    Shortfall,
    TieBreak,
)
from portal.ranking.rules.transparency import TRANSPARENCY, Act

__all__ = [
    "BAND",
    "KEEPS",
    "LEAVES",
    "TRANSPARENCY",
    "Act",
    "Band",
    "Because",
    "Bonus",
    "By",
    "CallNamed",
    "Cause",
    "Criterion",
    "Departure",
    "Entry",
    "Granted",
    "Held",
    "Left",
    "Lot",
    "Move",
    "Outcome",
    "Part",
    "Pathway",
    "Published",
    "PublishedEntry",
    "RankedList",
    "RankingRule",
    "Replaced",
    "Request",
    "Reserve",
    "Row",
    "Shortfall",
    "Standing",
    "TieBreak",
    "Unrankable",
    "Unreadable",
    "Version",
    "Winner",
    "average",
    "bands",
    "document",
    "draw_up",
    "entry_of",
    "half_up",
    "moves",
    "opens",
    "parting",
    "publish",
    "read",
    "recompute",
    "render",
    "rule_of",
    "standing",
    "summary",
    "verify",
]
