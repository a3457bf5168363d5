"""Requests of access to the acts of a procedure (L. 241/1990, DPR 184/2006): who asks, who may object, what is given.

Not here: the acts themselves (applications, evaluation, ranking); the firm's own scores, which its page shows unasked.
"""
