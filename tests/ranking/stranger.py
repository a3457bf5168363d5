"""The order once more, by somebody who read docs/contracts/ranking.md and nothing else.

Whole cents and points, plain dictionaries, one pass a list: nothing here knows how the portal does it.
"""

import hashlib
import json
from datetime import datetime


def cents(text):
    """`"73.33"` as 7333."""
    whole, parts = text.split(".")
    return int(whole) * 100 + int(parts)


def euros(units):
    """7333 as `"73.33"`."""
    return f"{units // 100}.{units % 100:02}"


def recompute(file):
    """The file with everything that the rule decides worked out again, from the inputs alone, in any order."""
    rule = file["rule"]
    entries = [judged(rule, entry) for entry in file["entries"]]
    ranked = [entry for entry in entries if not entry["short_of"] or entry["granted"]]
    below = [entry for entry in entries if entry["short_of"] and not entry["granted"]]
    ranked.sort(key=lambda entry: place_by(rule, entry))
    below.sort(key=lambda entry: entry["arrival"])
    late = too_late(rule, entries, file["requests"])
    left = share_out(rule, ranked, late)
    for place, entry in enumerate(ranked, start=1):
        entry["place"] = place
    again = {
        **file,
        "entries": ranked + below,
        "short_pathways": [
            pathway["key"]
            for pathway in rule["pathways"]
            if pathway["min_firms"] is not None
            and sum(e["outcome"] == "funded" and e["pathway"] == pathway["key"] for e in ranked) < pathway["min_firms"]
        ],
        "short_reserves": [reserve["key"] for reserve in rule["reserves"] if left[reserve["key"]] > 0],
    }
    return {**again, "sha256": digest(again)}


def digest(file):
    """SHA-256 of the canonical JSON without hash and signature."""
    hashed = {key: value for key, value in file.items() if key not in {"sha256", "signature"}}
    text = json.dumps(hashed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def judged(rule, entry):
    """Steps 1 to 3: base, thresholds, bonus."""
    points = {key: cents(text) for key, text in entry["scores"].items()}
    base = sum(points.values())
    short = [c["key"] for c in rule["criteria"] if c["min"] is not None and points[c["key"]] < cents(c["min"])]
    if base < cents(rule["threshold"]):
        short.append("total")
    total = base if short else base + sum(cents(text) for text in entry["bonus"].values())
    fresh = {"place": None, "outcome": "below_threshold", "held_by": None, "amount_eur": "0.00", "reserve": None}
    return {**entry, **fresh, "base": euros(base), "total": euros(total), "short_of": short}


def place_by(rule, entry):
    """Step 4: a tuple that sorts as the list is ordered."""
    key = [] if rule["procedure"] == "first_come_first_served" else [-cents(entry["total"])]
    for tie in rule["tie_break"]:
        sign = -1 if tie["order"] == "desc" else 1
        key.append(sign * tie_value(rule, entry, tie["by"]))
    return (*key, entry["arrival"])


def tie_value(rule, entry, by):
    if by == "registry_number":
        return entry["arrival"]
    if by == "submitted_at":
        spent = datetime.fromisoformat(entry["submitted_at"]) - datetime.fromisoformat("1970-01-01T00:00:00Z")
        return (spent.days * 86_400 + spent.seconds) * 1_000_000 + spent.microseconds
    if by == "lot":
        seed = bytes.fromhex(rule["lot"]["seed"])
        return int(hashlib.sha256(seed + entry["registry_number"].encode()).hexdigest(), 16)
    return cents(entry["scores"][by])


def amount_of(rule, own):
    return cents(own if rule["unit_value_eur"] is None else rule["unit_value_eur"])


def too_late(rule, entries, requests):
    """Step 5: the arrivals after the request that reached the share."""
    if rule["overbooking_pct"] is None:
        return set()
    late, reached = set(), 0
    for one in sorted([*entries, *requests], key=lambda one: one["arrival"]):
        if reached * 100 >= rule["overbooking_pct"] * cents(rule["budget_eur"]):
            late.add(one["arrival"])
        reached += amount_of(rule, one["asked_eur"])
    return late


def share_out(rule, ranked, late):
    """Step 6: grants that are kept, the reserves, the order. Answers what the reserves have left."""
    purse = Purse(rule, len(ranked))
    for entry in ranked:
        entry["outcome"] = "reserve"
        if entry["granted"]:
            purse.fund(entry, cents(entry["granted"]["eur"]), entry["granted"]["reserve"])
    for reserve in rule["reserves"]:
        fill(rule, purse, reserve["key"], [entry for entry in ranked if entry["arrival"] not in late])
    walk(rule, purse, [entry for entry in ranked if entry["outcome"] != "funded"], late)
    return purse.reserves


class Purse:
    """What is still free."""

    def __init__(self, rule, size):
        self.places = size if rule["places"] is None else rule["places"]
        self.money = cents(rule["budget_eur"])
        self.quotas = {p["key"]: size if p["places"] is None else p["places"] for p in rule["pathways"]}
        self.reserves = {r["key"]: r["places"] if r["eur"] is None else cents(r["eur"]) for r in rule["reserves"]}
        self.counts_money = {r["key"] for r in rule["reserves"] if r["eur"] is not None}

    def lacking(self, entry, amount):
        if self.places < 1:
            return "places"
        if entry["pathway"] is not None and self.quotas[entry["pathway"]] < 1:
            return "pathway"
        return "budget" if self.money < amount else None

    def fund(self, entry, amount, reserve=None, held_by=None):
        entry.update(outcome="funded", amount_eur=euros(amount), reserve=reserve, held_by=held_by)
        self.places -= 1
        self.money -= amount
        if entry["pathway"] is not None:
            self.quotas[entry["pathway"]] -= 1
        if reserve is not None:
            self.reserves[reserve] -= amount if reserve in self.counts_money else 1


def fill(rule, purse, key, candidates):
    for entry in candidates:
        if purse.reserves[key] < 1 or purse.places < 1:
            return
        if entry["outcome"] == "funded" or key not in entry["groups"]:
            continue
        amount = amount_of(rule, entry["asked_eur"])
        why = purse.lacking(entry, amount)
        if why is None and key in purse.counts_money and amount > purse.reserves[key]:
            why = "reserve"
        if why is None:
            purse.fund(entry, amount, key)
        elif why != "pathway" and rule["shortfall"] != "skip":
            return


def walk(rule, purse, waiting, late):
    closed = False
    for entry in waiting:
        amount = amount_of(rule, entry["asked_eur"])
        why = "overbooking" if entry["arrival"] in late else purse.lacking(entry, amount)
        why = why or ("budget" if closed else None)
        if why is None:
            purse.fund(entry, amount)
        elif why == "budget" and rule["shortfall"] == "partial" and not closed and purse.money > 0:
            purse.fund(entry, purse.money, held_by="budget")
            closed = True
        else:
            entry["held_by"] = why
            closed = closed or (why == "budget" and rule["shortfall"] != "skip")
