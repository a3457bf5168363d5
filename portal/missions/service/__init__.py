"""The verbs of the missions."""

from portal.missions.service.attendance import Scan, check_in
from portal.missions.service.change import approve, ask, difference, reject
from portal.missions.service.lists import draw_up, take
from portal.missions.service.places import admit, confirm, promote, replace, waive
from portal.missions.service.plan import amend, cancel, close_list, draft, open_mission
from portal.missions.service.purging import purge
from portal.missions.service.sealing import keep_scan, reveal, rotate, save, scan_of

__all__ = [
    "Scan",
    "admit",
    "amend",
    "approve",
    "ask",
    "cancel",
    "check_in",
    "close_list",
    "confirm",
    "difference",
    "draft",
    "draw_up",
    "keep_scan",
    "open_mission",
    "promote",
    "purge",
    "reject",
    "replace",
    "reveal",
    "rotate",
    "save",
    "scan_of",
    "take",
    "waive",
]
