"""Evaluation: reviewers, their conflicts, their sealed score sheets.

Not here: automatic points (eligibility), the order (ranking).
"""
