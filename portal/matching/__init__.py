"""Owns buyers, export profiles, match scores, wishes, schedules, agendas, and what came of each meeting.

Not here: who was awarded (awards), who travels (missions), what is sent by mail (notifications).
"""
