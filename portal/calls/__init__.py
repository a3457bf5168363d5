"""Calls as data: programmes, calls and their immutable versions.

Not here: what a firm answers (applications), nor whether it may (eligibility).
"""
