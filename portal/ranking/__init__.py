"""Owns: rankings by version, their places, their publication and the file from which anybody recomputes them.

Does not own: scores (evaluation), admission (eligibility), grants and the aid ledger (awards).
"""
