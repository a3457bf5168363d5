"""Meetings as pure decisions: the event, its schedule, whether it holds, what a move costs.

The solver is beside them in `solver`, and is imported only where it runs: it loads OR-Tools.
"""

from portal.matching.rules.scheduling import instance, solution
from portal.matching.rules.scheduling.check import Rule, Violation, check
from portal.matching.rules.scheduling.instance import Instance, Meeting, Participant, Term, Unreadable
from portal.matching.rules.scheduling.placing import Hindrance
from portal.matching.rules.scheduling.price import Grid, Obstacle, Price, price_move
from portal.matching.rules.scheduling.solution import Assignment, Conflict, LeftOut, Solution

__all__ = [
    "Assignment",
    "Conflict",
    "Grid",
    "Hindrance",
    "Instance",
    "LeftOut",
    "Meeting",
    "Obstacle",
    "Participant",
    "Price",
    "Rule",
    "Solution",
    "Term",
    "Unreadable",
    "Violation",
    "check",
    "instance",
    "price_move",
    "solution",
]
