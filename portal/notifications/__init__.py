"""Notifications: who is told what, when it left and what the mail server answered.

Not here: why anything happened; events come from below.
"""
