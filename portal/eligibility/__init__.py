"""Eligibility: rules over facts, immutable reports, overrides with a name and a reason.

Not here: the rules' parameters and sources (calls), the merit (evaluation).
"""
