"""Rankings: who stands where, by version, and the published file from which anybody recomputes it.

Not here: scores (evaluation), admission (eligibility), grants and the aid ledger (awards).
"""
