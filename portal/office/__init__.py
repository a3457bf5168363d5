"""The office: the staff's desk, which reads every slice and changes none by itself.

Not here: the verbs; each slice has its own.
"""
