"""Accounts: who a person is, their sessions, staff roles, and for which firms they act.

Not here: the firms themselves (companies).
"""
