"""The audit: every change leaves one line in a chain that nobody can rewrite unseen.

Not here: the meaning of the actions; slices name their own.
"""
