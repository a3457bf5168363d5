"""Missions: places and waiting list, delegates and their travel documents, lists by recipient, badges, attendance.

Not here: who was awarded (awards), meetings with buyers (matching), e-mails (notifications), the keys (adapters).
"""
